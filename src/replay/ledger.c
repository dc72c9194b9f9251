/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A store's records, block by block. Of each event only what the lineage looks at
 * is decoded: a shape's trace class is found once in a block, by those of its fields
 * that some feature reads, which is the same reach.
 */
#include "inside.h"

/* Those of the changes that the lineage reads, to the front; where each stood in its old value. */
static uint32_t
keep_read(const struct tracer *tracer, struct event *event)
{
	uint32_t count = 0, i;

	for (i = 0; i < event->change_count; i++) {
		if (!lineage_reads_text(tracer, event->dataset, event->changes[i].field))
			continue;
		event->changes[count].field = event->changes[i].field;
		event->changes[count].old_value.integer = i;
		count++;
	}
	return count;
}

static void
want(void *context, struct event *event, struct arena *arena, struct projection *projection)
{
	struct replay *replay = context;
	struct reach *reach = arena_get(arena, sizeof(*reach));
	uint32_t *changes, i;

	event->change_count = keep_read(replay->tracer, event);
	reach->trace = lineage_event(replay->tracer, event, arena);
	/* A field that only a key looks at says something of the entity, even where nothing is reached. */
	reach->nothing = !event->change_count && !reach->trace.class->feature_count;
	projection->mine = reach;
	if (reach->nothing)
		return;
	changes = arena_get(arena, event->change_count * sizeof(*changes));
	for (i = 0; i < event->change_count; i++)
		changes[i] = (uint32_t)event->changes[i].old_value.integer;
	projection->entity = true;
	projection->change_count = event->change_count;
	projection->changes = changes;
}

static bool
take_event(
    void *context, uint32_t number, struct record *record, const void *mine, struct error *err)
{
	struct replay *replay = context;

	(void)err;
	if (replay->block_first + number >= replay->from)
		replay->stopped = !replay_wait(replay, record, replay->block_first + number, mine);
	return !replay->stopped;
}

static bool
take_note(void *context, uint32_t number, struct record *record, struct error *err)
{
	struct replay *replay = context;

	replay->stopped = !replay_wait_no_more(replay);
	if (replay->stopped)
		return false;
	return replay->block_first + number < replay->from ||
	    replay_note(replay, record, replay->block_first + number, err);
}

static bool
take_other(void *context, uint32_t number, struct record *record, struct error *err)
{
	struct replay *replay = context;
	uint64_t index = replay->block_first + number;

	(void)err;
	replay->stopped = !replay_wait_no_more(replay);
	if (!replay->stopped && index >= replay->from)
		replay->stopped = !replay->options.other(replay->options.context, record, index);
	return !replay->stopped;
}

static bool
take_block(struct replay *replay, struct ledger_reader *reader, const struct catalog_block *block,
    uint64_t to, struct error *err)
{
	struct block_place where = {
	    block->segment, block->offset, block->bytes, block->objects, block->identity};
	uint64_t end = to - block->first_record;
	struct text body;

	replay->block_first = block->first_record;
	arena_reset(&replay->arena);
	if (!ledger_reader_block(reader, &where, &body, err))
		return false;
	if (!block_project(replay->projector, body, block->objects,
		end < UINT32_MAX ? (uint32_t)end : UINT32_MAX, err))
		return error_within(err, "block %llu", (unsigned long long)block->number);
	replay->stopped = replay->stopped || !replay_wait_no_more(replay);
	return true;
}

/* --- the lineage before the first record -------------------------------------------------- */

static bool
find_block(struct catalog *catalog, uint64_t record, struct catalog_block *block, struct error *err)
{
	bool found;

	return catalog_block_of_record(catalog, record, block, &found, err) &&
	    (found ||
		error_set(
		    err, ERROR_DAMAGED, "record %llu is in no block", (unsigned long long)record));
}

static bool
read_lineage(struct replay *replay, struct ledger_reader *reader, struct catalog *catalog,
    uint64_t note, struct lineage **lineage, struct error *err)
{
	struct catalog_block block;
	struct record record;
	struct arena arena;
	struct text body;
	bool good;

	arena_init(&arena);
	good = find_block(catalog, note, &block, err) &&
	    ledger_reader_block(reader,
		&(struct block_place){
		    block.segment, block.offset, block.bytes, block.objects, block.identity},
		&body, err) &&
	    block_read_one(body, block.objects, (uint32_t)(note - block.first_record),
		replay->options.names, NULL, &arena, &record, err) &&
	    lineage_parse("the recorded lineage", record.detail, lineage, err);
	arena_fini(&arena);
	return good;
}

static bool
bring_lineage(
    struct replay *replay, struct ledger_reader *reader, struct catalog *catalog, struct error *err)
{
	struct lineage *lineage = NULL;
	uint64_t note;
	uint32_t epoch;
	bool found;

	if (!replay->from)
		return true;
	if (!catalog_epoch_at(catalog, replay->from - 1, &epoch, &note, &found, err))
		return false;
	if (!found || (tracer_epoch(replay->tracer) == epoch && tracer_lineage(replay->tracer)))
		return true;
	return read_lineage(replay, reader, catalog, note, &lineage, err) &&
	    replay_begin_epoch(replay, lineage, epoch, replay->from, err);
}

/* --- all of them ----------------------------------------------------------------------- */

static void
open_projector(struct replay *replay)
{
	struct block_projector_options options = {.names = replay->options.names,
	    .keys = replay->options.keys,
	    .lasting = WAITING,
	    .context = replay,
	    .shape = want,
	    .event = take_event,
	    .note = take_note,
	    .other = replay->options.other ? take_other : NULL};

	if (!replay->projector)
		replay->projector = block_projector_open(&options);
}

static bool
take_blocks(struct replay *replay, struct ledger_reader *reader, struct catalog *catalog,
    uint64_t to, struct error *err)
{
	const struct replay_options *options = &replay->options;
	uint64_t next = replay->from, number = 0;
	struct catalog_block block;
	bool found = true;

	while (next < to && !replay->stopped) {
		if (number ? !catalog_block(catalog, number, &block, &found, err)
			   : !find_block(catalog, next, &block, err))
			return false;
		if (!found || block.first_record > next)
			return error_set(err, ERROR_DAMAGED, "record %llu is in no block",
			    (unsigned long long)next);
		if (!take_block(replay, reader, &block, to, err))
			return false;
		next = block.first_record + block.records;
		number = block.number + 1;
		if (options->progress)
			options->progress(options->context,
			    (int64_t)((next < to ? next : to) - replay->from),
			    (int64_t)(to - replay->from));
	}
	return true;
}

bool
replay_ledger(struct replay *replay, struct ledger_reader *reader, struct catalog *catalog,
    uint64_t from, uint64_t to, struct error *err)
{
	struct catalog_state state;

	if (!catalog_state(catalog, &state, err))
		return false;
	replay->from = from;
	replay->stopped = false;
	replay->taken_in = replay->gone = 0;
	open_projector(replay);
	return bring_lineage(replay, reader, catalog, err) &&
	    take_blocks(replay, reader, catalog, to < state.records ? to : state.records, err);
}
