/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One open file as a sequence of messages: its bytes, cut into records, with
 * offset and position. It knows nothing of names, partitions and rotation.
 */
#ifndef DYETRACE_FILE_STREAM_H
#define DYETRACE_FILE_STREAM_H

#include "model/batch.h"
#include "schemas.h"
#include "settings.h"

struct stream;

/* gives: ended by stream_close(), which closes the input too. settings and schemas: borrowed until then */
struct stream *
stream_open(struct input *input, const struct file_settings *settings, struct schemas *schemas);
void stream_close(struct stream *stream); /* accepts NULL */

/*
 * Goes on where an earlier reader stopped; before anything was read.
 *
 * schema   of a CSV file whose header lies before offset; else NULL
 * *there   false: the file does not reach so far
 */
MUST_USE bool stream_resume(struct stream *stream, int64_t offset, int64_t byte,
    const struct message_schema *schema, bool *there, struct error *err);
/* After stream_resume(): whether the record before was taken without its line end. */
bool stream_is_unended(const struct stream *stream);

/*
 * Adds messages (without a partition) until the batch is full or the bytes
 * that are there now are used up: then *paused is true. Payloads are copied
 * into the batch's arena, one copy a read.
 *
 * final   what is there now is all: a record needs no line end
 *
 * ERROR_IO, ERROR_MALFORMED  the stream cannot go on; what was added is good
 */
MUST_USE bool stream_fill(
    struct stream *stream, struct batch *batch, bool final, bool *paused, struct error *err);

/*
 * The next message alone; its payload lives until the next call.
 * *found false: no record ends in the bytes that are there now.
 */
MUST_USE bool stream_next(
    struct stream *stream, bool final, struct message *message, bool *found, struct error *err);

/* What lies at or behind this position is not of the file (of a container nothing is hidden). */
void stream_limit(struct stream *stream, int64_t byte);

/* Where the next record begins. */
int64_t stream_offset(const struct stream *stream);
int64_t stream_byte(const struct stream *stream);
/* Bytes behind the last record that do not end one yet. */
int64_t stream_tail_bytes(const struct stream *stream);
/* Whether the tail is a whole record that lacks only its line end: CSV always, a JSON line if
 * its last brace closes its first, never a container's block. */
bool stream_tail_is_whole(const struct stream *stream);

/* The identity of the first payload that is not blank among those it gave; false before there is one. */
bool stream_first(const struct stream *stream, uint64_t *first);
/* CSV: the header, NULL before it was seen. */
const struct message_schema *stream_schema(const struct stream *stream);
struct input *stream_input(const struct stream *stream);

/* Gives back memory that an idle stream does not need. */
void stream_rest(struct stream *stream);

#endif
