/* SPDX-License-Identifier: Apache-2.0 */
/* The store that is asked, and the same events in the peer. */
#include "catalog.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "bench_route.h"
#include "catalog/catalog.h"
#include "ledger/segment.h"
#include "peer.h"
#include "simulate/simulate.h"

void
well(bool good, const struct error *err)
{
	if (good)
		return;
	fprintf(stderr, "bench_catalog: %s\n", err->text);
	exit(1);
}

char *
make_store(const char *folder, int people, int days)
{
	struct simulate_options options = {
	    .folder = folder, .people = people, .days = days, .seed = 7};
	struct simulate_result result;
	struct error err = {0};
	char *path = malloc(200);

	well(simulate(&options, &result, &err), &err);
	snprintf(path, 200, "%s/dyetrace.yaml", folder);
	bench_route(path);
	return path;
}

struct filling {
	struct peer *peer;
	struct symbols *names;
	struct catalog *catalog;
	uint64_t record, blocks;
	const struct partition *partitions[1024];
	size_t partition_count;
};

static bool
keep_partition(void *context, const struct partition *partition)
{
	struct filling *filling = context;
	struct partition *copy = memory_get(sizeof(*copy));

	*copy = *partition;
	copy->name = memory_text(partition->name);
	if (filling->partition_count < ARRAY_COUNT(filling->partitions))
		filling->partitions[filling->partition_count++] = copy;
	return true;
}

static uint32_t
number_of(const struct filling *filling, struct text name)
{
	size_t i;

	for (i = 0; i < filling->partition_count; i++)
		if (text_is(name, filling->partitions[i]->name))
			return filling->partitions[i]->number;
	return 0;
}

static bool
fill_block(void *context, const struct block_place *place, struct text body, struct error *err)
{
	struct filling *filling = context;
	struct block_content content;
	struct buffer leaf = {0};
	struct arena arena;
	uint32_t i;

	arena_init(&arena);
	well(block_read(body, place->objects, filling->names, NULL, &arena, &content, err), err);
	if (filling->blocks++ % 64 == 63) {
		peer_commit(filling->peer);
		peer_begin(filling->peer);
	}
	for (i = 0; i < content.record_count; i++, filling->record++) {
		const struct record *record = &content.records[i];

		leaf.size = 0;
		leaf_encode(record, filling->names, NULL, &leaf);
		if (record->kind == RECORD_EVENT)
			peer_add(filling->peer,
			    &(struct peer_row){.record = filling->record,
				.id = record->event.id,
				.partition = number_of(filling, record->partition),
				.offset = record->offset,
				.actor = {(const char *)record->origin.actor.bytes,
				    PSEUDONYM_BYTES},
				.content = buffer_text(&leaf)});
	}
	buffer_fini(&leaf);
	arena_fini(&arena);
	return true;
}

void
make_peer(const struct settings *settings, const char *path)
{
	struct filling filling = {.peer = peer_open(path, true, PEER_NONE)};
	struct ledger_reader *reader;
	struct block_place end;
	struct error err = {0};
	char name[4096];
	int64_t torn;
	size_t i;

	filling.names = symbols_open();
	snprintf(name, sizeof(name), "%s/catalog.db", settings->store);
	well(catalog_open(name, CATALOG_READ, &filling.catalog, &err), &err);
	well(catalog_partitions(filling.catalog, keep_partition, &filling, &err), &err);
	catalog_close(filling.catalog);
	snprintf(name, sizeof(name), "%s/facts", settings->store);
	well(ledger_reader_open(name, &reader, &err), &err);
	peer_begin(filling.peer);
	well(ledger_reader_walk(reader, fill_block, &filling, &end, &torn, &err), &err);
	peer_commit(filling.peer);
	peer_index(filling.peer);
	peer_close(filling.peer);
	ledger_reader_close(reader);
	symbols_close(filling.names);
	for (i = 0; i < filling.partition_count; i++) {
		memory_free(filling.partitions[i]->name);
		memory_free((void *)filling.partitions[i]);
	}
}
