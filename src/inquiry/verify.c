/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole ledger against itself: every block is read and every leaf hashed
 * anew, and what follows is compared with the catalog and with each signed
 * checkpoint. Damage is an answer ("verified": false), not an error.
 */
#include <stdarg.h>
#include <stdio.h>

#include "base/file.h"
#include "store/store.h"
#include "verify.h"

#define CHECKPOINTS_BYTES_MAX ((size_t)64 << 20)

void
verify_conclude(struct verify *verify, const char *name, bool passed, const char *format, ...)
{
	char detail[1200];
	va_list args;

	va_start(args, format);
	vsnprintf(detail, sizeof(detail), format, args);
	va_end(args);
	verify->failed = verify->failed || !passed;
	json_array_append_new(verify->checks,
	    json_pack("{s:s, s:b, s:s}", "name", name, "passed", passed, "detail", detail));
}

/* --- checkpoints ----------------------------------------------------------------------- */

static void
state(struct verify *verify, struct text note, const uint8_t *public_key, size_t *bad,
    struct error *err)
{
	struct stated stated = {0};

	if (!checkpoint_read(note, public_key, &stated.checkpoint, err)) {
		(*bad)++;
		return;
	}
	memory_grow(
	    &verify->stated, &verify->stated_capacity, verify->stated_count + 1, sizeof(stated));
	verify->stated[verify->stated_count++] = stated;
}

/* Notes stand one behind another; each begins with its origin line. */
static void
load_checkpoints(struct verify *verify)
{
	char *path = store_path(verify->inquiry->settings->store, STORE_CHECKPOINTS);
	struct buffer all = {0};
	struct error err = {0};
	uint8_t public_key[KEY_BYTES];
	const char *at, *end, *next;
	size_t bad = 0;

	if (verify->inquiry->keys)
		keys_public(verify->inquiry->keys, public_key);
	if (!file_read(path, CHECKPOINTS_BYTES_MAX, &all, &err)) {
		if (err.kind != ERROR_MISSING)
			verify_conclude(verify, "checkpoints", false, "%s", err.text);
		goto undo;
	}
	buffer_add_byte(&all, 0);
	for (at = (char *)all.data, end = at + all.size - 1; at < end; at = next) {
		next = strstr(at + 1, "\ndyetrace/");
		next = next ? next + 1 : end;
		state(verify, (struct text){at, (size_t)(next - at)},
		    verify->inquiry->keys ? public_key : NULL, &bad, &err);
	}
	if (bad)
		verify_conclude(verify, "checkpoint signatures", false,
		    "%zu of %zu are not good; one of them: %s", bad, bad + verify->stated_count,
		    err.text);
undo:
	buffer_fini(&all);
	memory_free(path);
}

static void
meet_checkpoints(struct verify *verify)
{
	struct tree_hash root;
	size_t i;

	for (i = 0; i < verify->stated_count; i++) {
		struct stated *stated = &verify->stated[i];

		if (stated->checkpoint.size != verify->tree.size || stated->met)
			continue;
		tree_root(&verify->tree, &root);
		stated->met = true;
		stated->differs = memcmp(&root, &stated->checkpoint.root, sizeof(root)) != 0;
	}
}

static void
conclude_checkpoints(struct verify *verify)
{
	const struct checkpoint *latest = NULL;
	size_t i, bad = 0;

	for (i = 0; i < verify->stated_count; i++) {
		bad += !verify->stated[i].met || verify->stated[i].differs ||
		    !verify->stated[i].conclusions_met || verify->stated[i].conclusions_differ;
		if (!latest || verify->stated[i].checkpoint.size >= latest->size)
			latest = &verify->stated[i].checkpoint;
	}
	if (bad)
		verify_conclude(verify, "signed checkpoints", false,
		    "%zu of %zu do not match the ledger: records were changed, added in the middle "
		    "or taken away",
		    bad, verify->stated_count);
	else if (latest)
		verify_conclude(verify, "signed checkpoints", true,
		    "%zu match, the newest covers %llu of %llu records%s", verify->stated_count,
		    (unsigned long long)latest->size, (unsigned long long)verify->tree.size,
		    verify->inquiry->keys ? "" : " (signatures not checked: no key file)");
	else
		verify_conclude(verify, "signed checkpoints", verify->tree.size == 0,
		    "there is none%s",
		    verify->tree.size
			? ": stop the tracker cleanly once, or wait for `checkpoint: every`"
			: " yet, and no record");
}

/* --- records --------------------------------------------------------------------------- */

static const struct partition *
partition_of(const struct inquiry *inquiry, const struct record *record)
{
	size_t i;

	for (i = inquiry->partition_count; i-- > 0;) {
		const struct partition *partition = inquiry->partitions[i];

		if (partition->incarnation == record->incarnation &&
		    text_is(record->partition, partition->name) &&
		    text_is(record->source, partition->source))
			return partition;
	}
	return NULL;
}

static bool
count_record(struct verify *verify, const struct record *record, struct error *err)
{
	const struct partition *partition;
	struct tally *tally;

	if (record->kind == RECORD_NOTE)
		return true;
	partition = partition_of(verify->inquiry, record);
	if (!partition)
		return error_set(err, ERROR_DAMAGED,
		    "a record of %.*s, which the catalog does not know",
		    TEXT_PRINT(record->partition));
	tally = &verify->tallies[partition->number - 1];
	verify->events += record->kind == RECORD_EVENT;
	if (record->replay) {
		tally->quarantined--;
		tally->recorded++;
		return true;
	}
	if (!tally->seen)
		tally->next_offset = partition->start;
	tally->seen = true;
	tally->broken = tally->broken || record->offset != tally->next_offset;
	tally->next_offset = record->offset + record->count;
	tally->recorded += record->kind == RECORD_EVENT;
	tally->quarantined += record->kind == RECORD_QUARANTINED;
	tally->filtered += record->kind == RECORD_FILTERED;
	tally->gaps += record->kind == RECORD_GAP ? record->count : 0;
	return true;
}

static bool
check_chunk(struct verify *verify, const struct tree_hash *chunk, struct error *err)
{
	uint64_t number = verify->tree.size / TREE_CHUNK_LEAVES - 1;
	uint8_t known[CATALOG_HASH_BYTES];
	bool found;

	if (!catalog_chunk(verify->inquiry->catalog, number, known, &found, err))
		return false;
	if (!found || memcmp(known, chunk->bytes, sizeof(known)) != 0)
		verify->chunks_wrong++;
	return true;
}

static bool
hash_records(struct verify *verify, const struct block_content *content, struct error *err)
{
	struct tree_hash leaf, chunk;
	struct buffer bytes = {0};
	bool good = true;
	uint32_t i;

	for (i = 0; i < content->record_count && good; i++) {
		bytes.size = 0;
		leaf_encode(
		    &content->records[i], verify->inquiry->names, verify->inquiry->keys, &bytes);
		tree_leaf_hash(buffer_text(&bytes), &leaf);
		if (tree_add(&verify->tree, &leaf, &chunk))
			good = check_chunk(verify, &chunk, err);
		good = good && count_record(verify, &content->records[i], err);
	}
	buffer_fini(&bytes);
	return good;
}

static bool
verify_block(
    struct verify *verify, const struct block_place *place, struct text body, struct error *err)
{
	struct inquiry *inquiry = verify->inquiry;
	struct block_content content;
	struct catalog_block known;
	bool found;

	if (!catalog_block(inquiry->catalog, verify->blocks + 1, &known, &found, err))
		return false;
	if (!found || known.segment != place->segment || known.offset != place->offset ||
	    known.bytes != place->bytes)
		return error_set(err, ERROR_DAMAGED,
		    "segment %06u byte %lld: the catalog has another block there", place->segment,
		    (long long)place->offset);
	if (known.identity != place->identity)
		return error_set(err, ERROR_DAMAGED,
		    "segment %06u byte %lld: the block's bytes were changed after it was written",
		    place->segment, (long long)place->offset);
	arena_reset(&inquiry->arena);
	if (!block_read(body, place->objects, inquiry->names, NULL, &inquiry->arena, &content, err))
		return error_within(
		    err, "segment %06u byte %lld", place->segment, (long long)place->offset);
	verify->blocks++;
	if (!hash_records(verify, &content, err))
		return false;
	meet_checkpoints(verify);
	return true;
}

static bool
visit(void *context, const struct block_place *place, struct text body, struct error *err)
{
	struct verify *verify = context;

	/* What the tracker wrote since this verify began is not its subject. */
	if (verify->blocks == verify->inquiry->state.blocks)
		return false;
	if (!verify_block(verify, place, body, err))
		return false;
	verify->done_bytes += place->bytes;
	if (verify->progress)
		verify->progress(
		    verify->context, verify->done_bytes, verify->all_bytes * (1 + verify->replay));
	return true;
}

/* --- conclusions ----------------------------------------------------------------------- */

static void
walk(struct verify *verify)
{
	struct inquiry *inquiry = verify->inquiry;
	struct block_place end;
	struct error err = {0};
	int64_t torn;
	bool good;

	verify->all_bytes = ledger_reader_bytes(inquiry->ledger);
	inquiry->block.number = 0;
	good = ledger_reader_walk(inquiry->ledger, visit, verify, &end, &torn, &err);
	if (verify->blocks == inquiry->state.blocks && (good || err.kind == ERROR_NONE))
		verify_conclude(verify, "ledger", true,
		    "%llu blocks, %llu records, each readable and unchanged",
		    (unsigned long long)verify->blocks, (unsigned long long)verify->tree.size);
	else if (err.kind != ERROR_NONE)
		verify_conclude(verify, "ledger", false, "%s", err.text);
	else
		verify_conclude(verify, "ledger", false, "%llu blocks, the catalog says %llu",
		    (unsigned long long)verify->blocks, (unsigned long long)inquiry->state.blocks);
}

static void
conclude_tree(struct verify *verify)
{
	struct buffer saved = {0};
	struct tree known;
	struct tree_hash ours, theirs;
	struct error err = {0};
	bool good;

	tree_init(&known);
	good = catalog_frontier(verify->inquiry->catalog, &saved, &err) &&
	    (!saved.size || tree_load(&known, buffer_text(&saved), &err));
	tree_root(&verify->tree, &ours);
	tree_root(&known, &theirs);
	if (!good)
		verify_conclude(verify, "tree", false, "%s", err.text);
	else if (memcmp(&ours, &theirs, sizeof(ours)) != 0 || verify->chunks_wrong)
		verify_conclude(verify, "tree", false,
		    "the records do not give the root that the catalog holds");
	else
		verify_conclude(
		    verify, "tree", true, "the records give the root that the catalog holds");
	buffer_fini(&saved);
}

static bool
tally_matches(const struct tally *tally, const struct partition *partition)
{
	return !tally->broken && tally->recorded == partition->recorded &&
	    tally->quarantined == partition->quarantined &&
	    tally->filtered == partition->filtered && tally->gaps == partition->gaps &&
	    (!tally->seen || tally->next_offset == partition->next_offset);
}

static void
conclude_positions(struct verify *verify)
{
	const struct inquiry *inquiry = verify->inquiry;
	size_t i, bad = 0;
	const char *first = "";

	for (i = 0; i < inquiry->partition_count; i++) {
		if (tally_matches(&verify->tallies[i], inquiry->partitions[i]))
			continue;
		if (!bad++)
			first = inquiry->partitions[i]->name;
	}
	if (bad)
		verify_conclude(verify, "positions", false,
		    "%zu of %zu partitions do not add up, the first is %s", bad,
		    inquiry->partition_count, first);
	else
		verify_conclude(verify, "positions", true,
		    "in %zu partition%s every position is there once", inquiry->partition_count,
		    inquiry->partition_count == 1 ? "" : "s");
}

static void
conclude_catalog(struct verify *verify)
{
	struct error err = {0};

	if (catalog_check(verify->inquiry->catalog, &err))
		verify_conclude(verify, "catalog", true, "every page and row is whole");
	else
		verify_conclude(verify, "catalog", false, "%s: run `dyetrace rebuild`", err.text);
}

json_t *
inquiry_verify(struct inquiry *inquiry, bool replay, inquiry_progress *progress, void *context,
    struct error *err)
{
	struct verify verify = {.inquiry = inquiry,
	    .checks = json_array(),
	    .replay = replay,
	    .progress = progress,
	    .context = context};
	struct tree_hash root;
	json_t *answer;

	(void)err;
	tree_init(&verify.tree);
	verify.tallies = memory_get_array(inquiry->partition_count + 1, sizeof(*verify.tallies));
	conclude_catalog(&verify);
	load_checkpoints(&verify);
	walk(&verify);
	verify_conclusions(&verify);
	if (!verify.failed) {
		conclude_tree(&verify);
		conclude_positions(&verify);
		conclude_checkpoints(&verify);
	}
	if (replay && !verify.failed)
		verify_replay(&verify);
	tree_root(&verify.tree, &root);
	answer = json_pack("{s:b, s:I, s:I, s:I, s:o, s:I, s:o, s:o}", "verified", !verify.failed,
	    "records", (json_int_t)verify.tree.size, "events", (json_int_t)verify.events, "blocks",
	    (json_int_t)verify.blocks, "root", show_hash(root.bytes, sizeof(root.bytes)),
	    "conclusions", (json_int_t)verify.conclusions, "conclusions_root",
	    show_hash(verify.conclusions_root.bytes, sizeof(verify.conclusions_root.bytes)),
	    "checks", verify.checks);
	memory_free(verify.tallies);
	memory_free(verify.stated);
	return answer;
}
