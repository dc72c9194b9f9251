/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The receipt of one event: what it was, whose, what it reaches, how to prove
 * it. A position that holds no event says why and what to do.
 */
#include <stdio.h>

#include "model/reason.h"
#include "private.h"
#include "reaches.h"

static json_t *
event_document(const struct inquiry *inquiry, const struct record *record)
{
	const struct event *event = &record->event;
	json_t *changes = json_array();
	uint32_t i;

	for (i = 0; i < event->change_count; i++)
		json_array_append_new(changes,
		    json_pack("{s:o, s:o, s:o}", "field",
			show_symbol(inquiry, event->changes[i].field), "old",
			show_value(&event->changes[i].old_value), "new",
			show_value(&event->changes[i].new_value)));
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "id",
	    show_text(event->id), "time", show_time(event->time_ms), "dataset",
	    show_symbol(inquiry, event->dataset), "entity", show_text(event->entity), "op",
	    show_symbol(inquiry, event->op), "system", show_symbol(inquiry, event->system),
	    "channel", show_symbol(inquiry, event->channel), "source_time",
	    show_time(record->source_time_ms), "changes", changes);
}

static json_t *
upstream_document(const struct upstream *upstream)
{
	json_t *document = json_object();
	unsigned tag;

	for (tag = 0; tag < UPSTREAM_TAG_COUNT; tag++)
		if (upstream->tags[tag].data)
			json_object_set_new(
			    document, upstream_tag_name(tag), show_text(upstream->tags[tag]));
	return document;
}

static json_t *
origin_document(const struct inquiry *inquiry, const struct record *record)
{
	const struct origin *origin = &record->origin;
	char pseudonym[PSEUDONYM_TEXT_BYTES];
	json_t *document;

	document = json_pack("{s:s, s:o, s:s, s:o, s:o, s:s, s:s, s:i}", "actor",
	    pseudonym_text(&origin->actor, pseudonym), "pseudonym",
	    show_hash(origin->actor.bytes, PSEUDONYM_BYTES), "kind", actor_kind_name(origin->kind),
	    "team", show_symbol(inquiry, origin->team), "event_team",
	    show_symbol(inquiry, origin->event_team), "rule", origin_rule_name(origin->rule),
	    "sentence", origin_rule_sentence(origin->rule), "confidence", (int)origin->confidence);
	if (record->event.upstream)
		json_object_set_new(
		    document, "upstream", upstream_document(record->event.upstream));
	return document;
}

static json_t *
proof_document(struct inquiry *inquiry, uint64_t index)
{
	json_t *document = json_pack("{s:I, s:I, s:s}", "record", (json_int_t)index, "records",
	    (json_int_t)inquiry->state.records, "segment", "");
	struct checkpoint checkpoint;
	struct buffer note = {0};
	struct error err = {0};
	char segment[32];

	snprintf(segment, sizeof(segment), "%06u.avro", inquiry->record_block.segment);
	json_object_set_new(document, "segment", json_string(segment));
	json_object_set_new(
	    document, "block", json_integer((json_int_t)inquiry->record_block.number));
	if (inquiry_checkpoint(inquiry, &checkpoint, &note, &err)) {
		json_object_set_new(document, "signed", json_boolean(index < checkpoint.size));
		json_object_set_new(
		    document, "checkpoint_records", json_integer((json_int_t)checkpoint.size));
		json_object_set_new(
		    document, "root", show_hash(&checkpoint.root, sizeof(checkpoint.root)));
	} else {
		json_object_set_new(document, "signed", json_false());
	}
	buffer_fini(&note);
	return document;
}

static json_t *
aside_document(const struct record *record)
{
	static const char *const words[] = {[RECORD_QUARANTINED] = "quarantined",
	    [RECORD_FILTERED] = "filtered",
	    [RECORD_GAP] = "gap"};
	const struct reason *reason = reason_find(record->reason);

	return json_pack("{s:s, s:o, s:s, s:o, s:s, s:I}", "disposition", words[record->kind],
	    "reason", show_text(record->reason), "sentence",
	    reason ? reason->sentence : "a reason of another version", "detail",
	    show_text(record->detail), "advice", reason ? reason->advice : "", "count",
	    (json_int_t)record->count);
}

json_t *
inquiry_trace(struct inquiry *inquiry, struct text named, struct error *err)
{
	const struct lineage *lineage;
	const struct record *record;
	json_t *document, *reaches;
	uint64_t index;
	uint32_t epoch;

	if (!inquiry_find(inquiry, named, &index, err) ||
	    !inquiry_lineage_at(inquiry, index, &lineage, &epoch, err))
		return NULL;
	record = inquiry_record(inquiry, index, err);
	if (!record)
		return NULL;
	document =
	    json_pack("{s:o, s:o}", "named", show_text(named), "position", show_position(record));
	if (record->kind == RECORD_EVENT) {
		json_object_set_new(
		    document, "disposition", json_string(record->replay ? "replayed" : "recorded"));
		json_object_set_new(document, "event", event_document(inquiry, record));
		json_object_set_new(document, "origin", origin_document(inquiry, record));
		reaches = reaches_document(inquiry, lineage, epoch, record, index, err);
		if (!reaches) {
			json_decref(document);
			return NULL;
		}
		json_object_set_new(document, "reaches", reaches);
	} else {
		json_object_update_new(document, aside_document(record));
	}
	show_payload(record, document);
	json_object_set_new(document, "proof", proof_document(inquiry, index));
	return document;
}
