/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A disk that fails, to be preloaded (LD_PRELOAD): among the calls of one kind
 * on files below a folder, one fails, or all from it on.
 *
 *   FAILING_DISK=KIND:N     the N-th call of that kind fails (from 1)
 *   FAILING_DISK=KIND:N+    and every later one
 *   FAILING_DISK_UNDER      the folder, absolute
 *   FAILING_DISK_SAYS       a file that gets a line per failure: "fsync /path"
 *
 * KIND  write     write, pwrite: ENOSPC; a longer one first writes its half
 *       create    open of a file that is not there: ENOSPC
 *       sync      fsync, fdatasync: EIO, and what was written to the file since
 *                 its last sync is lost, as when the kernel drops the pages; a
 *                 sync tried again succeeds and brings nothing back
 *       rename, truncate: EIO
 *
 * One lock around all; made for small runs.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

ssize_t pwrite64(int fd, const void *data, size_t bytes, off_t offset);
int ftruncate64(int fd, off_t bytes);
int open64(const char *path, int flags, ...);

/* What a write replaced; newest first. Bytes behind the file's end were zero. */
struct replaced {
	struct replaced *next;
	dev_t device;
	ino_t inode;
	off_t offset;
	size_t bytes;
	unsigned char old[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct replaced *unsynced;
static long calls;

static void *
next(const char *name)
{
	void *function = dlsym(RTLD_NEXT, name);

	if (!function)
		abort();
	return function;
}

static bool
below(const char *path)
{
	const char *folder = getenv("FAILING_DISK_UNDER");
	size_t size = folder ? strlen(folder) : 0;

	return size && strncmp(path, folder, size) == 0 && path[size] == '/';
}

static bool
path_of(int fd, char path[PATH_MAX])
{
	char link[64];
	ssize_t size;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	size = readlink(link, path, PATH_MAX - 1);
	if (size < 0)
		return false;
	path[size] = '\0';
	return below(path);
}

static void
say(const char *kind, const char *path)
{
	const char *name = getenv("FAILING_DISK_SAYS");
	FILE *file = name ? fopen(name, "a") : NULL;

	if (!file)
		return;
	fprintf(file, "%s %s\n", kind, path);
	fclose(file);
}

/* Whether this call is one that fails. Lock held. */
static bool
fails(const char *kind, const char *path)
{
	const char *which = getenv("FAILING_DISK");
	size_t size = strlen(kind);
	char *end;
	long n;

	if (!which || strncmp(which, kind, size) != 0 || which[size] != ':')
		return false;
	n = strtol(which + size + 1, &end, 10);
	calls++;
	if (calls != n && !(*end == '+' && calls > n))
		return false;
	say(kind, path);
	return true;
}

/* --- what a write replaces ------------------------------------------------------------ */

static void
remember(int fd, size_t bytes, off_t offset)
{
	struct replaced *replaced = calloc(1, sizeof(*replaced) + bytes);
	int again;
	char path[64];
	struct stat status;

	if (!replaced || fstat(fd, &status) != 0)
		abort();
	replaced->device = status.st_dev;
	replaced->inode = status.st_ino;
	replaced->offset = offset;
	replaced->bytes = bytes;
	/* The caller's descriptor may be for writing only. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = ((int (*)(const char *, int, ...))next("open"))(path, O_RDONLY | O_CLOEXEC);
	if (again >= 0) {
		if (pread(again, replaced->old, bytes, offset) < 0)
			abort();
		close(again);
	}
	replaced->next = unsynced;
	unsynced = replaced;
}

/* The file is as its last sync left it (lost) or as it is now. */
static void
forget(int fd, bool lost)
{
	ssize_t (*put)(int, const void *, size_t, off_t) = next("pwrite");
	struct replaced **link = &unsynced, *replaced;
	struct stat status;

	if (fstat(fd, &status) != 0)
		abort();
	while ((replaced = *link)) {
		if (replaced->inode != status.st_ino || replaced->device != status.st_dev) {
			link = &replaced->next;
			continue;
		}
		/* A file that was cut since does not grow by what it had. */
		if (lost && replaced->offset + (off_t)replaced->bytes <= status.st_size &&
		    put(fd, replaced->old, replaced->bytes, replaced->offset) < 0)
			abort();
		*link = replaced->next;
		free(replaced);
	}
}

/* --- the calls ------------------------------------------------------------------------ */

static ssize_t
write_here(int fd, const void *data, size_t bytes, off_t offset)
{
	ssize_t (*put)(int, const void *, size_t, off_t) = next("pwrite");
	char path[PATH_MAX];
	bool bad;

	if (!path_of(fd, path))
		return put(fd, data, bytes, offset);
	pthread_mutex_lock(&lock);
	bad = fails("write", path);
	remember(fd, bytes, offset);
	pthread_mutex_unlock(&lock);
	if (!bad)
		return put(fd, data, bytes, offset);
	if (bytes > 1 && put(fd, data, bytes / 2, offset) < 0)
		abort();
	errno = ENOSPC;
	return -1;
}

ssize_t
pwrite(int fd, const void *data, size_t bytes, off_t offset)
{
	return write_here(fd, data, bytes, offset);
}

ssize_t
pwrite64(int fd, const void *data, size_t bytes, off_t offset)
{
	return write_here(fd, data, bytes, offset);
}

ssize_t
write(int fd, const void *data, size_t bytes)
{
	ssize_t (*put)(int, const void *, size_t) = next("write");
	char path[PATH_MAX];
	struct stat status;
	bool bad;

	if (!path_of(fd, path))
		return put(fd, data, bytes);
	pthread_mutex_lock(&lock);
	bad = fails("write", path);
	if (!bad && fstat(fd, &status) == 0)
		remember(fd, bytes,
		    fcntl(fd, F_GETFL) & O_APPEND ? status.st_size : lseek(fd, 0, SEEK_CUR));
	pthread_mutex_unlock(&lock);
	if (!bad)
		return put(fd, data, bytes);
	errno = ENOSPC;
	return -1;
}

static int
sync_here(const char *name, int fd)
{
	int (*sync_file)(int) = next(name);
	char path[PATH_MAX];
	bool bad;

	if (!path_of(fd, path))
		return sync_file(fd);
	pthread_mutex_lock(&lock);
	bad = fails("sync", path);
	forget(fd, bad);
	pthread_mutex_unlock(&lock);
	if (!bad)
		return sync_file(fd);
	errno = EIO;
	return -1;
}

int
fsync(int fd)
{
	return sync_here("fsync", fd);
}

int
fdatasync(int fd)
{
	return sync_here("fdatasync", fd);
}

int
rename(const char *from, const char *to)
{
	int (*rename_file)(const char *, const char *) = next("rename");
	char path[PATH_MAX];
	bool bad = false;

	if (realpath(from, path) && below(path)) {
		pthread_mutex_lock(&lock);
		bad = fails("rename", path);
		pthread_mutex_unlock(&lock);
	}
	if (!bad)
		return rename_file(from, to);
	errno = EIO;
	return -1;
}

static int
truncate_here(int fd, off_t bytes)
{
	int (*truncate_file)(int, off_t) = next("ftruncate");
	char path[PATH_MAX];
	bool bad = false;

	if (path_of(fd, path)) {
		pthread_mutex_lock(&lock);
		bad = fails("truncate", path);
		pthread_mutex_unlock(&lock);
	}
	if (!bad)
		return truncate_file(fd, bytes);
	errno = EIO;
	return -1;
}

int
ftruncate(int fd, off_t bytes)
{
	return truncate_here(fd, bytes);
}

int
ftruncate64(int fd, off_t bytes)
{
	return truncate_here(fd, bytes);
}

static bool
may_not_create(const char *path, int flags)
{
	char folder[PATH_MAX], real[PATH_MAX], *slash;
	bool bad;

	if (!(flags & O_CREAT) || access(path, F_OK) == 0 ||
	    (size_t)snprintf(folder, sizeof(folder), "%s", path) >= sizeof(folder))
		return false;
	slash = strrchr(folder, '/');
	if (!slash)
		return false;
	*slash = '\0';
	if (!realpath(folder, real) || strlen(real) + strlen(slash + 1) + 2 > sizeof(real))
		return false;
	strcat(strcat(real, "/"), slash + 1);
	if (!below(real))
		return false;
	pthread_mutex_lock(&lock);
	bad = fails("create", real);
	pthread_mutex_unlock(&lock);
	return bad;
}

static int
open_here(const char *name, const char *path, int flags, mode_t mode)
{
	int (*open_file)(const char *, int, ...) = next(name);

	if (!may_not_create(path, flags))
		return open_file(path, flags, mode);
	errno = ENOSPC;
	return -1;
}

int
open(const char *path, int flags, ...)
{
	va_list args;
	mode_t mode = 0;

	va_start(args, flags);
	if (flags & (O_CREAT | O_TMPFILE))
		mode = va_arg(args, mode_t);
	va_end(args);
	return open_here("open", path, flags, mode);
}

int
open64(const char *path, int flags, ...)
{
	va_list args;
	mode_t mode = 0;

	va_start(args, flags);
	if (flags & (O_CREAT | O_TMPFILE))
		mode = va_arg(args, mode_t);
	va_end(args);
	return open_here("open64", path, flags, mode);
}
