/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_registry.h"

#include <assert.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FLOOD_BYTES ((size_t)100 << 20)
#define HEARD_BYTES (1 << 20)

struct fake_registry {
	int listener;
	char url[64];
	pthread_t thread;
	atomic_bool stop;
	atomic_uint requests;
	atomic_size_t flooded;
	_Atomic(const struct fake_reply *) replies;
	pthread_mutex_t mutex;
	char heard[HEARD_BYTES];
	size_t heard_bytes;
};

static bool
give(int fd, const char *bytes, size_t size)
{
	ssize_t put;

	while (size) {
		put = send(fd, bytes, size, MSG_NOSIGNAL);
		if (put <= 0)
			return false;
		bytes += put;
		size -= (size_t)put;
	}
	return true;
}

/* Until the other side is gone, or the test is over. */
static void
wait_for_end(struct fake_registry *fake, int fd, int pause_ms, const char *drip)
{
	struct pollfd gone = {fd, POLLIN, 0};
	char rest[256];

	while (!fake->stop) {
		if (poll(&gone, 1, pause_ms) > 0 && recv(fd, rest, sizeof(rest), 0) <= 0)
			return;
		if (drip && !give(fd, drip, 1))
			return;
	}
}

static void
flood(struct fake_registry *fake, int fd)
{
	static char piece[65536];
	size_t sent;

	memset(piece, '[', sizeof(piece));
	for (sent = 0; sent < FLOOD_BYTES && !fake->stop; sent += sizeof(piece)) {
		if (!give(fd, piece, sizeof(piece)))
			return;
		fake->flooded += sizeof(piece);
	}
}

static void
more_headers(struct fake_registry *fake, int fd)
{
	static const char line[] = "X-More: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n";

	while (!fake->stop && give(fd, line, sizeof(line) - 1))
		;
}

static void
say_status(int fd, const struct fake_reply *reply, const char *length, size_t size)
{
	char line[512];

	snprintf(line, sizeof(line), "HTTP/1.1 %s\r\nContent-Type: application/json\r\n",
	    reply->status ? reply->status : "200 OK");
	give(fd, line, strlen(line));
	if (length) {
		snprintf(line, sizeof(line), length, size);
		give(fd, line, strlen(line));
	}
}

static void
reset(int fd)
{
	struct linger at_once = {1, 0};

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}

static void
behave(struct fake_registry *fake, int fd, const struct fake_reply *reply)
{
	size_t size = reply->body ? strlen(reply->body) : 0;

	switch (reply->manner) {
	case FAKE_ANSWER:
		say_status(fd, reply, "Connection: close\r\nContent-Length: %zu\r\n\r\n", size);
		give(fd, reply->body, size);
		break;
	case FAKE_RAW:
		give(fd, reply->body, size);
		break;
	case FAKE_HANG:
		wait_for_end(fake, fd, 100, NULL);
		break;
	case FAKE_RESET:
		reset(fd);
		break;
	case FAKE_CLOSE:
		break;
	case FAKE_DRIP:
		say_status(fd, reply, "Content-Length: %zu\r\n\r\n", 1000000);
		wait_for_end(fake, fd, 20, " ");
		break;
	case FAKE_FLOOD:
		say_status(fd, reply, "Connection: close\r\n\r\n", 0);
		flood(fake, fd);
		break;
	case FAKE_HEADERS:
		say_status(fd, reply, NULL, 0);
		more_headers(fake, fd);
		break;
	case FAKE_SHORT:
		say_status(fd, reply, "Content-Length: %zu\r\n\r\n", 1000);
		give(fd, reply->body, size);
		break;
	}
}

/* Head and, where a length is said, body. Returns how many bytes. */
static size_t
hear(int fd, char *request, size_t limit)
{
	size_t got = 0, want = 0;
	char *end, *length;
	ssize_t now;

	while (got < limit - 1) {
		now = recv(fd, request + got, limit - 1 - got, 0);
		if (now <= 0)
			break;
		got += (size_t)now;
		request[got] = 0;
		end = strstr(request, "\r\n\r\n");
		if (!end)
			continue;
		length = strcasestr(request, "Content-Length:");
		want = (size_t)(end - request) + 4 + (length ? strtoul(length + 15, NULL, 10) : 0);
		if (got >= want)
			break;
	}
	request[got] = 0;
	return got;
}

static void
remember(struct fake_registry *fake, const char *request, size_t size)
{
	pthread_mutex_lock(&fake->mutex);
	if (fake->heard_bytes + size < HEARD_BYTES) {
		memcpy(fake->heard + fake->heard_bytes, request, size);
		fake->heard_bytes += size;
	}
	pthread_mutex_unlock(&fake->mutex);
}

static void
serve(struct fake_registry *fake, int fd)
{
	static const struct fake_reply nothing = {
	    NULL, FAKE_ANSWER, "404 Not Found", "{\"error_code\":404,\"message\":\"HTTP 404\"}"};
	const struct fake_reply *reply = fake->replies;
	char request[65536];
	size_t size = hear(fd, request, sizeof(request));

	if (!size)
		return;
	fake->requests++;
	remember(fake, request, size);
	while (reply->path && strncmp(request, reply->path, strlen(reply->path)) != 0)
		reply++;
	behave(fake, fd, reply->path ? reply : &nothing);
}

static void *
run(void *context)
{
	struct fake_registry *fake = context;
	struct pollfd coming = {fake->listener, POLLIN, 0};
	int fd;

	while (!fake->stop) {
		if (poll(&coming, 1, 20) <= 0)
			continue;
		fd = accept(fake->listener, NULL, NULL);
		if (fd < 0)
			continue;
		serve(fake, fd);
		close(fd);
	}
	return NULL;
}

struct fake_registry *
fake_open(const struct fake_reply *replies)
{
	struct fake_registry *fake = calloc(1, sizeof(*fake));
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t size = sizeof(address);
	int failed;

	assert(fake);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fake->replies = replies;
	fake->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	failed = bind(fake->listener, (struct sockaddr *)&address, sizeof(address)) ||
	    listen(fake->listener, 16) ||
	    getsockname(fake->listener, (struct sockaddr *)&address, &size);
	assert(!failed);
	snprintf(fake->url, sizeof(fake->url), "http://127.0.0.1:%d", ntohs(address.sin_port));
	pthread_mutex_init(&fake->mutex, NULL);
	failed = pthread_create(&fake->thread, NULL, run, fake);
	assert(!failed);
	return fake;
}

void
fake_close(struct fake_registry *fake)
{
	if (!fake)
		return;
	fake->stop = true;
	pthread_join(fake->thread, NULL);
	close(fake->listener);
	pthread_mutex_destroy(&fake->mutex);
	free(fake);
}

void
fake_turn(struct fake_registry *fake, const struct fake_reply *replies)
{
	fake->replies = replies;
}

const char *
fake_url(const struct fake_registry *fake)
{
	return fake->url;
}

unsigned
fake_requests(struct fake_registry *fake)
{
	return fake->requests;
}

bool
fake_heard(struct fake_registry *fake, const char *text)
{
	bool heard;

	pthread_mutex_lock(&fake->mutex);
	heard = memmem(fake->heard, fake->heard_bytes, text, strlen(text)) != NULL;
	pthread_mutex_unlock(&fake->mutex);
	return heard;
}

size_t
fake_flooded(struct fake_registry *fake)
{
	return fake->flooded;
}
