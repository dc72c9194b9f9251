/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The values that left-out events move, each as a chain of what it was, newest first:
 * of a million keys most change a few times. Which of them were moved furthest is known
 * in the end, and only then all others are dropped.
 */
#include "without.h"

#define HELD_MAX (UINT32_C(1) << 23) /* 200 MB; with more there is a second pass */

static const struct sample none = {{INFLUENCE_NONE, INFLUENCE_NONE}};

static struct tracked *
track(struct without *without, uint32_t symbol)
{
	size_t before = without->tracked_capacity;

	memory_grow(&without->tracked, &without->tracked_capacity, (size_t)symbol + 1,
	    sizeof(struct tracked));
	if (without->tracked_capacity > before)
		memset(without->tracked + before, 0,
		    (without->tracked_capacity - before) * sizeof(struct tracked));
	if (symbol >= without->tracked_count)
		without->tracked_count = (size_t)symbol + 1;
	return &without->tracked[symbol];
}

static void
forget(struct without *without)
{
	if (without->tracked_capacity)
		memset(without->tracked, 0, without->tracked_capacity * sizeof(struct tracked));
	without->tracked_count = without->held_count = without->touched_count = 0;
	without->active_count = 0;
}

void
values_begin(struct without *without)
{
	struct tracked *only;

	without->keys = symbols_open();
	if (!without->named)
		return;
	only = track(without, 0);
	only->active = true;
	without->active_count = 1;
	without->shown[0] =
	    (struct shown){.has_key = without->what->has_key, .key = without->what->key};
	without->shown_count = 1;
	values_set(without, 0, &none);
}

void
values_fini(struct without *without)
{
	symbols_close(without->keys);
	memory_free(without->tracked);
	memory_free(without->held);
	memory_free(without->touched);
}

/* --- one key ---------------------------------------------------------------------------- */

uint32_t
values_find(const struct without *without, struct text key)
{
	uint32_t symbol;

	if (without->named)
		return !without->what->has_key || text_equal(without->what->key, key) ? 0 : NO_KEY;
	symbol = symbols_find(without->keys, key);
	if (symbol >= without->tracked_count || (key.data && symbol == SYMBOL_NONE))
		return NO_KEY;
	return symbol;
}

/* How far keys were moved stays known. */
static void
drop_values(struct without *without)
{
	size_t i;

	without->too_many = true;
	for (i = 0; i < without->tracked_count; i++)
		without->tracked[i] = (struct tracked){.moved = without->tracked[i].moved};
	without->held_count = without->touched_count = 0;
	without->active_count = 0;
}

static bool
are_too_many(const struct without *without)
{
	return without->held_count >= HELD_MAX ||
	    (without->looks_at_all && without->active_count > without->active_max);
}

uint32_t
values_meet(struct without *without, struct text key, double moved)
{
	uint32_t symbol =
	    without->discovers ? symbols_add(without->keys, key) : values_find(without, key);
	struct tracked *tracked;

	if (symbol == NO_KEY)
		return NO_KEY;
	tracked = track(without, symbol);
	if (without->discovers) {
		without->key_count += tracked->moved == 0;
		tracked->moved += moved;
	}
	if (!tracked->active && !without->too_many) {
		tracked->active = true;
		without->active_count++;
	}
	if (without->discovers && !without->too_many && are_too_many(without))
		drop_values(without);
	return symbol;
}

void
values_touch(struct without *without, uint32_t symbol)
{
	struct tracked *tracked = &without->tracked[symbol];

	if (!tracked->active || tracked->touched == without->step_count + 1)
		return;
	tracked->touched = (uint32_t)without->step_count + 1;
	memory_grow(&without->touched, &without->touched_capacity, without->touched_count + 1,
	    sizeof(*without->touched));
	without->touched[without->touched_count++] = symbol;
}

struct sample
values_get(const struct without *without, uint32_t symbol)
{
	uint32_t newest = without->tracked[symbol].newest;

	return newest ? without->held[newest - 1].sample : none;
}

void
values_set(struct without *without, uint32_t symbol, const struct sample *sample)
{
	struct tracked *tracked = &without->tracked[symbol];
	uint32_t step = (uint32_t)without->step_count, newest = tracked->newest;

	if (newest &&
	    (without->held[newest - 1].step == step ||
		memcmp(&without->held[newest - 1].sample, sample, sizeof(*sample)) == 0)) {
		without->held[newest - 1].sample = *sample;
		return;
	}
	memory_grow(
	    &without->held, &without->held_capacity, without->held_count + 1, sizeof(struct held));
	without->held[without->held_count++] = (struct held){step, newest, *sample};
	tracked->newest = (uint32_t)without->held_count;
}

/* --- those that were moved furthest ------------------------------------------------------- */

/* Whether key a goes before key b: moved further, then by text. */
static bool
goes_before(const struct without *without, uint32_t a, uint32_t b)
{
	if (without->tracked[a].moved != without->tracked[b].moved)
		return without->tracked[a].moved > without->tracked[b].moved;
	return text_compare(symbols_text(without->keys, a), symbols_text(without->keys, b)) < 0;
}

/* Puts the key where it belongs among those that were moved furthest. */
static void
rank(const struct without *without, uint32_t *ranked, uint32_t *count, uint32_t key)
{
	uint32_t at = *count;

	if (at == WITHOUT_KEYS && !goes_before(without, key, ranked[at - 1]))
		return;
	if (at == WITHOUT_KEYS)
		at--;
	else
		(*count)++;
	for (; at > 0 && goes_before(without, key, ranked[at - 1]); at--)
		ranked[at] = ranked[at - 1];
	ranked[at] = key;
}

/* The shown keys alone get symbols, and may be tracked. */
static void
track_shown(struct without *without)
{
	struct symbols *all = without->keys;
	uint32_t i;

	without->keys = symbols_open();
	forget(without);
	for (i = 0; i < without->shown_count; i++) {
		struct shown *shown = &without->shown[i];

		shown->symbol = symbols_add(without->keys, shown->key);
		shown->key = symbols_text(without->keys, shown->symbol);
		(void)track(without, shown->symbol);
	}
	symbols_close(all);
}

void
values_choose(struct without *without)
{
	uint32_t ranked[WITHOUT_KEYS], i;

	without->shown_count = 0;
	for (i = 0; i < without->tracked_count; i++)
		if (without->tracked[i].moved > 0)
			rank(without, ranked, &without->shown_count, i);
	for (i = 0; i < without->shown_count; i++)
		without->shown[i] = (struct shown){.symbol = ranked[i],
		    .has_key = true,
		    .key = symbols_text(without->keys, ranked[i]),
		    .moved = without->tracked[ranked[i]].moved};
	if (without->too_many)
		track_shown(without);
}
