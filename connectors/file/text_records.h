/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The records of a file of lines: JSON lines and CSV rows of one input, cut
 * in place (frames.h), with what only the file as a whole tells: its byte order
 * mark, its CSV header, and a last record that lacked its line end.
 */
#ifndef DYETRACE_FILE_TEXT_RECORDS_H
#define DYETRACE_FILE_TEXT_RECORDS_H

#include "schemas.h"
#include "settings.h"

struct text_records;

/* gives: ended by text_records_close(); all three are borrowed until then */
struct text_records *text_records_open(
    struct input *input, const struct file_settings *settings, struct schemas *schemas);
void text_records_close(struct text_records *records); /* accepts NULL */

/* As stream_resume(). */
MUST_USE bool text_records_resume(struct text_records *records, int64_t byte,
    const struct message_schema *schema, bool *there, struct error *err);

/*
 * Cuts one record off the window. *found false: none ends in it. The payload
 * is borrowed until the next call of text_records_read().
 *
 * ERROR_MALFORMED  the file is no text, or its header cannot be read
 */
MUST_USE bool text_records_cut(
    struct text_records *records, bool final, struct frame *frame, bool *found, struct error *err);
/* Reads more into the window, which moves; *got 0: nothing is there now. */
MUST_USE bool text_records_read(struct text_records *records, size_t *got, struct error *err);

/* Where the next record begins: in the file, and in the window. */
int64_t text_records_byte(const struct text_records *records);
const char *text_records_at(const struct text_records *records);
/* CSV: the header, NULL before it was seen. */
const struct message_schema *text_records_schema(const struct text_records *records);
bool text_records_is_unended(const struct text_records *records);
int64_t text_records_tail_bytes(const struct text_records *records);
bool text_records_tail_is_whole(const struct text_records *records);
void text_records_rest(struct text_records *records);

#endif
