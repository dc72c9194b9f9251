/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The organ as its files share it, and the event in hand. Private to impact.
 */
#ifndef IMPACT_INSIDE_H
#define IMPACT_INSIDE_H

#include "ahead.h"
#include "clock.h"
#include "hash.h"
#include "movement.h"
#include "plan.h"
#include "program.h"

/* What is worked out of a changed field's new value, once per event and only if it is asked for. */
struct looked {
	bool has_text, has_hash;
	struct text text; /* as value_text() writes it; absent: null, or only a mac is known */
	uint64_t hash;
	char room[VALUE_TEXT_BYTES];
};

/* One influence in the making. */
struct item {
	struct influence influence;
	place row; /* the key's row; 0: not counted */
	bool own;  /* at the event's own key, not one that was left */
};

/* How far a feature was moved through one field. */
struct moved {
	uint32_t feature, field; /* field: symbol, SYMBOL_NONE: of none */
	double moved, magnitude;
	bool first; /* the first of its feature: the event is counted with it */
};

/* Where the event's item and movement of a feature stand; both 1 + index, 0: none. */
struct mark {
	uint32_t item;  /* at the event's own key; once they are in order, the feature's first */
	uint32_t moved; /* the last one */
};

/* A row that may be empty. */
struct noted {
	place row;
	uint32_t group;
};

/* A model's movement through one field, while it is added up. */
struct part {
	uint32_t model, field;
	double moved;
	uint32_t older; /* the same model's movement through another field: 1 + index, 0: none */
};

struct work {
	uint64_t event; /* counts events: what was kept of another one is stale */
	const struct event *fact;
	const struct origin *origin;
	uint32_t partition, actor;
	int64_t offset, partition_ms, clock_ms;
	struct impact_soon known; /* what was hashed before its turn */
	struct looked *looked;    /* [change] */
	size_t looked_capacity;
	struct item *items;
	size_t item_count, item_capacity;
	struct moved *moved;
	size_t moved_count, moved_capacity;
	struct mark *marks; /* [feature] */
	uint32_t *newest;   /* [model]: its part, 1 + index, 0: none */
	struct part *parts;
	size_t part_count, part_capacity;
};

struct impact {
	struct image *image;
	struct symbols *names;
	struct columns columns;
	struct hash hash;
	struct clock *clock;
	struct movement *movement;
	struct plan *plan;
	struct programs programs;
	struct work work;
	uint64_t keys_max;
	bool no_sums;
	struct impact_counts counts;
	struct noted *noted;
	size_t noted_count, noted_capacity;
};

static inline struct state *
state_touch(struct impact *impact)
{
	return image_touch(impact->image, image_root(impact->image));
}

static inline const struct state *
state_read(const struct impact *impact)
{
	return image_at(impact->image, image_root(impact->image));
}

/* --- features at a row: feature.c ---------------------------------------------------------- */

/* block: of the feature's layer, 0: the key has no state of it */
double feature_value(
    const struct impact *impact, const struct plan_feature *feature, place block, bool *estimated);
bool feature_is_empty(const struct impact *impact, const struct plan_feature *feature, place block);
/* As a member of a feature of a feature: none when nothing stands in its window. */
double
feature_member_value(const struct impact *impact, const struct plan_feature *feature, place block);
/* The pieces of a key's row; made. */
static inline place
feature_block(struct impact *impact, const struct plan_feature *feature, place row)
{
	if (LIKELY(!feature->layer))
		return row;
	return row_block_make(
	    impact->image, row, feature->layer, &impact->plan->groups[feature->group].layers);
}
place
feature_member_block(struct impact *impact, const struct plan_feature *chain, place source_row);

/* Adds whose it is to a value that is zero: value.c. */
void impact_whose(struct impact *impact, const struct plan_feature *feature, place block,
    struct impact_value *value);

/* --- keys: keys.c ----------------------------------------------------------------------------- */

void keys_look_up(struct impact *impact, struct plan_group *group, uint32_t key);
place keys_make_row(struct impact *impact, struct plan_group *group);

/* The event's row of a group, looked for once; 0: it is not held. key: index of the change that gives the key. */
static inline place
keys_row(struct impact *impact, uint32_t number, uint32_t key, bool *has_key)
{
	struct plan_group *group = &impact->plan->groups[number];

	if (group->event != impact->work.event)
		keys_look_up(impact, group, key);
	*has_key = group->has_key;
	return group->row;
}

/* The same, made if the limit lets it; 0: beyond the limit. Only with a key. */
static inline place
keys_make(struct impact *impact, uint32_t number)
{
	struct plan_group *group = &impact->plan->groups[number];

	return LIKELY(group->row) ? group->row : keys_make_row(impact, group);
}

/* The row may be empty now; looked at by keys_give_back(). */
void keys_note(struct impact *impact, uint32_t group, place row);
void keys_give_back(struct impact *impact);
const struct looked *looked_text(struct impact *impact, uint32_t change);
uint64_t looked_hash(struct impact *impact, uint32_t change);

/* --- one event --------------------------------------------------------------------------------- */

/* observe.c: the features that are computed from fields, and on from there. */
void observe_event(struct impact *impact, const struct program *program);
/* steps.c: a source's row was moved by the event in hand; its dependents follow. */
void steps_follow(struct impact *impact, const struct plan_feature *source, place source_row,
    double value, bool estimated, uint32_t field);
/* items.c */
void items_status(
    struct impact *impact, const struct plan_feature *feature, enum influence_status status);
void items_move(struct impact *impact, const struct plan_feature *feature, place row, bool own,
    double before, double after, bool estimated, uint32_t field);
/* Puts them in order and gives them. */
void items_finish(struct impact *impact, struct arena *arena, struct influences *out);
void items_forget(struct impact *impact);
/* score.c: of linear and logistic models; after items_finish(). */
void score_event(struct impact *impact, const struct program *program, struct arena *arena,
    struct influences *out);
/* sums.c: what is added up of the event, and of what left a window. */
void sums_event(struct impact *impact);
void sums_expiry(struct impact *impact, const struct plan_feature *feature, int64_t moment_ms,
    double before, double after);

/* expire.c: lets go of what left its window, in order, and tells movement that the clock moved. */
void expire_until(struct impact *impact, int64_t clock_ms, uint64_t record);

#endif
