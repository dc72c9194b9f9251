/* SPDX-License-Identifier: Apache-2.0 */
/* Features that are computed from fields: filters, key, lateness, number, value before and after. */
#include "inside.h"

#include <stdlib.h>

#include "base/json.h"
#include "base/memory.h"

/* Short lists are walked through: that is faster than halving them. */
#define WALK_MAX 8

static int
code_order(const void *text, const void *code)
{
	return text_compare(*(const struct text *)text, ((const struct lineage_code *)code)->value);
}

static int
text_order(const void *a, const void *b)
{
	return text_compare(*(const struct text *)a, *(const struct text *)b);
}

static bool
is_listed(const struct lineage_filter *filter, struct text text)
{
	uint32_t i;

	if (!text.data)
		return filter->null;
	if (filter->value_count > WALK_MAX)
		return bsearch(
		    &text, filter->values, filter->value_count, sizeof(text), text_order);
	for (i = 0; i < filter->value_count; i++)
		if (text_equal(filter->values[i], text))
			return true;
	return false;
}

/* --- filters -------------------------------------------------------------------------------- */

static bool
symbol_passes(const struct impact *impact, struct plan_filter *filter, uint32_t symbol)
{
	size_t count = filter->symbols;

	if (UNLIKELY(symbol >= count)) {
		filter->symbols = (size_t)symbol + 1;
		memory_grow(&filter->passes, &filter->capacity, filter->symbols, 1);
		memset(filter->passes + count, 0, filter->symbols - count);
	}
	if (UNLIKELY(!filter->passes[symbol]))
		filter->passes[symbol] =
		    1 + is_listed(filter->lineage, symbols_text(impact->names, symbol));
	return filter->passes[symbol] == 2;
}

static bool
change_passes(struct impact *impact, const struct plan_filter *filter, uint32_t change)
{
	if (change == PROGRAM_NONE ||
	    impact->work.fact->changes[change].new_value.kind == VALUE_HASHED)
		return false;
	return is_listed(filter->lineage, looked_text(impact, change)->text);
}

static bool
filter_passes(struct impact *impact, struct plan_filter *filter, uint32_t change)
{
	const struct event *fact = impact->work.fact;

	switch (filter->lineage->subject) {
	case SUBJECT_TEAM:
		return symbol_passes(impact, filter, impact->work.origin->team);
	case SUBJECT_SYSTEM:
		return symbol_passes(impact, filter, fact->system);
	case SUBJECT_CHANNEL:
		return symbol_passes(impact, filter, fact->channel);
	case SUBJECT_OP:
		return symbol_passes(impact, filter, fact->op);
	default:
		return change_passes(impact, filter, change);
	}
}

static bool
passes(struct impact *impact, const struct program_step *step)
{
	uint32_t i;

	for (i = 0; i < step->feature->filter_count; i++)
		if (!filter_passes(impact, &step->feature->filters[i], step->filters[i]))
			return false;
	return true;
}

/* --- numbers --------------------------------------------------------------------------------- */

static bool
text_number(struct text text, double *number)
{
	struct json_node node;

	if (!text.size || !json_number_of(text, &node))
		return false;
	*number = node.kind == NODE_LONG ? (double)node.integer : node.number;
	return true;
}

static bool
plain_number(const struct value *value, double *number)
{
	switch (value->kind) {
	case VALUE_BOOLEAN:
		*number = value->boolean;
		return true;
	case VALUE_LONG:
		*number = (double)value->integer;
		return true;
	case VALUE_DOUBLE:
		*number = value->number;
		return isfinite(value->number);
	case VALUE_TEXT:
		return text_number(value->text, number);
	default:
		return false;
	}
}

static const struct lineage_code *
find_code(const struct lineage_feature *feature, struct text text)
{
	uint32_t i;

	if (feature->code_count > WALK_MAX)
		return bsearch(&text, feature->codes, feature->code_count, sizeof(*feature->codes),
		    code_order);
	for (i = 0; i < feature->code_count; i++)
		if (text_equal(feature->codes[i].value, text))
			return &feature->codes[i];
	return NULL;
}

static bool
code_number(
    struct impact *impact, const struct lineage_feature *feature, uint32_t change, double *number)
{
	const struct value *value = &impact->work.fact->changes[change].new_value;
	const struct lineage_code *code;
	struct text text;

	if (value->kind == VALUE_HASHED ||
	    (value->kind == VALUE_DOUBLE && !isfinite(value->number)))
		return false;
	text = value->kind == VALUE_NULL ? TEXT("null") : looked_text(impact, change)->text;
	code = find_code(feature, text);
	if (code)
		*number = code->number;
	return code != NULL;
}

static bool
number_of(
    struct impact *impact, const struct plan_feature *feature, uint32_t change, double *number)
{
	const struct lineage_feature *lineage = feature->lineage;
	bool has;

	if (lineage->encoding == ENCODING_CODES)
		has = code_number(impact, lineage, change, number);
	else
		has = plain_number(&impact->work.fact->changes[change].new_value, number);
	if (!has && lineage->has_other)
		*number = lineage->other;
	*number += 0.0; /* -0 is 0 */
	return has || lineage->has_other;
}

/* --- observations -------------------------------------------------------------------------------- */

static bool
is_hit(struct impact *impact, const struct lineage_feature *feature, uint32_t change)
{
	const struct value *value = &impact->work.fact->changes[change].new_value;

	if (value->kind == VALUE_NULL || value->kind == VALUE_HASHED)
		return value->kind == VALUE_NULL && feature->value_null;
	return !feature->value_null &&
	    text_equal(looked_text(impact, change)->text, feature->value);
}

/* false: the value has no number. change: PROGRAM_NONE of events that count. */
static bool
fill(struct impact *impact, const struct plan_feature *feature, uint32_t change,
    struct observation *observation)
{
	const struct work *work = &impact->work;

	*observation = (struct observation){.actor = work->actor,
	    .partition = work->partition,
	    .time_ms = work->fact->time_ms,
	    .offset = work->offset};
	if (change == PROGRAM_NONE)
		return true;
	if (feature->numeric)
		return number_of(impact, feature, change, &observation->number);
	if (feature->lineage->aggregate == AGGREGATE_DISTINCT)
		observation->value = looked_hash(impact, change);
	if (feature->lineage->aggregate == AGGREGATE_SHARE)
		observation->hit = is_hit(impact, feature->lineage, change);
	return true;
}

static const struct plan_window *
look_at_window(struct impact *impact, const struct plan_feature *feature)
{
	struct plan_window *window = &impact->plan->windows[feature->window];
	const struct work *work = &impact->work;
	int64_t first, own;

	if (window->event == work->event)
		return window;
	first = column_first(&window->column, work->clock_ms);
	own = work->partition_ms == work->clock_ms
	    ? first
	    : column_first(&window->column, work->partition_ms);
	window->event = work->event;
	window->pane = column_pane(&window->column, work->fact->time_ms);
	window->first = own > first ? own : first;
	return window;
}

static bool
is_late(struct impact *impact, const struct plan_feature *feature)
{
	const struct plan_window *window;

	if (!feature->windowed)
		return false;
	window = look_at_window(impact, feature);
	return window->pane < window->first;
}

static void
move(struct impact *impact, struct plan_feature *feature, place row,
    const struct observation *observation, uint32_t change)
{
	uint32_t field =
	    change == PROGRAM_NONE ? SYMBOL_NONE : impact->work.fact->changes[change].field;
	place block = feature_block(impact, feature, row);
	bool estimated = false;
	double before = column_value(&impact->columns, &feature->column, block, NULL), after;

	after = column_observe(&impact->columns, &feature->column, block, observation, &estimated);
	items_move(impact, feature, row, true, before, after, estimated, field);
	if (feature->windowed)
		plan_pane(impact->plan, feature, impact->plan->windows[feature->window].pane);
	if (feature->dependent_count)
		steps_follow(impact, feature, row, after, estimated, field);
}

/* One observation of a feature whose key is known; false: the key is beyond the limit. */
static bool
observe(struct impact *impact, struct plan_feature *feature, uint32_t change)
{
	struct observation observation;
	place row;

	if (!fill(impact, feature, change, &observation)) {
		items_status(impact, feature, INFLUENCE_NO_NUMBER);
		impact->counts.no_number++;
		return true;
	}
	row = keys_make(impact, feature->group);
	if (row)
		move(impact, feature, row, &observation, change);
	else
		items_status(impact, feature, INFLUENCE_BEYOND);
	return row != 0;
}

static void
observe_step(struct impact *impact, const struct program_step *step)
{
	bool has_key;
	uint32_t i;

	if (!passes(impact, step))
		return;
	(void)keys_row(impact, step->feature->group, step->key, &has_key);
	if (!has_key) {
		items_status(impact, step->feature, INFLUENCE_NO_KEY);
		return;
	}
	if (is_late(impact, step->feature)) {
		items_status(impact, step->feature, INFLUENCE_LATE);
		return;
	}
	if (!step->observation_count)
		(void)observe(impact, step->feature, PROGRAM_NONE);
	for (i = 0; i < step->observation_count; i++)
		if (!observe(impact, step->feature, step->observations[i]))
			return;
}

/* The entity's row remembers the values that it gave fields last. */
static void
remember(struct impact *impact, const struct program_memory *program)
{
	const struct plan_memory *memory = program->memory;
	bool has_key;
	place row;
	uint64_t hash;

	(void)keys_row(impact, memory->group, PROGRAM_NONE, &has_key);
	if (!has_key)
		return;
	row = keys_make(impact, memory->group);
	if (!row) {
		impact->counts.beyond++;
		return;
	}
	row = row_block_make(
	    impact->image, row, memory->layer, &impact->plan->groups[memory->group].layers);
	hash = looked_hash(impact, program->change);
	memcpy((uint8_t *)image_touch(impact->image, row) + memory->offset, &hash, sizeof(hash));
}

void
observe_event(struct impact *impact, const struct program *program)
{
	uint32_t i;

	for (i = 0; i < program->step_count; i++)
		observe_step(impact, &program->steps[i]);
	for (i = 0; i < program->memory_count; i++)
		remember(impact, &program->memories[i]);
}
