/* SPDX-License-Identifier: Apache-2.0 */
/*
 * At open: of each source that reads in turn the partition of its newest event
 * record, and whether it was released since. The newest event stands in the newest block
 * that holds positions of the source, or, where those are none of events, in one before;
 * or it came back from quarantine, then its record is the catalog's.
 */
#include "route.h"
#include "store/store.h"

struct search {
	struct ingest *ingest;
	struct ledger_reader *reader;
	const struct ingest_source *source;
	int64_t *cursors; /* [partition]: its positions above this were looked at */
	struct partition *found;
	uint64_t record;
};

static bool
is_of_source(const struct search *search, const struct partition *partition)
{
	return strcmp(partition->source, search->source->settings->name) == 0;
}

static struct partition *
partition_of(const struct search *search, const struct record *record)
{
	struct ingest *ingest = search->ingest;
	struct partition *found = NULL;
	struct arena arena;
	size_t p;

	arena_init(&arena);
	for (p = 0; p < ingest->partition_count && !found; p++) {
		struct partition *partition = ingest->partitions[p];

		if (partition->incarnation == record->incarnation &&
		    is_of_source(search, partition) &&
		    text_equal(recorded_text(text_of(partition->name), &arena), record->partition))
			found = partition;
	}
	arena_fini(&arena);
	return found;
}

/* The newest event of the source in a block, if there is one. */
static bool
search_block(struct search *search, const struct catalog_block *block, struct error *err)
{
	struct block_place where = {
	    block->segment, block->offset, block->bytes, block->objects, block->identity};
	struct block_content content;
	struct arena arena;
	struct text body;
	uint32_t i;
	bool good;

	arena_init(&arena);
	good = ledger_reader_block(search->reader, &where, &body, err) &&
	    block_read(body, block->objects, search->ingest->names, NULL, &arena, &content, err);
	for (i = good ? content.record_count : 0; i-- > 0 && !search->found;)
		if (content.records[i].kind == RECORD_EVENT &&
		    text_is(content.records[i].source, search->source->settings->name)) {
			search->found = partition_of(search, &content.records[i]);
			search->record = block->first_record + i;
		}
	arena_fini(&arena);
	return good;
}

/* Where a partition's positions at and below its cursor begin to be; found false: there are none. */
static bool
stands(struct search *search, size_t p, struct catalog_block *block, struct catalog_span *span,
    bool *found, struct error *err)
{
	const struct partition *partition = search->ingest->partitions[p];

	*found = false;
	if (search->cursors[p] < partition->start || !is_of_source(search, partition))
		return true;
	return catalog_block_of_position(search->ingest->catalog, partition->number,
	    search->cursors[p], block, span, found, err);
}

/* The newest block that holds positions of the source that were not looked at. */
static bool
next_block(struct search *search, struct catalog_block *newest, struct error *err)
{
	struct catalog_block block;
	struct catalog_span span;
	size_t p;
	bool found;

	*newest = (struct catalog_block){0};
	for (p = 0; p < search->ingest->partition_count; p++) {
		if (!stands(search, p, &block, &span, &found, err))
			return false;
		if (found && block.number > newest->number)
			*newest = block;
	}
	for (p = 0; newest->number && p < search->ingest->partition_count; p++) {
		if (!stands(search, p, &block, &span, &found, err))
			return false;
		if (found && block.number == newest->number)
			search->cursors[p] = span.first_offset - 1;
	}
	return true;
}

static bool
search_spans(struct search *search, struct error *err)
{
	struct ingest *ingest = search->ingest;
	struct catalog_block block;
	bool good = true;
	size_t p;

	search->cursors = memory_get_array(ingest->partition_count + 1, sizeof(int64_t));
	for (p = 0; p < ingest->partition_count; p++)
		search->cursors[p] = ingest->partitions[p]->recorded
		    ? ingest->partitions[p]->next_offset - 1
		    : INT64_MIN;
	do {
		good = next_block(search, &block, err) &&
		    (!block.events || search_block(search, &block, err));
	} while (good && !search->found && block.number);
	memory_free(search->cursors);
	return good;
}

/* An event that came back from quarantine stands in no span. */
static bool
see_replayed(void *context, const struct catalog_quarantined *row)
{
	struct search *search = context;
	struct partition *partition = partitions_find(search->ingest, row->partition);

	if (!row->replayed || !partition || !is_of_source(search, partition) ||
	    (search->found && row->replay_record <= search->record))
		return true;
	search->found = partition;
	search->record = row->replay_record;
	return true;
}

struct released {
	uint64_t body, after;
	bool found;
};

static bool
see_note(void *context, const struct catalog_epoch *epoch)
{
	struct released *released = context;

	released->found = epoch->record > released->after && epoch->body == released->body &&
	    text_is(epoch->what, NOTE_RELEASED);
	return !released->found;
}

static bool
is_released(struct ingest *ingest, const struct partition *partition, uint64_t after,
    bool *released, struct error *err)
{
	struct released search = {.after = after};
	struct buffer body = {0};
	bool good;

	release_body(partition, &body);
	search.body = digest_identity(buffer_text(&body));
	good = catalog_epochs(ingest->catalog, see_note, &search, err);
	*released = search.found;
	buffer_fini(&body);
	return good;
}

static bool
load_source(struct ingest *ingest, struct ledger_reader *reader, struct ingest_source *source,
    struct error *err)
{
	struct search search = {.ingest = ingest, .reader = reader, .source = source};

	if (!search_spans(&search, err) ||
	    !catalog_quarantined_each(ingest->catalog, true, see_replayed, &search, err))
		return false;
	source->newest = search.found;
	return !search.found ||
	    is_released(ingest, search.found, search.record, &source->newest_released, err);
}

bool
releases_load(struct ingest *ingest, struct error *err)
{
	char *folder = store_path(ingest->settings->store, STORE_FACTS);
	struct ledger_reader *reader = NULL;
	bool good = ledger_reader_open(folder, &reader, err);
	size_t i;

	for (i = 0; good && i < ingest->source_count; i++)
		if (ingest->sources[i].settings->type->in_turn)
			good = load_source(ingest, reader, &ingest->sources[i], err);
	releases_hold_all(ingest);
	ledger_reader_close(reader);
	memory_free(folder);
	return good;
}
