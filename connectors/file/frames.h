/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes cut into records: JSON lines at each line end, CSV rows at each line
 * end outside quotes. What is cut does not depend on how the bytes arrive.
 *
 * A line longer than the limit is one broken record of which the beginning is
 * kept. A CSV row may span lines only while its quotes follow RFC 4180; if
 * they do not, or the row grows past its limits, its first line alone is
 * broken and the next line begins a row again: one stray quote costs one line.
 */
#ifndef DYETRACE_FILE_FRAMES_H
#define DYETRACE_FILE_FRAMES_H

#include "model/message.h"

/* Of a record beyond the limit this much is kept (less if the limit is less). */
#define FRAME_KEPT_BYTES ((size_t)64 << 10)

struct framing {
	enum message_format format; /* FORMAT_JSON or FORMAT_CSV */
	char delimiter;             /* CSV */
	size_t record_bytes_max;    /* of a record without its line end */
	size_t row_lines_max;       /* CSV: lines that one row may span */
};

/* The rest is the framer's own. */
struct framer {
	struct framing framing;
	size_t scanned;    /* bytes of the unfinished record that were looked at */
	size_t lines;      /* line ends inside its quotes */
	size_t first_line; /* where its first line ends, SIZE_MAX: not seen */
	bool inside;       /* within quotes */
	bool line_only;    /* its quotes are wrong: it ends with its line */
	bool skipping; /* its line is beyond the limit: bytes are dropped up to the line's end */
	char skipped_last; /* the last of them */
	int64_t skipped;   /* how many */
	char *kept;        /* its beginning */
};

struct frame {
	enum message_kind kind; /* PAYLOAD, BLANK or BROKEN */
	const char *reason;     /* of BLANK and BROKEN */
	struct text
	    payload; /* without the line end; borrowed from the bytes, or from the framer until the next call */
	int64_t whole_bytes; /* of the record; more than the payload if that was cut */
	size_t used;         /* bytes given that belong to this record, line end included */
};

void framer_init(struct framer *framer, const struct framing *framing);
void framer_fini(struct framer *framer);

/*
 * Cuts the next record off the front of bytes.
 *
 * bytes    begin where the last record ended. After false they are given again
 *          with more behind, except the first *dropped, which are forgotten
 * final    nothing will come behind: what is there is the last record
 *
 * false    no record ends in them
 */
bool framer_next(
    struct framer *framer, struct text bytes, bool final, struct frame *frame, size_t *dropped);

#endif
