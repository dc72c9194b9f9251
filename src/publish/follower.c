/* SPDX-License-Identifier: Apache-2.0 */
#include "follower.h"

#include "base/memory.h"
#include "keyed.h"
#include "store/store.h"

struct follower {
	bool influences;
	struct symbols *names;
	struct catalog *catalog;
	struct catalog_state state; /* at the last look */
	struct ledger_reader *facts;
	struct replay *replay;
	struct keyed keyed;
	/* Notes of a lineage, ascending; as of an epoch. */
	uint64_t *notes;
	size_t note_count, note_capacity;
	uint32_t noted_epoch;
	/* The batch. */
	struct publication_batch batch;
	struct record records[BLOCK_RECORDS_MAX];
	struct publication items[BLOCK_RECORDS_MAX];
	struct error why; /* of a call from the replay */
};

/* --- opening --------------------------------------------------------------------------- */

static bool take_event(void *context, const struct replayed *replayed);
static bool take_other(void *context, const struct record *fact, uint64_t record);

static bool
open_store(struct follower *follower, const char *store, struct error *err)
{
	char *catalog = store_path(store, STORE_CATALOG), *facts = store_path(store, STORE_FACTS);
	bool good = catalog_open(catalog, CATALOG_READ, &follower->catalog, err) &&
	    catalog_state(follower->catalog, &follower->state, err) &&
	    ledger_reader_open(facts, &follower->facts, err);

	memory_free(catalog);
	memory_free(facts);
	return good && (!follower->influences || keyed_open(&follower->keyed, store, err));
}

bool
follower_open(const char *store, bool influences, struct follower **out, struct error *err)
{
	struct follower *follower = memory_get(sizeof(*follower));
	struct replay_options options = {
	    .facts_only = true, .context = follower, .event = take_event, .other = take_other};

	follower->influences = influences;
	options.names = follower->names = symbols_open();
	if (!open_store(follower, store, err) || !replay_open(&options, &follower->replay, err)) {
		follower_close(follower);
		return false;
	}
	*out = follower;
	return true;
}

void
follower_close(struct follower *follower)
{
	if (!follower)
		return;
	replay_close(follower->replay);
	keyed_fini(&follower->keyed);
	ledger_reader_close(follower->facts);
	catalog_close(follower->catalog);
	symbols_close(follower->names);
	memory_free(follower->notes);
	memory_free(follower);
}

const uint8_t *
follower_store_id(const struct follower *follower)
{
	return follower->state.store_id;
}

struct catalog *
follower_catalog(const struct follower *follower)
{
	return follower->catalog;
}

bool
follower_committed(struct follower *follower, uint64_t *records, struct error *err)
{
	if (!catalog_state(follower->catalog, &follower->state, err))
		return false;
	*records = follower->state.records;
	return true;
}

/* --- records --------------------------------------------------------------------------- */

static struct publication *
add(struct follower *follower, const struct record *fact, uint64_t record)
{
	size_t at = follower->batch.count++;

	follower->records[at] = *fact;
	follower->items[at] =
	    (struct publication){.record = record, .fact = &follower->records[at]};
	return &follower->items[at];
}

static bool
take_event(void *context, const struct replayed *replayed)
{
	struct follower *follower = context;
	struct publication *publication = add(follower, replayed->fact, replayed->record);

	publication->trace = replayed->trace->class;
	if (follower->batch.epoch != replayed->epoch)
		scales_forget(&follower->keyed.scales);
	follower->batch.lineage = replayed->lineage;
	follower->batch.epoch = replayed->epoch;
	return !follower->influences ||
	    keyed_add(&follower->keyed, follower->catalog, replayed, follower->names, publication,
		&follower->why);
}

static bool
take_other(void *context, const struct record *fact, uint64_t record)
{
	add(context, fact, record);
	return true;
}

/* --- batches --------------------------------------------------------------------------- */

static bool
add_note(void *context, const struct catalog_epoch *epoch)
{
	struct follower *follower = context;

	if (!epoch->number)
		return true;
	memory_grow(&follower->notes, &follower->note_capacity, follower->note_count + 1,
	    sizeof(*follower->notes));
	follower->notes[follower->note_count++] = epoch->record;
	return true;
}

static bool
look_at_notes(struct follower *follower, struct error *err)
{
	if (follower->noted_epoch == follower->state.epoch)
		return true;
	follower->note_count = 0;
	if (!catalog_epochs(follower->catalog, add_note, follower, err))
		return false;
	follower->noted_epoch = follower->state.epoch;
	return true;
}

/* Behind the next note of a lineage, or the block's end: what came before keeps its lineage. */
static uint64_t
end_of(const struct follower *follower, const struct catalog_block *block, uint64_t from)
{
	uint64_t end = block->first_record + block->records;
	size_t i;

	for (i = follower->note_count; i > 0 && follower->notes[i - 1] >= from; i--)
		if (follower->notes[i - 1] < end)
			end = follower->notes[i - 1] + 1;
	return end;
}

static bool
read_batch(struct follower *follower, const struct catalog_block *block, struct error *err)
{
	struct publication_batch *batch = &follower->batch;

	follower->why = (struct error){0};
	if (follower->influences &&
	    !keyed_begin(
		&follower->keyed, follower->catalog, block->number, batch->first, batch->end, err))
		return false;
	if (!replay_ledger(follower->replay, follower->facts, follower->catalog, batch->first,
		batch->end, err))
		return false;
	return follower->why.kind == ERROR_NONE ||
	    error_set(err, follower->why.kind, "%s", follower->why.text);
}

bool
follower_read(struct follower *follower, uint64_t from, const struct publication_batch **batch,
    struct error *err)
{
	struct catalog_block block;
	uint32_t epoch = follower->batch.epoch;
	bool found = false;

	*batch = NULL;
	if (from >= follower->state.records &&
	    !catalog_state(follower->catalog, &follower->state, err))
		return false;
	if (from >= follower->state.records)
		return true;
	if (!look_at_notes(follower, err) ||
	    !catalog_block_of_record(follower->catalog, from, &block, &found, err))
		return false;
	if (!found || block.records > BLOCK_RECORDS_MAX)
		return error_set(
		    err, ERROR_DAMAGED, "record %llu is in no block", (unsigned long long)from);
	follower->batch = (struct publication_batch){.first = from,
	    .end = end_of(follower, &block, from),
	    .items = follower->items,
	    .names = follower->names,
	    .epoch = epoch};
	*batch = &follower->batch;
	return read_batch(follower, &block, err);
}
