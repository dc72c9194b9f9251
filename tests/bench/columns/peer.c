/* SPDX-License-Identifier: Apache-2.0 */
#include "peer.h"

#include <stdlib.h>
#include <string.h>

#include <uthash.h>

struct weight {
	uint32_t actor;
	double weight;
	UT_hash_handle hh;
};

struct seen {
	uint64_t value;
	UT_hash_handle hh;
};

struct pane {
	int64_t number;
	double count, hits, sum, least, greatest, last;
	int64_t last_ms;
	struct weight *weights;
	struct seen *values;
};

struct peer {
	struct column_plan plan;
	uint32_t rows, panes;
	int64_t first;
	struct pane *all; /* [row][pane % panes] */
	double *values;   /* [row]: now */
};

struct peer *
peer_open(const struct column_plan *plan, uint32_t rows)
{
	struct peer *peer = calloc(1, sizeof(*peer));

	peer->plan = *plan;
	peer->rows = rows;
	peer->panes = plan->pane_ms ? (uint32_t)plan->panes : 1;
	peer->all = calloc((size_t)rows * peer->panes, sizeof(*peer->all));
	peer->values = calloc(rows, sizeof(*peer->values));
	return peer;
}

static void
pane_clear(struct pane *pane)
{
	struct weight *weight, *next;
	struct seen *value, *after;

	HASH_ITER(hh, pane->weights, weight, next)
	{
		HASH_DEL(pane->weights, weight);
		free(weight);
	}
	HASH_ITER(hh, pane->values, value, after)
	{
		HASH_DEL(pane->values, value);
		free(value);
	}
	memset(pane, 0, sizeof(*pane));
}

void
peer_clear(struct peer *peer)
{
	uint32_t i;

	for (i = 0; i < peer->rows * peer->panes; i++)
		pane_clear(&peer->all[i]);
	memset(peer->values, 0, peer->rows * sizeof(*peer->values));
	peer->first = 0;
}

void
peer_close(struct peer *peer)
{
	peer_clear(peer);
	free(peer->all);
	free(peer->values);
	free(peer);
}

static double
count_values(const struct peer *peer, const struct pane *panes)
{
	struct seen *value, *found;
	double different = 0;
	uint32_t i, before;

	if (peer->panes == 1)
		return HASH_COUNT(panes[0].values);
	for (i = 0; i < peer->panes; i++)
		for (value = panes[i].values; value; value = value->hh.next) {
			for (before = 0; before < i; before++) {
				HASH_FIND(hh, panes[before].values, &value->value,
				    sizeof(value->value), found);
				if (found)
					break;
			}
			different += before == i;
		}
	return different;
}

static double
value_of(const struct peer *peer, const struct pane *panes)
{
	struct pane all = {0};
	uint32_t i;

	if (peer->plan.aggregate == AGGREGATE_DISTINCT)
		return count_values(peer, panes);
	for (i = 0; i < peer->panes; i++) {
		const struct pane *pane = &panes[i];

		if (pane->count == 0)
			continue;
		if (all.count == 0 || pane->least < all.least)
			all.least = pane->least;
		if (all.count == 0 || pane->greatest > all.greatest)
			all.greatest = pane->greatest;
		if (all.count == 0 || pane->last_ms > all.last_ms) {
			all.last = pane->last;
			all.last_ms = pane->last_ms;
		}
		all.count += pane->count;
		all.hits += pane->hits;
		all.sum += pane->sum;
	}
	switch (peer->plan.aggregate) {
	case AGGREGATE_LAST:
		return all.last;
	case AGGREGATE_COUNT:
		return all.count;
	case AGGREGATE_SUM:
		return all.sum;
	case AGGREGATE_MEAN:
		return all.sum / all.count;
	case AGGREGATE_MIN:
		return all.least;
	case AGGREGATE_MAX:
		return all.greatest;
	case AGGREGATE_SHARE:
		return all.hits / all.count;
	default:
		return all.count / peer->plan.days;
	}
}

/* From the value before to the one now. */
static double
moved(struct peer *peer, uint32_t row)
{
	double before = peer->values[row];
	double after = value_of(peer, &peer->all[(size_t)row * peer->panes]);

	peer->values[row] = after == after ? after : 0;
	return peer->values[row] - before;
}

static void
add_weight(const struct peer *peer, struct pane *pane, const struct observation *observation)
{
	double weight = peer->plan.aggregate == AGGREGATE_SUM ? observation->number : 1;
	struct weight *item;

	if (peer->plan.aggregate == AGGREGATE_LAST || peer->plan.aggregate == AGGREGATE_MIN ||
	    peer->plan.aggregate == AGGREGATE_MAX)
		return;
	HASH_FIND(hh, pane->weights, &observation->actor, sizeof(observation->actor), item);
	if (!item) {
		item = calloc(1, sizeof(*item));
		item->actor = observation->actor;
		HASH_ADD(hh, pane->weights, actor, sizeof(item->actor), item);
	}
	item->weight += weight < 0 ? -weight : weight;
}

static void
add_value(struct pane *pane, uint64_t value)
{
	struct seen *item;

	HASH_FIND(hh, pane->values, &value, sizeof(value), item);
	if (item)
		return;
	item = calloc(1, sizeof(*item));
	item->value = value;
	HASH_ADD(hh, pane->values, value, sizeof(item->value), item);
}

double
peer_observe(struct peer *peer, uint32_t row, const struct observation *observation)
{
	struct pane *panes = &peer->all[(size_t)row * peer->panes], *pane;
	int64_t number = column_pane(&peer->plan, observation->time_ms);

	pane = &panes[number % peer->panes];
	pane->number = number;
	if (pane->count == 0 || observation->number < pane->least)
		pane->least = observation->number;
	if (pane->count == 0 || observation->number > pane->greatest)
		pane->greatest = observation->number;
	if (pane->count == 0 || observation->time_ms >= pane->last_ms) {
		pane->last = observation->number;
		pane->last_ms = observation->time_ms;
	}
	pane->count++;
	pane->hits += observation->hit;
	pane->sum += observation->number;
	add_weight(peer, pane, observation);
	if (peer->plan.aggregate == AGGREGATE_DISTINCT)
		add_value(pane, observation->value);
	return moved(peer, row);
}

double
peer_expire(struct peer *peer, int64_t first)
{
	double sum = 0;
	struct pane *pane;
	uint32_t row;

	for (; peer->first < first; peer->first++)
		for (row = 0; row < peer->rows; row++) {
			pane = &peer->all[(size_t)row * peer->panes + peer->first % peer->panes];
			if (pane->count == 0 || pane->number != peer->first)
				continue;
			pane_clear(pane);
			sum += moved(peer, row);
		}
	return sum;
}
