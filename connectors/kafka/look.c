/* SPDX-License-Identifier: Apache-2.0 */
/* Metadata and offsets, each of all partitions in one request a broker. */
#include "look.h"

#include <stdlib.h>

#include "base/memory.h"

void
look_name_topics(
    rd_kafka_t *client, const struct kafka_settings *settings, rd_kafka_topic_t **topics)
{
	size_t i;

	for (i = 0; i < settings->topic_count; i++)
		topics[i] = rd_kafka_topic_new(client, settings->topics[i], NULL);
}

static struct look_topic *
add_topic(struct look *look, const char *name, rd_kafka_resp_err_t error, size_t partitions)
{
	struct look_topic *topic = &look->topics[look->topic_count++];
	size_t i;

	*topic = (struct look_topic){.name = memory_text(name),
	    .error = error,
	    .retention_ms = -1,
	    .partition_count = partitions,
	    .partitions = memory_get_array(partitions + 1, sizeof(*topic->partitions))};
	for (i = 0; i < partitions; i++)
		topic->partitions[i] = (struct look_partition){
		    .leader = -1, .low = LOOK_UNKNOWN, .end = LOOK_UNKNOWN, .timed = LOOK_UNKNOWN};
	return topic;
}

/* Brokers number partitions from 0 without holes; what does not is left out. */
#define PARTITIONS_MAX 100000

static void
read_topic(struct look *look, const struct rd_kafka_metadata_topic *from)
{
	size_t count = from->err || from->partition_cnt < 0 || from->partition_cnt > PARTITIONS_MAX
	    ? 0
	    : (size_t)from->partition_cnt;
	struct look_topic *topic = add_topic(look, from->topic, from->err, count);
	int i;

	for (i = 0; i < (int)count; i++) {
		int32_t id = from->partitions[i].id;

		if (id < 0 || (size_t)id >= count)
			continue;
		topic->partitions[id].leader = from->partitions[i].leader;
		topic->partitions[id].error = from->partitions[i].err;
	}
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct look_topic *)a)->name, ((const struct look_topic *)b)->name);
}

const struct look_topic *
look_find(const struct look *look, const char *topic)
{
	const struct look_topic key = {.name = (char *)topic};

	return look->topic_count
	    ? bsearch(&key, look->topics, look->topic_count, sizeof(*look->topics), by_name)
	    : NULL;
}

/* Named topics that the answer lacks. */
static void
add_missing(struct look *look, const struct kafka_settings *settings)
{
	size_t i, k, answered = look->topic_count;

	for (i = 0; i < settings->topic_count; i++) {
		for (k = 0; k < answered; k++)
			if (strcmp(look->topics[k].name, settings->topics[i]) == 0)
				break;
		if (k == answered)
			add_topic(
			    look, settings->topics[i], RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, 0);
	}
}

struct look *
look_topics(rd_kafka_t *client, const struct kafka_settings *settings, int timeout_ms)
{
	const struct rd_kafka_metadata *metadata = NULL;
	struct look *look = memory_get(sizeof(*look));
	int i;

	look->error = rd_kafka_metadata(client, settings->has_pattern, NULL, &metadata, timeout_ms);
	if (look->error)
		return look;
	look->topics = memory_get_array(
	    (size_t)metadata->topic_cnt + settings->topic_count + 1, sizeof(*look->topics));
	for (i = 0; i < metadata->topic_cnt; i++)
		if (kafka_wants_topic(settings, metadata->topics[i].topic))
			read_topic(look, &metadata->topics[i]);
	rd_kafka_metadata_destroy(metadata);
	add_missing(look, settings);
	qsort(look->topics, look->topic_count, sizeof(*look->topics), by_name);
	return look;
}

void
look_close(struct look *look)
{
	size_t i;

	if (!look)
		return;
	for (i = 0; i < look->topic_count; i++) {
		memory_free(look->topics[i].name);
		memory_free(look->topics[i].partitions);
	}
	memory_free(look->topics);
	memory_free(look);
}

/* --- offsets -------------------------------------------------------------------------- */

enum asked {
	ASKED_LOW,
	ASKED_END,
	ASKED_TIME,
};

/* In the protocol -2 and -1 are times, too. */
static int64_t
question(const struct kafka_settings *settings, const char *topic, enum asked asked)
{
	if (asked == ASKED_LOW)
		return RD_KAFKA_OFFSET_BEGINNING;
	if (asked == ASKED_END)
		return RD_KAFKA_OFFSET_END;
	return kafka_begin_of(settings, topic).time_ms;
}

static rd_kafka_topic_partition_list_t *
ask_list(const struct look *look, const struct kafka_settings *settings, enum asked asked)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(64);
	size_t i, k;

	for (i = 0; i < look->topic_count; i++) {
		const struct look_topic *topic = &look->topics[i];

		if (asked == ASKED_TIME && kafka_begin_of(settings, topic->name).at != KAFKA_TIME)
			continue;
		for (k = 0; k < topic->partition_count; k++)
			if (topic->partitions[k].leader >= 0)
				rd_kafka_topic_partition_list_add(list, topic->name, (int32_t)k)
				    ->offset = question(settings, topic->name, asked);
	}
	return list;
}

static void
take_answer(struct look_partition *partition, enum asked asked, int64_t offset)
{
	if (asked == ASKED_LOW)
		partition->low = offset;
	else if (asked == ASKED_END)
		partition->end = offset;
	else
		/* No record is as young as that: behind the last. */
		partition->timed = offset >= 0 ? offset : partition->end;
}

static void
take_answers(struct look *look, const rd_kafka_topic_partition_list_t *list, enum asked asked)
{
	int i;

	for (i = 0; i < list->cnt; i++) {
		const rd_kafka_topic_partition_t *answer = &list->elems[i];
		struct look_topic *topic = (struct look_topic *)look_find(look, answer->topic);

		if (!topic || (size_t)answer->partition >= topic->partition_count)
			continue;
		if (answer->err)
			topic->partitions[answer->partition].error = answer->err;
		else
			take_answer(&topic->partitions[answer->partition], asked, answer->offset);
	}
}

static bool
ask(struct look *look, rd_kafka_t *client, const struct kafka_settings *settings, enum asked asked,
    int timeout_ms)
{
	rd_kafka_topic_partition_list_t *list = ask_list(look, settings, asked);
	bool good = true;

	if (list->cnt) {
		good = rd_kafka_offsets_for_times(client, list, timeout_ms) ==
		    RD_KAFKA_RESP_ERR_NO_ERROR;
		if (good)
			take_answers(look, list, asked);
	}
	rd_kafka_topic_partition_list_destroy(list);
	return good;
}

void
look_offsets(
    struct look *look, rd_kafka_t *client, const struct kafka_settings *settings, int timeout_ms)
{
	if (!look->error && ask(look, client, settings, ASKED_LOW, timeout_ms) &&
	    ask(look, client, settings, ASKED_END, timeout_ms))
		ask(look, client, settings, ASKED_TIME, timeout_ms);
}
