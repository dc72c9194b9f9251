/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Container files made in memory, good ones and others, and what a container
 * gives of them as lines:
 *   0 'abc'                 a record
 *   1 broken 'xy' sentence  a record that cannot be framed
 *   2+5 gap sentence        five ordinals
 */
#ifndef DYETRACE_TESTS_AVRO_FILE_H
#define DYETRACE_TESTS_AVRO_FILE_H

#include <stdlib.h>
#include <zlib.h>

#include "avro_container.h"
#include "base/buffer.h"

static const char avro_file_marker[16] = "0123456789abcde\xff";

static inline void
file_header(struct buffer *file, const char *schema, const char *codec)
{
	buffer_add(file, "Obj\1", 4);
	buffer_add_long(file, codec ? 2 : 1);
	buffer_add_string(file, TEXT("avro.schema"));
	buffer_add_string(file, text_of(schema));
	if (codec) {
		buffer_add_string(file, TEXT("avro.codec"));
		buffer_add_string(file, text_of(codec));
	}
	buffer_add_long(file, 0);
	buffer_add(file, avro_file_marker, 16);
}

static inline void
file_block(struct buffer *file, int64_t count, struct text data)
{
	buffer_add_long(file, count);
	buffer_add_string(file, data);
	buffer_add(file, avro_file_marker, 16);
}

static inline void
file_deflate(struct text data, struct buffer *packed)
{
	size_t room = compressBound(data.size) + 64;
	z_stream stream = {0};

	buffer_reserve(packed, room);
	if (deflateInit2(&stream, 6, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	stream.next_in = (Bytef *)data.data;
	stream.avail_in = (uInt)data.size;
	stream.next_out = packed->data + packed->size;
	stream.avail_out = (uInt)room;
	if (deflate(&stream, Z_FINISH) != Z_STREAM_END)
		abort();
	packed->size += room - stream.avail_out;
	deflateEnd(&stream);
}

/* Bytes that arrive in pieces. */
struct memory_file {
	struct text bytes;
	size_t at, piece; /* piece: how many a read gives, 0: all */
	bool pauses;      /* every other read gives nothing */
	bool paused;
};

static inline bool
memory_file_read(void *context, void *to, size_t room, size_t *got, struct error *err)
{
	struct memory_file *file = context;
	size_t left = file->bytes.size - file->at;

	file->paused = file->pauses && !file->paused;
	*got = file->paused ? 0 : left < room ? left : room;
	if (file->piece && *got > file->piece)
		*got = file->piece;
	memcpy(to, file->bytes.data + file->at, *got);
	file->at += *got;
	return true;
}

static inline struct avro_container *
container_of_file(struct memory_file *file, size_t record_max)
{
	struct avro_container_options options = {memory_file_read, file, record_max};

	return avro_container_open(&options);
}

static inline void
show_frame(const struct avro_frame *frame, struct buffer *lines)
{
	char shown[200];

	buffer_add_format(lines, "%s%lld", lines->size ? "\n" : "", (long long)frame->offset);
	if (frame->count != 1)
		buffer_add_format(lines, "+%lld", (long long)frame->count);
	buffer_add_format(lines,
	    frame->kind == MESSAGE_GAP          ? " gap"
		: frame->kind == MESSAGE_BROKEN ? " broken"
						: "");
	if (frame->kind != MESSAGE_GAP)
		buffer_add_format(
		    lines, " '%s'", text_show(frame->payload, 24, shown, sizeof(shown)));
	if (frame->kind != MESSAGE_PAYLOAD)
		buffer_add_format(lines, " %s: %.*s", frame->reason, TEXT_PRINT(frame->detail));
}

/* What there is from where the container stands, and the error at the end. */
static inline void
show_frames(
    struct avro_container *container, struct memory_file *file, bool final, struct buffer *lines)
{
	struct avro_frame frame;
	struct error err = {0};
	bool found, all;

	/* The bytes may all be there before that is known. */
	do {
		all = file->at == file->bytes.size;
		if (!avro_container_next(container, final && all, &frame, &found, &err)) {
			buffer_add_format(lines, "%serror: %s", lines->size ? "\n" : "", err.text);
			break;
		}
		if (found)
			show_frame(&frame, lines);
	} while (found || !all);
	buffer_add_byte(lines, 0);
	lines->size--;
}

static inline void
show_file(struct text bytes, size_t piece, bool pauses, bool final, struct buffer *lines)
{
	struct memory_file file = {bytes, 0, piece, pauses, false};
	struct avro_container *container = container_of_file(&file, 1000);

	show_frames(container, &file, final, lines);
	avro_container_close(container);
}

#endif
