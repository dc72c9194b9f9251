/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The catalog made again from the segments alone: each block is read back,
 * its leaves are encoded anew, and the same rows follow as when it was
 * written. The new catalog takes the old one's place only when the ledger
 * agrees with its newest signed checkpoint.
 */
#include <stdio.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/file.h"
#include "conclude_again.h"
#include "conclusions_again.h"
#include "ingest/ingest.h"
#include "ledger/checkpoint.h"
#include "pending.h"
#include "replay/replay.h"
#include "store/committed.h"
#include "store/store.h"

#define COMMIT_BLOCKS 256

struct rebuild {
	const struct keys *keys;
	struct symbols *names;
	struct catalog *catalog;
	struct pending pending;
	bool conclude; /* conclusions are made again from the facts, in a folder of their own */
	const char *conclusions_name; /* STORE/… */
	struct conclusions_again *conclusions;
	struct replay *replay; /* for the rows of movement */
	uint64_t moved;        /* events */
	struct error move_error;
	struct checkpoint checkpoint;
	struct rebuild_result *result;
	/* Partitions by their order of first sight: "source\0name\0incarnation" as symbols. */
	struct symbols *partitions;
	int64_t done_bytes, all_bytes;
	void (*progress)(void *context, int64_t done, int64_t total);
	void *context;
};

static uint32_t
partition_number(
    struct rebuild *rebuild, struct text source, struct text name, uint32_t incarnation)
{
	struct buffer key = {0};
	uint32_t number;

	buffer_add_text(&key, source);
	buffer_add_byte(&key, 0);
	buffer_add_text(&key, name);
	buffer_add_format(&key, "%c%u", 0, incarnation);
	number = symbols_add(rebuild->partitions, buffer_text(&key));
	buffer_fini(&key);
	return number;
}

static struct block_span *
span_of(struct block *block, uint32_t partition)
{
	size_t i;

	for (i = 0; i < block->span_count; i++)
		if (block->spans[i].partition == partition)
			return &block->spans[i];
	return NULL;
}

static void
extend_span(struct block *block, uint32_t partition, const struct record *record, uint32_t i)
{
	struct block_span *span = span_of(block, partition);

	if (!span) {
		span = &block->spans[block->span_count++];
		*span = (struct block_span){
		    .partition = partition, .first_offset = record->offset, .first_record = i};
	}
	span->end_offset = record->offset + record->count;
	span->end_record = i + 1;
}

static void
add_event(struct block *block, const struct record *record, uint32_t i)
{
	int64_t time_ms = record->event.time_ms;

	if (!block->events || time_ms < block->min_time_ms)
		block->min_time_ms = time_ms;
	if (!block->events || time_ms > block->max_time_ms)
		block->max_time_ms = time_ms;
	block->events++;
	if (record->event.id.data)
		block->ids[block->id_count++] =
		    (struct block_id){i, digest_identity(record->event.id)};
}

/* What the builder collected beside the encoding, from the record read back. */
static void
add_record(struct rebuild *rebuild, struct block *block, const struct record *record, uint32_t i)
{
	uint32_t partition = 0;

	leaf_encode(record, rebuild->names, rebuild->keys, &block->leaves);
	block->leaf_ends[i] = (uint32_t)block->leaves.size;
	if (record->kind == RECORD_NOTE) {
		block->notes[block->note_count++] =
		    (struct block_note){i, record->reason, digest_identity(record->detail)};
		return;
	}
	partition =
	    partition_number(rebuild, record->source, record->partition, record->incarnation);
	if (!record->replay)
		extend_span(block, partition, record, i);
	if (record->kind == RECORD_EVENT)
		add_event(block, record, i);
	if (record->kind == RECORD_QUARANTINED || record->replay)
		block->asides[block->aside_count++] = (struct block_aside){.record = i,
		    .replayed = record->replay,
		    .partition = partition,
		    .offset = record->offset,
		    .reason = record->replay ? TEXT_NONE : record->reason,
		    .detail = record->replay ? TEXT_NONE : record->detail};
}

static struct block *
block_again(struct rebuild *rebuild, const struct block_content *content)
{
	struct block *block = memory_get(sizeof(*block));
	size_t count = content->record_count, i;

	arena_init(&block->arena);
	block->min_time_ms = block->max_time_ms = TIME_NONE;
	block->records = content->record_count;
	block->objects = content->record_count + content->mark_count;
	block->spans = arena_get(&block->arena, (count + 1) * sizeof(*block->spans));
	block->ids = arena_get(&block->arena, (count + 1) * sizeof(*block->ids));
	block->asides = arena_get(&block->arena, (count + 1) * sizeof(*block->asides));
	block->notes = arena_get(&block->arena, (count + 1) * sizeof(*block->notes));
	for (i = 0; i < count; i++)
		add_record(rebuild, block, &content->records[i], (uint32_t)i);
	block->mark_count = content->mark_count;
	block->marks = content->marks;
	for (i = 0; i < block->mark_count; i++)
		block->marks[i].partition = partition_number(rebuild, block->marks[i].source,
		    block->marks[i].name, block->marks[i].incarnation);
	return block;
}

/* Its rows live in its own arena, its marks in the caller's. */
static void
end_block(struct block *block)
{
	buffer_fini(&block->leaves);
	arena_fini(&block->arena);
	memory_free(block);
}

/* The conclusions at that moment are the signed ones, too. */
static bool
check_conclusions(const struct rebuild *rebuild, struct error *err)
{
	const struct tree *tree = &rebuild->pending.conclusions;
	struct tree_hash root;

	/* Signed by a version that concluded nothing. */
	if (rebuild->conclude && !rebuild->checkpoint.conclusions_size)
		return true;
	tree_root(tree, &root);
	if (tree->size == rebuild->checkpoint.conclusions_size &&
	    memcmp(&root, &rebuild->checkpoint.conclusions_root, sizeof(root)) == 0)
		return true;
	return error_set(err, ERROR_DAMAGED,
	    "the %llu conclusions of the ledger's first %llu records are not the %llu of the "
	    "signed "
	    "checkpoint: restore the segments from a backup",
	    (unsigned long long)tree->size, (unsigned long long)rebuild->checkpoint.size,
	    (unsigned long long)rebuild->checkpoint.conclusions_size);
}

static bool
check_against_checkpoint(struct rebuild *rebuild, struct error *err)
{
	struct tree_hash root;

	if (!rebuild->result->had_checkpoint ||
	    rebuild->pending.tree.size != rebuild->checkpoint.size)
		return true;
	tree_root(&rebuild->pending.tree, &root);
	if (memcmp(&root, &rebuild->checkpoint.root, sizeof(root)) != 0)
		return error_set(err, ERROR_DAMAGED,
		    "the ledger's first %llu records are not those of the signed checkpoint: "
		    "restore the segments from a backup",
		    (unsigned long long)rebuild->checkpoint.size);
	rebuild->result->matches_checkpoint = true;
	return check_conclusions(rebuild, err);
}

static bool
add_conclusions(struct rebuild *rebuild, uint64_t first_record, uint32_t records, struct error *err)
{
	struct conclusion_block *block;
	struct block_place where;

	if (!conclusions_again_next(
		rebuild->conclusions, first_record, records, &block, &where, err))
		return false;
	if (block)
		pending_add_conclusions(&rebuild->pending, block, &where);
	conclusion_block_free(block);
	return true;
}

/* Blocks that are missing at the ledger's end are seen by nothing else when no checkpoint speaks of them. */
static bool
check_against_commits(const struct rebuild *rebuild, const char *store, struct error *err)
{
	uint64_t noted = committed_records(store), records = rebuild->pending.tree.size;

	if (noted <= records)
		return true;
	return error_set(err, ERROR_DAMAGED,
	    "the ledger has %llu records, and %llu were committed: restore the segments from a "
	    "backup, or remove %s/" STORE_COMMITTED " to go on with what is there",
	    (unsigned long long)records, (unsigned long long)noted, store);
}

static bool
visit(void *context, const struct block_place *where, struct text body, struct error *err)
{
	struct rebuild *rebuild = context;
	uint64_t first_record = rebuild->pending.tree.size;
	struct block_content content;
	struct arena arena;
	struct block *block;
	bool good;

	arena_init(&arena);
	good = block_read(body, where->objects, rebuild->names, NULL, &arena, &content, err);
	if (good) {
		block = block_again(rebuild, &content);
		pending_add(&rebuild->pending, block, where);
		end_block(block);
		good = add_conclusions(rebuild, first_record, content.record_count, err) &&
		    check_against_checkpoint(rebuild, err);
	}
	arena_fini(&arena);
	if (good && rebuild->pending.block_count >= COMMIT_BLOCKS)
		good = pending_commit(&rebuild->pending, rebuild->catalog, err);
	rebuild->done_bytes += where->bytes;
	if (rebuild->progress)
		rebuild->progress(rebuild->context, rebuild->done_bytes, rebuild->all_bytes);
	return good;
}

/* A store that never had a checkpoint has none to agree with. */
static bool
load_checkpoint(struct rebuild *rebuild, const char *store, struct error *err)
{
	char *path = store_path(store, STORE_CHECKPOINT);
	struct buffer note = {0};
	uint8_t public_key[KEY_BYTES];
	bool good = file_read(path, CHECKPOINT_BYTES_MAX, &note, err);

	if (good) {
		keys_public(rebuild->keys, public_key);
		good = checkpoint_read(buffer_text(&note), public_key, &rebuild->checkpoint, err);
		rebuild->result->had_checkpoint = good;
		if (!good)
			error_within(err, "%s", path);
	} else if (err->kind == ERROR_MISSING) {
		*err = (struct error){0};
		good = true;
	}
	buffer_fini(&note);
	memory_free(path);
	return good;
}

/* --- rows of movement: the facts once more, by the catalog as it stands now ----------- */

#define EVENTS_BETWEEN_ROWS 65536

static bool
commit_movement(struct rebuild *rebuild, bool sparing, struct error *err)
{
	struct movement_log *log = memory_get(sizeof(*log));
	struct movement_sink sink = movement_log_sink(log, sparing);

	impact_rows(replay_impact(rebuild->replay), &sink);
	pending_add_movement(&rebuild->pending, log);
	return pending_commit(&rebuild->pending, rebuild->catalog, err);
}

static bool
see_event(void *context, const struct replayed *replayed)
{
	struct rebuild *rebuild = context;

	(void)replayed;
	if (++rebuild->moved % EVENTS_BETWEEN_ROWS)
		return true;
	return commit_movement(rebuild, true, &rebuild->move_error);
}

static bool
move(struct rebuild *rebuild, struct ledger_reader *reader, struct error *err)
{
	if (!replay_ledger(rebuild->replay, reader, rebuild->catalog, 0, UINT64_MAX, err))
		return false;
	if (rebuild->move_error.kind != ERROR_NONE) {
		*err = rebuild->move_error;
		return false;
	}
	return commit_movement(rebuild, false, err);
}

static bool
walk(struct rebuild *rebuild, const char *store, struct error *err)
{
	char *facts = store_path(store, STORE_FACTS);
	struct ledger_reader *reader = NULL;
	struct block_place end;
	bool good = ledger_reader_open(facts, &reader, err) &&
	    conclusions_again_open(store, rebuild->conclusions_name, &rebuild->conclusions, err);

	if (good) {
		rebuild->all_bytes = ledger_reader_bytes(reader);
		good = ledger_reader_walk(
			   reader, visit, rebuild, &end, &rebuild->result->torn_bytes, err) &&
		    pending_commit(&rebuild->pending, rebuild->catalog, err) &&
		    move(rebuild, reader, err);
	}
	conclusions_again_close(rebuild->conclusions);
	ledger_reader_close(reader);
	memory_free(facts);
	return good;
}

static void
compare(const char *old_path, struct catalog *fresh, struct rebuild_result *result)
{
	struct catalog *old = NULL;
	struct error ignored = {0};

	if (catalog_open(old_path, CATALOG_READ, &old, &ignored) && catalog_check(old, &ignored))
		result->compared =
		    catalog_equal(old, fresh, &result->equal, &result->difference, &ignored);
	catalog_close(old);
}

static void
remove_database(const char *path)
{
	static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};
	struct buffer name = {0};
	size_t i;

	for (i = 0; i < ARRAY_COUNT(suffixes); i++) {
		name.size = 0;
		buffer_add_format(&name, "%s%s", path, suffixes[i]);
		buffer_add_byte(&name, 0);
		unlink((char *)name.data);
	}
	buffer_fini(&name);
}

/* The new catalog is whole and closed: it takes the old one's name. */
static bool
replace(const char *fresh, const char *path, struct error *err)
{
	remove_database(path);
	if (rename(fresh, path) != 0)
		return error_system(err, ERROR_IO, "%s", path);
	return file_sync_folder_of(path, err);
}

static bool
build(struct rebuild *rebuild, const char *store, const char *path, const char *fresh,
    struct error *err)
{
	uint8_t id[STORE_ID_BYTES];
	struct pending_start none = {.newest_ms = TIME_NONE};
	bool good;

	tree_init(&none.tree);
	tree_init(&none.conclusions);
	store_id(rebuild->keys, id);
	remove_database(fresh);
	if (!catalog_open(fresh, CATALOG_WRITE, &rebuild->catalog, err))
		return false;
	pending_init(&rebuild->pending, &none);
	good = catalog_set_store_id(rebuild->catalog, id, err) &&
	    load_checkpoint(rebuild, store, err) && walk(rebuild, store, err);
	if (good && rebuild->result->had_checkpoint && !rebuild->result->matches_checkpoint)
		good = error_set(err, ERROR_DAMAGED,
		    "the ledger has %llu records, its signed checkpoint speaks of %llu: restore "
		    "the segments from a backup",
		    (unsigned long long)rebuild->pending.tree.size,
		    (unsigned long long)rebuild->checkpoint.size);
	rebuild->result->records = rebuild->pending.tree.size;
	rebuild->result->blocks = rebuild->pending.blocks;
	rebuild->result->conclusions = rebuild->pending.conclusions.size;
	good = good && check_against_commits(rebuild, store, err);
	if (good)
		compare(path, rebuild->catalog, rebuild->result);
	good = good && catalog_settle(rebuild->catalog, err);
	catalog_close(rebuild->catalog);
	pending_fini(&rebuild->pending);
	if (good)
		fault_point("catalog-rebuilt");
	if (good && rebuild->conclude)
		good = conclude_again_replace(store, rebuild->conclusions_name, err);
	return good && replace(fresh, path, err) &&
	    committed_note(store, rebuild->result->records, err);
}

static bool
open_replay(struct rebuild *rebuild, const struct settings *settings, struct error *err)
{
	struct replay_options options = {.names = rebuild->names,
	    .keys = rebuild->keys,
	    .keys_max = (uint64_t)settings->feature_keys_max,
	    .context = rebuild,
	    .event = see_event};

	return replay_open(&options, &rebuild->replay, err);
}

bool
ingest_rebuild(const struct settings *settings, bool conclude,
    void (*progress)(void *context, int64_t done, int64_t total), void *context,
    struct rebuild_result *result, struct error *err)
{
	struct rebuild rebuild = {.progress = progress,
	    .context = context,
	    .result = result,
	    .conclude = conclude,
	    .conclusions_name = conclude ? STORE_CONCLUSIONS ".rebuild" : STORE_CONCLUSIONS};
	char *path = store_path(settings->store, STORE_CATALOG);
	char *fresh = store_path(settings->store, STORE_CATALOG ".rebuild");
	struct keys *keys = NULL;
	int lock = -1;
	bool good;

	*result = (struct rebuild_result){0};
	good = store_lock(settings->store, &lock, err) && keys_open(settings->keys, &keys, err);
	if (good) {
		rebuild.keys = keys;
		rebuild.names = symbols_open();
		rebuild.partitions = symbols_open();
		good = (!conclude ||
			   conclude_again(
			       settings, keys, rebuild.conclusions_name, progress, context, err)) &&
		    open_replay(&rebuild, settings, err) &&
		    build(&rebuild, settings->store, path, fresh, err);
		replay_close(rebuild.replay);
		symbols_close(rebuild.names);
		symbols_close(rebuild.partitions);
	}
	if (!good)
		remove_database(fresh);
	keys_close(keys);
	store_unlock(lock);
	memory_free(path);
	memory_free(fresh);
	return good;
}
