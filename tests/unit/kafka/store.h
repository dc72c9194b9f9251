/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A store as a source sees it: partitions with their positions, and every
 * message that was taken, so that it can say what is recorded where.
 */
#ifndef TESTS_KAFKA_STORE_H
#define TESTS_KAFKA_STORE_H

#include "model/source.h"

struct taken {
	struct partition *partition;
	enum message_kind kind;
	int64_t offset, count, time_ms;
	char *payload, *key; /* NULL: absent */
	const char *reason;
	size_t headers;
	struct source_payload digest;
};

struct store {
	struct partition *partitions[64];
	size_t partition_count;
	struct taken *taken;
	size_t count, capacity;
	char notices[16384];
};

struct source_host store_host(struct store *store);
void store_fini(struct store *store);
/* Records a batch as the route does: positions advance; offsets must ascend without holes. */
void store_take(struct store *store, const struct batch *batch);
struct partition *store_partition(const struct store *store, const char *name);
/* "v-0 v-1 [gap-skipped 5] …": what was taken of a partition, in order. Returns out. */
const char *store_show(
    const struct store *store, const struct partition *partition, char *out, size_t out_bytes);

#endif
