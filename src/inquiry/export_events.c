/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ledger as JSON lines, docs/export.md: records as they stand there, so that a
 * program that shares nothing with this one may compute everything again.
 */
#include "export.h"

#include <math.h>

#include "base/json_print.h"
#include "lineage/reach.h"
#include "replay/replay.h"

static void
add_double(struct line *line, const char *key, double number)
{
	if (isfinite(number)) {
		line_number(line, key, number);
		/* A double that is whole is told from an integer. */
		if (fabs(number) < 0x1p53 && number == trunc(number))
			buffer_add(&line->text, ".0", 2);
		return;
	}
	line_open(line, key, '{');
	line_text(line, "number",
	    isnan(number)    ? TEXT("NaN")
		: number > 0 ? TEXT("Infinity")
			     : TEXT("-Infinity"));
	line_close(line, '}');
}

static void
add_value(struct line *line, const char *key, const struct value *value)
{
	switch (value->kind) {
	case VALUE_NULL:
		line_null(line, key);
		break;
	case VALUE_BOOLEAN:
		line_true(line, key, value->boolean);
		break;
	case VALUE_LONG:
		line_long(line, key, value->integer);
		break;
	case VALUE_DOUBLE:
		add_double(line, key, value->number);
		break;
	case VALUE_TEXT:
		line_text(line, key, value->text);
		break;
	case VALUE_HASHED:
		line_open(line, key, '{');
		line_hex(line, "mac", value->hashed.mac, TEXT_MAC_BYTES);
		line_long(line, "length", value->hashed.size);
		line_close(line, '}');
		break;
	}
}

static void
add_position(struct line *line, const struct record *record)
{
	line_text(line, "source", record->source);
	line_text(line, "partition", record->partition);
	line_long(line, "incarnation", record->incarnation);
	line_long(line, "offset", record->offset);
}

static void
add_origin(struct line *line, const struct inquiry *inquiry, const struct origin *origin)
{
	static const struct pseudonym nobody;
	char text[PSEUDONYM_TEXT_BYTES];

	if (memcmp(&origin->actor, &nobody, sizeof(nobody)) == 0)
		line_null(line, "actor");
	else
		line_hex(line, "actor", origin->actor.bytes, PSEUDONYM_BYTES);
	line_text(line, "actor_short", text_of(pseudonym_text(&origin->actor, text)));
	line_text(line, "actor_kind", text_of(actor_kind_name(origin->kind)));
	line_text(line, "team", symbols_text(inquiry->names, origin->team));
	line_text(line, "event_team", symbols_text(inquiry->names, origin->event_team));
}

/* Only of events that have some. */
static void
add_upstream(struct line *line, const struct upstream *upstream)
{
	unsigned tag;

	if (!upstream)
		return;
	line_open(line, "upstream", '{');
	for (tag = 0; tag < UPSTREAM_TAG_COUNT; tag++)
		if (upstream->tags[tag].data)
			line_text(line, upstream_tag_name(tag), upstream->tags[tag]);
	line_close(line, '}');
}

static void
add_event(struct line *line, const struct inquiry *inquiry, const struct record *record)
{
	const struct event *event = &record->event;
	char time[TIMESTAMP_TEXT_BYTES];
	uint32_t i;

	add_position(line, record);
	line_true(line, "replayed", record->replay);
	line_long(line, "time_ms", event->time_ms);
	line_text(line, "time", text_of(timestamp_text(event->time_ms, time)));
	line_text(line, "id", event->id);
	line_text(line, "dataset", symbols_text(inquiry->names, event->dataset));
	line_text(line, "entity", event->entity);
	line_text(line, "op", symbols_text(inquiry->names, event->op));
	line_text(line, "system", symbols_text(inquiry->names, event->system));
	line_text(line, "channel", symbols_text(inquiry->names, event->channel));
	add_origin(line, inquiry, &record->origin);
	add_upstream(line, event->upstream);
	line_open(line, "changes", '[');
	for (i = 0; i < event->change_count; i++) {
		line_open(line, NULL, '{');
		line_text(line, "field", symbols_text(inquiry->names, event->changes[i].field));
		add_value(line, "old", &event->changes[i].old_value);
		add_value(line, "new", &event->changes[i].new_value);
		line_close(line, '}');
	}
	line_close(line, ']');
}

static void
add_released(struct line *line, struct text body)
{
	struct text source, partition;
	struct error ignored = {0};
	uint32_t incarnation;
	struct arena arena;

	arena_init(&arena);
	if (released_parse(body, &arena, &source, &partition, &incarnation, &ignored)) {
		line_open(line, "released", '{');
		line_text(line, "source", source);
		line_text(line, "partition", partition);
		line_long(line, "incarnation", incarnation);
		line_close(line, '}');
	}
	arena_fini(&arena);
}

static void
add_note(struct line *line, const struct record *record, uint32_t epoch)
{
	line_text(line, "what", record->reason);
	if (text_is(record->reason, NOTE_LINEAGE))
		line_long(line, "epoch", epoch);
	else
		line_null(line, "epoch");
	line_text(line, "body", record->detail);
	if (text_is(record->reason, NOTE_RELEASED))
		add_released(line, record->detail);
}

static void
add_aside(struct line *line, const struct record *record)
{
	add_position(line, record);
	line_long(line, "count", record->count);
	line_true(line, "replayed", record->replay);
	line_text(line, "reason", record->reason);
	line_text(line, "detail", record->detail);
}

static void
write_record(struct exporting *exporting, const struct record *record, uint64_t index)
{
	static const char *const kinds[] = {[RECORD_EVENT] = "event",
	    [RECORD_QUARANTINED] = "quarantined",
	    [RECORD_FILTERED] = "filtered",
	    [RECORD_GAP] = "gap",
	    [RECORD_NOTE] = "note"};
	struct line *line = &exporting->line;

	export_begin(exporting);
	line_long(line, "record", (int64_t)index);
	line_text(line, "kind", text_of(kinds[record->kind]));
	if (record->kind == RECORD_EVENT)
		add_event(line, exporting->inquiry, record);
	else if (record->kind == RECORD_NOTE)
		add_note(line, record, exporting->epoch);
	else
		add_aside(line, record);
}

/* --- which records --------------------------------------------------------------------- */

static bool
reaches(const struct exporting *exporting, uint32_t feature, const struct record *record)
{
	return lineage_reaches(exporting->lineage, feature, &record->event, &record->origin,
		   exporting->inquiry->names) != REACHES_NO;
}

/* Whether the event reaches what was named, by the lineage in force then. */
static bool
reaches_named(const struct exporting *exporting, const struct record *record)
{
	const struct inquiry_export *what = exporting->what;
	const struct lineage *lineage = exporting->lineage;
	const struct lineage_feature *feature;
	const struct lineage_model *model;
	uint32_t i;

	if (!what->feature.data && !what->model.data)
		return true;
	if (!lineage)
		return false;
	feature = what->feature.data ? lineage_find_feature(lineage, what->feature) : NULL;
	if (feature)
		return reaches(exporting, (uint32_t)(feature - lineage->features), record);
	model = what->model.data ? lineage_find_model(lineage, what->model) : NULL;
	for (i = 0; model && i < model->input_count; i++)
		if (reaches(exporting, model->inputs[i].feature, record))
			return true;
	return false;
}

static bool
is_wanted(const struct exporting *exporting, const struct record *record)
{
	if (record->kind == RECORD_NOTE)
		return true;
	if (record->kind != RECORD_EVENT)
		return !export_is_narrow(exporting->what);
	return export_covers(exporting->what, record->event.time_ms) &&
	    reaches_named(exporting, record);
}

static int
by_field(const void *a, const void *b, void *names)
{
	return text_compare(symbols_text(names, ((const struct change *)a)->field),
	    symbols_text(names, ((const struct change *)b)->field));
}

static bool
export_record(struct exporting *exporting, struct record *record, uint64_t index, struct error *err)
{
	struct inquiry *inquiry = exporting->inquiry;

	if (record->kind == RECORD_NOTE && text_is(record->reason, NOTE_LINEAGE)) {
		lineage_close(exporting->lineage);
		exporting->lineage = NULL;
		exporting->epoch++;
		if (!lineage_parse(
			"the recorded lineage", record->detail, &exporting->lineage, err))
			return error_within(err, "record %llu", (unsigned long long)index);
	}
	if (!is_wanted(exporting, record))
		return true;
	if (record->kind == RECORD_EVENT)
		qsort_r(record->event.changes, record->event.change_count, sizeof(struct change),
		    by_field, inquiry->names);
	write_record(exporting, record, index);
	return export_end(exporting, err);
}

/* Whether nothing of the block is wanted: only events, all outside the time. */
static bool
may_skip(const struct inquiry_export *what, const struct catalog_block *block)
{
	return block->events == block->records &&
	    (block->max_time_ms < what->from_ms || block->min_time_ms >= what->to_ms);
}

static bool
export_block(struct exporting *exporting, const struct catalog_block *block, struct error *err)
{
	struct inquiry *inquiry = exporting->inquiry;
	uint32_t i;

	if (!inquiry_block(inquiry, block, err))
		return false;
	for (i = 0; i < inquiry->content.record_count && !exporting->stopped; i++)
		if (!export_record(
			exporting, &inquiry->content.records[i], block->first_record + i, err))
			return false;
	/* The changes were moved: whoever asks next reads them as they stand. */
	inquiry->block.number = 0;
	return true;
}

bool
export_events(struct exporting *exporting, struct error *err)
{
	struct inquiry *inquiry = exporting->inquiry;
	struct catalog_block block;
	uint64_t number;
	bool found, good = true;

	for (number = 1; number <= inquiry->state.blocks && good && !exporting->stopped; number++) {
		if (!catalog_block(inquiry->catalog, number, &block, &found, err))
			good = false;
		else if (!found)
			good = error_set(err, ERROR_DAMAGED, "block %llu is not in the catalog",
			    (unsigned long long)number);
		else if (!may_skip(exporting->what, &block))
			good = export_block(exporting, &block, err);
		if (good && exporting->what->progress)
			exporting->what->progress(exporting->what->context,
			    (int64_t)(block.first_record + block.records),
			    (int64_t)inquiry->state.records);
	}
	lineage_close(exporting->lineage);
	return good;
}
