/* SPDX-License-Identifier: Apache-2.0 */
/* The lock is flock(2): it goes with the process, however that ends. */
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

char *
store_path(const char *folder, const char *name)
{
	return file_join(folder, name);
}

static bool
present(const char *folder, const char *name)
{
	char *path = store_path(folder, name);
	struct stat status;
	bool there = stat(path, &status) == 0;

	memory_free(path);
	return there;
}

bool
store_exists(const char *folder)
{
	return present(folder, STORE_CATALOG) || present(folder, STORE_FACTS);
}

void
store_id(const struct keys *keys, uint8_t id[STORE_ID_BYTES])
{
	uint8_t secret[KEY_BYTES];

	keys_derive(keys, TEXT("store id"), secret);
	memcpy(id, secret, STORE_ID_BYTES);
}

void
store_origin(const struct keys *keys, char origin[128])
{
	uint8_t id[STORE_ID_BYTES];
	char hex[2 * STORE_ID_BYTES + 1];

	store_id(keys, id);
	snprintf(origin, 128, "dyetrace/%s", digest_hex(id, sizeof(id), hex));
}

static long
holder(int fd)
{
	char digits[32] = {0};
	ssize_t got = pread(fd, digits, sizeof(digits) - 1, 0);

	return got > 0 ? strtol(digits, NULL, 10) : 0;
}

bool
store_lock(const char *folder, int *lock, struct error *err)
{
	char *path = NULL, digits[32];
	bool done = false;
	int fd = -1, size;

	if (!file_make_folder(folder, err))
		return error_within(err, "store");
	path = store_path(folder, "lock");
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0) {
		error_system(err, ERROR_IO, "%s", path);
		goto undo;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno != EWOULDBLOCK)
			error_system(err, ERROR_IO, "%s", path);
		else
			error_set(err, ERROR_BUSY,
			    "store %s is in use by process %ld: stop that one first, or name "
			    "another store with -s",
			    folder, holder(fd));
		goto undo;
	}
	size = snprintf(digits, sizeof(digits), "%ld\n", (long)getpid());
	if (ftruncate(fd, 0) != 0 || !file_write_at(fd, digits, (size_t)size, 0, err)) {
		error_system(err, ERROR_IO, "%s", path);
		goto undo;
	}
	*lock = fd;
	done = true;
undo:
	if (!done && fd >= 0)
		close(fd);
	memory_free(path);
	return done;
}

void
store_unlock(int lock)
{
	if (lock >= 0)
		close(lock);
}
