/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fills a topic with the records of the Avro bench, framed as a schema registry's
 * clients do (0, the schema's number as 4 bytes, Avro), keyed by who acted, and
 * prints {"records","bytes"}. The topic must be there.
 *
 *   bench_kafka_fill BROKERS TOPIC RECORDS SCHEMA-NUMBER
 *   bench_kafka_fill --schema            the schema they are written with
 */
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "records.h"

#define FRAME_BYTES 5
#define FLUSH_MS 60000

static uint64_t delivered, lost;

static void
give_up(const char *what, const char *why)
{
	fprintf(stderr, "bench_kafka_fill: %s: %s\n", what, why);
	exit(1);
}

static void
on_delivery(rd_kafka_t *client, const rd_kafka_message_t *message, void *context)
{
	if (message->err)
		lost++;
	else
		delivered++;
}

static rd_kafka_t *
open_producer(const char *brokers)
{
	static const char *const settings[][2] = {{"linger.ms", "20"}, {"batch.size", "1000000"},
	    {"queue.buffering.max.messages", "500000"}, {"enable.idempotence", "true"}};
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_t *client;
	char why[512];
	size_t i;

	if (rd_kafka_conf_set(conf, "bootstrap.servers", brokers, why, sizeof(why)))
		give_up("bootstrap.servers", why);
	for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		if (rd_kafka_conf_set(conf, settings[i][0], settings[i][1], why, sizeof(why)))
			give_up(settings[i][0], why);
	rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
	client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof(why));
	if (!client)
		give_up("no producer", why);
	return client;
}

/* The third text of a record: its clerk. */
static struct text
clerk_of(const char *record)
{
	/* A text of less than 64 bytes has one byte of length, twice what it is; the time has six bytes. */
	const char *at = record + 1 + (unsigned char)record[0] / 2;

	while ((unsigned char)*at & 0x80)
		at++;
	at++;
	return (struct text){at + 1, (unsigned char)*at / 2};
}

static void
send_one(rd_kafka_t *client, const char *topic, const char *value, size_t bytes, struct text key)
{
	rd_kafka_resp_err_t bad;

	while ((bad = rd_kafka_producev(client, RD_KAFKA_V_TOPIC(topic),
		    RD_KAFKA_V_VALUE((void *)value, bytes), RD_KAFKA_V_KEY(key.data, key.size),
		    RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END)) ==
	    RD_KAFKA_RESP_ERR__QUEUE_FULL)
		rd_kafka_poll(client, 100);
	if (bad)
		give_up("a record was refused", rd_kafka_err2str(bad));
}

static void
send_all(rd_kafka_t *client, const char *topic, const struct records *records, uint32_t schema)
{
	char framed[4096] = {
	    0, (char)(schema >> 24), (char)(schema >> 16), (char)(schema >> 8), (char)schema};
	size_t i;

	for (i = 0; i < records->count; i++) {
		const char *record = (const char *)records->bytes.data + records->begins[i];
		size_t bytes = records->begins[i + 1] - records->begins[i];

		if (bytes > sizeof(framed) - FRAME_BYTES)
			give_up("a record is too long", "");
		memcpy(framed + FRAME_BYTES, record, bytes);
		send_one(client, topic, framed, bytes + FRAME_BYTES, clerk_of(record));
		if (i % 1000 == 0)
			rd_kafka_poll(client, 0);
	}
}

int
main(int argc, char **argv)
{
	struct records records;
	rd_kafka_t *client;

	if (argc == 2 && strcmp(argv[1], "--schema") == 0) {
		puts(records_schema);
		return 0;
	}
	if (argc != 5) {
		fputs("usage: bench_kafka_fill BROKERS TOPIC RECORDS SCHEMA-NUMBER\n", stderr);
		return 2;
	}
	records_make(&records, strtoul(argv[3], NULL, 10), 7);
	client = open_producer(argv[1]);
	send_all(client, argv[2], &records, (uint32_t)strtoul(argv[4], NULL, 10));
	rd_kafka_flush(client, FLUSH_MS);
	rd_kafka_destroy(client);
	printf("{\"records\":%llu,\"bytes\":%zu}\n", (unsigned long long)delivered,
	    records.bytes.size + FRAME_BYTES * records.count);
	if (lost || delivered != records.count)
		give_up("not all was delivered", argv[2]);
	records_fini(&records);
	return 0;
}
