/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is recorded at a position, for sources that must know whether what they are
 * given now is what they were given then: catalog block index → block of the
 * ledger → what the record keeps of its payload. A position that was quarantined
 * keeps it in its first record, whether or not it came back since.
 */
#include "route.h"
#include "store/store.h"

/* One block, read and looked through. */
struct finding {
	struct ingest *ingest;
	const struct partition *partition;
	int64_t offset;
	const struct source_payload *now;
	bool found, same;
};

static bool
is_it(const struct finding *finding, const struct record *record)
{
	const struct partition *partition = finding->partition;

	return (record->kind == RECORD_EVENT || record->kind == RECORD_QUARANTINED) &&
	    !record->replay && record->offset == finding->offset &&
	    record->incarnation == partition->incarnation &&
	    text_is(record->partition, partition->name) &&
	    text_is(record->source, partition->source);
}

static bool
is_same(const struct record *record, const struct source_payload *now)
{
	if (record->payload_sha256)
		return memcmp(record->payload_sha256, now->sha256, sizeof(now->sha256)) == 0;
	return record->payload == now->identity;
}

/* Its place in the span, where no gap and no other partition stands between, or any. */
static void
look_through(
    struct finding *finding, const struct block_content *content, const struct catalog_span *span)
{
	uint32_t i;

	for (i = span->first_record; i < span->end_record && i < content->record_count; i++) {
		if (!is_it(finding, &content->records[i]))
			continue;
		finding->found = true;
		finding->same = is_same(&content->records[i], finding->now);
		return;
	}
}

static bool
read_block(struct finding *finding, const struct catalog_block *block,
    const struct catalog_span *span, struct error *err)
{
	const struct block_place where = {.segment = block->segment,
	    .offset = block->offset,
	    .bytes = block->bytes,
	    .objects = block->objects,
	    .identity = block->identity};
	char *folder = store_path(finding->ingest->settings->store, STORE_FACTS);
	struct ledger_reader *reader = NULL;
	struct block_content content;
	struct arena arena;
	struct text body;
	bool good;

	arena_init(&arena);
	good = ledger_reader_open(folder, &reader, err) &&
	    ledger_reader_block(reader, &where, &body, err) &&
	    block_read(body, block->objects, finding->ingest->names, NULL, &arena, &content, err);
	if (good)
		look_through(finding, &content, span);
	ledger_reader_close(reader);
	arena_fini(&arena);
	memory_free(folder);
	return good;
}

bool
recorded_payload(void *context, const struct partition *partition, int64_t offset,
    const struct source_payload *now, bool *same)
{
	struct ingest *ingest = context;
	struct finding finding = {
	    .ingest = ingest, .partition = partition, .offset = offset, .now = now};
	struct catalog_block block;
	struct catalog_span span;
	struct error err = {0};
	bool found = false;

	/* Flushed, the scribe rests and the catalog is ours for a question. */
	if (!partition->number || !ingest->scribe || !ingest_flush(ingest, &err) ||
	    !catalog_block_of_position(
		ingest->catalog, partition->number, offset, &block, &span, &found, &err) ||
	    !found || !read_block(&finding, &block, &span, &err) || !finding.found)
		return false;
	*same = finding.same;
	return true;
}
