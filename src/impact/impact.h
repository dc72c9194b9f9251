/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The organ: how far each event moves each feature and model. docs/influence.md
 * defines every number; this is the one place that computes them.
 *
 * Its state lies in an image (base/image.h), all of it: what is loaded from a
 * snapshot goes on bit for bit. It knows event time and ledger order only.
 */
#ifndef DYETRACE_IMPACT_IMPACT_H
#define DYETRACE_IMPACT_IMPACT_H

#include "base/image.h"
#include "base/keys.h"
#include "model/movement.h"
#include "model/batch.h"
#include "model/influence.h"
#include "model/lineage.h"

struct impact;

struct impact_options {
	struct symbols *names;   /* the process's */
	const struct keys *keys; /* whose secret keys are hashed with */
	struct image *image;     /* fresh, or loaded from a snapshot; the organ's until close */
	uint64_t keys_max;       /* limits.feature-keys */
	bool no_sums;            /* movement is not added up: no rows, and all scales are 0 */
};

/*
 * Everything is borrowed until close. gives: ended by impact_close()
 *
 * ERROR_DAMAGED  the loaded state is of another version, or contradicts itself
 */
MUST_USE bool
impact_open(const struct impact_options *options, struct impact **impact, struct error *err);
void impact_close(struct impact *impact); /* accepts NULL; the state stays in the image */

/*
 * An epoch begins (or, after a load, the one in force is given again: nothing changes).
 * lineage: borrowed until the next call; NULL: none. Features that changed start with nothing.
 *
 * ERROR_LIMIT  a row of all features of one key would be longer than a page: says which key
 */
MUST_USE bool
impact_set(struct impact *impact, const struct lineage *lineage, uint32_t epoch, struct error *err);

/* What is known of an event before its turn, impact_soon(). */
struct impact_soon {
	uint64_t entity, actor; /* hashes of the keys; 0: not worked out */
	uint32_t entities;      /* the group of the entity */
};

/* Where an event stands; its names as in struct partition. */
struct impact_place {
	struct text source, partition;
	uint32_t incarnation;
	int64_t offset;
	uint64_t record;         /* ledger index of the fact */
	struct impact_soon soon; /* zeroed: nothing is known */
};

/*
 * Of each RECORDED event in order: fills its influences; a message that releases a partition
 * (messages[i].releases) does so before it. record: the ledger index of the batch's first position
 * is `record`; each position and each release is one record.
 */
void impact_batch(struct impact *impact, struct batch *batch, uint64_t record);
/* The same for one event. out's arrays live in arena. The event's changes are ascending by field text. */
void impact_event(struct impact *impact, const struct event *event, const struct origin *origin,
    const struct trace *trace, const struct impact_place *place, struct arena *arena,
    struct influences *out);
/*
 * A glance at an event some places before its turn, so that nobody waits for memory then: where its keys stand, and
 * halfway to its turn what stands there. Changes no state. _too: another organ of the same keys and lineages, by what
 * the first one worked out.
 */
void impact_soon(struct impact *impact, const struct event *event, const struct origin *origin,
    struct impact_soon *soon);
void impact_soon_too(struct impact *impact, const struct impact_soon *soon);
void impact_near(struct impact *impact, const struct impact_soon *soon);
/* The same of an event whose class has no feature, and of whose changed fields none is looked at: it moves the clock alone. */
void
impact_event_of_nothing(struct impact *impact, const struct impact_place *place, int64_t time_ms);
/* A partition holds the clock back no longer, until its next event. */
void impact_release(struct impact *impact, struct text source, struct text partition,
    uint32_t incarnation, uint64_t record);

/* The rows of the catalog that changed since the last call (after open and load: all that are held). */
void impact_rows(struct impact *impact, const struct movement_sink *sink);
/* The scale in force of a feature (index), 0: none yet. */
double impact_scale(const struct impact *impact, uint32_t feature);
int64_t impact_clock(const struct impact *impact); /* TIME_NONE before the first event */
/*
 * One number for all values that are held and whose they are, with the clock and the
 * scales, whatever places they have in the image: two states that differ in any of them differ in it.
 */
uint64_t impact_digest(struct impact *impact);
/* Where it would stand behind such an event, or such a release. */
int64_t
impact_clock_with(const struct impact *impact, const struct impact_place *at, int64_t time_ms);
int64_t impact_clock_released(
    const struct impact *impact, struct text source, struct text partition, uint32_t incarnation);

/* --- one value: whose is it ------------------------------------------------------------ */

#define IMPACT_ORIGINS 8

struct impact_value {
	double value;                         /* INFLUENCE_NONE: none */
	bool estimated;                       /* distinct, beyond its bound */
	bool exact;                           /* last, min, max: the origin of the number itself */
	double total, remainder, error_bound; /* of weights */
	uint32_t origin_count;
	struct {
		uint32_t actor; /* the first 32 bits of the pseudonym, 0: unknown */
		double weight;
	} origins[IMPACT_ORIGINS]; /* heaviest first */
};
/* key: as written in the event; absent: null, or an unknown team; ignored for features without a key. *found = false: that key has no state. */
void impact_value(struct impact *impact, uint32_t feature, struct text key, bool is_null,
    struct impact_value *value, bool *found);

/* The value alone, for those who look often; of a key without state that of no observation. */
double impact_value_alone(struct impact *impact, uint32_t feature, struct text key, bool is_null);

struct impact_counts { /* since open */
	uint64_t influences, late, no_number, no_key, beyond,
	    ahead;            /* ahead: events whose time was not believed */
	uint64_t keys, panes; /* held now */
};
void impact_counts(const struct impact *impact, struct impact_counts *counts);

#endif
