/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The receipt of one event: what it was, whose, what it reaches, how to prove
 * it. A position that holds no event says why and what to do.
 */
#include <stdio.h>

#include "lineage/reach.h"
#include "lineage/tree.h"
#include "lineage/uses.h"
#include "model/reason.h"
#include "private.h"

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
origin_document(const struct inquiry *inquiry, const struct origin *origin)
{
	char pseudonym[PSEUDONYM_TEXT_BYTES];

	return json_pack("{s:s, s:o, s:s, s:o, s:o, s:s, s:s, s:i}", "actor",
	    pseudonym_text(&origin->actor, pseudonym), "pseudonym",
	    show_hash(origin->actor.bytes, PSEUDONYM_BYTES), "kind", actor_kind_name(origin->kind),
	    "team", show_symbol(inquiry, origin->team), "event_team",
	    show_symbol(inquiry, origin->event_team), "rule", origin_rule_name(origin->rule),
	    "sentence", origin_rule_sentence(origin->rule), "confidence", (int)origin->confidence);
}

/* The fields of this event that lead to the feature, through features of features. */
static json_t *
because(const struct inquiry *inquiry, const struct lineage *lineage,
    const struct lineage_feature *feature, const struct event *event)
{
	const struct lineage_feature *root = &lineage->features[feature->root];
	json_t *fields = json_array();
	uint32_t i, j;

	for (i = 0; i < event->change_count; i++)
		for (j = 0; j < root->field_count; j++)
			if (text_equal(root->fields[j],
				symbols_text(inquiry->names, event->changes[i].field)))
				json_array_append_new(fields, show_text(root->fields[j]));
	return fields;
}

static json_t *
feature_document(const struct inquiry *inquiry, const struct lineage *lineage, uint32_t index,
    const struct record *record, bool certain)
{
	const struct lineage_feature *feature = &lineage->features[index];
	struct buffer words = {0};
	json_t *document;

	lineage_feature_words(feature, &words);
	document = json_pack("{s:o, s:o, s:s, s:s, s:o, s:b}", "name", show_text(feature->name),
	    "what", show_text(buffer_text(&words)), "aggregate",
	    lineage_aggregate_name(feature->aggregate), "key", lineage_subject_name(feature->key),
	    "fields", because(inquiry, lineage, feature, &record->event), "certain", certain);
	buffer_fini(&words);
	return document;
}

/* "version 2016.1 was trained on events up to 2016-06-01T00:00:00Z". */
static json_t *
use_sentence(const struct lineage_use *use)
{
	char time[TIMESTAMP_TEXT_BYTES] = "", period[TIMESTAMP_TEXT_BYTES];
	struct buffer words = {0};
	json_t *sentence;

	if (use->time_ms != TIME_NONE)
		timestamp_text(use->time_ms, time);
	switch (use->kind) {
	case USE_TRAINED:
		buffer_add_format(&words, "version %.*s trained on events before %s",
		    TEXT_PRINT(use->version), time);
		break;
	case USE_SCORED:
		buffer_add_format(&words, "version %.*s scores with it from %s on, every %s",
		    TEXT_PRINT(use->version), time, period_text(use->every_ms, period));
		break;
	case USE_TOPIC:
		buffer_add_format(&words, "version %.*s scores as events of %.*s arrive",
		    TEXT_PRINT(use->version), TEXT_PRINT(use->topic));
		break;
	}
	sentence = show_text(buffer_text(&words));
	buffer_fini(&words);
	return sentence;
}

static json_t *
uses_document(const struct lineage_model *model, int64_t time_ms)
{
	static const char *const hows[] = {
	    [USE_TRAINED] = "trained", [USE_SCORED] = "scored", [USE_TOPIC] = "topic"};
	size_t max = model->cut_count + 1, count, i;
	struct lineage_use *uses = memory_get_array(max, sizeof(*uses));
	json_t *document = json_array();

	count = lineage_versions_after(model, time_ms, uses, max);
	for (i = 0; i < count; i++)
		json_array_append_new(document,
		    json_pack("{s:s, s:o, s:o, s:o}", "how", hows[uses[i].kind], "version",
			show_text(uses[i].version), "time", show_time(uses[i].time_ms), "sentence",
			use_sentence(&uses[i])));
	memory_free(uses);
	return document;
}

/* NULL when the event reaches none of the model's inputs. */
static json_t *
model_document(const struct lineage *lineage, const struct lineage_model *model,
    const enum lineage_answer *reached, int64_t time_ms)
{
	json_t *through = json_array();
	uint32_t i;

	for (i = 0; i < model->input_count; i++) {
		const struct lineage_input *input = &model->inputs[i];

		if (reached[input->feature] == REACHES_NO)
			continue;
		json_array_append_new(through,
		    json_pack("{s:o, s:o}", "feature",
			show_text(lineage->features[input->feature].name), "weight",
			model->kind == KIND_OPAQUE ? json_null() : json_real(input->weight)));
	}
	if (!json_array_size(through)) {
		json_decref(through);
		return NULL;
	}
	return json_pack("{s:o, s:o, s:s, s:o, s:o, s:o}", "name", show_text(model->name),
	    "version", show_text(model->version), "kind", lineage_kind_name(model->kind), "unit",
	    show_text(model->unit), "through", through, "used", uses_document(model, time_ms));
}

static json_t *
reaches_document(struct inquiry *inquiry, const struct lineage *lineage, uint32_t epoch,
    const struct record *record)
{
	json_t *features = json_array(), *models = json_array(), *one;
	enum lineage_answer *reached;
	uint32_t i;

	if (lineage) {
		reached = memory_get_array(lineage->feature_count + 1, sizeof(*reached));
		for (i = 0; i < lineage->feature_count; i++) {
			reached[i] = lineage_reaches(
			    lineage, i, &record->event, &record->origin, inquiry->names);
			if (reached[i] != REACHES_NO)
				json_array_append_new(features,
				    feature_document(
					inquiry, lineage, i, record, reached[i] == REACHES_YES));
		}
		for (i = 0; i < lineage->model_count; i++) {
			one = model_document(
			    lineage, &lineage->models[i], reached, record->event.time_ms);
			if (one)
				json_array_append_new(models, one);
		}
		memory_free(reached);
	}
	return json_pack(
	    "{s:i, s:o, s:o}", "epoch", (int)epoch, "features", features, "models", models);
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
	json_t *document;
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
		json_object_set_new(document, "origin", origin_document(inquiry, &record->origin));
		json_object_set_new(
		    document, "reaches", reaches_document(inquiry, lineage, epoch, record));
	} else {
		json_object_update_new(document, aside_document(record));
	}
	show_payload(record, document);
	json_object_set_new(document, "proof", proof_document(inquiry, index));
	return document;
}
