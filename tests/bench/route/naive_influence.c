/* SPDX-License-Identifier: Apache-2.0 */
#include "naive_influence.h"

#include <avro.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "naive_state.h"
#include "naive_sums.h"

struct naive_influence {
	const struct lineage *lineage;
	struct naive_state **states; /* [feature], by key */
	struct naive_sums *sums;
	double *moved; /* [feature], of the event under way */
	bool *counted; /* [feature] */
	int64_t clock_ms;
	double *magnitudes; /* [feature, then model] */
	avro_schema_t schema;
	avro_file_writer_t writer;
	avro_value_iface_t *iface;
	avro_value_t record;
};

static const char schema_text[] =
    "{\"type\":\"record\",\"name\":\"Influences\",\"fields\":[{\"name\":\"offset\",\"type\":"
    "\"long\"},"
    "{\"name\":\"features\",\"type\":{\"type\":\"array\",\"items\":{\"type\":\"record\",\"name\":"
    "\"Influence\",\"fields\":[{\"name\":\"feature\",\"type\":\"int\"},{\"name\":\"before\","
    "\"type\":\"double\"},{\"name\":\"after\",\"type\":\"double\"}]}}},"
    "{\"name\":\"models\",\"type\":{\"type\":\"array\",\"items\":{\"type\":\"record\",\"name\":"
    "\"Score\",\"fields\":[{\"name\":\"model\",\"type\":\"int\"},{\"name\":\"movement\",\"type\":"
    "\"double\"}]}}}]}";

static void
must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "naive: %s: %s\n", what, avro_strerror());
	exit(1);
}

struct naive_influence *
naive_influence_open(
    const struct lineage *lineage, const char *folder, sqlite3 *database, double *magnitudes)
{
	struct naive_influence *naive = calloc(1, sizeof(*naive));
	char path[4096];

	naive->lineage = lineage;
	naive->magnitudes = magnitudes;
	memset(
	    magnitudes, 0, (lineage->feature_count + lineage->model_count) * sizeof(*magnitudes));
	naive->states = calloc(lineage->feature_count, sizeof(struct naive_state *));
	naive->clock_ms = INT64_MIN;
	naive->moved = calloc(lineage->feature_count, sizeof(*naive->moved));
	naive->counted = calloc(lineage->feature_count, sizeof(*naive->counted));
	naive->sums = naive_sums_open(lineage, database);
	must(
	    avro_schema_from_json_length(schema_text, sizeof(schema_text) - 1, &naive->schema) == 0,
	    "schema");
	snprintf(path, sizeof(path), "%s/naive-influence.avro", folder);
	must(avro_file_writer_create_with_codec(
		 path, naive->schema, &naive->writer, "deflate", 65536) == 0,
	    path);
	naive->iface = avro_generic_class_from_schema(naive->schema);
	avro_generic_value_new(naive->iface, &naive->record);
	return naive;
}

static const json_t *
new_value(const json_t *event, struct text field)
{
	const json_t *change;
	size_t i;

	json_array_foreach(json_object_get(event, "changes"), i, change)
	{
		if (text_equal(text_of(json_string_value(json_array_get(change, 0))), field))
			return json_array_get(change, 2);
	}
	return NULL;
}

static const char *
value_words(const json_t *value, char out[64])
{
	if (json_is_string(value))
		return json_string_value(value);
	if (json_is_integer(value))
		snprintf(out, 64, "%lld", (long long)json_integer_value(value));
	else if (json_is_real(value))
		snprintf(out, 64, "%.17g", json_real_value(value));
	else
		strcpy(out, json_is_true(value) ? "true" : json_is_false(value) ? "false" : "null");
	return out;
}

static const char *
subject_words(const json_t *event, enum lineage_subject subject, struct text field, char out[64])
{
	static const char *const words[] = {[SUBJECT_ENTITY] = "entity",
	    [SUBJECT_TEAM] = "team",
	    [SUBJECT_SYSTEM] = "system",
	    [SUBJECT_CHANNEL] = "channel",
	    [SUBJECT_OP] = "op",
	    [SUBJECT_ACTOR] = "actor"};
	const json_t *value;

	if (subject == SUBJECT_NONE)
		return "";
	if (subject != SUBJECT_FIELD)
		return json_string_value(json_object_get(event, words[subject]));
	value = new_value(event, field);
	return value ? value_words(value, out) : NULL;
}

static bool
passes(const struct lineage_feature *feature, const json_t *event)
{
	uint32_t i, j;
	char out[64];

	for (i = 0; i < feature->filter_count; i++) {
		const struct lineage_filter *filter = &feature->filters[i];
		const char *value = subject_words(event, filter->subject, filter->field, out);
		bool found = false;

		for (j = 0; value && j < filter->value_count && !found; j++)
			found = text_is(filter->values[j], value);
		if (!found)
			return false;
	}
	return true;
}

/* false: the value has no number */
static bool
number_of(const struct lineage_feature *feature, const json_t *value, double *number)
{
	char out[64];
	uint32_t i;

	*number = 0;
	if (feature->encoding == ENCODING_NONE)
		return true;
	if (feature->encoding == ENCODING_NUMERIC && json_is_number(value)) {
		*number = json_number_value(value);
		return true;
	}
	for (i = 0; i < feature->code_count; i++)
		if (text_is(feature->codes[i].value, value_words(value, out))) {
			*number = feature->codes[i].number;
			return true;
		}
	*number = feature->other;
	return feature->has_other;
}

static struct naive_state *
state_of(struct naive_influence *naive, uint32_t feature, const char *key)
{
	struct naive_state *state;

	HASH_FIND_STR(naive->states[feature], key, state);
	if (!state) {
		state = naive_state_open(&naive->lineage->features[feature], key);
		HASH_ADD_STR(naive->states[feature], key, state);
	}
	return state;
}

static void
append_influence(struct naive_influence *naive, uint32_t feature, double before, double after)
{
	avro_value_t list, item, value;

	avro_value_get_by_name(&naive->record, "features", &list, NULL);
	avro_value_append(&list, &item, NULL);
	avro_value_get_by_index(&item, 0, &value, NULL);
	avro_value_set_int(&value, (int)feature);
	avro_value_get_by_index(&item, 1, &value, NULL);
	avro_value_set_double(&value, before);
	avro_value_get_by_index(&item, 2, &value, NULL);
	avro_value_set_double(&value, after);
}

/* Whether it counted. */
static bool
observe(struct naive_influence *naive, uint32_t index, const json_t *event, int64_t time_ms)
{
	const struct lineage_feature *feature = &naive->lineage->features[index];
	struct naive_observation observation = {.time_ms = time_ms};
	const json_t *value = feature->field_count ? new_value(event, feature->fields[0]) : NULL;
	struct naive_state *state;
	const char *key;
	char key_out[64], value_out[64];
	double before, after;

	if ((feature->field_count && !value) || !passes(feature, event) ||
	    !number_of(feature, value, &observation.number))
		return false;
	key = subject_words(event, feature->key, feature->key_field, key_out);
	if (!key)
		return false;
	observation.value = value ? value_words(value, value_out) : "";
	observation.hit =
	    feature->aggregate == AGGREGATE_SHARE && text_is(feature->value, observation.value);
	state = state_of(naive, index, key);
	naive_state_expire(state, feature, naive->clock_ms);
	before = naive_state_value(state, feature);
	if (!naive_state_add(state, feature, naive->clock_ms, &observation))
		return false;
	after = naive_state_value(state, feature);
	append_influence(naive, index, before, after);
	naive->moved[index] = after - before;
	naive->magnitudes[index] += fabs(after - before);
	return true;
}

static int64_t
time_of(const json_t *event)
{
	const char *text = json_string_value(json_object_get(event, "time"));
	struct tm tm = {0};

	sscanf(text, "%d-%d-%dT%d:%d:%d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour,
	    &tm.tm_min, &tm.tm_sec);
	tm.tm_year -= 1900;
	tm.tm_mon--;
	return (int64_t)timegm(&tm) * 1000;
}

static void
append_score(struct naive_influence *naive, uint32_t model, double movement)
{
	avro_value_t list, item, value;

	avro_value_get_by_name(&naive->record, "models", &list, NULL);
	avro_value_append(&list, &item, NULL);
	avro_value_get_by_index(&item, 0, &value, NULL);
	avro_value_set_int(&value, (int)model);
	avro_value_get_by_index(&item, 1, &value, NULL);
	avro_value_set_double(&value, movement);
}

static void
score(struct naive_influence *naive, const struct naive_words *words)
{
	const struct lineage *lineage = naive->lineage;
	uint32_t i, j;

	for (i = 0; i < lineage->model_count; i++) {
		const struct lineage_model *model = &lineage->models[i];
		double movement = 0;
		bool any = false;

		for (j = 0; j < model->input_count; j++) {
			const struct lineage_input *input = &model->inputs[j];

			if (!naive->counted[input->feature])
				continue;
			any = true;
			movement += model->kind == KIND_OPAQUE
			    ? input->sensitivity * fabs(naive->moved[input->feature])
			    : input->weight * naive->moved[input->feature];
		}
		if (!any)
			continue;
		naive->magnitudes[lineage->feature_count + i] += fabs(movement);
		append_score(naive, i, movement);
		naive_sums_add(naive->sums, lineage->feature_count + i, words, movement);
	}
}

void
naive_influence_add(struct naive_influence *naive, const json_t *event, int64_t offset, int actor)
{
	const struct lineage *lineage = naive->lineage;
	const char *dataset = json_string_value(json_object_get(event, "dataset"));
	struct naive_words words = naive_words_of(event, time_of(event), actor);
	avro_value_t value;
	uint32_t i;

	if (words.time_ms > naive->clock_ms)
		naive->clock_ms = words.time_ms;
	avro_value_reset(&naive->record);
	avro_value_get_by_name(&naive->record, "offset", &value, NULL);
	avro_value_set_long(&value, offset);
	for (i = 0; i < lineage->feature_count; i++) {
		const struct lineage_feature *feature = &lineage->features[i];

		naive->counted[i] = feature->source == LINEAGE_NONE &&
		    text_is(lineage->datasets[feature->dataset].name, dataset) &&
		    observe(naive, i, event, words.time_ms);
		if (!naive->counted[i])
			continue;
		words.field = feature->field_count ? feature->fields[0] : TEXT_NONE;
		naive_sums_add(naive->sums, i, &words, naive->moved[i]);
	}
	words.field = TEXT_NONE;
	score(naive, &words);
	must(avro_file_writer_append_value(naive->writer, &naive->record) == 0, "append");
}

void
naive_influence_commit(struct naive_influence *naive)
{
	must(avro_file_writer_flush(naive->writer) == 0, "flush the influences");
	naive_sums_commit(naive->sums);
}

static void
close_states(struct naive_state *states)
{
	struct naive_state *state, *next;

	HASH_ITER(hh, states, state, next)
	{
		HASH_DEL(states, state);
		naive_state_close(state);
	}
}

void
naive_influence_close(struct naive_influence *naive)
{
	uint32_t i;

	avro_file_writer_close(naive->writer);
	naive_sums_close(naive->sums);
	for (i = 0; i < naive->lineage->feature_count; i++)
		close_states(naive->states[i]);
	avro_value_decref(&naive->record);
	avro_value_iface_decref(naive->iface);
	avro_schema_decref(naive->schema);
	free(naive->states);
	free(naive->counted);
	free(naive->moved);
	free(naive);
}
