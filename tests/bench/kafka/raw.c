/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What nobody who reads Kafka through librdkafka can be faster than: every record
 * of a topic is taken in batches, its bytes are counted, nothing else is done.
 *
 *   bench_kafka_raw BROKERS TOPIC RECORDS [--kick] [--slow FROM:TO:MS] [KEY=VALUE ...]
 *
 * KEY=VALUE: librdkafka's settings. --kick: wakes it as the source does. --slow: sleeps
 * for MS behind each batch between these records, so that the queue fills.
 *
 * Prints {"records","bytes","wall_s","cpu_s","first_s","before","during","after","stalls",
 * "longest_s"}: from the first record to the last; first_s from the start of the process;
 * records a second before, while and after it was slowed; waits of half a second and more
 * for a record, and the longest.
 */
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/timestamp.h"
#include "kick.h"

#define BATCH 10000
#define WAIT_MS 100
#define ASK_MS 10000
/* Nothing for so long: the topic has fewer records than were named. */
#define GIVE_UP_S 60
#define STALL_S 0.5
#define KICK "--kick"
#define SLOW "--slow"

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

struct slow {
	uint64_t from, to;
	unsigned ms;
};

struct options {
	struct slow slow;
	bool kicks;
};

/* Takes what is not a setting of the library out of the list. */
static void
read_options(char **words, struct options *options)
{
	char **kept = words, *at;

	for (; *words; words++) {
		if (strcmp(*words, KICK) == 0) {
			options->kicks = true;
		} else if (strcmp(*words, SLOW) == 0 && words[1]) {
			options->slow.from = strtoull(*++words, &at, 10);
			options->slow.to = *at ? strtoull(at + 1, &at, 10) : 0;
			options->slow.ms = *at ? (unsigned)strtoul(at + 1, NULL, 10) : 0;
		} else {
			*kept++ = *words;
		}
	}
	*kept = NULL;
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

/* The source's own, told of the same leaders. */
static struct kick *
open_kick(rd_kafka_t *client, const struct rd_kafka_metadata_topic *metadata)
{
	struct feed_topic topic = {.name = metadata->topic};
	struct feed_topic *topics[] = {&topic};
	struct feeds feeds = {.topics = topics, .topic_count = 1};
	struct feed feed = {.topic = &topic, .leader = metadata->partitions[0].leader};
	struct feed *list[] = {&feed};
	struct kick *kick = NULL;
	struct error err = {0};

	topic.feeds = list;
	topic.feed_count = 1;
	if (!kick_open(client, &kick, &err))
		give_up("no kick", err.text);
	kick_leaders(kick, &feeds);
	return kick;
}

/* gives: what wakes the client, if that is wanted */
static struct kick *
assign_all(rd_kafka_t *client, const char *topic, bool kicks)
{
	rd_kafka_topic_t *handle = rd_kafka_topic_new(client, topic, NULL);
	const struct rd_kafka_metadata *metadata;
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(8);
	rd_kafka_resp_err_t bad = rd_kafka_metadata(client, 0, handle, &metadata, ASK_MS);
	struct kick *kick = NULL;
	int i;

	if (bad)
		give_up(topic, rd_kafka_err2str(bad));
	for (i = 0; i < metadata->topics[0].partition_cnt; i++)
		rd_kafka_topic_partition_list_add(list, topic, i)->offset =
		    RD_KAFKA_OFFSET_BEGINNING;
	bad = rd_kafka_assign(client, list);
	if (bad)
		give_up(topic, rd_kafka_err2str(bad));
	if (kicks)
		kick = open_kick(client, &metadata->topics[0]);
	rd_kafka_metadata_destroy(metadata);
	rd_kafka_topic_partition_list_destroy(list);
	rd_kafka_topic_destroy(handle);
	return kick;
}

struct total {
	uint64_t records, bytes;
	double begun, begun_cpu, last;
	double slow_from, slow_to; /* 0: not yet */
	uint64_t records_from, records_to, stalls;
	double longest;
};

/* How long nothing came, and where it is slowed. */
static void
note(struct total *total, const struct slow *slow, double at)
{
	double waited = at - total->last;

	if (waited > total->longest)
		total->longest = waited;
	total->stalls += waited >= STALL_S;
	total->last = at;
	if (!total->slow_from && total->records >= slow->from) {
		total->slow_from = at;
		total->records_from = total->records;
	}
	if (!total->slow_to && total->records >= slow->to) {
		total->slow_to = at;
		total->records_to = total->records;
	}
}

static void
count(struct total *total, const struct slow *slow, rd_kafka_message_t **messages, ssize_t got)
{
	ssize_t i;

	if (got && !total->records) {
		total->begun = total->last = now(CLOCK_MONOTONIC);
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
		note(total, slow, now(CLOCK_MONOTONIC));
	if (total->records >= slow->from && total->records < slow->to) {
		usleep(slow->ms * 1000);
		total->last = now(CLOCK_MONOTONIC);
	}
}

static double
rate(uint64_t records, double seconds)
{
	return seconds > 0 ? (double)records / seconds : 0;
}

static void
print(const struct total *total, double started)
{
	printf("{\"records\":%llu,\"bytes\":%llu,\"wall_s\":%.3f,\"cpu_s\":%.3f,"
	       "\"first_s\":%.3f,\"before\":%.0f,\"during\":%.0f,\"after\":%.0f,"
	       "\"stalls\":%llu,\"longest_s\":%.3f}\n",
	    (unsigned long long)total->records, (unsigned long long)total->bytes,
	    total->last - total->begun, now(CLOCK_PROCESS_CPUTIME_ID) - total->begun_cpu,
	    total->begun - started, rate(total->records_from, total->slow_from - total->begun),
	    rate(total->records_to - total->records_from, total->slow_to - total->slow_from),
	    rate(total->records - total->records_to, total->last - total->slow_to),
	    (unsigned long long)total->stalls, total->longest);
	fflush(stdout);
}

/* Until as many were read, or nothing comes for long. */
static void
read_all(rd_kafka_t *client, uint64_t wanted, const struct slow *slow, struct kick *kick,
    struct total *total)
{
	static rd_kafka_message_t *messages[BATCH];
	rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(client);
	ssize_t got;

	while (total->records < wanted && now(CLOCK_MONOTONIC) - total->last < GIVE_UP_S) {
		got = rd_kafka_consume_batch_queue(queue, WAIT_MS, messages, BATCH);
		count(total, slow, messages, got > 0 ? got : 0);
		if (kick)
			kick_look(kick, rd_kafka_queue_length(queue), got > 0, monotonic_ms());
	}
}

int
main(int argc, char **argv)
{
	double started = now(CLOCK_MONOTONIC);
	struct total total = {.last = started};
	struct options options = {0};
	rd_kafka_t *client;
	uint64_t wanted;

	if (argc < 4) {
		fputs("usage: bench_kafka_raw BROKERS TOPIC RECORDS [--kick] [--slow FROM:TO:MS] "
		      "[KEY=VALUE ...]\n",
		    stderr);
		return 2;
	}
	wanted = strtoull(argv[3], NULL, 10);
	read_options(argv + 4, &options);
	client = open_consumer(argv[1], argv + 4);
	read_all(client, wanted, &options.slow, assign_all(client, argv[2], options.kicks), &total);
	print(&total, started);
	/* Closing waits for requests under way; nothing is left to do. */
	_Exit(total.records == wanted ? 0 : 1);
}
