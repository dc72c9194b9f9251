/* SPDX-License-Identifier: Apache-2.0 */
/* Segments change every 37 blocks; partition 3 begins at offset 1,000. */
#include "fake_ledger.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/timestamp.h"

#define BLOCKS_A_SEGMENT 37

static char source_name[] = "tickets";
static char names[FAKE_PARTITIONS][8] = {"a.jsonl", "b.jsonl", "c.jsonl"};

/* splitmix64. Source: G. Steele et al., "Fast splittable pseudorandom number generators", 2014. */
uint64_t
fake_random(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

#define ADD(ledger, noun)                                                                          \
	(memory_grow(&(ledger)->noun##s, &(ledger)->noun##_capacity, (ledger)->noun##_count + 1,   \
	     sizeof(*(ledger)->noun##s)),                                                          \
	    &(ledger)->noun##s[(ledger)->noun##_count++])

static struct catalog_quarantined *
add_quarantined(struct fake_ledger *ledger)
{
	memory_grow(&ledger->quarantined, &ledger->quarantined_capacity,
	    ledger->quarantined_count + 1, sizeof(*ledger->quarantined));
	return &ledger->quarantined[ledger->quarantined_count++];
}

static void
add_id(struct fake_ledger *ledger)
{
	*ADD(ledger, id) = (struct catalog_id){fake_random(&ledger->random), ledger->records};
}

static void
add_event(struct fake_ledger *ledger, struct fake_block *block, struct partition *partition)
{
	int64_t time_ms = (int64_t)(fake_random(&ledger->random) % 100000);

	partition->recorded++;
	if (partition->max_time_ms < time_ms)
		partition->max_time_ms = time_ms;
	if (!block->row.events++ || time_ms < block->row.min_time_ms)
		block->row.min_time_ms = time_ms;
	if (block->row.max_time_ms < time_ms)
		block->row.max_time_ms = time_ms;
	if (fake_random(&ledger->random) % 8)
		add_id(ledger);
}

/* Returns how many positions it covers. */
static int64_t
add_position(struct fake_ledger *ledger, struct fake_block *block, struct partition *partition)
{
	unsigned kind = (unsigned)(fake_random(&ledger->random) % 100);

	if (kind < 3) {
		partition->filtered++;
	} else if (kind < 5) {
		*add_quarantined(ledger) = (struct catalog_quarantined){
		    .partition = partition->number,
		    .offset = partition->next_offset,
		    .record = ledger->records,
		    .reason = kind == 3 ? TEXT("json-malformed") : TEXT("time-unreadable"),
		    .detail = TEXT("column time"),
		};
		partition->quarantined++;
	} else if (kind == 5) {
		partition->gaps += 4;
		return 4;
	} else {
		add_event(ledger, block, partition);
	}
	return 1;
}

/* The oldest position that is still put aside comes back; false if there is none. */
static bool
add_replay(struct fake_ledger *ledger, struct fake_block *block)
{
	size_t i, j;

	for (i = 0; i < ledger->quarantined_count; i++) {
		struct catalog_quarantined row = ledger->quarantined[i];

		if (row.replayed)
			continue;
		for (j = i + 1; j < ledger->quarantined_count; j++)
			if (ledger->quarantined[j].replayed &&
			    ledger->quarantined[j].partition == row.partition &&
			    ledger->quarantined[j].offset == row.offset)
				break;
		if (j < ledger->quarantined_count)
			continue;
		*add_quarantined(ledger) = (struct catalog_quarantined){.partition = row.partition,
		    .offset = row.offset,
		    .replayed = true,
		    .replay_record = ledger->records};
		ledger->partitions[row.partition - 1].quarantined--;
		ledger->partitions[row.partition - 1].recorded++;
		add_id(ledger);
		block->row.events++;
		return true;
	}
	return false;
}

static void
add_note(struct fake_ledger *ledger)
{
	bool lineage = fake_random(&ledger->random) % 2;

	*ADD(ledger, epoch) = (struct catalog_epoch){
	    .record = ledger->records,
	    .number = lineage ? ++ledger->lineage : 0,
	    .what = lineage ? TEXT("lineage") : TEXT("settings"),
	    .body = fake_random(&ledger->random),
	};
}

static void
add_record(struct fake_ledger *ledger, struct fake_block *block)
{
	block->row.records++;
	ledger->records++;
}

/* One stretch of positions of one partition. */
static void
add_span(struct fake_ledger *ledger, struct fake_block *block, struct partition *partition,
    uint32_t count)
{
	struct catalog_span *span = ADD(ledger, span);

	*span = (struct catalog_span){
	    .partition = partition->number,
	    .first_offset = partition->next_offset,
	    .block = block->row.number,
	    .first_record = block->row.records,
	};
	while (count--) {
		partition->next_offset += add_position(ledger, block, partition);
		add_record(ledger, block);
	}
	partition->next_byte = partition->next_offset * 100;
	sha256_add(&partition->content, &partition->next_offset, sizeof(partition->next_offset));
	span->end_offset = partition->next_offset;
	span->end_record = block->row.records;
}

static void
fill_block(struct fake_ledger *ledger, struct fake_block *block, uint32_t records)
{
	uint32_t part, i;

	if (fake_random(&ledger->random) % 20 == 0) {
		add_note(ledger);
		add_record(ledger, block);
		records--;
	}
	for (i = 0; records && i < 2 && fake_random(&ledger->random) % 4 == 0; i++) {
		if (!add_replay(ledger, block))
			break;
		add_record(ledger, block);
		records--;
	}
	for (i = 0; records && i < FAKE_PARTITIONS; i++) {
		part = i == FAKE_PARTITIONS - 1 ? records : records / 2;
		if (!part)
			continue;
		add_span(ledger, block, &ledger->partitions[i], part);
		records -= part;
	}
}

/* Of two blocks in three: some of its records. */
static void
add_conclusions(struct fake_ledger *ledger, const struct catalog_block *block)
{
	uint32_t skip = (uint32_t)(block->identity % 3);
	struct catalog_conclusions *row, *before;

	if (skip == 2 || block->records <= skip)
		return;
	memory_grow(&ledger->conclusion_blocks, &ledger->conclusion_capacity,
	    ledger->conclusion_count + 1, sizeof(*row));
	row = &ledger->conclusion_blocks[ledger->conclusion_count++];
	before = ledger->conclusion_count > 1 ? row - 1 : NULL;
	*row = (struct catalog_conclusions){
	    .number = block->number,
	    .segment = (uint32_t)((ledger->conclusion_count - 1) / BLOCKS_A_SEGMENT) + 1,
	    .records = (block->records - skip + 1) / 2,
	    .first_conclusion = ledger->conclusions,
	    .first_fact = block->first_record + skip,
	    .last_fact = block->first_record + block->records - 1,
	    .identity = ~block->identity,
	};
	row->offset =
	    before && before->segment == row->segment ? before->offset + before->bytes : 700;
	row->bytes = row->records * 20 + 40;
	ledger->conclusions += row->records;
}

static void
add_block(struct fake_ledger *ledger, uint32_t records)
{
	struct fake_block *block = ADD(ledger, block), *before = block - 1;
	uint64_t number = ledger->block_count;

	*block = (struct fake_block){
	    .row =
		{
		    .number = number,
		    .segment = (uint32_t)((number - 1) / BLOCKS_A_SEGMENT) + 1,
		    .first_record = ledger->records,
		    .identity = fake_random(&ledger->random),
		    .min_time_ms = TIME_NONE,
		    .max_time_ms = TIME_NONE,
		},
	    .spans = ledger->span_count,
	    .ids = ledger->id_count,
	    .quarantined = ledger->quarantined_count,
	    .epochs = ledger->epoch_count,
	    .conclusions = ledger->conclusion_count,
	};
	fill_block(ledger, block, records);
	block->row.offset =
	    number % BLOCKS_A_SEGMENT == 1 ? 500 : before->row.offset + before->row.bytes;
	block->row.bytes = block->row.records * 30 + 60;
	block->row.objects = block->row.records + FAKE_PARTITIONS;
	memcpy(block->partitions, ledger->partitions, sizeof(block->partitions));
	add_conclusions(ledger, &block->row);
}

void
fake_ledger_make(struct fake_ledger *ledger, uint64_t seed, uint64_t records, uint32_t block_max)
{
	uint32_t i;

	*ledger = (struct fake_ledger){.random = seed};
	for (i = 0; i < FAKE_PARTITIONS; i++) {
		ledger->partitions[i] = (struct partition){
		    .number = i + 1,
		    .source = source_name,
		    .name = names[i],
		    .incarnation = 1,
		    .start = i == 2 ? 1000 : 0,
		    .next_offset = i == 2 ? 1000 : 0,
		    .max_time_ms = TIME_NONE,
		    .first_payload = UINT64_MAX - i,
		    .has_first = i != 1,
		    .ended = i == 1,
		};
		sha256_init(&ledger->partitions[i].content);
	}
	while (ledger->records < records)
		add_block(ledger, 1 + (uint32_t)(fake_random(&ledger->random) % block_max));
}

void
fake_ledger_fini(struct fake_ledger *ledger)
{
	memory_free(ledger->blocks);
	memory_free(ledger->spans);
	memory_free(ledger->ids);
	memory_free(ledger->quarantined);
	memory_free(ledger->epochs);
	memory_free(ledger->conclusion_blocks);
	*ledger = (struct fake_ledger){0};
}

void
fake_chunk(uint64_t number, uint8_t root[CATALOG_HASH_BYTES])
{
	sha256_of(&number, sizeof(number), root);
}

/* The rows of an array that belong to the blocks [from, to). */
#define CUT(ledger, from, to, noun, count_of, first, count)                                        \
	do {                                                                                       \
		(first) = (ledger)->blocks[from].noun;                                             \
		(count) = ((to) < (ledger)->block_count ? (ledger)->blocks[to].noun                \
							: (ledger)->count_of) -                    \
		    (first);                                                                       \
	} while (0)

static void
cut_rows(const struct fake_ledger *ledger, size_t from, size_t to, struct catalog_commit *commit)
{
	size_t first;

	CUT(ledger, from, to, spans, span_count, first, commit->span_count);
	commit->spans = ledger->spans + first;
	CUT(ledger, from, to, ids, id_count, first, commit->id_count);
	commit->ids = ledger->ids + first;
	CUT(ledger, from, to, quarantined, quarantined_count, first, commit->quarantined_count);
	commit->quarantined = ledger->quarantined + first;
	CUT(ledger, from, to, epochs, epoch_count, first, commit->epoch_count);
	commit->epochs = ledger->epochs + first;
	CUT(ledger, from, to, conclusions, conclusion_count, first, commit->conclusion_block_count);
	commit->conclusion_blocks = ledger->conclusion_blocks + first;
}

/* Conclusions in front of a block of them. */
static uint64_t
conclusions_before(const struct fake_ledger *ledger, size_t block)
{
	return block < ledger->conclusion_count ? ledger->conclusion_blocks[block].first_conclusion
						: ledger->conclusions;
}

/* Chunks [from, to) from a number on. */
static const uint8_t (*make_roots(uint64_t from, uint64_t to))[CATALOG_HASH_BYTES]
{
	uint8_t(*roots)[CATALOG_HASH_BYTES] = memory_get_array(to - from, CATALOG_HASH_BYTES);
	uint64_t i;

	for (i = from; i < to; i++)
		fake_chunk(i, roots[i - from]);
	return (const uint8_t(*)[CATALOG_HASH_BYTES])roots;
}

static void
cut_conclusions(const struct fake_ledger *ledger, size_t from, struct catalog_commit *commit)
{
	size_t first = ledger->blocks[from].conclusions;
	uint64_t before = conclusions_before(ledger, first) / 1024, after;

	commit->conclusions = conclusions_before(ledger, first + commit->conclusion_block_count);
	after = commit->conclusions / 1024;
	commit->first_conclusion_chunk = before;
	commit->conclusion_chunk_count = after - before;
	commit->conclusion_chunks = make_roots(FAKE_CONCLUSIONS + before, FAKE_CONCLUSIONS + after);
	commit->conclusion_frontier = TEXT("conclusions");
}

bool
fake_commit(struct catalog *catalog, const struct fake_ledger *ledger, size_t from, size_t to,
    struct error *err)
{
	const struct fake_block *last = &ledger->blocks[to - 1];
	const struct partition *partitions[FAKE_PARTITIONS];
	struct catalog_block *blocks = memory_get_array(to - from, sizeof(*blocks));
	struct catalog_commit commit = {
	    .partition_count = FAKE_PARTITIONS, .partitions = partitions};
	char frontier[64];
	bool done;
	size_t i;

	for (i = 0; i < FAKE_PARTITIONS; i++)
		partitions[i] = &last->partitions[i];
	for (i = from; i < to; i++)
		blocks[i - from] = ledger->blocks[i].row;
	commit.block_count = to - from;
	commit.blocks = blocks;
	commit.records = last->row.first_record + last->row.records;
	cut_rows(ledger, from, to, &commit);
	commit.first_chunk = ledger->blocks[from].row.first_record / 1024;
	commit.chunk_count = commit.records / 1024 - commit.first_chunk;
	commit.chunks = make_roots(commit.first_chunk, commit.first_chunk + commit.chunk_count);
	cut_conclusions(ledger, from, &commit);
	snprintf(
	    frontier, sizeof(frontier), "frontier of %llu", (unsigned long long)commit.records);
	commit.frontier = text_of(frontier);
	commit.movement = ledger->movement;
	done = catalog_commit(catalog, &commit, err);
	memory_free(blocks);
	memory_free((void *)(uintptr_t)commit.chunks);
	memory_free((void *)(uintptr_t)commit.conclusion_chunks);
	return done;
}

void
fake_commit_all(struct catalog *catalog, const struct fake_ledger *ledger, size_t from,
    uint64_t seed, size_t blocks_max)
{
	struct error err = {0};
	size_t to;

	for (; from < ledger->block_count; from = to) {
		to = from + 1 + (size_t)(fake_random(&seed) % blocks_max);
		if (to > ledger->block_count)
			to = ledger->block_count;
		if (!fake_commit(catalog, ledger, from, to, &err))
			fail_msg("%s", err.text);
	}
}
