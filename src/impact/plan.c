/* SPDX-License-Identifier: Apache-2.0 */
#include "plan.h"

#include <stdlib.h>

#include "base/memory.h"

struct making {
	struct plan *plan;
	const struct directory *directory;
	struct symbols *names;
	struct movement *movement;
	uint8_t (*digests)[ENTRY_DIGEST_BYTES];
};

static void *
get(struct making *making, size_t count, size_t bytes)
{
	return arena_get_zero(&making->plan->arena, (count + 1) * bytes);
}

/* --- groups ------------------------------------------------------------------------------ */

static uint32_t
end_of_groups(const struct directory *directory)
{
	uint32_t end = 0;
	size_t i;

	for (i = 0; i < directory->count; i++)
		if (directory->entries[i].group >= end)
			end = directory->entries[i].group + 1;
	return end;
}

static void
read_layers(struct making *making, uint32_t group, struct layers *layers)
{
	uint32_t *bytes;
	const struct entry *entry;
	size_t i;

	layers->count = directory_layers(making->directory, group);
	layers->bytes = bytes = get(making, layers->count, sizeof(*bytes));
	for (i = 0; i < making->directory->count; i++) {
		entry = &making->directory->entries[i];
		if (entry->kind == ENTRY_LAYER && entry->group == group)
			bytes[entry->layer] = entry->bytes;
	}
}

/* Lists have room for all features at first: groups are few. */
static void
make_group(struct making *making, const struct entry *entry)
{
	struct plan_group *group = &making->plan->groups[entry->group];

	group->subject = (enum lineage_subject)entry->aggregate;
	group->piece = entry->piece;
	group->gives = true;
	read_layers(making, entry->group, &group->layers);
	if (group->subject == SUBJECT_ACTOR)
		making->plan->actor_group = entry->group;
}

static void
make_groups(struct making *making)
{
	const struct directory *directory = making->directory;
	size_t i;

	making->plan->group_count = end_of_groups(directory);
	making->plan->actor_group = LINEAGE_NONE;
	making->plan->groups = get(making, making->plan->group_count, sizeof(struct plan_group));
	for (i = 0; i < directory->count; i++)
		if (directory->entries[i].kind == ENTRY_GROUP)
			make_group(making, &directory->entries[i]);
}

/* Numbers of features, doubling in the arena. */
static void
list_add(struct making *making, uint32_t **list, uint32_t *count, uint32_t number)
{
	uint32_t *longer;

	if (!(*count & (*count - 1))) {
		longer = get(making, *count ? *count * 2 : 1, sizeof(*longer));
		if (*count)
			memcpy(longer, *list, *count * sizeof(*longer));
		*list = longer;
	}
	(*list)[(*count)++] = number;
}

/* --- features ---------------------------------------------------------------------------- */

static int
text_order(const void *a, const void *b)
{
	return text_compare(*(const struct text *)a, *(const struct text *)b);
}

static void
make_fields(struct making *making, struct plan_feature *feature)
{
	const struct lineage_feature *lineage = feature->lineage;
	struct text *sorted = get(making, lineage->field_count, sizeof(*sorted));
	uint32_t i;

	if (lineage->field_count)
		memcpy(sorted, lineage->fields, lineage->field_count * sizeof(*sorted));
	qsort(sorted, lineage->field_count, sizeof(*sorted), text_order);
	feature->field_count = lineage->field_count;
	feature->fields = get(making, feature->field_count, sizeof(*feature->fields));
	for (i = 0; i < feature->field_count; i++)
		feature->fields[i] = symbols_add(making->names, sorted[i]);
}

static void
make_filters(struct making *making, struct plan_feature *feature)
{
	const struct lineage_feature *lineage = feature->lineage;
	uint32_t i;

	feature->filter_count = lineage->filter_count;
	feature->filters = get(making, lineage->filter_count, sizeof(*feature->filters));
	for (i = 0; i < lineage->filter_count; i++) {
		feature->filters[i].lineage = &lineage->filters[i];
		if (lineage->filters[i].subject == SUBJECT_FIELD)
			feature->filters[i].field =
			    symbols_add(making->names, lineage->filters[i].field);
	}
}

static bool
looks_at_numbers(enum lineage_aggregate aggregate)
{
	return aggregate == AGGREGATE_LAST || aggregate == AGGREGATE_SUM ||
	    aggregate == AGGREGATE_MEAN || aggregate == AGGREGATE_MIN || aggregate == AGGREGATE_MAX;
}

static double
value_of_none(enum lineage_aggregate aggregate)
{
	bool zero = aggregate == AGGREGATE_COUNT || aggregate == AGGREGATE_SUM ||
	    aggregate == AGGREGATE_DISTINCT || aggregate == AGGREGATE_RATE;

	return zero ? 0 : INFLUENCE_NONE;
}

static void
make_place(struct making *making, struct plan_feature *feature)
{
	const uint8_t *digest = making->digests[feature->index];
	const struct entry *entry = directory_find(making->directory,
			       feature->chain ? ENTRY_CHAIN : ENTRY_COLUMN, digest),
			   *member;

	feature->group = entry->group;
	feature->layer = entry->layer;
	feature->column = directory_column(entry);
	if (!feature->chain)
		return;
	member = directory_find(making->directory, ENTRY_MEMBER, digest);
	feature->chain_plan = directory_chain(entry, member);
	feature->member_layer = member->layer;
}

static void
make_feature(struct making *making, uint32_t index)
{
	struct plan_feature *feature = &making->plan->features[index];
	const struct lineage *lineage = making->plan->lineage;

	feature->lineage = &lineage->features[index];
	feature->index = index;
	feature->source = feature->lineage->source;
	feature->chain = feature->source != LINEAGE_NONE;
	feature->windowed = feature->lineage->size_ms != 0;
	feature->numeric = looks_at_numbers(feature->lineage->aggregate);
	feature->of_none = value_of_none(feature->lineage->aggregate);
	feature->dataset =
	    symbols_add(making->names, lineage->datasets[feature->lineage->dataset].name);
	if (feature->lineage->key == SUBJECT_FIELD)
		feature->key_field = symbols_add(making->names, feature->lineage->key_field);
	feature->subject =
	    movement_subject(making->movement, MOVEMENT_FEATURE, feature->lineage->name);
	make_fields(making, feature);
	make_filters(making, feature);
	make_place(making, feature);
}

static uint32_t
find_window(struct plan *plan, const struct column_plan *column)
{
	const struct column_plan *known;
	uint32_t i;

	for (i = 0; i < plan->window_count; i++) {
		known = &plan->windows[i].column;
		if (known->pane_ms == column->pane_ms && known->panes == column->panes &&
		    known->lateness_ms == column->lateness_ms)
			return i;
	}
	plan->windows[i].column = *column;
	return plan->window_count++;
}

static void
note_entities(struct plan *plan, uint32_t dataset, uint32_t group)
{
	uint32_t i;

	for (i = 0; i < plan->entity_count; i++)
		if (plan->entities[i].dataset == dataset)
			return;
	plan->entities[plan->entity_count++] = (struct plan_entities){dataset, group};
}

/* Who passes on to whom, and whose columns stand together. */
static void
link_feature(struct making *making, uint32_t index)
{
	struct plan *plan = making->plan;
	struct plan_feature *feature = &plan->features[index], *source;
	struct plan_group *group = &plan->groups[feature->group];

	list_add(making, &group->features, &group->feature_count, index);
	group->gives &= feature->windowed;
	if (group->subject == SUBJECT_ENTITY)
		note_entities(plan, feature->dataset, feature->group);
	if (feature->windowed)
		feature->window = find_window(plan, &feature->column);
	if (!feature->chain)
		return;
	source = &plan->features[feature->source];
	list_add(making, &source->dependents, &source->dependent_count, index);
	group = &plan->groups[source->group];
	list_add(making, &group->members, &group->member_count, index);
}

static void
make_features(struct making *making)
{
	struct plan *plan = making->plan;
	uint32_t i;

	plan->feature_count = plan->lineage->feature_count;
	plan->features = get(making, plan->feature_count, sizeof(*plan->features));
	plan->windows = get(making, plan->feature_count, sizeof(*plan->windows));
	plan->entities = get(making, plan->lineage->dataset_count, sizeof(*plan->entities));
	for (i = 0; i < plan->feature_count; i++)
		make_feature(making, i);
	for (i = 0; i < plan->feature_count; i++)
		link_feature(making, i);
}

/* --- models ------------------------------------------------------------------------------ */

/* The memory of that dataset and field, listed on first sight. */
static uint32_t
find_memory(struct making *making, const uint8_t digest[ENTRY_DIGEST_BYTES],
    const struct plan_feature *feature)
{
	struct plan *plan = making->plan;
	const struct entry *entry = directory_find(making->directory, ENTRY_MEMORY, digest);
	uint32_t i;

	for (i = 0; i < plan->memory_count; i++)
		if (plan->memories[i].dataset == feature->dataset &&
		    plan->memories[i].field == feature->key_field)
			return i;
	plan->memories[i] = (struct plan_memory){
	    feature->dataset, feature->key_field, entry->group, entry->layer, entry->offset};
	plan->groups[entry->group].gives = false;
	note_entities(plan, feature->dataset, entry->group);
	return plan->memory_count++;
}

static void
add_use(struct making *making, uint32_t model, const struct lineage_input *input, bool opaque)
{
	struct plan_feature *feature = &making->plan->features[input->feature];
	struct plan_use *longer;

	if (opaque && !input->has_sensitivity)
		return;
	longer = get(making, feature->use_count + 1, sizeof(*longer));
	if (feature->use_count)
		memcpy(longer, feature->uses, feature->use_count * sizeof(*longer));
	longer[feature->use_count++] =
	    (struct plan_use){model, opaque ? input->sensitivity : input->weight};
	feature->uses = longer;
}

static void
make_model(struct making *making, uint32_t index)
{
	const struct lineage_model *lineage = &making->plan->lineage->models[index];
	struct plan_model *model = &making->plan->models[index];
	uint8_t digest[ENTRY_DIGEST_BYTES];
	struct plan_input *input;
	uint32_t i;

	*model = (struct plan_model){.kind = lineage->kind,
	    .subject = movement_subject(making->movement, MOVEMENT_MODEL, lineage->name),
	    .intercept = lineage->intercept,
	    .input_count = lineage->input_count,
	    .inputs = get(making, lineage->input_count, sizeof(*model->inputs))};
	for (i = 0; i < lineage->input_count; i++) {
		input = &model->inputs[i];
		*input = (struct plan_input){
		    lineage->inputs[i].feature, LINEAGE_NONE, lineage->inputs[i].weight};
		if (directory_remembers(making->plan->lineage, lineage, i, digest))
			input->memory =
			    find_memory(making, digest, &making->plan->features[input->feature]);
		add_use(making, index, &lineage->inputs[i], lineage->kind == KIND_OPAQUE);
	}
}

static void
make_models(struct making *making)
{
	struct plan *plan = making->plan;
	uint32_t i;

	plan->model_count = plan->lineage->model_count;
	plan->models = get(making, plan->model_count, sizeof(*plan->models));
	plan->memories = get(making, plan->feature_count, sizeof(*plan->memories));
	for (i = 0; i < plan->model_count; i++)
		make_model(making, i);
}

static void
tell_subjects(struct making *making)
{
	const struct plan *plan = making->plan;
	uint32_t *subjects =
	    get(making, plan->feature_count + plan->model_count, sizeof(*subjects));
	uint32_t i;

	for (i = 0; i < plan->feature_count; i++)
		subjects[i] = plan->features[i].subject;
	for (i = 0; i < plan->model_count; i++)
		subjects[plan->feature_count + i] = plan->models[i].subject;
	movement_subjects(making->movement, subjects, plan->feature_count + plan->model_count);
}

struct plan *
plan_open(const struct lineage *lineage, uint32_t epoch, const struct directory *directory,
    const struct columns *columns, struct symbols *names, struct movement *movement)
{
	struct plan *plan = memory_get(sizeof(*plan));
	struct making making = {plan, directory, names, movement};
	uint32_t i;

	arena_init(&plan->arena);
	plan->lineage = lineage;
	plan->epoch = epoch;
	make_groups(&making);
	if (lineage) {
		making.digests = get(&making, lineage->feature_count, sizeof(*making.digests));
		definition_digests(lineage, making.digests);
		make_features(&making);
		make_models(&making);
	}
	tell_subjects(&making);
	for (i = 0; i < plan->feature_count; i++)
		plan_lowest(plan, columns, &plan->features[i]);
	plan_next(plan);
	return plan;
}

struct plan *
plan_layout(const struct directory *directory)
{
	struct plan *plan = memory_get(sizeof(*plan));
	struct making making = {.plan = plan, .directory = directory};

	arena_init(&plan->arena);
	make_groups(&making);
	return plan;
}

void
plan_close(struct plan *plan)
{
	uint32_t i, j;

	if (!plan)
		return;
	for (i = 0; i < plan->group_count; i++)
		memory_free(plan->groups[i].by_symbol);
	for (i = 0; i < plan->feature_count; i++)
		for (j = 0; j < plan->features[i].filter_count; j++)
			memory_free(plan->features[i].filters[j].passes);
	arena_fini(&plan->arena);
	memory_free(plan);
}

/* --- when panes leave ---------------------------------------------------------------------- */

static void
set_lowest(struct plan_feature *feature, int64_t pane)
{
	feature->lowest = pane;
	feature->leaves_ms =
	    pane == INT64_MAX ? INT64_MAX : column_leaves_ms(&feature->column, pane);
}

void
plan_pane(struct plan *plan, struct plan_feature *feature, int64_t pane)
{
	if (pane >= feature->lowest)
		return;
	set_lowest(feature, pane);
	if (feature->leaves_ms < plan->next_ms)
		plan->next_ms = feature->leaves_ms;
}

void
plan_lowest(struct plan *plan, const struct columns *columns, struct plan_feature *feature)
{
	if (!feature->windowed)
		set_lowest(feature, INT64_MAX);
	else if (feature->chain)
		set_lowest(feature, chain_lowest(columns, &feature->chain_plan));
	else
		set_lowest(feature, column_lowest(columns, &feature->column));
}

void
plan_next(struct plan *plan)
{
	uint32_t i;

	plan->next_ms = INT64_MAX;
	for (i = 0; i < plan->feature_count; i++)
		if (plan->features[i].leaves_ms < plan->next_ms)
			plan->next_ms = plan->features[i].leaves_ms;
}
