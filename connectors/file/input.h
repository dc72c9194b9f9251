/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of one open file, unpacked if it is gzip (any number of members,
 * RFC 1952). Positions are those of the unpacked bytes. A file may grow while
 * it is read: what is not there now may be there later.
 */
#ifndef DYETRACE_FILE_INPUT_H
#define DYETRACE_FILE_INPUT_H

#include "base/error.h"
#include "base/text.h"

struct input;

enum compression {
	COMPRESSION_AUTO,
	COMPRESSION_NONE,
	COMPRESSION_GZIP
};

/*
 * fd      takes; closed by input_close(), also on false
 * final   what is there now is all
 * *input  gives; NULL with true: too few bytes yet to tell what it is (fd is
 *         closed; ask again when the file has grown)
 *
 * One that cannot seek (standard input) has been found readable by poll(2).
 *
 * ERROR_IO         the bytes cannot be read
 * ERROR_MALFORMED  gzip is demanded and it is none
 */
MUST_USE bool input_open(
    int fd, enum compression compression, bool final, struct input **input, struct error *err);
void input_close(struct input *input); /* accepts NULL */

bool input_is_gzip(const struct input *input);
int input_descriptor(const struct input *input);

/*
 * Gives what is there, at most `room` bytes; *got 0: nothing now. Never waits.
 *
 * ERROR_IO, ERROR_MALFORMED (damaged gzip: *got bytes before it are good)
 */
MUST_USE bool
input_read(struct input *input, void *to, size_t room, size_t *got, struct error *err);
/* After *got was 0: whether the bytes end inside a gzip member. */
bool input_is_cut(const struct input *input);
/* Of a pipe: whether its other end is closed. */
bool input_has_ended(const struct input *input);

/*
 * Goes to a position of a file that was just opened. *last: the byte before
 * it. *there false: the file does not reach so far.
 */
MUST_USE bool
input_seek(struct input *input, int64_t byte, char *last, bool *there, struct error *err);

/* Nothing at or behind this position is given any more, as if the file ended there. */
void input_limit(struct input *input, int64_t byte);

/* Bytes of the descriptor that were taken from it, and the position in the unpacked bytes. */
int64_t input_raw_bytes(const struct input *input);
int64_t input_position(const struct input *input);

#endif
