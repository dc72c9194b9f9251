/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What nobody who reads Kafka through librdkafka can be faster than: every record
 * of a topic is taken in batches, its bytes are counted, nothing else is done.
 *
 *   bench_kafka_raw BROKERS TOPIC RECORDS [KEY=VALUE ...]     librdkafka's settings
 *
 * Prints {"records","bytes","wall_s","cpu_s","first_s"}: from the first record to the
 * last; first_s from the start of the process.
 */
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BATCH 10000
#define WAIT_MS 100
#define ASK_MS 10000
/* Nothing for so long: the topic has fewer records than were named. */
#define GIVE_UP_S 60

static void
give_up(const char *what, const char *why)
{
	fprintf(stderr, "bench_kafka_raw: %s: %s\n", what, why);
	exit(1);
}

static double
now(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void
set(rd_kafka_conf_t *conf, const char *key, const char *value)
{
	char why[512];

	if (rd_kafka_conf_set(conf, key, value, why, sizeof(why)))
		give_up(key, why);
}

static rd_kafka_t *
open_consumer(const char *brokers, char **settings)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_t *client;
	char why[512], *equals;

	set(conf, "bootstrap.servers", brokers);
	set(conf, "group.id", "bench-raw");
	set(conf, "enable.auto.commit", "false");
	set(conf, "auto.offset.reset", "error");
	for (; *settings; settings++) {
		equals = strchr(*settings, '=');
		if (!equals)
			give_up("a setting is KEY=VALUE", *settings);
		*equals = '\0';
		set(conf, *settings, equals + 1);
	}
	client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof(why));
	if (!client)
		give_up("no consumer", why);
	rd_kafka_poll_set_consumer(client);
	return client;
}

static void
assign_all(rd_kafka_t *client, const char *topic)
{
	rd_kafka_topic_t *handle = rd_kafka_topic_new(client, topic, NULL);
	const struct rd_kafka_metadata *metadata;
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(8);
	rd_kafka_resp_err_t bad = rd_kafka_metadata(client, 0, handle, &metadata, ASK_MS);
	int i;

	if (bad)
		give_up(topic, rd_kafka_err2str(bad));
	for (i = 0; i < metadata->topics[0].partition_cnt; i++)
		rd_kafka_topic_partition_list_add(list, topic, i)->offset =
		    RD_KAFKA_OFFSET_BEGINNING;
	bad = rd_kafka_assign(client, list);
	if (bad)
		give_up(topic, rd_kafka_err2str(bad));
	rd_kafka_metadata_destroy(metadata);
	rd_kafka_topic_partition_list_destroy(list);
	rd_kafka_topic_destroy(handle);
}

struct total {
	uint64_t records, bytes;
	double begun, begun_cpu, last;
};

static void
count(struct total *total, rd_kafka_message_t **messages, ssize_t got)
{
	ssize_t i;

	if (got && !total->records) {
		total->begun = now(CLOCK_MONOTONIC);
		total->begun_cpu = now(CLOCK_PROCESS_CPUTIME_ID);
	}
	for (i = 0; i < got; i++) {
		if (!messages[i]->err) {
			total->records++;
			total->bytes += messages[i]->len;
		}
		rd_kafka_message_destroy(messages[i]);
	}
	if (got)
		total->last = now(CLOCK_MONOTONIC);
}

int
main(int argc, char **argv)
{
	static rd_kafka_message_t *messages[BATCH];
	double started = now(CLOCK_MONOTONIC);
	struct total total = {.last = started};
	rd_kafka_queue_t *queue;
	rd_kafka_t *client;
	uint64_t wanted;

	if (argc < 4) {
		fputs("usage: bench_kafka_raw BROKERS TOPIC RECORDS [KEY=VALUE ...]\n", stderr);
		return 2;
	}
	wanted = strtoull(argv[3], NULL, 10);
	client = open_consumer(argv[1], argv + 4);
	assign_all(client, argv[2]);
	queue = rd_kafka_queue_get_consumer(client);
	while (total.records < wanted && now(CLOCK_MONOTONIC) - total.last < GIVE_UP_S)
		count(&total, messages,
		    rd_kafka_consume_batch_queue(queue, WAIT_MS, messages, BATCH));
	printf(
	    "{\"records\":%llu,\"bytes\":%llu,\"wall_s\":%.3f,\"cpu_s\":%.3f,\"first_s\":%.3f}\n",
	    (unsigned long long)total.records, (unsigned long long)total.bytes,
	    total.last - total.begun, now(CLOCK_PROCESS_CPUTIME_ID) - total.begun_cpu,
	    total.begun - started);
	fflush(stdout);
	/* Closing waits for requests under way; nothing is left to do. */
	_Exit(total.records == wanted ? 0 : 1);
}
