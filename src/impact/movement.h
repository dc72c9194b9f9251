/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Movement added up (docs/influence.md, "Movement added up"): by hour and team,
 * system, channel, field; by day and actor; and the scale of each feature, which
 * the last ended day left. All of it lies in the image. Private to impact.
 */
#ifndef IMPACT_MOVEMENT_H
#define IMPACT_MOVEMENT_H

#include "base/image.h"
#include "base/symbols.h"
#include "model/movement.h"

struct movement;

/* root: MOVEMENT_ROOT_BYTES of the image that are its, zeroed at first. ERROR_DAMAGED. gives: ended by movement_close() */
#define MOVEMENT_ROOT_BYTES 256
MUST_USE bool movement_open(struct image *image, place root, struct symbols *names,
    struct movement **movement, struct error *err);
void movement_close(struct movement *movement);

/* The subject's number for good, made on first sight. */
uint32_t movement_subject(struct movement *movement, enum movement_kind kind, struct text name);
/* Subjects of the epoch in force: rows of a day have a cell for each of these (others that it has already stay). */
void movement_subjects(struct movement *movement, const uint32_t *subjects, uint32_t count);

/* The event that the next calls are of; team, system, channel: symbols; actor: 32 bits, 0 unknown. */
void movement_event(struct movement *movement, int64_t time_ms, uint32_t team, uint32_t system,
    uint32_t channel, uint32_t actor);
/* It moved a subject so far (finite), by way of a field (symbol; SYMBOL_NONE: of none). Once for each subject and field of an event;
 * `first`: the first of this subject in this event, so that events are counted once. */
void
movement_add(struct movement *movement, uint32_t subject, uint32_t field, double moved, bool first);
/* A value that an influence left, for the scale of the feature; of the same event. */
void movement_value(struct movement *movement, uint32_t subject, double value);
void movement_expiry(struct movement *movement, uint32_t subject, int64_t moment_ms, double moved);
/* The clock moved (before the event at this record counts): ends days. */
void movement_clock(struct movement *movement, int64_t clock_ms, uint64_t record);
double movement_scale(const struct movement *movement, uint32_t subject);
void movement_rows(struct movement *movement, const struct movement_sink *sink);

#endif
