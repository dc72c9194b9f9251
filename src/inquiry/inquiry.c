/* SPDX-License-Identifier: Apache-2.0 */
/* Opening a store for reading, and the blocks and records behind every answer. */
#include "private.h"

#include "base/file.h"
#include "store/committed.h"
#include "store/store.h"

static bool
keep_partition(void *context, const struct partition *partition)
{
	struct inquiry *inquiry = context;
	struct partition *copy = memory_get(sizeof(*copy));

	*copy = *partition;
	copy->source = memory_text(partition->source);
	copy->name = memory_text(partition->name);
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
	if (!keys_open(settings->keys, &inquiry->keys, &inquiry->keys_error))
		inquiry->keys = NULL;
	if (!open_catalog(inquiry, settings->store, err) ||
	    !catalog_state(inquiry->catalog, &inquiry->state, err) ||
	    !committed_check(settings->store, noted, inquiry->state.records, err) ||
	    !catalog_partitions(inquiry->catalog, keep_partition, inquiry, err) ||
	    !open_ledger(inquiry, settings->store, err)) {
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
	catalog_close(inquiry->catalog);
	keys_close(inquiry->keys);
	symbols_close(inquiry->names);
	arena_fini(&inquiry->arena);
	memory_free(inquiry);
}

const struct partition *
inquiry_partition(const struct inquiry *inquiry, uint32_t number)
{
	return number && number <= inquiry->partition_count ? inquiry->partitions[number - 1]
							    : NULL;
}

bool
inquiry_block(struct inquiry *inquiry, const struct catalog_block *block, struct error *err)
{
	struct block_place place = {
	    block->segment, block->offset, block->bytes, block->objects, block->identity};
	struct text body;

	if (block->number == inquiry->block.number)
		return true;
	inquiry->block.number = 0;
	arena_reset(&inquiry->arena);
	if (!ledger_reader_block(inquiry->ledger, &place, &body, err) ||
	    !block_read(body, place.objects, inquiry->names, inquiry->keys, &inquiry->arena,
		&inquiry->content, err))
		return error_within(err, "block %llu", (unsigned long long)block->number);
	if (inquiry->content.record_count != block->records)
		return error_set(err, ERROR_DAMAGED, "block %llu: %u records, the catalog says %u",
		    (unsigned long long)block->number, inquiry->content.record_count,
		    block->records);
	inquiry->block = *block;
	return true;
}

const struct record *
inquiry_record(struct inquiry *inquiry, uint64_t index, struct error *err)
{
	struct catalog_block block;
	bool found;

	if (inquiry->block.number && index >= inquiry->block.first_record &&
	    index - inquiry->block.first_record < inquiry->block.records)
		return &inquiry->content.records[index - inquiry->block.first_record];
	if (!catalog_block_of_record(inquiry->catalog, index, &block, &found, err))
		return NULL;
	if (!found) {
		error_set(
		    err, ERROR_DAMAGED, "record %llu is in no block", (unsigned long long)index);
		return NULL;
	}
	if (!inquiry_block(inquiry, &block, err))
		return NULL;
	return &inquiry->content.records[index - block.first_record];
}

bool
inquiry_checkpoint(const struct inquiry *inquiry, struct checkpoint *checkpoint,
    struct buffer *note, struct error *err)
{
	char *path = store_path(inquiry->settings->store, STORE_CHECKPOINT);
	uint8_t public_key[KEY_BYTES];
	bool good;

	good = file_read(path, CHECKPOINT_BYTES_MAX, note, err);
	if (good && inquiry->keys)
		keys_public(inquiry->keys, public_key);
	if (good &&
	    !checkpoint_read(buffer_text(note), inquiry->keys ? public_key : NULL, checkpoint, err))
		good = error_within(err, "%s", path);
	memory_free(path);
	return good;
}

bool
inquiry_lineage_at(struct inquiry *inquiry, uint64_t record, struct lineage **lineage,
    uint32_t *epoch, struct error *err)
{
	const struct record *note;
	uint64_t note_record;
	bool found;

	*lineage = NULL;
	*epoch = 0;
	if (!catalog_epoch_at(inquiry->catalog, record, epoch, &note_record, &found, err))
		return false;
	if (!found)
		return true;
	note = inquiry_record(inquiry, note_record, err);
	if (!note)
		return false;
	return lineage_parse("the recorded lineage", note->detail, lineage, err);
}
