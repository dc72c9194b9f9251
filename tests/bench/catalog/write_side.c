/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commits of 64 blocks of 1,024 events, in turn into the catalog and into each
 * peer: block rows, spans, ids, chunks of the tree, partitions against a row an
 * event. Everything that a commit is given is made before the clock starts; the
 * identity of an id is computed while it runs.
 */
#include "catalog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "catalog/catalog.h"
#include "ledger/tree.h"
#include "peer.h"

#define BLOCKS 64
#define BLOCK_EVENTS 1024
#define EVENTS (BLOCKS * BLOCK_EVENTS) /* of a commit */
#define ID_BYTES 20
#define PARTITIONS 4
#define ACTORS 10000
#define PROBES 1000

enum side {
	OURS,
	THREE,
	TWO,
	SIDES
};

static char source_name[] = "bench", partition_names[PARTITIONS][2] = {"a", "b", "c", "d"};
static const char *const peer_names[] = {
    [THREE] = "SQLite, 3 indexes", [TWO] = "SQLite, 2 indexes"};

struct writing {
	bool ascending; /* ids in order, as a counter gives them; else spread, as UUIDs are */
	struct catalog *catalog;
	struct peer *peers[SIDES];
	uint64_t record; /* of the next event */
	uint64_t blocks;
	int64_t segment_bytes;
	struct tree tree;
	struct buffer frontier;
	struct partition partitions[PARTITIONS];
	/* the commit under way */
	char ids[EVENTS][ID_BYTES + 1];
	uint8_t actors[EVENTS][PSEUDONYM_BYTES];
	struct catalog_block rows[BLOCKS];
	struct catalog_span spans[BLOCKS];
	uint8_t chunks[BLOCKS][CATALOG_HASH_BYTES];
	struct catalog_id identities[EVENTS];
};

/* Source: S. Vigna's splitmix64, public domain. */
static uint64_t
spread(uint64_t number)
{
	number += UINT64_C(0x9e3779b97f4a7c15);
	number = (number ^ number >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	number = (number ^ number >> 27) * UINT64_C(0x94d049bb133111eb);
	return number ^ number >> 31;
}

static struct text
id_of(const struct writing *writing, uint64_t record, char id[ID_BYTES + 1])
{
	if (writing->ascending)
		snprintf(id, ID_BYTES + 1, "event-%014llu", (unsigned long long)record);
	else
		snprintf(id, ID_BYTES + 1, "%016llx-%03llu", (unsigned long long)spread(record),
		    (unsigned long long)record % 1000);
	return (struct text){id, ID_BYTES};
}

/* A block is of one partition, as blocks of files are. */
static void
make_block(struct writing *writing, size_t i)
{
	uint64_t first = writing->record + i * BLOCK_EVENTS, number = first / BLOCK_EVENTS;
	struct partition *partition = &writing->partitions[number % PARTITIONS];

	writing->rows[i] = (struct catalog_block){.number = number + 1,
	    .segment = 1,
	    .offset = writing->segment_bytes,
	    .bytes = 30000 + (int64_t)(spread(number) % 10000),
	    .objects = BLOCK_EVENTS + 1,
	    .records = BLOCK_EVENTS,
	    .events = BLOCK_EVENTS,
	    .first_record = first,
	    .identity = spread(number),
	    .min_time_ms = (int64_t)first,
	    .max_time_ms = (int64_t)first + 60000};
	writing->segment_bytes += writing->rows[i].bytes;
	writing->spans[i] = (struct catalog_span){partition->number, partition->next_offset,
	    partition->next_offset + BLOCK_EVENTS, number + 1, 0, BLOCK_EVENTS};
	partition->next_offset += BLOCK_EVENTS;
	partition->recorded += BLOCK_EVENTS;
	memset(writing->chunks[i], (int)number, CATALOG_HASH_BYTES);
}

static void
make_commit(struct writing *writing)
{
	uint64_t i, actor;

	for (i = 0; i < BLOCKS; i++)
		make_block(writing, i);
	for (i = 0; i < EVENTS; i++) {
		id_of(writing, writing->record + i, writing->ids[i]);
		actor = spread(spread(writing->record + i) % ACTORS);
		memcpy(writing->actors[i], &actor, sizeof(actor));
		memcpy(writing->actors[i] + 8, &actor, sizeof(actor));
	}
	writing->tree.size = writing->record + EVENTS;
	writing->frontier.size = 0;
	tree_save(&writing->tree, &writing->frontier);
}

static void
commit_ours(struct writing *writing)
{
	const struct partition *partitions[PARTITIONS];
	struct catalog_commit commit = {.partition_count = PARTITIONS,
	    .partitions = partitions,
	    .block_count = BLOCKS,
	    .blocks = writing->rows,
	    .span_count = BLOCKS,
	    .spans = writing->spans,
	    .id_count = EVENTS,
	    .ids = writing->identities,
	    .chunk_count = BLOCKS,
	    .first_chunk = writing->record / BLOCK_EVENTS,
	    .chunks = (const uint8_t(*)[CATALOG_HASH_BYTES])writing->chunks,
	    .frontier = buffer_text(&writing->frontier),
	    .records = writing->record + EVENTS};
	struct error err = {0};
	size_t i;

	for (i = 0; i < PARTITIONS; i++)
		partitions[i] = &writing->partitions[i];
	for (i = 0; i < EVENTS; i++)
		writing->identities[i] = (struct catalog_id){
		    digest_identity((struct text){writing->ids[i], ID_BYTES}), writing->record + i};
	well(catalog_commit(writing->catalog, &commit, &err), &err);
}

static void
commit_peer(struct writing *writing, struct peer *peer)
{
	uint64_t i;

	peer_begin(peer);
	for (i = 0; i < EVENTS; i++) {
		const struct catalog_span *span = &writing->spans[i / BLOCK_EVENTS];

		peer_add(peer,
		    &(struct peer_row){.record = writing->record + i,
			.id = {writing->ids[i], ID_BYTES},
			.partition = span->partition,
			.offset = span->first_offset + (int64_t)(i % BLOCK_EVENTS),
			.actor = {(const char *)writing->actors[i], PSEUDONYM_BYTES}});
	}
	peer_commit(peer);
}

struct probe {
	uint64_t record;
	bool found;
};

static bool
is_it(void *context, uint64_t record)
{
	struct probe *probe = context;

	probe->found = probe->found || record == probe->record;
	return true;
}

/* Ours and the peers say the same of random events. */
static void
compare(struct writing *writing, enum side side)
{
	char id[ID_BYTES + 1];
	struct catalog_block block;
	struct catalog_span span;
	struct peer_row row;
	struct error err = {0};
	uint64_t i;
	bool found;

	for (i = 0; i < PROBES; i++) {
		struct probe probe = {.record = spread(i) % writing->record};
		struct text text = id_of(writing, probe.record, id);

		well(catalog_records_of_id(
			 writing->catalog, digest_identity(text), is_it, &probe, &err),
		    &err);
		found = peer_by_id(writing->peers[side], text, &row) && row.record == probe.record;
		if (found)
			well(catalog_block_of_position(writing->catalog, row.partition, row.offset,
				 &block, &span, &found, &err),
			    &err);
		if (!found || !probe.found ||
		    block.first_record + (uint64_t)(row.offset - span.first_offset) !=
			probe.record) {
			fprintf(stderr, "bench_catalog: record %llu: the answers differ\n",
			    (unsigned long long)probe.record);
			exit(1);
		}
	}
}

/* costs: ns of all the commits of a stretch together */
static void
say(const struct writing *writing, const double costs[SIDES], int commits)
{
	double events = (double)commits * EVENTS;
	enum side side;

	for (side = THREE; side < SIDES; side++)
		printf("{\"bench\":\"catalog-write-%s-ids\",\"n\":%llu,\"ours_ns\":%.1f,"
		       "\"peer\":\"%s\",\"peer_ns\":%.1f,\"ratio\":%.1f}\n",
		    writing->ascending ? "ascending" : "spread",
		    (unsigned long long)writing->record, costs[OURS] / events, peer_names[side],
		    costs[side] / events, costs[side] / costs[OURS]);
	fflush(stdout);
}

/*
 * Stretches end at a doubling. The mean of a stretch counts, not the median: every
 * fourth of our commits completes a group of ids and pays for the others.
 */
static void
grow(struct writing *writing, uint64_t records)
{
	double costs[SIDES] = {0}, start;
	uint64_t next = 500000;
	int commits = 0;
	enum side side;

	while (writing->record < records) {
		make_commit(writing);
		for (side = OURS; side < SIDES; side++) {
			start = bench_cpu_ns();
			if (side == OURS)
				commit_ours(writing);
			else
				commit_peer(writing, writing->peers[side]);
			costs[side] += bench_cpu_ns() - start;
		}
		writing->record += EVENTS;
		commits++;
		if (writing->record < next && writing->record < records)
			continue;
		say(writing, costs, commits);
		memset(costs, 0, sizeof(costs));
		commits = 0;
		next *= 2;
	}
}

static void
begin(struct writing *writing, const char *folder, bool ascending)
{
	char path[300];
	struct error err = {0};
	uint32_t i;
	enum side side;

	writing->ascending = ascending;
	writing->segment_bytes = 1000;
	snprintf(path, sizeof(path), "%s/catalog-%d.db", folder, ascending);
	well(catalog_open(path, CATALOG_WRITE, &writing->catalog, &err), &err);
	for (side = THREE; side < SIDES; side++) {
		snprintf(path, sizeof(path), "%s/peer-%d-%d.db", folder, ascending, (int)side);
		writing->peers[side] = peer_open(path, true, side == TWO ? PEER_TWO : PEER_THREE);
	}
	for (i = 0; i < PARTITIONS; i++) {
		writing->partitions[i] = (struct partition){.number = i + 1,
		    .source = source_name,
		    .name = partition_names[i],
		    .incarnation = 1};
		sha256_init(&writing->partitions[i].content);
	}
}

static void
write_ids(const char *folder, uint64_t records, bool ascending)
{
	struct writing *writing = calloc(1, sizeof(*writing));
	enum side side;

	begin(writing, folder, ascending);
	grow(writing, records);
	for (side = THREE; side < SIDES; side++) {
		compare(writing, side);
		peer_close(writing->peers[side]);
	}
	catalog_close(writing->catalog);
	buffer_fini(&writing->frontier);
	free(writing);
}

void
write_side(const char *folder, uint64_t records)
{
	write_ids(folder, records, false);
	write_ids(folder, records, true);
}
