/* SPDX-License-Identifier: Apache-2.0 */
/* Filters of one feature against one event; a "no" of any of them decides. */
#include "lineage/reach.h"

#include <stdlib.h>

static int
text_order(const void *a, const void *b)
{
	return text_compare(*(const struct text *)a, *(const struct text *)b);
}

static enum lineage_answer
text_passes(const struct lineage_filter *filter, struct text text)
{
	bool found;

	if (!text.data)
		return filter->null ? REACHES_YES : REACHES_NO;
	found = filter->value_count &&
	    bsearch(
		&text, filter->values, filter->value_count, sizeof(*filter->values), text_order);
	return found ? REACHES_YES : REACHES_NO;
}

/* A text's length can rule it out, but never in. */
static enum lineage_answer
hashed_passes(const struct lineage_filter *filter, const struct hashed_text *hashed)
{
	uint32_t i;

	for (i = 0; i < filter->value_count; i++)
		if (filter->values[i].size == hashed->size)
			return REACHES_UNKNOWN;
	return REACHES_NO;
}

static const struct change *
find_change(const struct event *event, struct text field, const struct symbols *names)
{
	uint32_t symbol = symbols_find(names, field), i;

	for (i = 0; symbol && i < event->change_count; i++)
		if (event->changes[i].field == symbol)
			return &event->changes[i];
	return NULL;
}

static enum lineage_answer
field_passes(
    const struct lineage_filter *filter, const struct event *event, const struct symbols *names)
{
	const struct change *change = find_change(event, filter->field, names);
	char text[VALUE_TEXT_BYTES];

	if (!change)
		return REACHES_NO;
	if (change->new_value.kind == VALUE_NULL)
		return text_passes(filter, TEXT_NONE);
	if (change->new_value.kind == VALUE_HASHED)
		return hashed_passes(filter, &change->new_value.hashed);
	return text_passes(filter, value_text(&change->new_value, text));
}

static enum lineage_answer
filter_passes(const struct lineage_filter *filter, const struct event *event,
    const struct origin *origin, const struct symbols *names)
{
	switch (filter->subject) {
	case SUBJECT_TEAM:
		return text_passes(filter, symbols_text(names, origin->team));
	case SUBJECT_SYSTEM:
		return text_passes(filter, symbols_text(names, event->system));
	case SUBJECT_CHANNEL:
		return text_passes(filter, symbols_text(names, event->channel));
	case SUBJECT_OP:
		return text_passes(filter, symbols_text(names, event->op));
	default:
		return field_passes(filter, event, names);
	}
}

static bool
changes_any(
    const struct lineage_feature *feature, const struct event *event, const struct symbols *names)
{
	uint32_t i;

	for (i = 0; i < feature->field_count; i++)
		if (find_change(event, feature->fields[i], names))
			return true;
	return !feature->field_count;
}

enum lineage_answer
lineage_reaches(const struct lineage *lineage, uint32_t index, const struct event *event,
    const struct origin *origin, const struct symbols *names)
{
	const struct lineage_feature *feature = &lineage->features[lineage->features[index].root];
	const struct text dataset = lineage->datasets[feature->dataset].name;
	enum lineage_answer answer = REACHES_YES, one;
	uint32_t i;

	if (!event->dataset || event->dataset != symbols_find(names, dataset))
		return REACHES_NO;
	if (!changes_any(feature, event, names))
		return REACHES_NO;
	if (feature->key == SUBJECT_FIELD && !find_change(event, feature->key_field, names))
		return REACHES_NO;
	for (i = 0; i < feature->filter_count; i++) {
		one = filter_passes(&feature->filters[i], event, origin, names);
		if (one == REACHES_NO)
			return REACHES_NO;
		if (one == REACHES_UNKNOWN)
			answer = REACHES_UNKNOWN;
	}
	return answer;
}
