/* SPDX-License-Identifier: Apache-2.0 */
#include "influence_topic.h"

#include <math.h>

#include "base/json_print.h"
#include "base/timestamp.h"
#include "json_members.h"

struct influence_topic {
	const struct outgoing_topic *topic;
	char *const *features;
	size_t feature_count;
	/* Of the batch. */
	const struct publication_batch *batch;
	bool *wanted; /* [feature]; of all of them where none is named */
	size_t wanted_capacity;
};

struct influence_topic *
influence_topic_open(
    const struct outgoing_topic *topic, char *const *features, size_t feature_count)
{
	struct influence_topic *influence = memory_get(sizeof(*influence));

	influence->topic = topic;
	influence->features = features;
	influence->feature_count = feature_count;
	return influence;
}

void
influence_topic_close(struct influence_topic *influence)
{
	if (!influence)
		return;
	memory_free(influence->wanted);
	memory_free(influence);
}

/* --- what is asked for ----------------------------------------------------------------- */

static bool
is_named(const struct influence_topic *influence, struct text name)
{
	size_t i;

	for (i = 0; i < influence->feature_count; i++)
		if (text_is(name, influence->features[i]))
			return true;
	return !influence->feature_count;
}

static void
set_wanted(struct influence_topic *influence)
{
	const struct lineage *lineage = influence->batch->lineage;
	uint32_t i;

	memory_grow(&influence->wanted, &influence->wanted_capacity,
	    (size_t)lineage->feature_count + 1, sizeof(*influence->wanted));
	for (i = 0; i < lineage->feature_count; i++)
		influence->wanted[i] = is_named(influence, lineage->features[i].name);
}

static uint32_t
count_wanted(const struct influence_topic *influence, const struct publication *item)
{
	uint32_t count = 0, i;

	for (i = 0; i < item->influence_count; i++)
		count += influence->wanted[item->influences[i].feature];
	return count;
}

/* --- Avro ------------------------------------------------------------------------------ */

static void
put_optional_double(struct buffer *out, double number)
{
	buffer_add_long(out, !isnan(number));
	if (!isnan(number))
		buffer_add_double(out, number);
}

static void
put_optional_text(struct buffer *out, struct text text)
{
	buffer_add_long(out, text.data != NULL);
	if (text.data)
		buffer_add_string(out, text);
}

static void
put_feature(const struct influence_topic *influence, const struct publication_influence *moved,
    struct buffer *out)
{
	buffer_add_string(out, influence->batch->lineage->features[moved->feature].name);
	buffer_add_byte(out, moved->has_key);
	put_optional_text(out, moved->key);
	buffer_add_byte(out, moved->left);
	buffer_add_long(out, moved->status);
	put_optional_double(out, moved->before);
	put_optional_double(out, moved->after);
	buffer_add_double(out, moved->movement);
	put_optional_double(out, moved->scaled);
}

static void
put_models(
    const struct influence_topic *influence, const struct publication *item, struct buffer *out)
{
	uint32_t i;

	if (item->score_count)
		buffer_add_long(out, item->score_count);
	for (i = 0; i < item->score_count; i++) {
		const struct influence_score *score = &item->scores[i];
		const struct lineage_model *model =
		    &influence->batch->lineage->models[score->model];

		buffer_add_string(out, model->name);
		buffer_add_string(out, model->version);
		put_optional_text(out, model->unit);
		buffer_add_double(out, score->before);
		buffer_add_double(out, score->movement);
	}
	buffer_add_long(out, 0);
}

static void
put_avro(const struct influence_topic *influence, const struct publication *item, struct text id,
    uint32_t count, struct buffer *out)
{
	const struct record *fact = item->fact;
	uint32_t i;

	buffer_add_string(out, id);
	buffer_add_string(out, fact->source);
	buffer_add_long(out, fact->event.time_ms);
	put_optional_text(out, symbols_text(influence->batch->names, fact->event.dataset));
	buffer_add_long(out, influence->batch->epoch);
	buffer_add_long(out, count);
	for (i = 0; i < item->influence_count; i++)
		if (influence->wanted[item->influences[i].feature])
			put_feature(influence, &item->influences[i], out);
	buffer_add_long(out, 0);
	put_models(influence, item, out);
}

/* --- JSON ------------------------------------------------------------------------------ */

static void
write_feature(const struct influence_topic *influence, const struct publication_influence *moved,
    struct buffer *out)
{
	buffer_add_byte(out, '{');
	members_text(out, "feature", influence->batch->lineage->features[moved->feature].name);
	if (moved->has_key)
		members_text(out, "key", moved->key);
	if (moved->left)
		members_true(out, "left", true);
	members_text(out, "status", text_of(influence_status_name(moved->status)));
	members_number(out, "before", moved->before);
	members_number(out, "after", moved->after);
	members_number(out, "movement", moved->movement);
	members_number(out, "scaled", moved->scaled);
	buffer_add_byte(out, '}');
}

static void
write_model(
    const struct lineage_model *model, const struct influence_score *score, struct buffer *out)
{
	buffer_add_byte(out, '{');
	members_text(out, "model", model->name);
	members_text(out, "version", model->version);
	members_text(out, "unit", model->unit);
	members_number(out, "before", score->before);
	members_number(out, "movement", score->movement);
	buffer_add_byte(out, '}');
}

static void
write_json(const struct influence_topic *influence, const struct publication *item, struct text id,
    struct buffer *out)
{
	const struct record *fact = item->fact;
	char time[TIMESTAMP_TEXT_BYTES];
	uint32_t i, written = 0;

	buffer_add_byte(out, '{');
	members_text(out, "id", id);
	members_text(out, "source", fact->source);
	members_text(out, "time", text_of(timestamp_text(fact->event.time_ms, time)));
	members_text(out, "dataset", symbols_text(influence->batch->names, fact->event.dataset));
	members_long(out, "epoch", influence->batch->epoch);
	members_key(out, "features");
	buffer_add_byte(out, '[');
	for (i = 0; i < item->influence_count; i++) {
		if (!influence->wanted[item->influences[i].feature])
			continue;
		if (written++)
			buffer_add_byte(out, ',');
		write_feature(influence, &item->influences[i], out);
	}
	buffer_add_byte(out, ']');
	members_key(out, "models");
	buffer_add_byte(out, '[');
	for (i = 0; i < item->score_count; i++) {
		if (i)
			buffer_add_byte(out, ',');
		write_model(&influence->batch->lineage->models[item->scores[i].model],
		    &item->scores[i], out);
	}
	buffer_add_text(out, TEXT("]}"));
}

/* --- messages -------------------------------------------------------------------------- */

static void
add_message(struct influence_topic *influence, const struct publication *item, uint32_t count,
    struct outgoing *outgoing)
{
	char buffer[PUBLICATION_ID_BYTES];
	struct text id = publication_id(item->fact, buffer);

	outgoing_begin(outgoing, influence->topic, PRODUCED_INFLUENCE, item->record);
	buffer_add_text(&outgoing->bytes, id);
	outgoing_value(outgoing);
	if (influence->topic->avro)
		put_avro(influence, item, id, count, &outgoing->bytes);
	else
		write_json(influence, item, id, &outgoing->bytes);
	outgoing_end(outgoing);
}

void
influence_topic_add(struct influence_topic *influence, const struct publication_batch *batch,
    struct outgoing *outgoing)
{
	size_t i;

	influence->batch = batch;
	if (!batch->lineage)
		return;
	set_wanted(influence);
	for (i = 0; i < batch->count; i++) {
		uint32_t count = count_wanted(influence, &batch->items[i]);

		if (count)
			add_message(influence, &batch->items[i], count, outgoing);
	}
}
