/* SPDX-License-Identifier: Apache-2.0 */
#include "conclude_again.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/file.h"
#include "ledger/conclusions.h"
#include "ledger/segment.h"
#include "replay/replay.h"
#include "store/store.h"

struct concluding {
	struct symbols *names;
	const struct keys *keys;
	struct replay *replay;
	struct conclusion_builder *builder;
	struct ledger *ledger;
	struct error error; /* of an event */
	uint64_t next_record;
	int64_t done_bytes, all_bytes;
	void (*progress)(void *context, int64_t done, int64_t total);
	void *context;
};

static bool
conclude(void *context, const struct replayed *replayed)
{
	struct concluding *concluding = context;
	struct conclusion conclusion = {replayed->record, replayed->epoch, *replayed->influences};

	if (!replayed->influences->count)
		return true;
	if (!conclusion_builder_takes(concluding->builder, &conclusion))
		return error_set(&concluding->error, ERROR_LIMIT,
		    "record %llu: what follows from its block of facts is more than a block of "
		    "conclusions holds",
		    (unsigned long long)replayed->record);
	conclusion_builder_add(concluding->builder, &conclusion);
	return true;
}

static bool
write_block(struct concluding *concluding, struct error *err)
{
	struct conclusion_block *block = conclusion_builder_finish(concluding->builder);
	struct block_place where;
	bool good;

	if (!block)
		return true;
	good = ledger_append_objects(
	    concluding->ledger, buffer_text(&block->body), block->records, &where, err);
	conclusion_builder_reuse(concluding->builder, block);
	return good;
}

static bool
visit(void *context, const struct block_place *where, struct text body, struct error *err)
{
	struct concluding *concluding = context;
	struct block_content content;
	struct arena arena;
	bool good;

	arena_init(&arena);
	good = block_read(body, where->objects, concluding->names, concluding->keys, &arena,
		   &content, err) &&
	    replay_records(concluding->replay, content.records, content.record_count,
		concluding->next_record, err);
	if (concluding->error.kind != ERROR_NONE) {
		*err = concluding->error;
		good = false;
	}
	concluding->next_record += content.record_count;
	arena_fini(&arena);
	concluding->done_bytes += where->bytes;
	if (concluding->progress)
		concluding->progress(
		    concluding->context, concluding->done_bytes, concluding->all_bytes);
	return good && write_block(concluding, err);
}

static bool
open_all(struct concluding *concluding, const struct settings *settings, const char *name,
    struct error *err)
{
	struct replay_options options = {.names = concluding->names,
	    .keys = concluding->keys,
	    .keys_max = (uint64_t)settings->feature_keys_max,
	    .context = concluding,
	    .event = conclude};
	char *folder = store_path(settings->store, name);
	struct ledger_options ledger_options = {
	    .folder = folder,
	    .segment_bytes = settings->segment_bytes,
	    .deflate = (enum deflate_kind)settings->deflate,
	    .schema = ledger_conclusions_schema,
	};
	int64_t cut;
	bool good = replay_open(&options, &concluding->replay, err) &&
	    ledger_open(&ledger_options, 0, 0, &concluding->ledger, &cut, err);

	memory_free(folder);
	return good;
}

static bool
walk(struct concluding *concluding, const char *store, struct error *err)
{
	char *facts = store_path(store, STORE_FACTS);
	struct ledger_reader *reader = NULL;
	struct block_place end;
	int64_t torn;
	bool good = ledger_reader_open(facts, &reader, err);

	if (good) {
		concluding->all_bytes = ledger_reader_bytes(reader);
		good = ledger_reader_walk(reader, visit, concluding, &end, &torn, err) &&
		    ledger_sync(concluding->ledger, err);
	}
	ledger_reader_close(reader);
	memory_free(facts);
	return good;
}

bool
conclude_again(const struct settings *settings, const struct keys *keys, const char *name,
    void (*progress)(void *context, int64_t done, int64_t total), void *context, struct error *err)
{
	struct concluding concluding = {.names = symbols_open(),
	    .keys = keys,
	    .builder = conclusion_builder_open(),
	    .progress = progress,
	    .context = context};
	bool good =
	    open_all(&concluding, settings, name, err) && walk(&concluding, settings->store, err);

	ledger_close(concluding.ledger);
	replay_close(concluding.replay);
	conclusion_builder_close(concluding.builder);
	symbols_close(concluding.names);
	return good || error_within(err, "conclusions from the facts");
}

/* A folder of segments. */
static bool
remove_segments(const char *folder, struct error *err)
{
	DIR *listing = opendir(folder);
	struct dirent *entry;
	bool good = true;

	if (!listing)
		return errno == ENOENT || error_system(err, ERROR_IO, "%s", folder);
	while (good && (entry = readdir(listing))) {
		char *path = file_join(folder, entry->d_name);

		if (entry->d_name[0] != '.' && unlink(path) != 0)
			good = error_system(err, ERROR_IO, "%s", path);
		memory_free(path);
	}
	closedir(listing);
	if (good && rmdir(folder) != 0)
		good = error_system(err, ERROR_IO, "%s", folder);
	return good;
}

bool
conclude_again_replace(const char *store, const char *name, struct error *err)
{
	char *fresh = store_path(store, name), *folder = store_path(store, STORE_CONCLUSIONS);
	bool good = remove_segments(folder, err);

	if (good)
		fault_point("conclusions-removed");
	if (good && rename(fresh, folder) != 0)
		good = error_system(err, ERROR_IO, "%s", folder);
	good = good && file_sync_folder_of(folder, err);
	memory_free(fresh);
	memory_free(folder);
	return good;
}
