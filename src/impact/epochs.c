/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From one epoch to the next: what has the same definition stays where it is, the
 * rest is let go of, row by row, and its room is zeroed for others.
 */
#include "inside.h"

#include "base/memory.h"

/* The digests that live on. */
struct living {
	const struct lineage *lineage;
	uint8_t (*digests)[ENTRY_DIGEST_BYTES];
	uint8_t (*memories)[ENTRY_DIGEST_BYTES];
	uint32_t digest_count, memory_count;
};

static void
count_memories(struct living *living, const struct lineage_model *model)
{
	uint32_t i;

	for (i = 0; i < model->input_count; i++)
		living->memory_count += directory_remembers(
		    living->lineage, model, i, living->memories[living->memory_count]);
}

static void
living_init(struct living *living, const struct lineage *lineage)
{
	uint32_t i, inputs = 0;

	*living = (struct living){.lineage = lineage};
	if (!lineage)
		return;
	for (i = 0; i < lineage->model_count; i++)
		inputs += lineage->models[i].input_count;
	living->digest_count = lineage->feature_count;
	living->digests = memory_get_array(living->digest_count + 1, ENTRY_DIGEST_BYTES);
	living->memories = memory_get_array(inputs + 1, ENTRY_DIGEST_BYTES);
	definition_digests(lineage, living->digests);
	for (i = 0; i < lineage->model_count; i++)
		count_memories(living, &lineage->models[i]);
}

static void
living_fini(struct living *living)
{
	memory_free(living->digests);
	memory_free(living->memories);
}

static bool
is_listed(const uint8_t (*list)[ENTRY_DIGEST_BYTES], uint32_t count, const uint8_t *digest)
{
	uint32_t i;

	for (i = 0; i < count; i++)
		if (!memcmp(list[i], digest, ENTRY_DIGEST_BYTES))
			return true;
	return false;
}

static bool
lives(const struct living *living, const struct entry *entry)
{
	if (entry->kind == ENTRY_MEMORY)
		return is_listed(living->memories, living->memory_count, entry->digest);
	return entry->kind < ENTRY_COLUMN ||
	    is_listed(living->digests, living->digest_count, entry->digest);
}

/* --- letting go of one entry ------------------------------------------------------------- */

static void
drop_state(struct impact *impact, const struct entry *entry, const struct entry *chain, place block)
{
	struct column_plan column;
	struct chain_plan plan;

	if (entry->kind == ENTRY_COLUMN) {
		column = directory_column(entry);
		column_drop(&impact->columns, &column, block);
	} else if (entry->kind == ENTRY_CHAIN) {
		plan = directory_chain(entry, NULL);
		chain_drop(&impact->columns, &plan, block);
	} else if (entry->kind == ENTRY_MEMBER) {
		plan = directory_chain(chain, entry);
		chain_drop_member(&impact->columns, &plan, block);
	}
}

static void
drop_open(struct impact *impact, const struct entry *entry)
{
	struct column_plan column = directory_column(entry);
	struct chain_plan chain = directory_chain(entry, NULL);

	if (!entry->piece)
		return;
	if (entry->kind == ENTRY_CHAIN)
		chain_drop_open(&impact->columns, &chain);
	else
		column_drop_open(&impact->columns, &column);
	image_give(impact->image, entry->piece, COLUMN_OPEN_BYTES);
}

static void
drop_entry(struct impact *impact, const struct directory *directory, const struct entry *entry)
{
	place group = directory_group(directory, entry->group)->piece, block;
	const struct entry *chain = entry->kind == ENTRY_MEMBER
	    ? directory_find(directory, ENTRY_CHAIN, entry->digest)
	    : NULL;
	uint32_t i, end = groups_slots(impact->image, group);
	uint8_t *bytes;

	for (i = 0; i < end; i++) {
		block = row_block(impact->image, groups_at(impact->image, group, i), entry->layer);
		if (!block)
			continue;
		drop_state(impact, entry, chain, block);
		bytes = image_touch(impact->image, block);
		memset(bytes + entry->offset, 0, entry->bytes);
	}
}

/* Members before the chains that they are members of; what is dropped is taken off the list. */
static void
drop_kind(struct impact *impact, struct directory *directory, const struct living *living,
    enum entry_kind kind)
{
	size_t i;

	for (i = 0; i < directory->count; i++)
		if (directory->entries[i].kind == (uint32_t)kind &&
		    !lives(living, &directory->entries[i]))
			drop_entry(impact, directory, &directory->entries[i]);
}

static void
take_off(struct impact *impact, struct directory *directory, const struct living *living)
{
	size_t i, kept = 0;

	for (i = 0; i < directory->count; i++) {
		if (lives(living, &directory->entries[i]))
			directory->entries[kept++] = directory->entries[i];
		else
			drop_open(impact, &directory->entries[i]);
	}
	directory->count = kept;
}

/* --- letting go of layers and groups -------------------------------------------------------- */

static bool
is_used(const struct directory *directory, uint32_t group, uint32_t layer)
{
	size_t i;

	for (i = 0; i < directory->count; i++)
		if (directory->entries[i].kind >= ENTRY_COLUMN &&
		    directory->entries[i].group == group &&
		    (layer == UINT32_MAX || directory->entries[i].layer == layer))
			return true;
	return false;
}

static void
drop_layer(struct impact *impact, const struct plan_group *group, uint32_t layer)
{
	uint32_t i, end = groups_slots(impact->image, group->piece);
	place row;

	for (i = 0; i < end; i++) {
		row = groups_at(impact->image, group->piece, i);
		if (row)
			row_block_drop(impact->image, row, layer, &group->layers);
	}
}

static void
drop_rows(struct impact *impact, const struct plan_group *group)
{
	uint32_t i, end = groups_slots(impact->image, group->piece);
	place row;

	for (i = 0; i < end; i++)
		while ((row = groups_at(impact->image, group->piece, i))) {
			groups_remove(impact->image, group->piece, row, &group->layers);
			state_touch(impact)->keys--;
		}
	groups_close(impact->image, group->piece);
}

/* Rows, and layers but the first, in which no feature stands any more. */
static void
drop_unused(struct impact *impact, struct directory *directory, const struct plan *plan)
{
	struct entry *entry;
	size_t i, kept = 0;

	for (i = 0; i < directory->count; i++) {
		entry = &directory->entries[i];
		if (entry->kind == ENTRY_LAYER && entry->layer && entry->bytes &&
		    !is_used(directory, entry->group, entry->layer)) {
			drop_layer(impact, &plan->groups[entry->group], entry->layer);
			entry->bytes = 0;
		}
	}
	for (i = 0; i < directory->count; i++)
		if (directory->entries[i].kind == ENTRY_GROUP &&
		    !is_used(directory, directory->entries[i].group, UINT32_MAX))
			drop_rows(impact, &plan->groups[directory->entries[i].group]);
	for (i = 0; i < directory->count; i++)
		if (is_used(directory, directory->entries[i].group, UINT32_MAX))
			directory->entries[kept++] = directory->entries[i];
	directory->count = kept;
}

static bool
drop_dead(struct impact *impact, struct directory *directory, const struct living *living)
{
	struct plan *layout;
	size_t before = directory->count;

	drop_kind(impact, directory, living, ENTRY_MEMBER);
	drop_kind(impact, directory, living, ENTRY_CHAIN);
	drop_kind(impact, directory, living, ENTRY_COLUMN);
	drop_kind(impact, directory, living, ENTRY_MEMORY);
	take_off(impact, directory, living);
	layout = plan_layout(directory);
	drop_unused(impact, directory, layout);
	plan_close(layout);
	return directory->count < before;
}

/* A feature without a window kept keys whose windows were empty; it is gone. */
static void
sweep(struct impact *impact)
{
	const struct plan_group *group;
	uint32_t i, j;
	place row;

	for (i = 0; i < impact->plan->group_count; i++) {
		group = &impact->plan->groups[i];
		for (j = 0; group->gives && j < groups_slots(impact->image, group->piece); j++) {
			row = groups_at(impact->image, group->piece, j);
			if (row)
				keys_note(impact, i, row);
		}
	}
	keys_give_back(impact);
}

static void
work_for(struct work *work, const struct plan *plan)
{
	memory_free(work->marks);
	memory_free(work->newest);
	work->marks = memory_get_array(plan->feature_count + 1, sizeof(*work->marks));
	work->newest = memory_get_array(plan->model_count + 1, sizeof(*work->newest));
}

bool
impact_set(struct impact *impact, const struct lineage *lineage, uint32_t epoch, struct error *err)
{
	struct directory directory = {0};
	struct living living;
	bool dropped;

	if (lineage && !directory_fits(lineage, err))
		return false;
	living_init(&living, lineage);
	directory_read(&directory, impact->image);
	dropped = drop_dead(impact, &directory, &living);
	programs_forget(&impact->programs);
	plan_close(impact->plan);
	if (lineage)
		directory_place(&directory, lineage, impact->image);
	directory_write(&directory, impact->image);
	if (state_read(impact)->epoch != epoch)
		state_touch(impact)->epoch = epoch;
	impact->plan = plan_open(
	    lineage, epoch, &directory, &impact->columns, impact->names, impact->movement);
	work_for(&impact->work, impact->plan);
	if (dropped)
		sweep(impact);
	directory_fini(&directory);
	living_fini(&living);
	return true;
}
