/* SPDX-License-Identifier: Apache-2.0 */
/* Where there is ground to plant on, and the two ways: change in place, or add. */
#include "plant.h"

#include <stdlib.h>

#include "base/memory.h"

#define SPOTS_MIN 300
#define SERVICE_SHARE 0.08 /* who writes more than this of a log is taken for a machine */

struct log_event *
plant_event(const struct plant *plant, struct spot spot)
{
	return &plant->log->events[spot.event];
}

struct log_change *
plant_change(const struct plant *plant, struct spot spot)
{
	return &plant->log->events[spot.event].changes[spot.change];
}

int64_t
plant_moment(const struct plant *plant, int64_t time_ms)
{
	static const int64_t units[] = {[PRECISION_DAY] = 86400000,
	    [PRECISION_MINUTE] = 60000,
	    [PRECISION_SECOND] = 1000,
	    [PRECISION_MS] = 1};
	int64_t unit = units[plant->log->precision];

	return time_ms - time_ms % unit;
}

/* --- grounds --------------------------------------------------------------------------- */

static struct ground *
ground_of(struct plant *plant, uint32_t dataset, uint32_t field, bool numeric)
{
	struct ground *ground;
	size_t i;

	for (i = 0; i < plant->ground_count; i++) {
		ground = &plant->grounds[i];
		if (ground->dataset == dataset && ground->field == field &&
		    ground->numeric == numeric)
			return ground;
	}
	memory_grow(&plant->grounds, &plant->ground_capacity, plant->ground_count + 1,
	    sizeof(*plant->grounds));
	ground = &plant->grounds[plant->ground_count++];
	*ground = (struct ground){.dataset = dataset, .field = field, .numeric = numeric};
	return ground;
}

static void
count_value(struct ground *ground, struct text value)
{
	uint32_t i;

	for (i = 0; i < ground->value_count; i++)
		if (ground->values[i].data == value.data)
			break;
	if (i == ARRAY_COUNT(ground->values))
		return;
	if (i == ground->value_count) {
		ground->values[i] = value;
		ground->value_counts[i] = 0;
		ground->value_count++;
	}
	ground->value_counts[i]++;
	for (; i && ground->value_counts[i] > ground->value_counts[i - 1]; i--) {
		uint32_t count = ground->value_counts[i];
		struct text text = ground->values[i];

		ground->values[i] = ground->values[i - 1];
		ground->value_counts[i] = ground->value_counts[i - 1];
		ground->values[i - 1] = text;
		ground->value_counts[i - 1] = count;
	}
}

static void
survey(struct plant *plant, uint32_t number)
{
	const struct log_event *event = &plant->log->events[number];
	uint32_t i;

	for (i = 0; i < event->change_count; i++) {
		const struct value *value = &event->changes[i].new_value;
		bool numeric = value->kind == VALUE_DOUBLE;
		struct ground *ground;
		size_t capacity;

		if (value->kind != VALUE_TEXT && !numeric)
			continue;
		ground = ground_of(plant, event->dataset, event->changes[i].field, numeric);
		capacity = ground->capacity;
		memory_grow(&ground->spots, &capacity, ground->count + 1, sizeof(*ground->spots));
		ground->capacity = (uint32_t)capacity;
		ground->spots[ground->count++] = (struct spot){number, i};
		if (!numeric)
			count_value(ground, value->text);
	}
}

static bool
usable(const struct ground *ground)
{
	uint32_t counted = 0, i;

	if (ground->count < SPOTS_MIN)
		return false;
	if (ground->numeric)
		return true;
	for (i = 0; i < ground->value_count; i++)
		counted += ground->value_counts[i];
	/* Few values that make up nearly all: a category, not free text. */
	return ground->value_count >= 3 && counted > ground->count - ground->count / 10;
}

struct ground *
plant_ground(struct plant *plant, bool numeric)
{
	size_t tries, at;

	for (tries = 0; plant->ground_count && tries < 200; tries++) {
		at = chance_below(&plant->chance, (uint32_t)plant->ground_count);
		if (plant->grounds[at].numeric == numeric && usable(&plant->grounds[at]))
			return &plant->grounds[at];
	}
	return NULL;
}

/* --- actors ---------------------------------------------------------------------------- */

static bool
is_service(const struct plant *plant, uint32_t actor)
{
	uint32_t i;

	for (i = 0; i < plant->service_count; i++)
		if (plant->services[i] == actor)
			return true;
	return plant->actor_events[actor] > plant->original * SERVICE_SHARE;
}

uint32_t
plant_spots(const struct plant *plant, const struct ground *ground, uint32_t actor,
    struct spot *spots, uint32_t max)
{
	uint32_t count = 0, i;

	for (i = 0; i < ground->count && count < max; i++)
		if (!plant->touched[ground->spots[i].event] &&
		    plant->log->events[ground->spots[i].event].actor == actor)
			spots[count++] = ground->spots[i];
	return count;
}

uint32_t
plant_actor(struct plant *plant, const struct ground *ground, uint32_t least)
{
	struct spot *spots = memory_get_array(least, sizeof(*spots));
	uint32_t actor = SYMBOL_NONE, tries, candidate;

	for (tries = 0; tries < 60 && !actor; tries++) {
		struct spot spot = ground->spots[chance_below(&plant->chance, ground->count)];

		candidate = plant->log->events[spot.event].actor;
		if (candidate && !is_service(plant, candidate) &&
		    plant_spots(plant, ground, candidate, spots, least) == least)
			actor = candidate;
	}
	memory_free(spots);
	return actor;
}

/* --- planting -------------------------------------------------------------------------- */

static void
label(
    struct log_event *event, uint32_t field, const char *pattern, uint32_t campaign, bool malicious)
{
	event->label = (struct label){
	    .pattern = pattern, .campaign = campaign, .field = field, .malicious = malicious};
}

static void
set_next_old(struct plant *plant, struct spot spot, struct value value)
{
	struct link next = chain_next(&plant->chain, spot.event, spot.change);

	if (next.event != UINT32_MAX)
		plant->log->events[next.event].changes[next.change].old_value = value;
}

void
plant_set(struct plant *plant, struct spot spot, struct value value, const char *pattern,
    uint32_t campaign, bool malicious)
{
	plant_change(plant, spot)->new_value = value;
	set_next_old(plant, spot, value);
	plant->touched[spot.event] = true;
	label(plant_event(plant, spot), plant_change(plant, spot)->field, pattern, campaign,
	    malicious);
}

bool
plant_add(struct plant *plant, struct spot spot, struct value value, int64_t time_ms,
    const struct log_event *like, const char *pattern, uint32_t campaign, bool malicious)
{
	struct link next = chain_next(&plant->chain, spot.event, spot.change);
	struct log_event from = *plant_event(plant, spot), words = *like, *event;
	struct log_change change = *plant_change(plant, spot);

	time_ms = plant_moment(plant, time_ms);
	if (plant->touched[spot.event] || time_ms < from.time_ms ||
	    (next.event != UINT32_MAX && plant->log->events[next.event].time_ms <= time_ms))
		return false;
	event = log_add(plant->log, 1);
	event->time_ms = time_ms;
	event->dataset = from.dataset;
	event->entity = from.entity;
	event->actor = words.actor;
	event->team = words.team;
	event->system = from.system;
	event->channel = words.channel;
	event->op = words.op;
	event->changes[0] = (struct log_change){change.field, change.new_value, value};
	set_next_old(plant, spot, value);
	plant->touched[spot.event] = true;
	label(event, change.field, pattern, campaign, malicious);
	return true;
}

/* --- all of it ------------------------------------------------------------------------- */

static void
open_plant(struct plant *plant, struct log *log, uint64_t seed)
{
	size_t i;

	plant->log = log;
	plant->original = (uint32_t)log->count;
	chance_init(&plant->chance, seed, 3);
	chain_open(&plant->chain, log);
	plant->touched = memory_get_array(log->count + 1, sizeof(bool));
	plant->actor_events = memory_get_array(symbols_count(log->names) + 1, sizeof(uint32_t));
	for (i = 0; i < log->count; i++) {
		plant->actor_events[log->events[i].actor]++;
		survey(plant, (uint32_t)i);
	}
}

static void
close_plant(struct plant *plant)
{
	size_t i;

	for (i = 0; i < plant->ground_count; i++)
		memory_free(plant->grounds[i].spots);
	memory_free(plant->grounds);
	memory_free(plant->touched);
	memory_free(plant->actor_events);
	chain_close(&plant->chain);
}

/* Within each campaign the earliest event is the first. */
static void
mark_first(struct log *log, uint32_t campaign_count)
{
	bool *seen = memory_get_array(campaign_count + 1, sizeof(bool));
	size_t i;

	for (i = 0; i < log->count; i++) {
		struct label *label = &log->events[i].label;

		if (!label->pattern || seen[label->campaign])
			continue;
		seen[label->campaign] = true;
		label->first = true;
	}
	memory_free(seen);
}

void
plant_all(struct log *log, uint64_t seed, const uint32_t *services, uint32_t service_count)
{
	struct plant plant = {.services = services, .service_count = service_count};
	const struct campaign_row *row;
	int times, i;

	open_plant(&plant, log, seed);
	for (row = campaigns; row->pattern; row++) {
		times = (int)((double)row->times * plant.original / 150000 + 0.5);
		for (i = 0; i < (times ? times : 1); i++)
			if (row->plant(&plant, plant.campaign + 1))
				plant.campaign++;
	}
	close_plant(&plant);
	log_sort(log);
	mark_first(log, plant.campaign);
}
