/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conclusions at random, extremes included, for tests of what writes and reads
 * them. The same seed gives the same conclusions.
 */
#ifndef DYETRACE_TESTS_RANDOM_CONCLUSIONS_H
#define DYETRACE_TESTS_RANDOM_CONCLUSIONS_H

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "ledger/conclusions.h"

struct random_conclusions {
	uint64_t state, record;
	struct arena arena;
};

static inline uint64_t
draw(struct random_conclusions *random)
{
	/* Source: S. Vigna, splitmix64, public domain. */
	uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static inline uint32_t
draw_below(struct random_conclusions *random, uint32_t bound)
{
	return (uint32_t)(draw(random) % bound);
}

static inline double
draw_number(struct random_conclusions *random)
{
	static const double extremes[] = {0, -0.0, 1, -1, 63, 64, -64, -65, 0.1, 1e308, -1e308,
	    DBL_MAX, -DBL_MAX, DBL_MIN, DBL_TRUE_MIN, -DBL_TRUE_MIN, 9007199254740991.0,
	    9007199254740992.0, -9007199254740991.0, -9007199254740992.0, 9007199254740993.0,
	    4503599627370496.5, 1e15, 1e16, INFINITY, -INFINITY, NAN};
	uint64_t bits = draw(random);
	double number;

	switch (draw_below(random, 4)) {
	case 0:
		return extremes[draw_below(random, sizeof(extremes) / sizeof(extremes[0]))];
	case 1:
		return (double)draw_below(random, 1000);
	case 2:
		return (double)draw_below(random, 100000) / 7;
	default:
		memcpy(&number, &bits, sizeof(number));
		return isnan(number) ? INFLUENCE_NONE : number;
	}
}

static inline void
draw_influences(struct random_conclusions *random, struct influences *out)
{
	uint32_t count = 1 + draw_below(random, draw_below(random, 8) ? 12 : 300), i, feature = 0;
	uint32_t score_count = draw_below(random, 4), model = 0;
	uint32_t range = draw_below(random, 30) ? 3 : 5000000;
	struct influence *items = arena_get(&random->arena, count * sizeof(*items));
	struct influence_score *scores = arena_get(&random->arena, score_count * sizeof(*scores));

	for (i = 0; i < count; i++) {
		uint32_t status = draw_below(random, 4)
		    ? INFLUENCE_COUNTED
		    : draw_below(random, INFLUENCE_STATUS_COUNT);
		bool counted = status <= INFLUENCE_ESTIMATED;

		feature += draw_below(random, range);
		items[i] = (struct influence){feature, status,
		    counted ? draw_number(random) : INFLUENCE_NONE,
		    counted ? draw_number(random) : INFLUENCE_NONE};
	}
	for (i = 0; i < score_count; i++) {
		model += 1 + draw_below(random, range);
		scores[i] =
		    (struct influence_score){model, draw_number(random), draw_number(random)};
	}
	*out = (struct influences){count, score_count, items, scores};
}

/* Few kinds, as events of few trace classes make them: the numbers alone are new. */
static inline void
draw_alike(struct random_conclusions *random, struct influences *out)
{
	struct random_conclusions kind = {.state = draw_below(random, 5), .arena = random->arena};
	struct influence *items;
	struct influence_score *scores;
	uint32_t i;

	draw_influences(&kind, out);
	random->arena = kind.arena;
	items = (struct influence *)(uintptr_t)out->items;
	scores = (struct influence_score *)(uintptr_t)out->scores;
	for (i = 0; i < out->count; i++)
		if (items[i].status <= INFLUENCE_ESTIMATED) {
			items[i].before = draw_number(random);
			items[i].after = draw_number(random);
		}
	for (i = 0; i < out->score_count; i++) {
		scores[i].before = draw_number(random);
		scores[i].movement = draw_number(random);
	}
}

static inline struct conclusion
draw_conclusion(struct random_conclusions *random)
{
	struct conclusion conclusion = {.record = random->record,
	    .epoch = draw_below(random, 9) ? 3 : draw_below(random, UINT32_MAX)};

	random->record += 1 + draw_below(random, draw_below(random, 20) ? 4 : 1000000);
	if (draw_below(random, 3))
		draw_alike(random, &conclusion.influences);
	else
		draw_influences(random, &conclusion.influences);
	return conclusion;
}

#endif
