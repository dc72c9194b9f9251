/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening a store as its writer. The order matters: lock, keys, catalog (what
 * is committed), ledger (cut to that), side stores, then the sources: when one
 * cannot be opened, nothing was written yet. Then what is in force.
 */
#include "base/file.h"
#include "base/log.h"
#include "route.h"
#include "store/store.h"

#include <unistd.h>

/* A new store may make its key file; one with records must find it. */
static bool
open_keys(struct ingest *ingest, bool is_new, struct error *err)
{
	const char *path = ingest->settings->keys;

	if (is_new && access(path, F_OK) != 0) {
		if (!keys_create(path, err))
			return false;
		log_line(LOG_INFO,
		    "keys: made %s; keep a copy of it: without it the ledger's texts cannot be "
		    "read",
		    path);
	}
	return keys_open(path, &ingest->keys, err);
}

static bool
check_store_id(struct ingest *ingest, const struct catalog_state *state, struct error *err)
{
	static const uint8_t none[STORE_ID_BYTES];
	uint8_t id[STORE_ID_BYTES];

	store_id(ingest->keys, id);
	if (!state->records && memcmp(state->store_id, none, sizeof(none)) == 0)
		return catalog_set_store_id(ingest->catalog, id, err);
	if (memcmp(id, state->store_id, sizeof(id)) == 0)
		return true;
	return error_set(err, ERROR_REFUSED,
	    "key file %s belongs to another store: name this store's own with `keys:` in the "
	    "settings",
	    ingest->settings->keys);
}

/* Facts without a catalog: starting afresh would read everything twice. */
static bool
open_catalog(struct ingest *ingest, struct error *err)
{
	const char *store = ingest->settings->store;
	char *path = store_path(store, STORE_CATALOG),
	     *facts = store_path(store, STORE_FACTS "/000001.avro");
	bool good;

	if (access(path, F_OK) != 0 && access(facts, F_OK) == 0)
		good = error_set(err, ERROR_DAMAGED,
		    "store %s has a ledger but no catalog: run `dyetrace rebuild`", store);
	else
		good = catalog_open(path, CATALOG_WRITE, &ingest->catalog, err);
	if (!good && err->kind == ERROR_DAMAGED)
		error_within(err, "catalog (`dyetrace rebuild` makes it again from the ledger)");
	memory_free(path);
	memory_free(facts);
	return good;
}

/* One of the two, cut to its committed end. */
static bool
open_segments(struct ingest *ingest, const char *name, const char *schema, uint32_t segment,
    int64_t bytes, struct ledger **ledger, struct error *err)
{
	char *folder = store_path(ingest->settings->store, name);
	struct ledger_options options = {
	    .folder = folder,
	    .segment_bytes = ingest->settings->segment_bytes,
	    .deflate = (enum deflate_kind)ingest->settings->deflate,
	    .schema = schema,
	};
	int64_t cut_bytes = 0;
	bool good = ledger_open(&options, segment, bytes, ledger, &cut_bytes, err);

	ingest->cut_bytes += cut_bytes;
	memory_free(folder);
	return good;
}

static bool
open_ledgers(struct ingest *ingest, const struct catalog_state *state, struct error *err)
{
	if (!open_segments(ingest, STORE_FACTS, ledger_facts_schema, state->segment,
		state->segment_bytes, &ingest->ledger, err))
		return error_within(err, "ledger");
	if (!open_segments(ingest, STORE_CONCLUSIONS, ledger_conclusions_schema,
		state->conclusion_segment, state->conclusion_bytes, &ingest->conclusions, err))
		return error_within(err,
		    "conclusions (`dyetrace rebuild --conclusions` makes them again from the "
		    "facts)");
	return true;
}

typedef bool frontier_of(struct catalog *catalog, struct buffer *saved, struct error *err);

static bool
load_tree(struct ingest *ingest, frontier_of *frontier, uint64_t leaves, struct tree *tree,
    struct error *err)
{
	struct buffer saved = {0};
	bool good;

	tree_init(tree);
	good = frontier(ingest->catalog, &saved, err) &&
	    (!saved.size || tree_load(tree, buffer_text(&saved), err));
	if (good && tree->size != leaves)
		good = error_set(err, ERROR_DAMAGED,
		    "catalog: a tree of %llu records, positions of %llu: run `dyetrace rebuild`",
		    (unsigned long long)tree->size, (unsigned long long)leaves);
	buffer_fini(&saved);
	return good;
}

static bool
load_trees(struct ingest *ingest, const struct catalog_state *state, struct pending_start *start,
    struct error *err)
{
	return load_tree(ingest, catalog_frontier, state->records, &start->tree, err) &&
	    load_tree(
		ingest, catalog_conclusion_frontier, state->conclusions, &start->conclusions, err);
}

static bool
open_side_stores(struct ingest *ingest, bool is_new, struct error *err)
{
	char *identity = store_path(ingest->settings->store, STORE_IDENTITY);
	char *quarantine = store_path(ingest->settings->store, STORE_QUARANTINE);
	struct identity_options options = {
	    .path = identity,
	    .keys = ingest->keys,
	    .actors_max = (uint32_t)ingest->settings->actors_max,
	    .create = is_new,
	};
	bool good = true;

	if (!identity_open(&options, &ingest->identity, err))
		good = false;
	else if (!quarantine_open(quarantine, true, ingest->keys, &ingest->quarantine, err))
		good = error_within(err, "quarantine");
	memory_free(identity);
	memory_free(quarantine);
	return good;
}

static bool
reads_text(void *context, uint32_t dataset, uint32_t field)
{
	struct ingest *ingest = context;

	return lineage_reads_text(ingest->tracer, dataset, field);
}

static bool
open_organs(struct ingest *ingest, struct error *err)
{
	const struct settings *settings = ingest->settings;
	struct block_builder_options options = {
	    .names = ingest->names,
	    .keys = ingest->keys,
	    .records_max = BLOCK_RECORDS_MAX,
	    .reads_text = reads_text,
	    .context = ingest,
	};

	if (settings->org_chart &&
	    !org_chart_open(settings->org_chart, ingest->names, &ingest->chart, err))
		return false;
	if (settings->lineage && !lineage_open(settings->lineage, &ingest->lineage, err))
		return false;
	ingest->resolver = resolver_open(ingest->identity, ingest->chart);
	ingest->tracer = tracer_open(ingest->names);
	ingest->builder = block_builder_open(&options);
	ingest->concluder = conclusion_builder_open();
	batch_init(&ingest->batch, (size_t)settings->batch_records, (size_t)settings->batch_bytes);
	return true;
}

static int64_t
newest(const struct ingest *ingest)
{
	int64_t newest_ms = TIME_NONE;
	size_t i;

	for (i = 0; i < ingest->partition_count; i++)
		if (ingest->partitions[i]->max_time_ms > newest_ms)
			newest_ms = ingest->partitions[i]->max_time_ms;
	return newest_ms;
}

static bool
start_scribe(struct ingest *ingest, const struct pending_start *start, struct error *err)
{
	struct scribe_options options = {
	    .ledger = ingest->ledger,
	    .conclusions = ingest->conclusions,
	    .catalog = ingest->catalog,
	    .keys = ingest->keys,
	    .store = ingest->settings->store,
	    .image = ingest->image,
	    .state = ingest->state,
	    .start = *start,
	    .partitions = ingest->partitions,
	    .partition_count = ingest->partition_count,
	    .commit_blocks = (uint32_t)ingest->settings->commit_blocks,
	    .commit_every_ms = ingest->settings->commit_every_ms,
	    .checkpoint_every_ms = ingest->settings->checkpoint_every_ms,
	};

	return scribe_open(&options, &ingest->scribe, err);
}

static bool
begin_writing(struct ingest *ingest, const struct catalog_state *state, struct pending_start *start,
    struct error *err)
{
	start->blocks = state->blocks;
	start->epoch = state->epoch;
	start->newest_ms = newest(ingest);
	ingest->next_record = state->records;
	return start_scribe(ingest, start, err);
}

bool
ingest_open(const struct ingest_options *options, struct ingest **out, struct error *err)
{
	struct ingest *ingest = memory_get(sizeof(*ingest));
	struct pending_start start = {0};
	struct catalog_state state;
	bool is_new;

	ingest->options = *options;
	ingest->settings = options->settings;
	ingest->names = symbols_open();
	ingest->lock = -1;
	is_new = !store_exists(options->settings->store);
	if ((!options->locked && !store_lock(options->settings->store, &ingest->lock, err)) ||
	    !open_keys(ingest, is_new, err) || !open_catalog(ingest, err) ||
	    !catalog_state(ingest->catalog, &state, err) || !check_store_id(ingest, &state, err) ||
	    !load_trees(ingest, &state, &start, err) || !catalog_age_check(ingest, &state, err) ||
	    !open_ledgers(ingest, &state, err) || !partitions_load(ingest, err) ||
	    !open_side_stores(ingest, state.records == 0, err) || !open_organs(ingest, err) ||
	    !notes_load(ingest, err) || !sources_open(ingest, err) ||
	    !state_open(ingest, &state, err) || !releases_load(ingest, err) ||
	    !begin_writing(ingest, &state, &start, err) || !notes_bring_up_to_date(ingest, err)) {
		ingest_close(ingest);
		return false;
	}
	*out = ingest;
	return true;
}

void
ingest_close(struct ingest *ingest)
{
	if (!ingest)
		return;
	sources_close(ingest);
	replay_free_schemas(ingest);
	scribe_close(ingest->scribe);
	block_builder_close(ingest->builder);
	conclusion_builder_close(ingest->concluder);
	batch_fini(&ingest->batch);
	state_close(ingest);
	tracer_close(ingest->tracer);
	resolver_close(ingest->resolver);
	lineage_close(ingest->lineage);
	org_chart_close(ingest->chart);
	identity_close(ingest->identity);
	quarantine_close(ingest->quarantine);
	ledger_close(ingest->ledger);
	ledger_close(ingest->conclusions);
	catalog_close(ingest->catalog);
	releases_free(ingest);
	partitions_free(ingest);
	keys_close(ingest->keys);
	symbols_close(ingest->names);
	store_unlock(ingest->lock);
	memory_free(ingest);
}
