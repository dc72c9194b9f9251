/* SPDX-License-Identifier: Apache-2.0 */
/* Entries in the order in which they were made; few enough to be looked through. */
#include "directory.h"

#include <stdlib.h>

#include "base/memory.h"
#include "chain.h"
#include "groups.h"

#define UNITS (IMAGE_PAGE_BYTES / 16)
#define GROWING 1u /* in a layer's offset, while an epoch is placed: no row has it yet */

static size_t
bytes_of(uint32_t count)
{
	return (size_t)count * sizeof(struct entry);
}

void
directory_read(struct directory *directory, const struct image *image)
{
	const struct state *state = image_at(image, image_root(image));

	directory->count = 0;
	memory_grow(&directory->entries, &directory->capacity, state->entry_count + 1,
	    sizeof(*directory->entries));
	if (state->entry_count)
		memcpy(directory->entries, image_at(image, state->directory),
		    bytes_of(state->entry_count));
	directory->count = state->entry_count;
}

static bool
is_written(const struct directory *directory, const struct image *image)
{
	const struct state *state = image_at(image, image_root(image));

	if (state->entry_count != directory->count)
		return false;
	return !directory->count ||
	    !memcmp(directory->entries, image_at(image, state->directory),
		bytes_of(state->entry_count));
}

void
directory_write(const struct directory *directory, struct image *image)
{
	struct state *state = image_touch(image, image_root(image));

	if (is_written(directory, image))
		return;
	if (state->entry_count)
		image_give(image, state->directory, bytes_of(state->entry_count));
	state->entry_count = (uint32_t)directory->count;
	state->directory = 0;
	if (!directory->count)
		return;
	state->directory = image_get(image, bytes_of(state->entry_count));
	memcpy(image_at(image, state->directory), directory->entries, bytes_of(state->entry_count));
}

void
directory_fini(struct directory *directory)
{
	memory_free(directory->entries);
	*directory = (struct directory){0};
}

struct entry *
directory_find(const struct directory *directory, enum entry_kind kind,
    const uint8_t digest[ENTRY_DIGEST_BYTES])
{
	size_t i;

	for (i = 0; i < directory->count; i++)
		if (directory->entries[i].kind == (uint32_t)kind &&
		    !memcmp(directory->entries[i].digest, digest, ENTRY_DIGEST_BYTES))
			return &directory->entries[i];
	return NULL;
}

struct entry *
directory_group(const struct directory *directory, uint32_t group)
{
	size_t i;

	for (i = 0; i < directory->count; i++)
		if (directory->entries[i].kind == ENTRY_GROUP &&
		    directory->entries[i].group == group)
			return &directory->entries[i];
	return NULL;
}

static struct entry *
find_layer(const struct directory *directory, uint32_t group, uint32_t layer)
{
	size_t i;

	for (i = 0; i < directory->count; i++)
		if (directory->entries[i].kind == ENTRY_LAYER &&
		    directory->entries[i].group == group && directory->entries[i].layer == layer)
			return &directory->entries[i];
	return NULL;
}

uint32_t
directory_layers(const struct directory *directory, uint32_t group)
{
	uint32_t count = 0;

	while (find_layer(directory, group, count))
		count++;
	return count;
}

static struct entry *
add(struct directory *directory, struct entry entry)
{
	memory_grow(&directory->entries, &directory->capacity, directory->count + 1,
	    sizeof(*directory->entries));
	directory->entries[directory->count] = entry;
	return &directory->entries[directory->count++];
}

/* --- room in layers --------------------------------------------------------------------- */

static bool
in_layer(const struct entry *entry, const struct entry *layer)
{
	return entry->kind >= ENTRY_COLUMN && entry->group == layer->group &&
	    entry->layer == layer->layer;
}

/* Marks the units of 16 bytes of a layer that are taken. */
static void
mark_taken(const struct directory *directory, const struct entry *layer, bool taken[UNITS])
{
	const struct entry *entry;
	size_t i;

	taken[0] = true;
	for (i = 0; i < directory->count; i++) {
		entry = &directory->entries[i];
		if (in_layer(entry, layer))
			memset(taken + entry->offset / 16, true, entry->bytes / 16);
	}
}

/* The first gap that is long enough; 0: none. */
static uint32_t
find_gap(const struct directory *directory, const struct entry *layer, uint32_t bytes)
{
	bool taken[UNITS] = {false};
	uint32_t i, run = 0;

	mark_taken(directory, layer, taken);
	for (i = 1; i < layer->bytes / 16; i++) {
		run = taken[i] ? 0 : run + 1;
		if (run == bytes / 16)
			return (i + 1 - run) * 16;
	}
	return 0;
}

/* A layer that grows has no gaps, but room until a page is full. */
static uint32_t
find_room(const struct directory *directory, struct entry *layer, uint32_t bytes)
{
	uint32_t offset = layer->bytes;

	if (layer->offset != GROWING)
		return find_gap(directory, layer, bytes);
	if (offset + bytes > IMAGE_PAGE_BYTES)
		return 0;
	layer->bytes += bytes;
	return offset;
}

/* A layer that lost all its features is taken up again as a new one. */
static struct entry *
new_layer(struct directory *directory, uint32_t group)
{
	uint32_t layer;
	struct entry *old;

	for (layer = 0; (old = find_layer(directory, group, layer)); layer++) {
		if (old->bytes)
			continue;
		old->bytes = ROW_HEADER_BYTES;
		old->offset = GROWING;
		return old;
	}
	return add(directory,
	    (struct entry){.kind = ENTRY_LAYER,
		.group = group,
		.layer = layer,
		.offset = GROWING,
		.bytes = ROW_HEADER_BYTES});
}

/* Fills layer and offset of an entry that is to stand in a group's rows, and adds it. */
static struct entry *
place_entry(struct directory *directory, struct entry entry)
{
	struct entry *layer;
	uint32_t i;

	for (i = 0; !entry.offset && (layer = find_layer(directory, entry.group, i)); i++) {
		entry.layer = i;
		entry.offset = find_room(directory, layer, entry.bytes);
	}
	if (!entry.offset) {
		layer = new_layer(directory, entry.group);
		entry.layer = layer->layer;
		entry.offset = find_room(directory, layer, entry.bytes);
	}
	return add(directory, entry);
}

static uint32_t
free_group_number(const struct directory *directory)
{
	uint32_t group = 0;

	while (directory_group(directory, group))
		group++;
	return group;
}

static uint32_t
place_group(struct directory *directory, enum lineage_subject subject, struct text name,
    struct image *image)
{
	struct entry group = {
	    .kind = ENTRY_GROUP, .aggregate = subject, .group = free_group_number(directory)};
	const struct entry *found;

	definition_of_group(subject, name, group.digest);
	found = directory_find(directory, ENTRY_GROUP, group.digest);
	if (found)
		return found->group;
	group.piece = groups_open(image);
	(void)add(directory, group);
	return group.group;
}

/* --- what an epoch needs ---------------------------------------------------------------- */

static struct entry
describe(const struct lineage_feature *feature)
{
	struct entry entry = {.kind = feature->source == LINEAGE_NONE ? ENTRY_COLUMN : ENTRY_CHAIN,
	    .aggregate = feature->aggregate};

	if (!feature->size_ms)
		return entry;
	entry.pane_ms = feature->pane_ms;
	entry.panes = feature->size_ms / feature->pane_ms;
	entry.lateness_ms = feature->lateness_ms;
	entry.days = (double)feature->size_ms / 86400000.0;
	return entry;
}

static size_t
bytes_in_row(const struct entry *entry)
{
	struct column_plan column = directory_column(entry);
	struct chain_plan chain = directory_chain(entry, NULL);

	return entry->kind == ENTRY_CHAIN ? chain_bytes(&chain) : column_bytes(&column);
}

bool
directory_fits(const struct lineage *lineage, struct error *err)
{
	struct entry entry;
	uint32_t i;

	for (i = 0; i < lineage->feature_count; i++) {
		entry = describe(&lineage->features[i]);
		if (bytes_in_row(&entry) > IMAGE_PAGE_BYTES - ROW_HEADER_BYTES)
			return error_set(err, ERROR_LIMIT,
			    "feature %.*s: what is kept for a key is longer than a page of %zu "
			    "bytes",
			    TEXT_PRINT(lineage->features[i].name), IMAGE_PAGE_BYTES);
	}
	return true;
}

static void
place_member(struct directory *directory, const struct entry *chain, uint32_t source_group)
{
	struct entry member = {
	    .kind = ENTRY_MEMBER, .group = source_group, .bytes = CHAIN_MEMBER_BYTES};

	memcpy(member.digest, chain->digest, ENTRY_DIGEST_BYTES);
	if (!directory_find(directory, ENTRY_MEMBER, member.digest))
		(void)place_entry(directory, member);
}

static void
place_feature(struct directory *directory, const struct lineage *lineage, uint32_t index,
    uint8_t (*digests)[ENTRY_DIGEST_BYTES], struct image *image)
{
	const struct lineage_feature *feature = &lineage->features[index];
	struct entry entry = describe(feature);
	const struct entry *source;

	if (directory_find(directory, entry.kind, digests[index]))
		return;
	if (feature->source != LINEAGE_NONE)
		place_feature(directory, lineage, feature->source, digests, image);
	memcpy(entry.digest, digests[index], ENTRY_DIGEST_BYTES);
	entry.group = place_group(directory, feature->key,
	    feature->key == SUBJECT_ENTITY ? lineage->datasets[feature->dataset].name
					   : feature->key_field,
	    image);
	entry.bytes = (uint32_t)bytes_in_row(&entry);
	if (entry.pane_ms)
		entry.piece = image_get(image, COLUMN_OPEN_BYTES);
	entry = *place_entry(directory, entry);
	if (feature->source == LINEAGE_NONE)
		return;
	source = directory_find(directory,
	    lineage->features[feature->source].source == LINEAGE_NONE ? ENTRY_COLUMN : ENTRY_CHAIN,
	    digests[feature->source]);
	place_member(directory, &entry, source->group);
}

bool
directory_remembers(const struct lineage *lineage, const struct lineage_model *model, uint32_t i,
    uint8_t digest[ENTRY_DIGEST_BYTES])
{
	const struct lineage_feature *feature = &lineage->features[model->inputs[i].feature];

	if (model->kind == KIND_OPAQUE || feature->key != SUBJECT_FIELD)
		return false;
	definition_of_memory(lineage->datasets[feature->dataset].name, feature->key_field, digest);
	return true;
}

static void
place_memories(struct directory *directory, const struct lineage *lineage,
    const struct lineage_model *model, struct image *image)
{
	struct entry memory;
	uint32_t i, dataset;

	for (i = 0; i < model->input_count; i++) {
		memory = (struct entry){.kind = ENTRY_MEMORY, .bytes = ROW_HEADER_BYTES};
		if (!directory_remembers(lineage, model, i, memory.digest) ||
		    directory_find(directory, ENTRY_MEMORY, memory.digest))
			continue;
		dataset = lineage->features[model->inputs[i].feature].dataset;
		memory.group =
		    place_group(directory, SUBJECT_ENTITY, lineage->datasets[dataset].name, image);
		(void)place_entry(directory, memory);
	}
}

void
directory_place(struct directory *directory, const struct lineage *lineage, struct image *image)
{
	uint8_t(*digests)[ENTRY_DIGEST_BYTES];
	size_t i;

	digests = memory_get_array(lineage->feature_count + 1, sizeof(*digests));
	definition_digests(lineage, digests);
	for (i = 0; i < lineage->feature_count; i++)
		place_feature(directory, lineage, (uint32_t)i, digests, image);
	for (i = 0; i < lineage->model_count; i++)
		place_memories(directory, lineage, &lineage->models[i], image);
	for (i = 0; i < directory->count; i++)
		if (directory->entries[i].kind == ENTRY_LAYER)
			directory->entries[i].offset = 0;
	memory_free(digests);
}

struct column_plan
directory_column(const struct entry *entry)
{
	return (struct column_plan){.aggregate = entry->aggregate,
	    .pane_ms = entry->pane_ms,
	    .panes = entry->panes,
	    .lateness_ms = entry->lateness_ms,
	    .days = entry->days,
	    .offset = entry->offset,
	    .open = entry->piece};
}

struct chain_plan
directory_chain(const struct entry *entry, const struct entry *member)
{
	return (struct chain_plan){.aggregate = entry->aggregate,
	    .pane_ms = entry->pane_ms,
	    .panes = entry->panes,
	    .lateness_ms = entry->lateness_ms,
	    .days = entry->days,
	    .offset = entry->offset,
	    .member_offset = member ? member->offset : 0,
	    .open = entry->piece};
}
