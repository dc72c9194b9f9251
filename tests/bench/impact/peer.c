/* SPDX-License-Identifier: Apache-2.0 */
#include "peer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <uthash.h>

struct pane {
	int64_t number;
	double count, hits, sum;
};

struct seen {
	int64_t pane;
	UT_hash_handle hh;
	char text[];
};

struct state {
	struct pane all, *panes;
	double last, distinct;
	int64_t last_ms;
	struct seen *seen;
	UT_hash_handle hh;
	char key[];
};

struct sum {
	double count, magnitude, moved;
	UT_hash_handle hh;
	char key[];
};

struct peer {
	const struct load *load;
	const struct lineage *lineage;
	struct state *states;
	struct sum *sums;
	int64_t clock_ms;
	double *moved, *magnitudes;
	bool *counted; /* [feature], of the event in hand */
	uint64_t count;
};

static int64_t
floor_divide(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static const struct value *
new_value(const struct peer *peer, const struct event *event, struct text field)
{
	uint32_t i;

	for (i = 0; i < event->change_count; i++)
		if (text_equal(symbols_text(peer->load->names, event->changes[i].field), field))
			return &event->changes[i].new_value;
	return NULL;
}

static struct text
subject_text(const struct peer *peer, const struct lineage_filter *filter,
    const struct event *event, const struct origin *origin)
{
	switch (filter->subject) {
	case SUBJECT_TEAM:
		return symbols_text(peer->load->names, origin->team);
	case SUBJECT_SYSTEM:
		return symbols_text(peer->load->names, event->system);
	case SUBJECT_CHANNEL:
		return symbols_text(peer->load->names, event->channel);
	default:
		return symbols_text(peer->load->names, event->op);
	}
}

static bool
passes(const struct peer *peer, const struct lineage_feature *feature, const struct event *event,
    const struct origin *origin)
{
	struct text text;
	uint32_t i, j;
	bool found;

	for (i = 0; i < feature->filter_count; i++) {
		text = subject_text(peer, &feature->filters[i], event, origin);
		for (j = 0, found = false; j < feature->filters[i].value_count && !found; j++)
			found = text_equal(text, feature->filters[i].values[j]);
		if (!found)
			return false;
	}
	return true;
}

static void
key_of(const struct peer *peer, uint32_t index, const struct event *event,
    const struct origin *origin, char key[256])
{
	struct text text = TEXT("");
	char actor[PSEUDONYM_TEXT_BYTES];

	switch (peer->lineage->features[index].key) {
	case SUBJECT_ENTITY:
		text = event->entity;
		break;
	case SUBJECT_TEAM:
		text = symbols_text(peer->load->names, origin->team);
		break;
	case SUBJECT_SYSTEM:
		text = symbols_text(peer->load->names, event->system);
		break;
	case SUBJECT_CHANNEL:
		text = symbols_text(peer->load->names, event->channel);
		break;
	case SUBJECT_ACTOR:
		text = text_of(pseudonym_text(&origin->actor, actor));
		break;
	default:
		break;
	}
	snprintf(key, 256, "%u|%.*s", index, TEXT_PRINT(text));
}

static int64_t
pane_count(const struct lineage_feature *feature)
{
	return feature->size_ms / feature->pane_ms;
}

static struct state *
state_of(struct peer *peer, const struct lineage_feature *feature, const char *key)
{
	struct state *state;

	HASH_FIND_STR(peer->states, key, state);
	if (state)
		return state;
	state = calloc(1, sizeof(*state) + strlen(key) + 1);
	strcpy(state->key, key);
	state->last_ms = INT64_MIN;
	if (feature->size_ms)
		state->panes = calloc((size_t)pane_count(feature) + 1, sizeof(struct pane));
	HASH_ADD_STR(peer->states, key, state);
	return state;
}

static void
forget_seen(struct state *state, int64_t first)
{
	struct seen *seen, *next;

	HASH_ITER(hh, state->seen, seen, next)
	{
		if (seen->pane >= first)
			continue;
		HASH_DEL(state->seen, seen);
		free(seen);
		state->distinct--;
	}
}

static void
expire(struct state *state, const struct lineage_feature *feature, int64_t first)
{
	int64_t i;
	bool left = false;

	for (i = 0; i <= pane_count(feature); i++) {
		struct pane *pane = &state->panes[i];

		if (!pane->count || pane->number >= first)
			continue;
		state->all.count -= pane->count;
		state->all.hits -= pane->hits;
		state->all.sum -= pane->sum;
		*pane = (struct pane){0};
		left = true;
	}
	if (left)
		forget_seen(state, first);
}

static double
value_of(const struct state *state, const struct lineage_feature *feature)
{
	if (state->all.count == 0)
		return 0;
	switch (feature->aggregate) {
	case AGGREGATE_LAST:
		return state->last;
	case AGGREGATE_SUM:
		return state->all.sum;
	case AGGREGATE_MEAN:
		return state->all.sum / state->all.count;
	case AGGREGATE_SHARE:
		return state->all.hits / state->all.count;
	case AGGREGATE_DISTINCT:
		return state->distinct;
	case AGGREGATE_RATE:
		return state->all.count / ((double)feature->size_ms / 86400000);
	default:
		return state->all.count;
	}
}

static void
see(struct state *state, struct text text, int64_t pane)
{
	struct seen *seen;

	HASH_FIND(hh, state->seen, text.data, text.size, seen);
	if (!seen) {
		seen = calloc(1, sizeof(*seen) + text.size + 1);
		memcpy(seen->text, text.data, text.size);
		seen->pane = pane;
		HASH_ADD_KEYPTR(hh, state->seen, seen->text, text.size, seen);
		state->distinct++;
	} else if (pane > seen->pane) {
		seen->pane = pane;
	}
}

static bool
number_of(const struct lineage_feature *feature, const struct value *value, double *number)
{
	char room[VALUE_TEXT_BYTES];
	uint32_t i;

	*number = 0;
	if (feature->encoding == ENCODING_NONE)
		return true;
	if (feature->encoding == ENCODING_NUMERIC) {
		*number = value->kind == VALUE_LONG ? (double)value->integer : value->number;
		return value->kind == VALUE_LONG || value->kind == VALUE_DOUBLE;
	}
	for (i = 0; i < feature->code_count; i++)
		if (text_equal(feature->codes[i].value, value_text(value, room))) {
			*number = feature->codes[i].number;
			return true;
		}
	return false;
}

static void
add(struct state *state, const struct lineage_feature *feature, const struct value *value,
    double number, int64_t time_ms)
{
	char room[VALUE_TEXT_BYTES];
	struct text text = value ? value_text(value, room) : TEXT("");
	int64_t pane = feature->size_ms ? floor_divide(time_ms, feature->pane_ms) : 0;
	double hit = feature->aggregate == AGGREGATE_SHARE && text_equal(text, feature->value);
	struct pane *part;

	state->all.count++;
	state->all.sum += number;
	state->all.hits += hit;
	if (feature->aggregate == AGGREGATE_DISTINCT)
		see(state, text, pane);
	if (time_ms >= state->last_ms) {
		state->last_ms = time_ms;
		state->last = number;
	}
	if (!feature->size_ms)
		return;
	part = &state->panes[pane % (pane_count(feature) + 1)];
	part->number = pane;
	part->count++;
	part->sum += number;
	part->hits += hit;
}

static void
add_sum(
    struct peer *peer, const char *subject, int64_t hour, char by, struct text word, double moved)
{
	char key[512];
	struct sum *sum;

	snprintf(
	    key, sizeof(key), "%s|%lld|%c|%.*s", subject, (long long)hour, by, TEXT_PRINT(word));
	HASH_FIND_STR(peer->sums, key, sum);
	if (!sum) {
		sum = calloc(1, sizeof(*sum) + strlen(key) + 1);
		strcpy(sum->key, key);
		HASH_ADD_STR(peer->sums, key, sum);
	}
	sum->count++;
	sum->moved += moved;
	sum->magnitude += fabs(moved);
}

/* By hour: team, system, channel, field; by day: actor. */
static void
add_sums(struct peer *peer, const char *subject, const struct event *event,
    const struct origin *origin, struct text field, double moved)
{
	const struct symbols *names = peer->load->names;
	int64_t hour = floor_divide(event->time_ms, 3600000);
	char actor[PSEUDONYM_TEXT_BYTES];

	add_sum(peer, subject, hour, 't', symbols_text(names, origin->team), moved);
	add_sum(peer, subject, hour, 's', symbols_text(names, event->system), moved);
	add_sum(peer, subject, hour, 'c', symbols_text(names, event->channel), moved);
	add_sum(peer, subject, hour, 'f', field, moved);
	add_sum(
	    peer, subject, hour / 24, 'a', text_of(pseudonym_text(&origin->actor, actor)), moved);
}

static void
observe(struct peer *peer, uint32_t index, const struct event *event, const struct origin *origin,
    const struct value *value, struct text field)
{
	const struct lineage_feature *feature = &peer->lineage->features[index];
	struct state *state;
	char key[256], subject[32];
	double number, before, after;
	int64_t first = 0;

	if (value && !number_of(feature, value, &number))
		return;
	if (!value)
		number = 0;
	key_of(peer, index, event, origin, key);
	state = state_of(peer, feature, key);
	if (feature->size_ms) {
		first = floor_divide(peer->clock_ms - feature->lateness_ms, feature->pane_ms) -
		    pane_count(feature) + 1;
		expire(state, feature, first);
		if (floor_divide(event->time_ms, feature->pane_ms) < first)
			return;
	}
	before = value_of(state, feature);
	add(state, feature, value, number, event->time_ms);
	after = value_of(state, feature);
	peer->moved[index] += after - before;
	peer->counted[index] = true;
	snprintf(subject, sizeof(subject), "f%u", index);
	add_sums(peer, subject, event, origin, field, after - before);
}

static double
standing(struct peer *peer, uint32_t index, const struct event *event, const struct origin *origin)
{
	struct state *state;
	char key[256];

	key_of(peer, index, event, origin, key);
	HASH_FIND_STR(peer->states, key, state);
	return state ? value_of(state, &peer->lineage->features[index]) : 0;
}

static double
score(struct peer *peer, const struct event *event, const struct origin *origin)
{
	const struct lineage_model *model;
	char subject[32];
	uint32_t i, j;
	double moved, before, all = 0;

	for (i = 0; i < peer->lineage->model_count; i++) {
		model = &peer->lineage->models[i];
		before = model->intercept;
		for (j = 0, moved = 0; j < model->input_count; j++) {
			moved += model->inputs[j].weight * peer->moved[model->inputs[j].feature];
			before += model->inputs[j].weight *
			    (standing(peer, model->inputs[j].feature, event, origin) -
				peer->moved[model->inputs[j].feature]);
		}
		if (moved == 0)
			continue;
		all += before;
		snprintf(subject, sizeof(subject), "m%u", i);
		add_sums(peer, subject, event, origin, TEXT(""), moved);
	}
	return all;
}

static void
one_event(struct peer *peer, const struct event *event, const struct origin *origin)
{
	const struct lineage_feature *feature;
	const struct value *value;
	uint32_t i, j;

	if (event->time_ms > peer->clock_ms)
		peer->clock_ms = event->time_ms;
	memset(peer->moved, 0, peer->lineage->feature_count * sizeof(double));
	memset(peer->counted, 0, peer->lineage->feature_count * sizeof(bool));
	for (i = 0; i < peer->lineage->feature_count; i++) {
		feature = &peer->lineage->features[i];
		if (!passes(peer, feature, event, origin))
			continue;
		if (!feature->field_count)
			observe(peer, i, event, origin, NULL, TEXT(""));
		for (j = 0; j < feature->field_count; j++) {
			value = new_value(peer, event, feature->fields[j]);
			if (value)
				observe(peer, i, event, origin, value, feature->fields[j]);
		}
		peer->count += peer->counted[i];
		peer->magnitudes[i] += fabs(peer->moved[i]);
	}
	peer->magnitudes[PEER_FEATURES - 1] += score(peer, event, origin);
}

static void
fini(struct peer *peer)
{
	struct state *state, *next;
	struct sum *sum, *after;

	HASH_ITER(hh, peer->states, state, next)
	{
		HASH_DEL(peer->states, state);
		forget_seen(state, INT64_MAX);
		free(state->panes);
		free(state);
	}
	HASH_ITER(hh, peer->sums, sum, after)
	{
		HASH_DEL(peer->sums, sum);
		free(sum);
	}
	free(peer->moved);
	free(peer->counted);
}

uint64_t
peer_run(const struct load *load, double magnitudes[PEER_FEATURES])
{
	struct peer peer = {.load = load,
	    .lineage = load->lineage,
	    .clock_ms = INT64_MIN,
	    .moved = calloc(load->lineage->feature_count, sizeof(double)),
	    .counted = calloc(load->lineage->feature_count, sizeof(bool)),
	    .magnitudes = magnitudes};
	size_t i;

	for (i = 0; i < load->count; i++)
		one_event(&peer, &load->events[i], &load->origins[i]);
	fini(&peer);
	return peer.count;
}
