/* SPDX-License-Identifier: Apache-2.0 */
/* Opening a store for reading, and the blocks and records behind every answer. */
#include "private.h"

#include "base/file.h"
#include "store/committed.h"
#include "store/store.h"

/* A later incarnation took over: the marks of the earlier ones were written before. */
static void
end_earlier(struct inquiry *inquiry, const struct partition *later)
{
	size_t i;

	for (i = 0; i < inquiry->partition_count; i++)
		if (strcmp(inquiry->partitions[i]->name, later->name) == 0 &&
		    strcmp(inquiry->partitions[i]->source, later->source) == 0)
			inquiry->partitions[i]->ended = true;
}

static bool
keep_partition(void *context, const struct partition *partition)
{
	struct inquiry *inquiry = context;
	struct partition *copy = memory_get(sizeof(*copy));

	*copy = *partition;
	copy->source = memory_text(partition->source);
	copy->name = memory_text(partition->name);
	end_earlier(inquiry, partition);
	memory_grow(&inquiry->partitions, &inquiry->partition_capacity,
	    inquiry->partition_count + 1, sizeof(*inquiry->partitions));
	inquiry->partitions[inquiry->partition_count++] = copy;
	return true;
}

static bool
open_catalog(struct inquiry *inquiry, const char *store, struct error *err)
{
	char *path = store_path(store, STORE_CATALOG);
	bool good = catalog_open(path, CATALOG_READ, &inquiry->catalog, err);

	if (!good && err->kind == ERROR_MISSING)
		error_set(err, ERROR_DAMAGED,
		    "store %s has a ledger but no catalog: run `dyetrace rebuild`", store);
	else if (!good && err->kind == ERROR_DAMAGED)
		error_within(err, "catalog (`dyetrace rebuild` makes it again from the ledger)");
	memory_free(path);
	return good;
}

static bool
open_ledger(struct inquiry *inquiry, const char *store, struct error *err)
{
	char *path = store_path(store, STORE_FACTS);
	bool good = ledger_reader_open(path, &inquiry->ledger, err);

	memory_free(path);
	return good;
}

bool
inquiry_open(const struct settings *settings, struct inquiry **out, struct error *err)
{
	struct inquiry *inquiry;
	uint64_t noted;

	if (!store_exists(settings->store))
		return error_set(err, ERROR_MISSING,
		    "there is no store at %s: `dyetrace run` makes one, or name another with -s",
		    settings->store);
	/* Looked at before the catalog, which a running tracker goes on committing to. */
	noted = committed_records(settings->store);
	inquiry = memory_get(sizeof(*inquiry));
	inquiry->settings = settings;
	inquiry->names = symbols_open();
	arena_init(&inquiry->arena);
	arena_init(&inquiry->record_arena);
	arena_init(&inquiry->conclusion_arena);
	if (!keys_open(settings->keys, &inquiry->keys, &inquiry->keys_error))
		inquiry->keys = NULL;
	if (!open_catalog(inquiry, settings->store, err) ||
	    !catalog_state(inquiry->catalog, &inquiry->state, err) ||
	    !committed_check(settings->store, noted, inquiry->state.records, err) ||
	    !catalog_partitions(inquiry->catalog, keep_partition, inquiry, err) ||
	    !open_ledger(inquiry, settings->store, err) ||
	    !inquiry_open_conclusions(inquiry, err)) {
		inquiry_close(inquiry);
		return false;
	}
	*out = inquiry;
	return true;
}

void
inquiry_close(struct inquiry *inquiry)
{
	size_t i;

	if (!inquiry)
		return;
	for (i = 0; i < inquiry->partition_count; i++) {
		memory_free(inquiry->partitions[i]->source);
		memory_free(inquiry->partitions[i]->name);
		memory_free(inquiry->partitions[i]);
	}
	memory_free(inquiry->partitions);
	ledger_reader_close(inquiry->ledger);
	ledger_reader_close(inquiry->conclusions);
	catalog_close(inquiry->catalog);
	keys_close(inquiry->keys);
	symbols_close(inquiry->names);
	lineage_close(inquiry->lineage);
	buffer_fini(&inquiry->checkpoint_note);
	arena_fini(&inquiry->record_arena);
	arena_fini(&inquiry->conclusion_arena);
	arena_fini(&inquiry->arena);
	memory_free(inquiry);
}

const struct partition *
inquiry_partition(const struct inquiry *inquiry, uint32_t number)
{
	return number && number <= inquiry->partition_count ? inquiry->partitions[number - 1]
							    : NULL;
}

/* The objects of a block as they stand in its segment; borrowed until the next is read. */
static bool
block_body(struct inquiry *inquiry, const struct catalog_block *block, struct text *body,
    struct error *err)
{
	struct block_place place = {
	    block->segment, block->offset, block->bytes, block->objects, block->identity};

	return ledger_reader_block(inquiry->ledger, &place, body, err);
}

bool
inquiry_block(struct inquiry *inquiry, const struct catalog_block *block, struct error *err)
{
	struct text body;

	if (block->number == inquiry->block.number)
		return true;
	inquiry->block.number = 0;
	arena_reset(&inquiry->arena);
	if (!block_body(inquiry, block, &body, err) ||
	    !block_read(body, block->objects, inquiry->names, inquiry->keys, &inquiry->arena,
		&inquiry->content, err))
		return error_within(err, "block %llu", (unsigned long long)block->number);
	if (inquiry->content.record_count != block->records)
		return error_set(err, ERROR_DAMAGED, "block %llu: %u records, the catalog says %u",
		    (unsigned long long)block->number, inquiry->content.record_count,
		    block->records);
	inquiry->block = *block;
	return true;
}

static bool
block_of(struct inquiry *inquiry, uint64_t index, struct catalog_block *block, struct error *err)
{
	bool found;

	if (!catalog_block_of_record(inquiry->catalog, index, block, &found, err))
		return false;
	return found ||
	    error_set(err, ERROR_DAMAGED, "record %llu is in no block", (unsigned long long)index);
}

/* One record of a block that is not kept, into a caller's arena. */
static bool
read_one(struct inquiry *inquiry, const struct catalog_block *block, uint64_t index,
    struct arena *arena, struct record *record, struct error *err)
{
	struct text body;

	if (block_body(inquiry, block, &body, err) &&
	    block_read_one(body, block->objects, (uint32_t)(index - block->first_record),
		inquiry->names, inquiry->keys, arena, record, err))
		return true;
	return error_within(err, "block %llu", (unsigned long long)block->number);
}

const struct record *
inquiry_record_in_block(struct inquiry *inquiry, uint64_t index, struct error *err)
{
	struct catalog_block block = inquiry->block;

	if (!block.number || index - block.first_record >= block.records) {
		if (!block_of(inquiry, index, &block, err) || !inquiry_block(inquiry, &block, err))
			return NULL;
	}
	return &inquiry->content.records[index - block.first_record];
}

const struct record *
inquiry_record(struct inquiry *inquiry, uint64_t index, struct error *err)
{
	struct catalog_block block;

	if (inquiry->record_block.number && inquiry->record_index == index)
		return &inquiry->record;
	inquiry->record_block.number = 0;
	arena_reset(&inquiry->record_arena);
	if (!block_of(inquiry, index, &block, err) ||
	    !read_one(inquiry, &block, index, &inquiry->record_arena, &inquiry->record, err))
		return NULL;
	inquiry->record_index = index;
	inquiry->record_block = block;
	return &inquiry->record;
}

/* Whether the note is, byte for byte, the one that was found good last. */
static bool
is_known(const struct inquiry *inquiry, struct text note)
{
	return inquiry->checkpoint_note.size &&
	    text_equal(buffer_text(&inquiry->checkpoint_note), note);
}

static bool
check_note(struct inquiry *inquiry, struct text note, struct error *err)
{
	uint8_t public_key[KEY_BYTES];

	if (is_known(inquiry, note))
		return true;
	if (inquiry->keys)
		keys_public(inquiry->keys, public_key);
	inquiry->checkpoint_note.size = 0;
	if (!checkpoint_read(note, inquiry->keys ? public_key : NULL, &inquiry->checkpoint, err))
		return false;
	buffer_add_text(&inquiry->checkpoint_note, note);
	return true;
}

bool
inquiry_checkpoint(
    struct inquiry *inquiry, struct checkpoint *checkpoint, struct buffer *note, struct error *err)
{
	char *path = store_path(inquiry->settings->store, STORE_CHECKPOINT);
	bool good;

	good = file_read(path, CHECKPOINT_BYTES_MAX, note, err);
	if (good && !check_note(inquiry, buffer_text(note), err))
		good = error_within(err, "%s", path);
	*checkpoint = good ? inquiry->checkpoint : (struct checkpoint){0};
	memory_free(path);
	return good;
}

/* Parses what a note says into inquiry->lineage. */
static bool
read_lineage(struct inquiry *inquiry, uint64_t note, struct error *err)
{
	struct catalog_block block;
	struct record record;
	struct arena arena;
	bool good;

	lineage_close(inquiry->lineage);
	inquiry->lineage = NULL;
	arena_init(&arena);
	good = block_of(inquiry, note, &block, err) &&
	    read_one(inquiry, &block, note, &arena, &record, err) &&
	    lineage_parse("the recorded lineage", record.detail, &inquiry->lineage, err);
	inquiry->lineage_note = note;
	arena_fini(&arena);
	return good;
}

bool
inquiry_lineage_at(struct inquiry *inquiry, uint64_t record, const struct lineage **lineage,
    uint32_t *epoch, struct error *err)
{
	uint64_t note;
	bool found;

	*lineage = NULL;
	*epoch = 0;
	if (!catalog_epoch_at(inquiry->catalog, record, epoch, &note, &found, err))
		return false;
	if (!found)
		return true;
	if ((!inquiry->lineage || inquiry->lineage_note != note) &&
	    !read_lineage(inquiry, note, err))
		return false;
	*lineage = inquiry->lineage;
	return true;
}
