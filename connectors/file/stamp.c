/* SPDX-License-Identifier: Apache-2.0 */
/* stat(2), reduced to what is compared. */
#include "stamp.h"

#include <sys/stat.h>
#include <time.h>

struct stamp
stamp_from(const struct stat *status)
{
	return (struct stamp){status->st_dev, status->st_ino, status->st_size,
	    (int64_t)status->st_mtim.tv_sec * 1000000000 + status->st_mtim.tv_nsec};
}

bool
stamp_of(const char *path, struct stamp *stamp)
{
	struct stat status;

	*stamp = (struct stamp){0};
	if (stat(path, &status) != 0)
		return false;
	*stamp = stamp_from(&status);
	return true;
}

bool
stamp_of_descriptor(int fd, struct stamp *stamp, bool *deleted)
{
	struct stat status;

	*stamp = (struct stamp){0};
	if (fstat(fd, &status) != 0)
		return false;
	*stamp = stamp_from(&status);
	*deleted = status.st_nlink == 0;
	return true;
}

bool
stamp_same_file(const struct stamp *a, const struct stamp *b)
{
	return a->device == b->device && a->inode == b->inode;
}

bool
stamp_equal(const struct stamp *a, const struct stamp *b)
{
	return stamp_same_file(a, b) && a->bytes == b->bytes && a->changed_ns == b->changed_ns;
}
