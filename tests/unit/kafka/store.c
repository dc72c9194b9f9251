/* SPDX-License-Identifier: Apache-2.0 */
#include "store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/memory.h"

struct partition *
store_partition(const struct store *store, const char *name)
{
	size_t i;

	for (i = store->partition_count; i-- > 0;)
		if (strcmp(store->partitions[i]->name, name) == 0)
			return store->partitions[i];
	return NULL;
}

static struct partition *
latest(void *context, const char *source, const char *name)
{
	return store_partition(context, name);
}

static struct partition *
begin(void *context, const char *source, const char *name, int64_t start)
{
	struct store *store = context;
	struct partition *before = store_partition(store, name);
	struct partition *partition = memory_get(sizeof(*partition));

	*partition = (struct partition){.source = memory_text(source),
	    .name = memory_text(name),
	    .incarnation = before ? before->incarnation + 1 : 1,
	    .start = start,
	    .next_offset = start};
	if (before)
		before->ended = true;
	assert_in_range(store->partition_count, 0, 63);
	store->partitions[store->partition_count++] = partition;
	return partition;
}

static bool
recorded(void *context, const struct partition *partition, int64_t offset,
    const struct source_payload *now, bool *same)
{
	const struct store *store = context;
	size_t i;

	for (i = 0; i < store->count; i++) {
		const struct taken *taken = &store->taken[i];

		if (taken->partition != partition || taken->offset != offset ||
		    taken->kind != MESSAGE_PAYLOAD)
			continue;
		*same = taken->digest.identity == now->identity &&
		    memcmp(taken->digest.sha256, now->sha256, SHA256_BYTES) == 0;
		return true;
	}
	return false;
}

static void
notice(void *context, const char *source, const char *sentence)
{
	struct store *store = context;
	size_t used = strlen(store->notices);

	snprintf(store->notices + used, sizeof(store->notices) - used, "%s\n", sentence);
}

struct source_host
store_host(struct store *store)
{
	return (struct source_host){.context = store,
	    .latest = latest,
	    .begin = begin,
	    .recorded = recorded,
	    .notice = notice,
	    .remark = notice};
}

void
store_fini(struct store *store)
{
	size_t i;

	for (i = 0; i < store->partition_count; i++) {
		memory_free(store->partitions[i]->source);
		memory_free(store->partitions[i]->name);
		memory_free(store->partitions[i]);
	}
	for (i = 0; i < store->count; i++) {
		memory_free(store->taken[i].payload);
		memory_free(store->taken[i].key);
	}
	memory_free(store->taken);
}

static char *
copy(struct text text)
{
	return text.data ? memory_text_n(text.data, text.size) : NULL;
}

void
store_take(struct store *store, const struct batch *batch)
{
	size_t i;

	for (i = 0; i < batch->count; i++) {
		const struct message *message = &batch->messages[i];
		struct partition *partition = message->partition;
		struct taken *taken;

		if (message->offset != partition->next_offset)
			fail_msg("%s: offset %lld, where %lld comes next", partition->name,
			    (long long)message->offset, (long long)partition->next_offset);
		memory_grow(
		    &store->taken, &store->capacity, store->count + 1, sizeof(*store->taken));
		taken = &store->taken[store->count++];
		*taken = (struct taken){.partition = partition,
		    .kind = message->kind,
		    .offset = message->offset,
		    .count = message->count,
		    .time_ms = message->source_time_ms,
		    .payload = copy(message->payload),
		    .key = copy(message->key),
		    .reason = message->reason,
		    .headers = message->header_count};
		taken->digest.identity = digest_identity(message->payload);
		sha256_of(message->payload.data, message->payload.size, taken->digest.sha256);
		partition->number = 1;
		partition->next_offset += message->count;
		if (message->kind == MESSAGE_GAP)
			partition->gaps += message->count;
	}
}

const char *
store_show(
    const struct store *store, const struct partition *partition, char *out, size_t out_bytes)
{
	size_t i, used = 0;

	*out = '\0';
	for (i = 0; i < store->count; i++) {
		const struct taken *taken = &store->taken[i];

		if (taken->partition != partition || used + 1 >= out_bytes)
			continue;
		if (taken->kind == MESSAGE_PAYLOAD)
			snprintf(out + used, out_bytes - used, "%s%.*s", used ? " " : "",
			    (int)strcspn(taken->payload + 6, "\""), taken->payload + 6);
		else
			snprintf(out + used, out_bytes - used, "%s[%s %lld]", used ? " " : "",
			    taken->reason, (long long)taken->count);
		used = strlen(out);
	}
	return out;
}
