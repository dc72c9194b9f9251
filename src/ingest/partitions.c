/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store's partitions; few, so they are searched from the newest. A number
 * is given with the first record, so that it follows from the ledger alone.
 */
#include "route.h"

struct partition *
partitions_find(struct ingest *ingest, uint32_t number)
{
	size_t i;

	for (i = 0; i < ingest->partition_count; i++)
		if (ingest->partitions[i]->number == number)
			return ingest->partitions[i];
	return NULL;
}

void
partitions_number(struct ingest *ingest, struct partition *partition)
{
	if (!partition->number)
		partition->number = ++ingest->last_number;
}

struct partition *
partitions_latest(void *context, const char *source, const char *name)
{
	struct ingest *ingest = context;
	size_t i;

	for (i = ingest->partition_count; i-- > 0;) {
		struct partition *partition = ingest->partitions[i];

		if (strcmp(partition->name, name) == 0 && strcmp(partition->source, source) == 0)
			return partition;
	}
	return NULL;
}

static struct partition *
add_partition(struct ingest *ingest, const struct partition *like)
{
	struct partition *partition = memory_get(sizeof(*partition));

	*partition = *like;
	partition->source = memory_text(like->source);
	partition->name = memory_text(like->name);
	memory_grow(&ingest->partitions, &ingest->partition_capacity, ingest->partition_count + 1,
	    sizeof(*ingest->partitions));
	ingest->partitions[ingest->partition_count++] = partition;
	return partition;
}

struct partition *
partitions_begin(void *context, const char *source, const char *name, int64_t start)
{
	struct ingest *ingest = context;
	struct partition *before = partitions_latest(ingest, source, name);
	struct partition next = {
	    .source = (char *)source,
	    .name = (char *)name,
	    .incarnation = before ? before->incarnation + 1 : 1,
	    .start = start,
	    .next_offset = start,
	    .max_time_ms = TIME_NONE,
	};

	/* One that was begun and never read is begun again. */
	if (before && !before->number) {
		before->start = before->next_offset = start;
		return before;
	}
	if (before)
		before->ended = true;
	sha256_init(&next.content);
	return add_partition(ingest, &next);
}

static bool
load_one(void *context, const struct partition *partition)
{
	struct partition *before = NULL;

	if (partition->incarnation > 1)
		before = partitions_latest(context, partition->source, partition->name);
	if (before)
		before->ended = true;
	add_partition(context, partition);
	return true;
}

bool
partitions_load(struct ingest *ingest, struct error *err)
{
	size_t i;

	if (!catalog_partitions(ingest->catalog, load_one, ingest, err))
		return false;
	ingest->last_number = (uint32_t)ingest->partition_count;
	for (i = 0; i < ingest->partition_count; i++)
		if (ingest->partitions[i]->number != i + 1)
			return error_set(err, ERROR_DAMAGED,
			    "catalog: partition %zu is missing: run `dyetrace rebuild`", i + 1);
	return true;
}

void
partitions_free(struct ingest *ingest)
{
	size_t i;

	for (i = 0; i < ingest->partition_count; i++) {
		memory_free(ingest->partitions[i]->source);
		memory_free(ingest->partitions[i]->name);
		memory_free(ingest->partitions[i]);
	}
	memory_free(ingest->partitions);
}
