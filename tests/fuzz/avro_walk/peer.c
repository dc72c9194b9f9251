/* SPDX-License-Identifier: Apache-2.0 */
/* One question and one answer at a time, each a length and that many bytes on a socket. */
#include "peer.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "avro_peer.h"
#include "avro_row.h"

#define PATIENCE_MS 300
#define QUESTION_BYTES_MAX ((size_t)1 << 20)
#define PEER_CELLS_MAX 16
/* avro-c asks for whatever a length says. */
#define PEER_MEMORY_MAX ((size_t)256 << 20)

static pid_t child;
static int channel = -1;

static bool
put(int fd, const void *data, size_t bytes)
{
	const char *p = data;

	for (; bytes; p += 1) {
		ssize_t sent = send(fd, p, bytes, MSG_NOSIGNAL);

		if (sent <= 0)
			return false;
		bytes -= (size_t)sent;
		p += sent - 1;
	}
	return true;
}

static bool
get(int fd, void *data, size_t bytes, int patience_ms)
{
	char *p = data;

	while (bytes) {
		struct pollfd ready = {fd, POLLIN, 0};
		ssize_t got;

		if (poll(&ready, 1, patience_ms) <= 0)
			return false;
		got = recv(fd, p, bytes, 0);
		if (got <= 0)
			return false;
		bytes -= (size_t)got;
		p += got;
	}
	return true;
}

static bool
put_text(int fd, struct text text)
{
	return put(fd, &text.size, sizeof(text.size)) && put(fd, text.data, text.size);
}

static bool
get_text(int fd, struct buffer *text, int patience_ms)
{
	size_t size;

	text->size = 0;
	if (!get(fd, &size, sizeof(size), patience_ms) || size > QUESTION_BYTES_MAX)
		return false;
	buffer_reserve(text, size + 1);
	text->size = size;
	return get(fd, text->data, size, patience_ms);
}

/* In the child: as much memory as a reasonable datum needs. */
static void *
bounded(void *context, void *block, size_t old_bytes, size_t bytes)
{
	size_t *used = context;

	if (!bytes) {
		*used -= old_bytes;
		free(block);
		return NULL;
	}
	if (bytes > PEER_MEMORY_MAX || *used + bytes - old_bytes > PEER_MEMORY_MAX)
		return NULL;
	*used += bytes - old_bytes;
	return realloc(block, bytes);
}

static bool
read_value(struct text schema_text, struct text datum, avro_value_t *value)
{
	avro_value_iface_t *iface;
	avro_schema_t schema;
	avro_reader_t reader;

	if (avro_schema_from_json_length(schema_text.data, schema_text.size, &schema) != 0)
		return false;
	iface = avro_generic_class_from_schema(schema);
	if (!iface || avro_generic_value_new(iface, value) != 0)
		return false;
	reader = avro_reader_memory(datum.data, (int64_t)datum.size);
	return avro_value_read(reader, value) == 0;
}

/* The wanted paths come as one text, each with a line end behind. */
static void
answer(int fd, struct text schema, struct text paths, struct text datum)
{
	struct text wanted_paths[PEER_CELLS_MAX];
	struct cell cells[PEER_CELLS_MAX] = {{.kind = CELL_ABSENT}};
	struct wanted wanted = {.paths = wanted_paths};
	struct row row = {.cells = cells};
	struct buffer line = {0};
	avro_value_t value;
	const char *end;

	if (!read_value(schema, datum, &value)) {
		put_text(fd, TEXT("0"));
		return;
	}
	while (paths.size && (end = memchr(paths.data, '\n', paths.size)) &&
	    wanted.count < PEER_CELLS_MAX) {
		size_t size = (size_t)(end - paths.data);

		wanted_paths[wanted.count] = (struct text){paths.data, size};
		peer_follow(value, wanted_paths[wanted.count], &cells[wanted.count]);
		wanted.count++;
		paths.data += size + 1;
		paths.size -= size + 1;
	}
	show_row(&wanted, &row, &line);
	buffer_add_byte(&line, '1');
	put_text(fd, buffer_text(&line));
	buffer_fini(&line);
}

/* The answers never free what avro-c made; a new process begins when that is much. */
static void
serve(int fd)
{
	struct buffer schema = {0}, paths = {0}, datum = {0};
	size_t used = 0;

	avro_set_allocator(bounded, &used);
	signal(SIGSEGV, SIG_DFL);
	signal(SIGABRT, SIG_DFL);
	while (get_text(fd, &schema, -1) && get_text(fd, &paths, -1) && get_text(fd, &datum, -1)) {
		answer(fd, buffer_text(&schema), buffer_text(&paths), buffer_text(&datum));
		if (used > PEER_MEMORY_MAX / 4)
			break;
	}
	_exit(0);
}

static void
stop_child(void)
{
	if (child <= 0)
		return;
	close(channel);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	child = 0;
}

static bool
start_child(void)
{
	int pair[2];

	if (child > 0)
		return true;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
		return false;
	child = fork();
	if (child == 0) {
		close(pair[0]);
		/* What it says of its own crashes is of no use. */
		if (!freopen("/dev/null", "w", stderr))
			_exit(1);
		serve(pair[1]);
	}
	close(pair[1]);
	channel = pair[0];
	return child > 0;
}

enum peer_answer
peer_read(struct text schema, const struct wanted *wanted, struct text datum, struct buffer *line)
{
	struct buffer paths = {0}, reply = {0};
	enum peer_answer answered = PEER_NONE;
	size_t i;

	for (i = 0; i < wanted->count; i++) {
		buffer_add_text(&paths, wanted->paths[i]);
		buffer_add_byte(&paths, '\n');
	}
	if (start_child() && put_text(channel, schema) && put_text(channel, buffer_text(&paths)) &&
	    put_text(channel, datum) && get_text(channel, &reply, PATIENCE_MS) && reply.size) {
		answered = reply.data[reply.size - 1] == '1' ? PEER_READ : PEER_REFUSED;
		if (answered == PEER_READ)
			buffer_add(line, reply.data, reply.size - 1);
	} else {
		stop_child();
	}
	buffer_fini(&paths);
	buffer_fini(&reply);
	return answered;
}
