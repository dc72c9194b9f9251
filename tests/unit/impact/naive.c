/* SPDX-License-Identifier: Apache-2.0 */
#include "naive.h"

#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <setjmp.h>

#include <cmocka.h>

#include "base/memory.h"

#define KEY_BYTES_MAX 48
#define JUMP_MS (30 * (int64_t)86400000)

/* "" no key; "0" null; "=..." a text */
struct key {
	char text[KEY_BYTES_MAX];
};

struct seen {
	struct key key, value;
	double number;
	bool hit;
	int64_t time_ms, offset;
	char partition[16];
	uint32_t incarnation, step;
};

struct member {
	struct key source, owner; /* owner "": of none */
	int64_t time_ms;
	uint64_t sequence, event;
};

struct kept {
	char *spell;
	struct seen *seen;
	size_t seen_count, seen_capacity;
	struct member *members;
	size_t member_count, member_capacity;
};

struct part {
	char name[16];
	uint32_t incarnation;
	int64_t time_ms, suspect_ms;
	bool released;
};

struct given {
	char entity[16], dataset[8], field[8];
	struct key value;
};

struct naive {
	const struct lineage *lineage;
	struct kept *kept; /* [feature] */
	uint64_t events;
	uint32_t count;
	struct part parts[16];
	uint32_t part_count;
	int64_t clock_ms;
	uint64_t sequence;
	struct given *given;
	size_t given_count, given_capacity;
	/* Of the event in hand: */
	const struct happening *happening;
	struct naive_answer *answer;
	struct key item_keys[NAIVE_ITEMS];
	bool item_own[NAIVE_ITEMS];
};

struct naive *
naive_open(void)
{
	struct naive *naive = memory_get(sizeof(*naive));

	naive->clock_ms = TIME_NONE;
	return naive;
}

static void
kept_fini(struct kept *kept)
{
	memory_free(kept->spell);
	memory_free(kept->seen);
	memory_free(kept->members);
}

void
naive_close(struct naive *naive)
{
	uint32_t i;

	for (i = 0; i < naive->count; i++)
		kept_fini(&naive->kept[i]);
	memory_free(naive->kept);
	memory_free(naive->given);
	memory_free(naive);
}

/* Whether a model's score needs to know what an entity gave the field last. */
static bool
is_needed(const struct lineage *lineage, const char *dataset, const char *field)
{
	const struct lineage_feature *feature;
	uint32_t i, j;

	for (i = 0; i < lineage->model_count; i++)
		for (j = 0; j < lineage->models[i].input_count; j++) {
			feature = &lineage->features[lineage->models[i].inputs[j].feature];
			if (lineage->models[i].kind != KIND_OPAQUE &&
			    feature->key == SUBJECT_FIELD && text_is(feature->key_field, field) &&
			    text_is(lineage->datasets[feature->dataset].name, dataset))
				return true;
		}
	return false;
}

static void
forget_given(struct naive *naive)
{
	size_t i, kept = 0;

	for (i = 0; i < naive->given_count; i++)
		if (is_needed(naive->lineage, naive->given[i].dataset, naive->given[i].field))
			naive->given[kept++] = naive->given[i];
	naive->given_count = kept;
}

void
naive_set(struct naive *naive, const struct lineage *lineage, const char *const *spells)
{
	struct kept *kept = memory_get_array(lineage->feature_count + 1, sizeof(*kept));
	uint32_t i, j;

	for (i = 0; i < lineage->feature_count; i++) {
		for (j = 0; j < naive->count && !kept[i].spell; j++)
			if (naive->kept[j].spell && !strcmp(naive->kept[j].spell, spells[i])) {
				kept[i] = naive->kept[j];
				naive->kept[j] = (struct kept){0};
			}
		if (!kept[i].spell)
			kept[i].spell = memory_text(spells[i]);
	}
	for (j = 0; j < naive->count; j++)
		kept_fini(&naive->kept[j]);
	memory_free(naive->kept);
	naive->kept = kept;
	naive->count = lineage->feature_count;
	naive->lineage = lineage;
	forget_given(naive);
}

/* --- the clock ------------------------------------------------------------------------------- */

static struct part *
part_of(struct naive *naive, const char *name, uint32_t incarnation)
{
	uint32_t i;

	for (i = 0; i < naive->part_count; i++)
		if (!strcmp(naive->parts[i].name, name) &&
		    naive->parts[i].incarnation == incarnation)
			return &naive->parts[i];
	return NULL;
}

static void
clock_now(struct naive *naive)
{
	int64_t least = INT64_MAX;
	uint32_t i;

	for (i = 0; i < naive->part_count; i++)
		if (!naive->parts[i].released && naive->parts[i].time_ms < least)
			least = naive->parts[i].time_ms;
	if (least != INT64_MAX && least > naive->clock_ms)
		naive->clock_ms = least;
}

static struct part *
part_new(struct naive *naive, const char *name, uint32_t incarnation)
{
	struct part *part = &naive->parts[naive->part_count++];
	uint32_t i;

	*part = (struct part){
	    .incarnation = incarnation, .time_ms = TIME_NONE, .suspect_ms = TIME_NONE};
	snprintf(part->name, sizeof(part->name), "%s", name);
	for (i = 0; i + 1 < naive->part_count; i++)
		if (!strcmp(naive->parts[i].name, name) &&
		    naive->parts[i].incarnation < incarnation)
			naive->parts[i].released = true;
	return part;
}

static int64_t
part_event(struct naive *naive, const char *name, uint32_t incarnation, int64_t time_ms)
{
	struct part *part = part_of(naive, name, incarnation);
	bool far, twice;

	if (!part)
		part = part_new(naive, name, incarnation);
	part->released = false;
	far = part->time_ms != TIME_NONE && time_ms - part->time_ms > JUMP_MS;
	twice =
	    far && part->suspect_ms != TIME_NONE && llabs(time_ms - part->suspect_ms) <= JUMP_MS;
	part->suspect_ms = far && !twice ? time_ms : TIME_NONE;
	if ((!far || twice) && time_ms > part->time_ms)
		part->time_ms = time_ms;
	clock_now(naive);
	return part->time_ms;
}

void
naive_release(struct naive *naive, const char *partition, uint32_t incarnation)
{
	struct part *part = part_of(naive, partition, incarnation);

	if (part)
		part->released = true;
	clock_now(naive);
}

/* --- values ---------------------------------------------------------------------------------- */

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static bool
in_window(const struct lineage_feature *feature, int64_t time_ms, int64_t clock_ms)
{
	if (!feature->size_ms)
		return true;
	return floor_div(time_ms, feature->pane_ms) >
	    floor_div(clock_ms - feature->lateness_ms, feature->pane_ms) -
	    feature->size_ms / feature->pane_ms;
}

static int
newer(const struct seen *a, const struct seen *b)
{
	int order = strcmp(a->partition, b->partition);

	if (a->time_ms != b->time_ms)
		return a->time_ms > b->time_ms;
	if (order)
		return order > 0;
	if (a->incarnation != b->incarnation)
		return a->incarnation > b->incarnation;
	if (a->offset != b->offset)
		return a->offset > b->offset;
	return a->step > b->step;
}

struct found {
	double count, sum, least, greatest, hits, distinct;
	const struct seen *newest;
};

static bool
is_first_value(
    const struct kept *kept, const struct lineage_feature *feature, size_t end, int64_t clock_ms)
{
	const struct seen *one = &kept->seen[end];
	size_t i;

	for (i = 0; i < end; i++)
		if (!strcmp(kept->seen[i].key.text, one->key.text) &&
		    !strcmp(kept->seen[i].value.text, one->value.text) &&
		    in_window(feature, kept->seen[i].time_ms, clock_ms))
			return false;
	return true;
}

static void
look(const struct naive *naive, uint32_t index, struct key key, struct found *found)
{
	const struct lineage_feature *feature = &naive->lineage->features[index];
	const struct kept *kept = &naive->kept[index];
	const struct seen *one;
	size_t i;

	*found = (struct found){.least = INFINITY, .greatest = -INFINITY};
	for (i = 0; i < kept->seen_count; i++) {
		one = &kept->seen[i];
		if (strcmp(one->key.text, key.text) ||
		    !in_window(feature, one->time_ms, naive->clock_ms))
			continue;
		found->count++;
		found->sum += one->number;
		found->least = fmin(found->least, one->number);
		found->greatest = fmax(found->greatest, one->number);
		found->hits += one->hit;
		if (feature->aggregate == AGGREGATE_DISTINCT)
			found->distinct += is_first_value(kept, feature, i, naive->clock_ms);
		if (!found->newest || newer(one, found->newest))
			found->newest = one;
	}
}

static double
shown(const struct lineage_feature *feature, const struct found *found, double last)
{
	switch (feature->aggregate) {
	case AGGREGATE_COUNT:
		return found->count;
	case AGGREGATE_RATE:
		return found->count / ((double)feature->size_ms / 86400000.0);
	case AGGREGATE_SUM:
		return found->sum;
	case AGGREGATE_DISTINCT:
		return found->distinct;
	default:
		break;
	}
	if (found->count == 0)
		return NAN;
	switch (feature->aggregate) {
	case AGGREGATE_MEAN:
		return found->sum / found->count;
	case AGGREGATE_MIN:
		return found->least;
	case AGGREGATE_MAX:
		return found->greatest;
	case AGGREGATE_SHARE:
		return found->hits / found->count;
	default:
		return last;
	}
}

static double value_at(const struct naive *naive, uint32_t index, struct key key, bool *empty);

/* Whether a source's key is a member now, and its value. */
static bool
is_member(const struct naive *naive, uint32_t index, const struct member *member, double *value)
{
	const struct lineage_feature *feature = &naive->lineage->features[index];
	bool empty;

	if (!member->owner.text[0] || !in_window(feature, member->time_ms, naive->clock_ms))
		return false;
	*value = value_at(naive, feature->source, member->source, &empty);
	return !empty && !isnan(*value);
}

static double
chain_at(const struct naive *naive, uint32_t index, struct key key, bool *empty)
{
	const struct kept *kept = &naive->kept[index];
	struct found found = {.least = INFINITY, .greatest = -INFINITY};
	uint64_t newest = 0;
	double value, last = NAN;
	size_t i;

	for (i = 0; i < kept->member_count; i++) {
		if (strcmp(kept->members[i].owner.text, key.text) ||
		    !is_member(naive, index, &kept->members[i], &value))
			continue;
		found.count++;
		found.sum += value;
		found.least = fmin(found.least, value);
		found.greatest = fmax(found.greatest, value);
		if (kept->members[i].sequence >= newest) {
			newest = kept->members[i].sequence;
			last = value;
		}
	}
	*empty = found.count == 0;
	return shown(&naive->lineage->features[index], &found, last);
}

static double
value_at(const struct naive *naive, uint32_t index, struct key key, bool *empty)
{
	const struct lineage_feature *feature = &naive->lineage->features[index];
	struct found found;

	if (feature->source != LINEAGE_NONE)
		return chain_at(naive, index, key, empty);
	look(naive, index, key, &found);
	*empty = found.count == 0;
	return shown(feature, &found, found.newest ? found.newest->number : NAN);
}

/* --- one event ------------------------------------------------------------------------------- */

static struct key
key_of_text(const char *text)
{
	struct key key;

	if (text)
		snprintf(key.text, sizeof(key.text), "=%s", text);
	else
		strcpy(key.text, "0");
	return key;
}

static struct key
key_of_value(const struct value *value)
{
	char room[VALUE_TEXT_BYTES];
	struct text text = value_text(value, room);
	struct key key;

	if (value->kind == VALUE_NULL)
		return key_of_text(NULL);
	snprintf(key.text, sizeof(key.text), "=%.*s", TEXT_PRINT(text));
	return key;
}

static int
change_of(const struct happening *happening, struct text field)
{
	uint32_t i;

	for (i = 0; i < happening->change_count; i++)
		if (text_is(field, happening->changes[i].field))
			return (int)i;
	return -1;
}

static struct key
own_key(const struct naive *naive, const struct lineage_feature *feature)
{
	const struct happening *happening = naive->happening;
	char actor[16];

	switch (feature->key) {
	case SUBJECT_ENTITY:
		return happening->entity ? key_of_text(happening->entity) : (struct key){""};
	case SUBJECT_TEAM:
		return key_of_text(happening->team);
	case SUBJECT_SYSTEM:
		return key_of_text(happening->system);
	case SUBJECT_CHANNEL:
		return key_of_text(happening->channel);
	case SUBJECT_ACTOR:
		snprintf(actor, sizeof(actor), "%08x", happening->actor);
		return key_of_text(happening->actor ? actor : NULL);
	case SUBJECT_NONE:
		return key_of_text(NULL);
	default:
		return key_of_value(
		    &happening->changes[change_of(happening, feature->key_field)].value);
	}
}

static const char *
dataset_of(const struct happening *happening)
{
	return happening->dataset ? happening->dataset : "d";
}

static bool
passes(const struct happening *happening, const struct lineage_filter *filter)
{
	const char *word = NULL;
	struct key key;
	uint32_t i;

	if (filter->subject == SUBJECT_FIELD) {
		if (change_of(happening, filter->field) < 0)
			return false;
		key = key_of_value(&happening->changes[change_of(happening, filter->field)].value);
	} else {
		word = filter->subject == SUBJECT_TEAM   ? happening->team
		    : filter->subject == SUBJECT_SYSTEM  ? happening->system
		    : filter->subject == SUBJECT_CHANNEL ? happening->channel
							 : happening->op;
		key = key_of_text(word);
	}
	if (key.text[0] == '0')
		return filter->null;
	for (i = 0; i < filter->value_count; i++)
		if (text_is(filter->values[i], key.text + 1))
			return true;
	return false;
}

static bool
reaches(const struct happening *happening, const struct lineage *lineage,
    const struct lineage_feature *feature)
{
	bool any = !feature->field_count;
	uint32_t i;

	if (!text_is(lineage->datasets[feature->dataset].name, dataset_of(happening)))
		return false;
	for (i = 0; i < feature->field_count; i++)
		any |= change_of(happening, feature->fields[i]) >= 0;
	if (feature->key == SUBJECT_FIELD && change_of(happening, feature->key_field) < 0)
		return false;
	for (i = 0; i < feature->filter_count; i++)
		if (!passes(happening, &feature->filters[i]))
			return false;
	return any;
}

static uint32_t
add_item(struct naive *naive, uint32_t index, struct key key, bool own, uint32_t status)
{
	struct naive_answer *answer = naive->answer;
	uint32_t i;

	for (i = 0; i < answer->count; i++)
		if (answer->items[i].feature == index && naive->item_own[i] == own &&
		    (own || !strcmp(naive->item_keys[i].text, key.text))) {
			if (status == INFLUENCE_COUNTED)
				answer->items[i].status = status;
			return i;
		}
	assert_true(answer->count < NAIVE_ITEMS);
	answer->items[answer->count] = (struct influence){index, status, NAN, NAN};
	naive->item_keys[answer->count] = key;
	naive->item_own[answer->count] = own;
	return answer->count++;
}

static struct member *
member_of(struct naive *naive, uint32_t index, struct key source)
{
	struct kept *kept = &naive->kept[index];
	size_t i;

	for (i = 0; i < kept->member_count; i++)
		if (!strcmp(kept->members[i].source.text, source.text))
			return &kept->members[i];
	memory_grow(
	    &kept->members, &kept->member_capacity, kept->member_count + 1, sizeof(*kept->members));
	kept->members[kept->member_count] = (struct member){.source = source};
	return &kept->members[kept->member_count++];
}

static void follow(struct naive *naive, const struct naive *before, uint32_t index, struct key key);

/* A source's key was moved: whom it left, whom it joins. */
static void
step(struct naive *naive, const struct naive *before, uint32_t index, struct key source)
{
	const struct lineage_feature *feature = &naive->lineage->features[index];
	struct member *member = member_of(naive, index, source), *old;
	struct key left = {""}, joined = own_key(naive, feature);
	double value;
	bool empty;

	if (member->event == naive->events) {
		left = member->owner;
	} else {
		old = member_of((struct naive *)before, index, source);
		if (is_member(before, index, old, &value))
			left = old->owner;
	}
	value = value_at(naive, feature->source, source, &empty);
	if (empty || isnan(value))
		joined = (struct key){""};
	else if (!joined.text[0])
		(void)add_item(naive, index, joined, true, INFLUENCE_NO_KEY);
	else if (!in_window(feature, naive->happening->time_ms, naive->clock_ms))
		joined = (struct key){""};
	member = member_of(naive, index, source);
	*member = (struct member){
	    source, joined, naive->happening->time_ms, ++naive->sequence, naive->events};
	if (left.text[0] && strcmp(left.text, joined.text)) {
		(void)add_item(naive, index, left, !strcmp(left.text, own_key(naive, feature).text),
		    INFLUENCE_COUNTED);
		follow(naive, before, index, left);
	}
	if (joined.text[0]) {
		(void)add_item(naive, index, joined, true, INFLUENCE_COUNTED);
		follow(naive, before, index, joined);
	}
}

static void
follow(struct naive *naive, const struct naive *before, uint32_t index, struct key key)
{
	uint32_t i;

	for (i = 0; i < naive->count; i++)
		if (naive->lineage->features[i].source == index)
			step(naive, before, i, key);
}

static bool
number_of(const struct lineage_feature *feature, const struct value *value, double *number)
{
	struct key key = key_of_value(value);
	char *end;
	uint32_t i;

	if (feature->encoding == ENCODING_CODES) {
		for (i = 0; i < feature->code_count; i++)
			if (text_is(feature->codes[i].value,
				key.text[0] == '0' ? "null" : key.text + 1)) {
				*number = feature->codes[i].number;
				return true;
			}
	} else if (feature->encoding == ENCODING_NUMERIC && key.text[0] == '=' &&
	    strcmp(key.text, "=07")) { /* no number as JSON writes them */
		*number =
		    value->kind == VALUE_BOOLEAN ? value->boolean : strtod(key.text + 1, &end);
		if (value->kind == VALUE_BOOLEAN ||
		    (!*end && end > key.text + 1 && isfinite(*number)))
			return true;
	}
	*number = feature->other;
	return feature->encoding == ENCODING_NONE || feature->has_other;
}

static void
keep(struct naive *naive, uint32_t index, struct key key, const struct value *value, uint32_t order)
{
	const struct lineage_feature *feature = &naive->lineage->features[index];
	const struct happening *happening = naive->happening;
	struct kept *kept = &naive->kept[index];
	struct seen seen = {.key = key,
	    .time_ms = happening->time_ms,
	    .offset = happening->offset,
	    .incarnation = happening->incarnation + !happening->incarnation,
	    .step = order};

	if (value && !number_of(feature, value, &seen.number)) {
		(void)add_item(naive, index, key, true, INFLUENCE_NO_NUMBER);
		return;
	}
	if (value) {
		seen.value = key_of_value(value);
		seen.hit = feature->value_null
		    ? value->kind == VALUE_NULL
		    : seen.value.text[0] == '=' && text_is(feature->value, seen.value.text + 1);
	}
	snprintf(seen.partition, sizeof(seen.partition), "%s",
	    happening->partition ? happening->partition : "p");
	memory_grow(&kept->seen, &kept->seen_capacity, kept->seen_count + 1, sizeof(seen));
	kept->seen[kept->seen_count++] = seen;
	(void)add_item(naive, index, key, true, INFLUENCE_COUNTED);
}

static void
observe(struct naive *naive, const struct naive *before, uint32_t index, int64_t partition_ms)
{
	const struct lineage_feature *feature = &naive->lineage->features[index];
	const struct happening *happening = naive->happening;
	struct key key = own_key(naive, feature);
	size_t seen = naive->kept[index].seen_count;
	uint32_t i;
	int change;

	if (!key.text[0] || !in_window(feature, happening->time_ms, partition_ms) ||
	    !in_window(feature, happening->time_ms, naive->clock_ms)) {
		(void)add_item(
		    naive, index, key, true, key.text[0] ? INFLUENCE_LATE : INFLUENCE_NO_KEY);
		return;
	}
	if (!feature->field_count)
		keep(naive, index, key, NULL, 0);
	for (i = 0; i < feature->field_count; i++) { /* the tests name fields in order */
		change = change_of(happening, feature->fields[i]);
		if (change >= 0)
			keep(naive, index, key, &happening->changes[change].value, i);
	}
	if (naive->kept[index].seen_count > seen)
		follow(naive, before, index, key);
}

static int
item_order(const struct naive *naive, uint32_t i, uint32_t j)
{
	const struct influence *items = naive->answer->items;

	if (items[i].feature != items[j].feature)
		return items[i].feature < items[j].feature ? -1 : 1;
	return (int)naive->item_own[i] - (int)naive->item_own[j];
}

static void
swap_items(struct naive *naive, uint32_t i, uint32_t j)
{
	struct influence item = naive->answer->items[i];
	struct key key = naive->item_keys[i];
	bool own = naive->item_own[i];

	naive->answer->items[i] = naive->answer->items[j];
	naive->item_keys[i] = naive->item_keys[j];
	naive->item_own[i] = naive->item_own[j];
	naive->answer->items[j] = item;
	naive->item_keys[j] = key;
	naive->item_own[j] = own;
}

/* Where a value lost a member, the event's own key stands, too. */
static void
add_missing_own(struct naive *naive)
{
	uint32_t i, j, count = naive->answer->count;
	const struct lineage_feature *feature;
	struct key key;

	for (i = 0; i < count; i++) {
		for (j = 0; j < naive->answer->count; j++)
			if (naive->item_own[j] &&
			    naive->answer->items[j].feature == naive->answer->items[i].feature)
				break;
		if (j < naive->answer->count)
			continue;
		feature = &naive->lineage->features[naive->answer->items[i].feature];
		key = own_key(naive, feature);
		(void)add_item(naive, naive->answer->items[i].feature, key, true,
		    key.text[0] ? INFLUENCE_COUNTED : INFLUENCE_NO_KEY);
	}
}

static void
finish_items(struct naive *naive, const struct naive *before)
{
	struct influence *items = naive->answer->items;
	uint32_t i, j;
	bool empty;

	add_missing_own(naive);
	for (i = 0; i < naive->answer->count; i++)
		for (j = i; j > 0 && item_order(naive, j, j - 1) < 0; j--)
			swap_items(naive, j, j - 1);
	for (i = 0; i < naive->answer->count; i++) {
		if (items[i].status != INFLUENCE_COUNTED)
			continue;
		items[i].before = value_at(before, items[i].feature, naive->item_keys[i], &empty);
		items[i].after = value_at(naive, items[i].feature, naive->item_keys[i], &empty);
	}
}

/* --- scores ------------------------------------------------------------------------------------ */

static struct given *
given_of(struct naive *naive, const char *entity, const char *dataset, const char *field)
{
	size_t i;

	for (i = 0; i < naive->given_count; i++)
		if (!strcmp(naive->given[i].entity, entity) &&
		    !strcmp(naive->given[i].dataset, dataset) &&
		    !strcmp(naive->given[i].field, field))
			return &naive->given[i];
	return NULL;
}

static void
give(struct naive *naive)
{
	const struct happening *happening = naive->happening;
	struct given *given;
	uint32_t i;

	for (i = 0; happening->entity && i < happening->change_count; i++) {
		if (!is_needed(naive->lineage, dataset_of(happening), happening->changes[i].field))
			continue;
		given = given_of(
		    naive, happening->entity, dataset_of(happening), happening->changes[i].field);
		if (!given) {
			memory_grow(&naive->given, &naive->given_capacity, naive->given_count + 1,
			    sizeof(*given));
			given = &naive->given[naive->given_count++];
			*given = (struct given){{0}};
			strcpy(given->entity, happening->entity);
			strcpy(given->dataset, dataset_of(happening));
			strcpy(given->field, happening->changes[i].field);
		}
		given->value = key_of_value(&happening->changes[i].value);
	}
}

static struct key
input_key(struct naive *naive, const struct lineage_feature *feature)
{
	const struct given *given;
	char field[16], dataset[16];

	if (feature->key != SUBJECT_FIELD)
		return own_key(naive, feature);
	snprintf(field, sizeof(field), "%.*s", TEXT_PRINT(feature->key_field));
	snprintf(dataset, sizeof(dataset), "%.*s",
	    TEXT_PRINT(naive->lineage->datasets[feature->dataset].name));
	if (naive->happening->entity) {
		given = given_of(naive, naive->happening->entity, dataset, field);
		return given ? given->value : (struct key){""};
	}
	if (!strcmp(dataset, dataset_of(naive->happening)) &&
	    change_of(naive->happening, feature->key_field) >= 0)
		return own_key(naive, feature);
	return (struct key){""};
}

static void
score(struct naive *naive, const struct naive *before, uint32_t index)
{
	const struct lineage_model *model = &naive->lineage->models[index];
	struct influence_score *score = &naive->answer->scores[naive->answer->score_count];
	const struct influence *item;
	bool counted = false, empty;
	struct key key;
	uint32_t i, j;
	double value;

	*score = (struct influence_score){.model = index, .before = model->intercept};
	for (i = 0; i < model->input_count; i++) {
		key = input_key(naive, &naive->lineage->features[model->inputs[i].feature]);
		value = key.text[0] ? value_at(before, model->inputs[i].feature, key, &empty) : 0;
		score->before += model->inputs[i].weight * (isnan(value) ? 0 : value);
		for (j = 0; j < naive->answer->count; j++) {
			item = &naive->answer->items[j];
			if (item->feature != model->inputs[i].feature ||
			    item->status != INFLUENCE_COUNTED)
				continue;
			counted = true;
			score->movement += model->inputs[i].weight * influence_movement(item);
		}
	}
	naive->answer->score_count += counted && model->kind != KIND_OPAQUE;
}

/* --- the whole ----------------------------------------------------------------------------------- */

static struct naive
copy(const struct naive *naive)
{
	struct naive before = *naive;
	uint32_t i;

	before.kept = memory_get_array(naive->count + 1, sizeof(*before.kept));
	memcpy(before.kept, naive->kept, naive->count * sizeof(*before.kept));
	for (i = 0; i < naive->count; i++) {
		before.kept[i].seen =
		    memory_get_array(naive->kept[i].seen_count + 1, sizeof(struct seen));
		before.kept[i].members =
		    memory_get_array(naive->kept[i].member_count + 1, sizeof(struct member));
		before.kept[i].member_capacity = before.kept[i].member_count + 1;
		if (naive->kept[i].seen_count)
			memcpy(before.kept[i].seen, naive->kept[i].seen,
			    naive->kept[i].seen_count * sizeof(struct seen));
		if (naive->kept[i].member_count)
			memcpy(before.kept[i].members, naive->kept[i].members,
			    naive->kept[i].member_count * sizeof(struct member));
	}
	return before;
}

static void
copy_fini(struct naive *before)
{
	uint32_t i;

	for (i = 0; i < before->count; i++) {
		memory_free(before->kept[i].seen);
		memory_free(before->kept[i].members);
	}
	memory_free(before->kept);
}

void
naive_event(struct naive *naive, const struct happening *happening, struct naive_answer *answer)
{
	int64_t partition_ms = part_event(naive, happening->partition ? happening->partition : "p",
	    happening->incarnation + !happening->incarnation, happening->time_ms);
	struct naive before;
	uint32_t i;

	*answer = (struct naive_answer){0};
	naive->happening = happening;
	naive->answer = answer;
	naive->events++;
	before = copy(naive);
	for (i = 0; i < naive->count; i++)
		if (naive->lineage->features[i].source == LINEAGE_NONE &&
		    reaches(happening, naive->lineage, &naive->lineage->features[i]))
			observe(naive, &before, i, partition_ms);
	give(naive);
	finish_items(naive, &before);
	for (i = 0; i < naive->lineage->model_count; i++)
		score(naive, &before, i);
	copy_fini(&before);
}

double
naive_value(const struct naive *naive, uint32_t feature, const char *key)
{
	bool empty;

	return value_at(naive, feature, key_of_text(key), &empty);
}

/* Whether the same key stands among the first `end`. */
static bool
met_before(const struct kept *kept, bool chain, size_t end)
{
	size_t i;

	for (i = 0; i < end; i++)
		if (chain ? !strcmp(kept->members[i].owner.text, kept->members[end].owner.text)
			  : !strcmp(kept->seen[i].key.text, kept->seen[end].key.text))
			return true;
	return false;
}

double
naive_total(const struct naive *naive, uint32_t index)
{
	const struct kept *kept = &naive->kept[index];
	bool chain = naive->lineage->features[index].source != LINEAGE_NONE, empty;
	size_t i, count = chain ? kept->member_count : kept->seen_count;
	double total = 0, value;

	for (i = 0; i < count; i++) {
		if (met_before(kept, chain, i) || (chain && !kept->members[i].owner.text[0]))
			continue;
		value = value_at(
		    naive, index, chain ? kept->members[i].owner : kept->seen[i].key, &empty);
		total += isnan(value) ? 0 : value;
	}
	return total;
}
