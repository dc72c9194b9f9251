/* SPDX-License-Identifier: Apache-2.0 */
/* Asks the lock without taking it. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "store/store.h"

long
store_holder(const char *folder)
{
	char *path = store_path(folder, "lock"), digits[32] = {0};
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	long process = 0;

	if (fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) != 0 &&
	    pread(fd, digits, sizeof(digits) - 1, 0) > 0)
		process = strtol(digits, NULL, 10);
	if (fd >= 0)
		close(fd);
	memory_free(path);
	return process;
}
