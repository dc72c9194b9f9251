/* SPDX-License-Identifier: Apache-2.0 */
/* Members of JSON objects, appended one behind another; the comma is put where one is due. */
#ifndef DYETRACE_KAFKA_JSON_MEMBERS_H
#define DYETRACE_KAFKA_JSON_MEMBERS_H

#include "base/buffer.h"

void members_key(struct buffer *out, const char *key);
/* Absent: null. */
void members_text(struct buffer *out, const char *key, struct text text);
void members_long(struct buffer *out, const char *key, int64_t value);
/* Not finite: null. */
void members_number(struct buffer *out, const char *key, double value);
void members_true(struct buffer *out, const char *key, bool value);

#endif
