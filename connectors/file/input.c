/* SPDX-License-Identifier: Apache-2.0 */
/* read(2) or pread(2), and zlib's inflate where the file is gzip. */
#include "input.h"

#include <errno.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/memory.h"
#include "looks.h"

#define PACKED_BYTES ((size_t)64 << 10)
#define READ_BYTES_MAX ((size_t)1 << 30) /* zlib counts in 32 bits */
/* zlib: the largest window, and gzip's header and trailer are expected. */
#define GZIP_WINDOW_BITS (15 + 16)

struct input {
	int fd;
	bool regular; /* read by position; else in sequence */
	bool ended;   /* a pipe whose other end is closed */
	bool gzip;
	bool in_member;   /* a gzip member has begun and not ended */
	int64_t raw;      /* next byte of the descriptor */
	int64_t position; /* next unpacked byte */
	int64_t limit;    /* where it is taken to end */
	uint8_t *packed;  /* read and not used: gzip, or the first bytes of a pipe */
	size_t packed_at, packed_end;
	z_stream stream;
};

/* Whether read(2) on a pipe would return at once. */
static bool
is_readable(const struct input *input)
{
	struct pollfd polled = {.fd = input->fd, .events = POLLIN};

	return poll(&polled, 1, 0) > 0;
}

static bool
read_raw(struct input *input, void *to, size_t room, size_t *got, struct error *err)
{
	ssize_t size;

	*got = 0;
	if (!input->regular && !is_readable(input))
		return true;
	do {
		if (input->regular)
			size = pread(input->fd, to, room, input->raw);
		else
			size = read(input->fd, to, room);
	} while (size < 0 && errno == EINTR);
	if (size < 0)
		return error_system(
		    err, ERROR_IO, "cannot be read at byte %lld", (long long)input->raw);
	input->ended = !input->regular && !size;
	*got = (size_t)size;
	input->raw += (int64_t)*got;
	return true;
}

static bool
read_packed(struct input *input, struct error *err)
{
	size_t got;

	if (!input->packed)
		input->packed = memory_get(PACKED_BYTES);
	if (input->packed_at == input->packed_end)
		input->packed_at = input->packed_end = 0;
	if (!read_raw(input, input->packed + input->packed_end, PACKED_BYTES - input->packed_end,
		&got, err))
		return false;
	input->packed_end += got;
	return true;
}

static struct text
packed_text(const struct input *input)
{
	return (struct text){
	    (const char *)input->packed + input->packed_at, input->packed_end - input->packed_at};
}

/* Reads until the bytes can be told from gzip, or no more are there. */
static bool
sniff(struct input *input, struct error *err)
{
	struct pollfd waiting = {.fd = input->fd, .events = POLLIN};
	size_t before;

	do {
		before = input->packed_end;
		if (!read_packed(input, err))
			return false;
		if (!looks_gzip_begun(packed_text(input)))
			return true;
		if (!input->regular)
			poll(&waiting, 1, -1);
	} while (input->packed_end != before);
	return true;
}

static bool
begin_gzip(struct input *input, struct error *err)
{
	if (inflateInit2(&input->stream, GZIP_WINDOW_BITS) != Z_OK)
		return error_set(err, ERROR_LIMIT, "zlib refuses: %s",
		    input->stream.msg ? input->stream.msg : "no memory");
	input->gzip = true;
	return true;
}

static bool
choose(struct input *input, enum compression compression, struct error *err)
{
	bool gzip = looks_gzip(packed_text(input));

	if (compression == COMPRESSION_GZIP && !gzip && packed_text(input).size)
		return error_set(err, ERROR_MALFORMED,
		    "is not gzip, as `compression: gzip` says: set `compression: auto`");
	if (gzip && compression != COMPRESSION_NONE)
		return begin_gzip(input, err);
	if (input->regular) {
		input->raw = 0;
		input->packed_at = input->packed_end = 0;
	}
	return true;
}

bool
input_open(
    int fd, enum compression compression, bool final, struct input **opened, struct error *err)
{
	struct input *input = memory_get(sizeof(*input));
	struct stat status;

	*opened = NULL;
	input->fd = fd;
	input->limit = INT64_MAX;
	input->regular = fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
	if (!sniff(input, err))
		goto undo;
	if (!final && looks_gzip_begun(packed_text(input))) {
		input_close(input);
		return true;
	}
	if (!choose(input, compression, err))
		goto undo;
	*opened = input;
	return true;
undo:
	input_close(input);
	return false;
}

void
input_close(struct input *input)
{
	if (!input)
		return;
	if (input->gzip)
		inflateEnd(&input->stream);
	close(input->fd);
	memory_free(input->packed);
	memory_free(input);
}

bool
input_is_gzip(const struct input *input)
{
	return input->gzip;
}

int
input_descriptor(const struct input *input)
{
	return input->fd;
}

int64_t
input_raw_bytes(const struct input *input)
{
	return input->raw - (int64_t)(input->packed_end - input->packed_at);
}

int64_t
input_position(const struct input *input)
{
	return input->position;
}

bool
input_is_cut(const struct input *input)
{
	return input->gzip && input->in_member;
}

bool
input_has_ended(const struct input *input)
{
	return input->ended;
}

static bool
damaged(const struct input *input, const char *what, struct error *err)
{
	return error_set(err, ERROR_MALFORMED,
	    "the gzip data are damaged behind %lld unpacked bytes (%s): fetch the file again; what "
	    "came before is read",
	    (long long)input->position, what);
}

/*
 * Between members: zeros may pad (as tape blocks do), else a member begins.
 * Source: RFC 1952 section 2.2, a file is a series of members.
 */
static bool
begin_member(struct input *input, struct error *err)
{
	while (input->packed_at < input->packed_end && input->packed[input->packed_at] == 0)
		input->packed_at++;
	if (input->packed_at == input->packed_end)
		return true;
	if (input->packed[input->packed_at] != 0x1f)
		return damaged(input, "bytes behind the end that are no gzip", err);
	inflateReset(&input->stream);
	input->in_member = true;
	return true;
}

/* Unpacks from what was read; *got 0: it needs more. */
static bool
unpack(struct input *input, void *to, size_t room, size_t *got, struct error *err)
{
	z_stream *stream = &input->stream;
	int result;

	*got = 0;
	if (!input->in_member && !begin_member(input, err))
		return false;
	if (!input->in_member)
		return true;
	stream->next_in = input->packed + input->packed_at;
	stream->avail_in = (uInt)(input->packed_end - input->packed_at);
	stream->next_out = to;
	stream->avail_out = (uInt)room;
	result = inflate(stream, Z_NO_FLUSH);
	input->packed_at = input->packed_end - stream->avail_in;
	*got = room - stream->avail_out;
	input->position += (int64_t)*got;
	if (result == Z_STREAM_END)
		input->in_member = false;
	else if (result != Z_OK && result != Z_BUF_ERROR)
		return damaged(input, stream->msg ? stream->msg : "inflate fails", err);
	return true;
}

static bool
read_gzip(struct input *input, void *to, size_t room, size_t *got, struct error *err)
{
	int64_t raw;

	/* inflate() may hold output back until it sees room again, so it is asked before more is read. */
	for (;;) {
		if (!unpack(input, to, room, got, err))
			return false;
		if (*got)
			return true;
		if (input->packed_at < input->packed_end)
			continue;
		raw = input->raw;
		if (!read_packed(input, err))
			return false;
		if (input->raw == raw)
			return true;
	}
}

bool
input_read(struct input *input, void *to, size_t room, size_t *got, struct error *err)
{
	*got = 0;
	if (room > READ_BYTES_MAX)
		room = READ_BYTES_MAX;
	if ((int64_t)room > input->limit - input->position)
		room = (size_t)(input->limit - input->position);
	if (!room)
		return true;
	if (input->gzip)
		return read_gzip(input, to, room, got, err);
	if (input->packed_at < input->packed_end) {
		*got = input->packed_end - input->packed_at;
		if (*got > room)
			*got = room;
		memcpy(to, input->packed + input->packed_at, *got);
		input->packed_at += *got;
	} else if (!read_raw(input, to, room, got, err)) {
		return false;
	}
	input->position += (int64_t)*got;
	return true;
}

void
input_limit(struct input *input, int64_t byte)
{
	input->limit = byte;
}

/* Reads up to the position and forgets: the only way through gzip. */
static bool
read_up_to(struct input *input, int64_t byte, char *last, struct error *err)
{
	char *away = memory_get(PACKED_BYTES);
	size_t got = 1, room;
	bool done = true;

	while (done && got && input->position < byte) {
		room = byte - input->position < (int64_t)PACKED_BYTES
		    ? (size_t)(byte - input->position)
		    : PACKED_BYTES;
		done = input_read(input, away, room, &got, err);
		if (got)
			*last = away[got - 1];
	}
	memory_free(away);
	return done;
}

bool
input_seek(struct input *input, int64_t byte, char *last, bool *there, struct error *err)
{
	if (byte > 0 && input->regular && !input->gzip)
		input->raw = input->position = byte - 1;
	if (!read_up_to(input, byte, last, err))
		return false;
	*there = input->position == byte;
	return true;
}
