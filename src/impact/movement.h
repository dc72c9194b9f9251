/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Movement added up (docs/influence.md, "Movement added up"): by hour and team,
 * system, channel, field; by day and actor; and the scale of each feature, which
 * the last ended day left. All of it lies in the image. Private to impact.
 *
 * A day is open until the clock is an hour past it. What ended waits in the image
 * until movement_rows() gives it, then its memory is free.
 *
 * Bounds, and what they do:
 *
 *   16 open days          earlier and later movements count in the first and the last of them
 *   65,536 words          further names count as unknown (words_beyond)
 *   32 MiB of hours' rows of all open days: further (hour, name) count as unknown (rows_beyond)
 *   65,536 actors or      of all open days: then the greatest day's actors become a part, whose
 *   24 MiB of actors      rows are final, and a new part begins
 *   2,048 actors          of each subject are carried from a day's parts into the next, the heaviest
 *   512 MiB of what       waits for movement_rows(); beyond, the oldest is dropped (lost): only
 *   ended                 where nobody asks, for between two commits there is never so much
 *
 * Of a day with one part all numbers are exact. With several they are as long as no more than
 * 2,048 actors moved the subject in the parts that are closed; beyond that `total` still is;
 * `actor_count` is estimated (HyperLogLog, 2.3 %); `squares` is a lower bound, and an actor's place among the top
 * may lack what it did before it was among the carried. The rows by actor are complete: readers add the parts.
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
void movement_close(struct movement *movement); /* accepts NULL; the state stays in the image */

/* The subject's number for good, made on first sight. */
uint32_t movement_subject(struct movement *movement, enum movement_kind kind, struct text name);
/* Subjects of the epoch in force: rows of a day have a cell for each of these (others that it has already stay). */
void movement_subjects(struct movement *movement, const uint32_t *subjects, uint32_t count);

/* An event of this actor comes soon: what is far away is fetched meanwhile. Changes nothing. */
void movement_soon(const struct movement *movement, int64_t time_ms, uint32_t actor);
/* The same, nearer: some 200 ns after soon, and as long before its end. */
void movement_near(const struct movement *movement, int64_t time_ms, uint32_t actor);
/* The event that the next calls are of; team, system, channel: symbols; actor: 32 bits, 0 unknown. Cheap for one that moves nothing. */
void movement_event(struct movement *movement, int64_t time_ms, uint32_t team, uint32_t system,
    uint32_t channel, uint32_t actor);
/*
 * It moved a subject so far (finite), by way of a field (symbol; SYMBOL_NONE: of none). Once for each subject and field of
 * an event; `first`: the first of this subject in this event. The sum of the event's movements of a subject counts, once.
 */
void
movement_add(struct movement *movement, uint32_t subject, uint32_t field, double moved, bool first);
/*
 * All of the event was given: now it counts. Each other call but movement_value() and _scale() does it, too; an event that
 * nothing ended is not in the image.
 */
void movement_event_end(struct movement *movement);
/* A value that an influence left, for the scale of the feature; of the same event. */
void movement_value(struct movement *movement, uint32_t subject, double value);
/* Moments ascending, movement_clock(moment) before each: so a clock that jumps leaves each day its own. */
void movement_expiry(struct movement *movement, uint32_t subject, int64_t moment_ms, double moved);
/* The clock moved (before the event at this record counts): ends days. Never goes back. */
void movement_clock(struct movement *movement, int64_t clock_ms, uint64_t record);
double movement_scale(const struct movement *movement, uint32_t subject); /* 0: none yet */
/*
 * What changed since the last call (of all that are held after open), and what ended. Call it at each commit.
 * The same sequence of the calls above gives the same rows in the end, however often this was called. sink NULL: nobody
 * wants them; what ended is forgotten.
 */
void movement_rows(struct movement *movement, const struct movement_sink *sink);

struct movement_counts {                    /* since open */
	uint64_t words_beyond, rows_beyond; /* events, fields of events */
	uint64_t lost;                      /* days and parts dropped before they were asked for */
};
void movement_counts(const struct movement *movement, struct movement_counts *counts);

#endif
