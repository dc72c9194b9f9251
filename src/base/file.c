/* SPDX-License-Identifier: Apache-2.0 */
/* POSIX file calls with their partial results and interruptions dealt with. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

bool
file_read(const char *path, size_t limit_bytes, struct buffer *out, struct error *err)
{
	size_t before = out->size;
	ssize_t got;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return error_system(err, errno == ENOENT ? ERROR_MISSING : ERROR_IO, "%s", path);
	for (;;) {
		buffer_reserve(out, 65536);
		got = read(fd, out->data + out->size, 65536);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		out->size += (size_t)got;
		if (out->size - before > limit_bytes) {
			close(fd);
			return error_set(
			    err, ERROR_LIMIT, "%s: longer than %zu bytes", path, limit_bytes);
		}
	}
	if (got < 0) {
		error_system(err, ERROR_IO, "%s", path);
		close(fd);
		return false;
	}
	close(fd);
	return true;
}

bool
file_write_at(int fd, const void *data, size_t bytes, int64_t offset, struct error *err)
{
	const char *p = data;

	while (bytes) {
		ssize_t put = pwrite(fd, p, bytes, offset);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return error_system(err, ERROR_IO, "write of %zu bytes", bytes);
		p += put;
		offset += put;
		bytes -= (size_t)put;
	}
	return true;
}

bool
file_read_at(int fd, void *data, size_t bytes, int64_t offset, struct error *err)
{
	char *p = data;

	while (bytes) {
		ssize_t got = pread(fd, p, bytes, offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_system(err, ERROR_IO, "read of %zu bytes", bytes);
		if (!got)
			return error_set(err, ERROR_DAMAGED, "ends %zu bytes early", bytes);
		p += got;
		offset += got;
		bytes -= (size_t)got;
	}
	return true;
}

bool
file_sync_folder_of(const char *path, struct error *err)
{
	char *copy = memory_text(path);
	int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool done = fd >= 0 && fsync(fd) == 0;

	if (!done)
		error_system(err, ERROR_IO, "folder of %s", path);
	if (fd >= 0)
		close(fd);
	memory_free(copy);
	return done;
}

bool
file_replace(const char *path, struct text bytes, unsigned mode, struct error *err)
{
	struct buffer beside = {0};
	bool done = false;
	int fd;

	buffer_add_format(&beside, "%s.new", path);
	buffer_add_byte(&beside, 0);
	fd = open((char *)beside.data, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	if (fd < 0) {
		error_system(err, ERROR_IO, "%s", (char *)beside.data);
		goto undo;
	}
	if (!file_write_at(fd, bytes.data, bytes.size, 0, err)) {
		error_within(err, "%s", path);
		goto undo;
	}
	if (fchmod(fd, mode) != 0 || fsync(fd) != 0 || rename((char *)beside.data, path) != 0) {
		error_system(err, ERROR_IO, "%s", path);
		goto undo;
	}
	done = file_sync_folder_of(path, err);
undo:
	if (fd >= 0)
		close(fd);
	if (!done)
		unlink((char *)beside.data);
	buffer_fini(&beside);
	return done;
}

bool
file_make_folder(const char *path, struct error *err)
{
	char *copy = memory_text(path), *slash;
	bool done = true;

	for (slash = strchr(copy + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(copy, 0755) != 0 && errno != EEXIST) {
			done = error_system(err, ERROR_IO, "folder %s", copy);
			goto undo;
		}
		*slash = '/';
	}
	if (mkdir(copy, 0700) != 0 && errno != EEXIST)
		done = error_system(err, ERROR_IO, "folder %s", copy);
undo:
	memory_free(copy);
	return done;
}

char *
file_join(const char *folder, const char *name)
{
	struct buffer path = {0};

	if (name[0] == '/' || strcmp(name, "-") == 0 || !folder || !folder[0])
		return memory_text(name);
	buffer_add_format(&path, "%s/%s", folder, name);
	buffer_add_byte(&path, 0);
	return (char *)path.data;
}
