/* SPDX-License-Identifier: Apache-2.0 */
/* Marks are set by what changed, read in the lineage's order, and cleared. */
#include "epoch.h"

void
epoch_init(struct epoch *epoch, struct lineage *lineage, uint32_t number, struct symbols *names)
{
	uint32_t features = lineage ? lineage->feature_count : 0,
		 models = lineage ? lineage->model_count : 0;

	*epoch = (struct epoch){.number = number, .lineage = lineage};
	arena_init(&epoch->arena);
	if (lineage)
		field_index_init(&epoch->fields, lineage, names, &epoch->arena);
	epoch->needed = arena_get_zero(&epoch->arena, features * sizeof(*epoch->needed));
	epoch->changed = arena_get_zero(&epoch->arena, features * sizeof(bool));
	epoch->features = arena_get_zero(&epoch->arena, features * sizeof(bool));
	epoch->models = arena_get_zero(&epoch->arena, models * sizeof(bool));
}

void
epoch_fini(struct epoch *epoch)
{
	lineage_close(epoch->lineage);
	arena_fini(&epoch->arena);
	*epoch = (struct epoch){0};
}

static void
mark_changed(struct epoch *epoch, uint32_t dataset, const uint32_t *fields, uint32_t count)
{
	const struct field_uses *uses;
	uint32_t i, j;

	for (i = 0; i < count; i++) {
		uses = field_index_find(&epoch->fields, dataset, fields[i]);
		for (j = 0; uses && j < uses->count; j++) {
			if (uses->uses[j].needed)
				epoch->needed[uses->uses[j].feature]++;
			else
				epoch->changed[uses->uses[j].feature] = true;
		}
	}
}

/* Roots by what changed, the others by their roots; models by their inputs. Counts what is reached. */
static void
mark_reached(struct epoch *epoch, const struct dataset_features *known, uint32_t *feature_count,
    uint32_t *model_count)
{
	const struct lineage *lineage = epoch->lineage;
	uint32_t i, j, f;

	for (i = 0; i < known->count; i++) {
		f = known->features[i];
		epoch->features[f] = lineage->features[f].root == f &&
		    (epoch->changed[f] || !lineage->features[f].field_count) &&
		    epoch->needed[f] == epoch->fields.needed_counts[f];
	}
	for (i = 0; i < known->count; i++) {
		f = known->features[i];
		epoch->features[f] |= epoch->features[lineage->features[f].root];
		*feature_count += epoch->features[f];
	}
	for (i = 0; i < lineage->model_count; i++) {
		for (j = 0; j < lineage->models[i].input_count && !epoch->models[i]; j++)
			epoch->models[i] = epoch->features[lineage->models[i].inputs[j].feature];
		*model_count += epoch->models[i];
	}
}

static void
forget_marks(struct epoch *epoch, const struct dataset_features *known)
{
	uint32_t i;

	for (i = 0; i < known->count; i++) {
		epoch->needed[known->features[i]] = 0;
		epoch->changed[known->features[i]] = false;
		epoch->features[known->features[i]] = false;
	}
	memset(epoch->models, 0, epoch->lineage->model_count * sizeof(bool));
}

static const uint32_t *
list_marked(const bool *marks, uint32_t end, uint32_t count, struct arena *arena)
{
	uint32_t *list, i, used = 0;

	if (!count)
		return NULL;
	list = arena_get(arena, count * sizeof(*list));
	for (i = 0; used < count && i < end; i++)
		if (marks[i])
			list[used++] = i;
	return list;
}

static const uint32_t *
copy_numbers(const uint32_t *numbers, uint32_t count, struct arena *arena)
{
	uint32_t *copy;

	if (!count)
		return NULL;
	copy = arena_get(arena, count * sizeof(*copy));
	memcpy(copy, numbers, count * sizeof(*copy));
	return copy;
}

struct trace_class *
epoch_class(struct epoch *epoch, uint32_t dataset, const uint32_t *fields, uint32_t count,
    struct arena *arena)
{
	const struct dataset_features *known = field_index_dataset(&epoch->fields, dataset);
	struct trace_class *class = arena_get_zero(arena, sizeof(*class));

	class->epoch = epoch->number;
	class->dataset = dataset;
	class->field_count = count;
	class->fields = copy_numbers(fields, count, arena);
	if (!known)
		return class;
	mark_changed(epoch, dataset, fields, count);
	mark_reached(epoch, known, &class->feature_count, &class->model_count);
	class->features = list_marked(
	    epoch->features, epoch->lineage->feature_count, class->feature_count, arena);
	class->models =
	    list_marked(epoch->models, epoch->lineage->model_count, class->model_count, arena);
	forget_marks(epoch, known);
	return class;
}
