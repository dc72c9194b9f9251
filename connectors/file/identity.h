/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a file is the one that was read before. Names and inodes are reused,
 * so its content decides: the first record must be the same, the file must
 * reach the position, and a line must end there. Where no line ends there (the
 * last record had been taken without its line end) the digest of all content
 * up to the position decides; so it does where no such record was read yet.
 */
#ifndef DYETRACE_FILE_IDENTITY_H
#define DYETRACE_FILE_IDENTITY_H

#include "model/partition.h"
#include "stream.h"

/* How far a file was read. */
struct mark {
	bool has_first;
	uint64_t first;               /* identity of its first payload that is not blank */
	int64_t offset, byte;         /* of the next record */
	const struct sha256 *content; /* over all before it; NULL: not known */
};

enum sameness {
	FILE_SAME,    /* it goes on behind the mark */
	FILE_OTHER,   /* it begins differently */
	FILE_SHORTER, /* it begins so and ends before the mark: it was cut */
};

/*
 * fd       takes
 * *stream  gives: positioned at the mark, where *sameness is FILE_SAME; else NULL
 *
 * ERROR_IO, ERROR_MALFORMED  it cannot be read
 */
MUST_USE bool
file_identity_compare(int fd, const struct file_settings *settings, struct schemas *schemas,
    const struct mark *mark, enum sameness *sameness, struct stream **stream, struct error *err);

/* How a file begins, as far as its first limit_byte bytes (INT64_MAX: all of it) tell. */
struct beginning {
	bool has_first;     /* it has a record that is not blank */
	bool is_unfinished; /* that record lacks its line end: it may change */
	uint64_t first;
	const struct message_schema *schema; /* CSV: its header, if there is one */
	int64_t header_offset;
};

/* fd: takes */
MUST_USE bool file_identity_begin(int fd, const struct file_settings *settings,
    struct schemas *schemas, int64_t limit_byte, struct beginning *beginning, struct error *err);

/*
 * Opens a path and its stream from the start. fd: takes.
 * *stream NULL with true: too few bytes yet to tell what it is.
 */
MUST_USE bool file_identity_open(int fd, const struct file_settings *settings,
    struct schemas *schemas, bool final, struct stream **stream, struct error *err);

/* Whether all before the mark has the mark's content digest. fd: takes */
MUST_USE bool file_identity_verify(int fd, const struct file_settings *settings,
    struct schemas *schemas, const struct mark *mark, bool *same, struct error *err);

#endif
