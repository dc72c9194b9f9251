/* SPDX-License-Identifier: Apache-2.0 */
/* Sums of movement that receipts need. Private to inquiry. */
#ifndef DYETRACE_INQUIRY_MOVED_INSIDE_H
#define DYETRACE_INQUIRY_MOVED_INSIDE_H

#include <math.h>

#include "inquiry/moved.h"
#include "model/movement.h"
#include "private.h"

/* The scale of a feature in force at a record; 0: none yet. */
MUST_USE bool inquiry_scale_at(struct inquiry *inquiry, struct text feature, uint64_t record,
    double *scale, struct error *err);
/* The sum of magnitudes of a subject on the UTC day of a time; 0: not known. */
MUST_USE bool inquiry_day_total(struct inquiry *inquiry, enum movement_kind kind, struct text name,
    int64_t time_ms, double *total, struct error *err);

/* A pseudonym by its first 32 bits, as it is shown; null for 0. */
json_t *inquiry_actor_text(uint32_t actor);

/* "2026-01-05" */
json_t *inquiry_day_text(int64_t day);
/* Adds the page of a subject's movement to the document that has its name. ERROR_MISSING: nothing moved it in that time */
MUST_USE bool inquiry_moved_page(struct inquiry *inquiry, const struct inquiry_moved *question,
    uint32_t subject, json_t *document, struct error *err);

#endif
