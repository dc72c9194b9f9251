/* SPDX-License-Identifier: Apache-2.0 */
/* The organ as the route calls it: opened on a state, then event by event. */
#include "inside.h"

#include <inttypes.h>

#include "base/memory.h"

/* A fresh image becomes an empty state; one that was loaded is looked at. */
static bool
begin_state(struct impact *impact, struct error *err)
{
	const struct state *found = state_read(impact);
	struct state *state;

	if (!found->magic) {
		state = state_touch(impact);
		*state = (struct state){.magic = STATE_MAGIC,
		    .version = STATE_VERSION,
		    .secret_check = hash_check(&impact->hash),
		    .clock_ms = TIME_NONE};
		return true;
	}
	if (found->magic != STATE_MAGIC || found->version != STATE_VERSION)
		return error_set(err, ERROR_DAMAGED,
		    "the state of influences is of version %" PRIu32 ", not %d", found->version,
		    STATE_VERSION);
	if (found->secret_check != hash_check(&impact->hash))
		return error_set(
		    err, ERROR_DAMAGED, "the state of influences was made with another key file");
	return true;
}

bool
impact_open(const struct impact_options *options, struct impact **out, struct error *err)
{
	struct impact *impact = memory_get(sizeof(*impact));
	struct directory directory = {0};

	impact->image = impact->columns.image = options->image;
	impact->names = options->names;
	impact->keys_max = options->keys_max;
	impact->no_sums = options->no_sums;
	hash_init(&impact->hash, options->keys);
	programs_init(&impact->programs);
	if (!begin_state(impact, err) ||
	    !movement_open(options->image, image_root(options->image) + STATE_MOVEMENT_AT / 16,
		options->names, &impact->movement, err)) {
		impact_close(impact);
		return false;
	}
	impact->columns.panes = state_read(impact)->panes;
	impact->clock = clock_open(options->image);
	impact->columns.partition_ranks = clock_ranks(impact->clock);
	impact->plan = plan_layout(&directory);
	*out = impact;
	return true;
}

void
impact_close(struct impact *impact)
{
	if (!impact)
		return;
	plan_close(impact->plan);
	clock_close(impact->clock);
	movement_close(impact->movement);
	programs_fini(&impact->programs);
	memory_free(impact->work.looked);
	memory_free(impact->work.items);
	memory_free(impact->work.moved);
	memory_free(impact->work.marks);
	memory_free(impact->work.newest);
	memory_free(impact->work.parts);
	memory_free(impact->noted);
	memory_wipe(impact, sizeof(*impact));
}

/* --- the clock ----------------------------------------------------------------------------- */

static void
move_clock(struct impact *impact, uint64_t record)
{
	int64_t before = state_read(impact)->clock_ms, now = clock_now(impact->clock);

	impact->work.clock_ms = now;
	if (now != before)
		expire_until(impact, now, record);
}

static void
keep_panes(struct impact *impact)
{
	if (state_read(impact)->panes != impact->columns.panes)
		state_touch(impact)->panes = impact->columns.panes;
}

void
impact_release(struct impact *impact, struct text source, struct text partition,
    uint32_t incarnation, uint64_t record)
{
	if (!clock_release(impact->clock, source, partition, incarnation))
		return;
	move_clock(impact, record);
	keep_panes(impact);
}

/* --- one event -------------------------------------------------------------------------------- */

static void
take_up(struct impact *impact, const struct event *event, const struct origin *origin,
    uint32_t partition, int64_t offset)
{
	struct work *work = &impact->work;
	uint32_t i;

	work->event++;
	work->fact = event;
	work->origin = origin;
	work->partition = partition;
	work->offset = offset;
	work->actor = hash_actor_bits(&origin->actor);
	memory_grow(
	    &work->looked, &work->looked_capacity, event->change_count + 1u, sizeof(*work->looked));
	for (i = 0; i < event->change_count; i++)
		work->looked[i].has_text = work->looked[i].has_hash = false;
}

static void
count_event(struct impact *impact, uint32_t partition, int64_t time_ms, uint64_t record)
{
	bool ahead;

	impact->columns.partition_ranks = clock_ranks(impact->clock);
	impact->work.partition_ms = clock_event(impact->clock, partition, time_ms, &ahead);
	impact->counts.ahead += ahead;
	move_clock(impact, record);
}

static void
one_event(struct impact *impact, const struct event *event, const struct origin *origin,
    const struct trace *trace, uint32_t partition, int64_t offset, uint64_t record,
    struct arena *arena, struct influences *out)
{
	const struct program *program;

	*out = (struct influences){0};
	take_up(impact, event, origin, partition, offset);
	if (!impact->no_sums)
		movement_soon(impact->movement, event->time_ms, impact->work.actor);
	count_event(impact, partition, event->time_ms, record);
	program = programs_find(&impact->programs, impact->plan, trace->class, arena);
	observe_event(impact, program);
	if (impact->work.item_count) {
		if (!impact->no_sums)
			movement_near(impact->movement, event->time_ms, impact->work.actor);
		items_finish(impact, arena, out);
		score_event(impact, program, arena, out);
		sums_event(impact);
		items_forget(impact);
	}
	keys_give_back(impact);
	keep_panes(impact);
}

void
impact_event(struct impact *impact, const struct event *event, const struct origin *origin,
    const struct trace *trace, const struct impact_place *at, struct arena *arena,
    struct influences *out)
{
	uint32_t partition =
	    clock_partition(impact->clock, at->source, at->partition, at->incarnation);

	impact->work.known = at->soon;
	one_event(impact, event, origin, trace, partition, at->offset, at->record, arena, out);
	impact->work.known = (struct impact_soon){0};
}

void
impact_soon(struct impact *impact, const struct event *event, const struct origin *origin,
    struct impact_soon *soon)
{
	ahead_slots(soon, impact->image, impact->plan, &impact->hash, event, origin);
}

void
impact_soon_too(struct impact *impact, const struct impact_soon *soon)
{
	ahead_again(soon, impact->image, impact->plan);
}

void
impact_near(struct impact *impact, const struct impact_soon *soon)
{
	ahead_rows(soon, impact->image, impact->plan);
}

void
impact_event_of_nothing(struct impact *impact, const struct impact_place *at, int64_t time_ms)
{
	uint32_t partition =
	    clock_partition(impact->clock, at->source, at->partition, at->incarnation);

	count_event(impact, partition, time_ms, at->record);
	keep_panes(impact);
}

static void
release_partition(struct impact *impact, const struct partition *partition, uint64_t record)
{
	impact_release(impact, text_of(partition->source), text_of(partition->name),
	    partition->incarnation, record);
}

/* Of the i-th event: where its keys stand; of one that is nearer, the rows. */
static void
look_ahead(struct impact *impact, const struct batch *batch, struct impact_soon *ring, size_t i)
{
	size_t near = i - AHEAD_EVENTS / 2;

	if (i < batch->count && batch->outcomes[i].disposition == DISPOSITION_RECORDED)
		ahead_slots(&ring[i % AHEAD_EVENTS], impact->image, impact->plan, &impact->hash,
		    &batch->events[i], &batch->origins[i]);
	if (i >= AHEAD_EVENTS / 2 && near < batch->count &&
	    batch->outcomes[near].disposition == DISPOSITION_RECORDED)
		ahead_rows(&ring[near % AHEAD_EVENTS], impact->image, impact->plan);
}

void
impact_batch(struct impact *impact, struct batch *batch, uint64_t record)
{
	struct impact_soon ring[AHEAD_EVENTS] = {{0}};
	const struct message *message;
	size_t i;

	for (i = 0; i < AHEAD_EVENTS; i++)
		look_ahead(impact, batch, ring, i);
	for (i = 0; i < batch->count; i++, record++) {
		impact->work.known = ring[i % AHEAD_EVENTS];
		look_ahead(impact, batch, ring, i + AHEAD_EVENTS);
		message = &batch->messages[i];
		if (message->releases)
			release_partition(impact, message->releases, record++);
		if (batch->outcomes[i].disposition != DISPOSITION_RECORDED)
			continue;
		one_event(impact, &batch->events[i], &batch->origins[i], &batch->traces[i],
		    clock_partition_of(impact->clock, message->partition), message->offset, record,
		    &batch->arena, &batch->influences[i]);
	}
	impact->work.known = (struct impact_soon){0};
}

/* --- what may be asked ------------------------------------------------------------------------- */

void
impact_rows(struct impact *impact, const struct movement_sink *sink)
{
	movement_rows(impact->movement, sink);
}

double
impact_scale(const struct impact *impact, uint32_t feature)
{
	return movement_scale(impact->movement, impact->plan->features[feature].subject);
}

int64_t
impact_clock(const struct impact *impact)
{
	return state_read(impact)->clock_ms;
}

int64_t
impact_clock_with(const struct impact *impact, const struct impact_place *at, int64_t time_ms)
{
	return clock_with(impact->clock, at->source, at->partition, at->incarnation, time_ms);
}

int64_t
impact_clock_released(
    const struct impact *impact, struct text source, struct text partition, uint32_t incarnation)
{
	return clock_with(impact->clock, source, partition, incarnation, INT64_MAX);
}

void
impact_counts(const struct impact *impact, struct impact_counts *counts)
{
	*counts = impact->counts;
	counts->keys = state_read(impact)->keys;
	counts->panes = impact->columns.panes;
}
