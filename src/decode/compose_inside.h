/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of composing share. Private to decode. */
#ifndef DYETRACE_DECODE_COMPOSE_INSIDE_H
#define DYETRACE_DECODE_COMPOSE_INSIDE_H

#include "compose.h"

/* The event's changes, by the mapping. */
bool composer_changes(struct composer *composer, const struct row *row, struct event *event,
    struct row_problem *problem);
/* Those of a Debezium event (compose_columns.c). */
bool composer_columns(struct composer *composer, const struct row *row, struct event *event,
    struct row_problem *problem);

/* False of a list or an object. Absent is null here. A time is the text that JSON or CSV would hold. */
bool composer_value(const struct composer *composer, const struct row *row, const struct cell *cell,
    struct value *value);
bool composer_equal(const struct value *a, const struct value *b);
/* Whether the event being composed has not changed the field before. */
bool composer_first(struct composer *composer, uint32_t field);

/* Problems, so that `return` reads well. */
bool composer_not_single(const struct text name, struct row_problem *problem);
bool composer_too_many(const struct composer *composer, size_t count, struct row_problem *problem);

#endif
