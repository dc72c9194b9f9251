/* SPDX-License-Identifier: Apache-2.0 */
/* A disk that hangs, to be preloaded (LD_PRELOAD): fsync and fdatasync wait while the file $SLOW_DISK is there. */
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

static void
hang(void)
{
	const char *flag = getenv("SLOW_DISK");

	while (flag && access(flag, F_OK) == 0)
		usleep(20000);
}

int
fsync(int fd)
{
	int (*real)(int) = dlsym(RTLD_NEXT, "fsync");

	hang();
	return real(fd);
}

int
fdatasync(int fd)
{
	int (*real)(int) = dlsym(RTLD_NEXT, "fdatasync");

	hang();
	return real(fd);
}
