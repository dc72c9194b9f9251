/* SPDX-License-Identifier: Apache-2.0 */
/* Tracer and impact, the caller's or its own, and what each kind of record does to them. */
#include "inside.h"

#include "base/memory.h"

/* Addresses, not memory: as much as an image can name. */
#define IMAGE_BYTES_MAX ((size_t)1 << 36)

static bool
open_impact(
    const struct replay *replay, struct image **image, struct impact **impact, struct error *err)
{
	struct impact_options options = {.names = replay->options.names,
	    .keys = replay->options.keys,
	    .keys_max = replay->options.keys_max,
	    .no_sums = replay->options.twin}; /* values are compared, and nobody asks for rows */

	if (!image_open(IMAGE_BYTES_MAX, image, err))
		return false;
	options.image = *image;
	return impact_open(&options, impact, err);
}

/* Those that the options ask for and the caller does not have. */
static bool
open_impacts(struct replay *replay, struct error *err)
{
	const struct replay_options *options = &replay->options;

	if (!replay->impact && !options->facts_only &&
	    !open_impact(replay, &replay->image, &replay->impact, err))
		return false;
	return !options->twin || open_impact(replay, &replay->twin_image, &replay->twin, err);
}

bool
replay_open(const struct replay_options *options, struct replay **out, struct error *err)
{
	struct replay *replay = memory_get(sizeof(*replay));

	replay->options = *options;
	replay->awaited_ms = INT64_MIN;
	replay->tracer = options->tracer;
	replay->impact = options->impact;
	arena_init(&replay->arena);
	arena_init(&replay->released);
	if (!replay->tracer) {
		replay->tracer = tracer_open(options->names);
		replay->own_tracer = true;
	}
	if (!open_impacts(replay, err)) {
		replay_close(replay);
		return false;
	}
	*out = replay;
	return true;
}

void
replay_close(struct replay *replay)
{
	if (!replay)
		return;
	block_projector_close(replay->projector);
	if (replay->image)
		impact_close(replay->impact);
	impact_close(replay->twin);
	image_close(replay->image);
	image_close(replay->twin_image);
	if (replay->own_tracer)
		tracer_close(replay->tracer);
	arena_fini(&replay->arena);
	arena_fini(&replay->released);
	memory_free(replay);
}

struct impact *
replay_impact(const struct replay *replay)
{
	return replay->impact;
}

struct impact *
replay_twin(const struct replay *replay)
{
	return replay->twin;
}

/* --- epochs ---------------------------------------------------------------------------- */

bool
replay_begin_epoch(struct replay *replay, struct lineage *lineage, uint32_t epoch, uint64_t record,
    struct error *err)
{
	const struct replay_options *options = &replay->options;
	struct lineage *whole = lineage;

	if (lineage && (options->feature.data || options->model.data)) {
		lineage = lineage_reduced(whole, options->feature, options->model);
		lineage_close(whole);
	}
	tracer_set(replay->tracer, lineage, epoch);
	if ((replay->impact && !impact_set(replay->impact, lineage, epoch, err)) ||
	    (replay->twin && !impact_set(replay->twin, lineage, epoch, err)))
		return error_within(err, "record %llu: lineage", (unsigned long long)record);
	if (options->epoch)
		options->epoch(options->context, lineage, epoch, record);
	return true;
}

static bool
begin_noted_epoch(
    struct replay *replay, const struct record *record, uint64_t index, struct error *err)
{
	struct lineage *lineage = NULL;
	struct error why = {0};

	if (!lineage_parse("the recorded lineage", record->detail, &lineage, &why))
		return error_set(
		    err, ERROR_DAMAGED, "record %llu: %s", (unsigned long long)index, why.text);
	return replay_begin_epoch(replay, lineage, tracer_epoch(replay->tracer) + 1, index, err);
}

/* --- records --------------------------------------------------------------------------- */

static bool
release(struct replay *replay, const struct record *record, uint64_t index, struct error *err)
{
	struct text source, partition;
	struct error why = {0};
	uint32_t incarnation;

	arena_reset(&replay->released);
	if (!released_parse(
		record->detail, &replay->released, &source, &partition, &incarnation, &why))
		return error_set(
		    err, ERROR_DAMAGED, "record %llu: %s", (unsigned long long)index, why.text);
	if (replay->options.clock)
		replay->awaited_ms = replay->options.clock(replay->options.context,
		    impact_clock_released(replay->impact, source, partition, incarnation));
	if (replay->impact)
		impact_release(replay->impact, source, partition, incarnation, index);
	if (replay->twin)
		impact_release(replay->twin, source, partition, incarnation, index);
	return true;
}

bool
replay_note(struct replay *replay, const struct record *record, uint64_t index, struct error *err)
{
	if (text_is(record->reason, NOTE_LINEAGE))
		return begin_noted_epoch(replay, record, index, err);
	if (text_is(record->reason, NOTE_RELEASED))
		return release(replay, record, index, err);
	return true;
}

static void
move(struct replay *replay, struct impact *impact, const struct record *record,
    const struct reach *reach, const struct impact_place *where, struct influences *influences)
{
	*influences = (struct influences){0};
	if (!impact)
		return;
	if (reach->nothing)
		impact_event_of_nothing(impact, where, record->event.time_ms);
	else
		impact_event(impact, &record->event, &record->origin, &reach->trace, where,
		    &replay->arena, influences);
}

bool
replay_one(struct replay *replay, const struct waiting *event)
{
	const struct replay_options *options = &replay->options;
	const struct record *record = event->record;
	const struct reach *reach = event->reach;
	uint64_t index = event->index;
	struct impact_place where = {.source = record->source,
	    .partition = record->partition,
	    .incarnation = record->incarnation,
	    .offset = record->offset,
	    .record = index,
	    .soon = event->soon};
	struct influences influences, twin;
	struct replayed replayed = {.record = index,
	    .fact = record,
	    .trace = &reach->trace,
	    .epoch = tracer_epoch(replay->tracer),
	    .lineage = tracer_lineage(replay->tracer),
	    .influences = &influences,
	    .kept = !options->keeps || options->keeps(options->context, record, index)};

	if (!replayed.kept && !replay->twin)
		return true;
	/* The clock is the least of all partitions' times: no event brings it further than its own time. */
	if (options->clock && record->event.time_ms >= replay->awaited_ms)
		replay->awaited_ms = options->clock(options->context,
		    impact_clock_with(replay->impact, &where, record->event.time_ms));
	move(replay, replay->impact, record, reach, &where, &influences);
	if (replay->twin && replayed.kept) {
		move(replay, replay->twin, record, reach, &where, &twin);
		replayed.twin = &twin;
	}
	return !options->event || options->event(options->context, &replayed);
}

/* --- events that wait for their turn ------------------------------------------------------- */

static void
look_ahead(struct replay *replay, struct waiting *event)
{
	event->soon = (struct impact_soon){0};
	if (event->reach->nothing || !replay->impact)
		return;
	impact_soon(replay->impact, &event->record->event, &event->record->origin, &event->soon);
	if (replay->twin)
		impact_soon_too(replay->twin, &event->soon);
	if (replay->options.soon)
		replay->options.soon(replay->options.context, event->record);
}

/* Of the one that is halfway to its turn. */
static void
fetch(struct replay *replay)
{
	const struct waiting *event;

	if (replay->taken_in - replay->gone < WAITING / 2)
		return;
	event = &replay->waiting[(replay->taken_in - WAITING / 2) % WAITING];
	if (!event->soon.entity && !event->soon.actor)
		return;
	impact_near(replay->impact, &event->soon);
	if (replay->twin)
		impact_near(replay->twin, &event->soon);
}

static bool
take_turn(struct replay *replay)
{
	return replay_one(replay, &replay->waiting[replay->gone++ % WAITING]);
}

bool
replay_wait(
    struct replay *replay, const struct record *record, uint64_t index, const struct reach *reach)
{
	struct waiting *event;

	if (replay->taken_in - replay->gone == WAITING && !take_turn(replay))
		return false;
	event = &replay->waiting[replay->taken_in % WAITING];
	event->record = record;
	event->index = index;
	event->reach = reach;
	look_ahead(replay, event);
	replay->taken_in++;
	fetch(replay);
	return true;
}

bool
replay_wait_no_more(struct replay *replay)
{
	while (replay->gone < replay->taken_in)
		if (!take_turn(replay))
			return false;
	return true;
}
