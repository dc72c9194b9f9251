/* SPDX-License-Identifier: Apache-2.0 */
/* A Unix socket; the path may be longer than sun_path, so it is opened through its folder. */
#include "store/control.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/timestamp.h"
#include "store/store.h"

#define REQUEST_WAIT_MS 2000

/* /proc/self/fd/N/control.sock is short, however long the folder's name is. */
static int
folder_address(const char *folder, struct sockaddr_un *address)
{
	int fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);

	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	snprintf(
	    address->sun_path, sizeof(address->sun_path), "/proc/self/fd/%d/%s", fd, STORE_CONTROL);
	return fd;
}

bool
control_listen(const char *folder, int *listener, struct error *err)
{
	struct sockaddr_un address;
	int at = folder_address(folder, &address);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool done = false;

	if (at < 0 || fd < 0) {
		error_system(err, ERROR_IO, "control socket in %s", folder);
		goto undo;
	}
	/* The writer's lock is ours, so whoever bound this name is gone. */
	unlink(address.sun_path);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
	    chmod(address.sun_path, 0600) != 0 || listen(fd, 8) != 0) {
		error_system(err, ERROR_IO, "control socket in %s", folder);
		goto undo;
	}
	*listener = fd;
	done = true;
undo:
	if (!done && fd >= 0)
		close(fd);
	if (at >= 0)
		close(at);
	return done;
}

void
control_close(const char *folder, int listener)
{
	struct sockaddr_un address;
	int at;

	if (listener < 0)
		return;
	at = folder_address(folder, &address);
	unlink(address.sun_path);
	if (at >= 0)
		close(at);
	close(listener);
}

/* Reads up to the newline, which is left out. */
static bool
read_line(int fd, int64_t timeout_ms, struct buffer *line)
{
	int64_t until = timestamp_now() + timeout_ms;

	while (line->size < CONTROL_BYTES_MAX) {
		struct pollfd wait = {.fd = fd, .events = POLLIN};
		int64_t left = until - timestamp_now();
		ssize_t got;

		if (left <= 0 || poll(&wait, 1, (int)left) <= 0)
			return false;
		buffer_reserve(line, 4096);
		got = recv(fd, line->data + line->size, 4096, MSG_DONTWAIT);
		if (got < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (got <= 0)
			return false;
		line->size += (size_t)got;
		if (line->data[line->size - 1] == '\n') {
			line->size--;
			return true;
		}
	}
	return false;
}

static bool
write_line(int fd, struct text line)
{
	struct buffer whole = {0};
	size_t at = 0;
	ssize_t put = 0;

	buffer_add_text(&whole, line);
	buffer_add_byte(&whole, '\n');
	while (at < whole.size) {
		put = send(fd, whole.data + at, whole.size - at, MSG_NOSIGNAL);
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			break;
		at += (size_t)put;
	}
	buffer_fini(&whole);
	return put > 0;
}

void
control_serve(int listener, void (*answer)(void *context, struct text request, struct buffer *out),
    void *context)
{
	struct buffer request = {0}, out = {0};
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		return;
	if (read_line(fd, REQUEST_WAIT_MS, &request)) {
		answer(context, buffer_text(&request), &out);
		write_line(fd, buffer_text(&out));
	}
	close(fd);
	buffer_fini(&request);
	buffer_fini(&out);
}

/* A tracker that takes no connection is waited for as long as for its answer. */
static bool
reach(int fd, const struct sockaddr_un *address, int64_t timeout_ms, bool *running)
{
	struct timeval patience = {
	    .tv_sec = timeout_ms / 1000, .tv_usec = timeout_ms % 1000 * 1000};

	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0)
		return *running = true;
	*running = errno == EAGAIN;
	return false;
}

bool
control_ask(const char *folder, struct text request, int64_t timeout_ms, bool *running,
    struct buffer *out, struct error *err)
{
	struct sockaddr_un address;
	int at = folder_address(folder, &address), fd;
	bool done = true, reached;

	*running = false;
	if (at < 0)
		return true;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		goto undo;
	reached = reach(fd, &address, timeout_ms, running);
	if (*running && (!reached || !write_line(fd, request) || !read_line(fd, timeout_ms, out)))
		done = error_set(err, ERROR_IO, "the tracker on %s did not answer within %lld s",
		    folder, (long long)(timeout_ms / 1000));
undo:
	if (fd >= 0)
		close(fd);
	close(at);
	return done;
}
