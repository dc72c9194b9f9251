/* SPDX-License-Identifier: Apache-2.0 */
/* One JSON line, written as it goes. Private to inquiry. */
#ifndef INQUIRY_LINE_H
#define INQUIRY_LINE_H

#include "base/buffer.h"

struct line {
	struct buffer text;
	bool comma; /* something stands before what comes next */
};

void line_open(
    struct line *line, const char *key, char bracket); /* key NULL: in an array, or the whole */
void line_close(struct line *line, char bracket);
void line_text(struct line *line, const char *key, struct text text);
void line_long(struct line *line, const char *key, int64_t number);
void line_number(struct line *line, const char *key, double number); /* not finite: null */
void line_true(struct line *line, const char *key, bool truth);
void line_null(struct line *line, const char *key);
void line_hex(struct line *line, const char *key, const void *bytes, size_t size);

#endif
