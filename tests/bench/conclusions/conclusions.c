/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the conclusion of an event costs in the ledger: encoded with its leaf,
 * deflated and written, against avro-c's avro_file_writer with blocks of 64 KiB
 * that is given the very objects of our segments, made beforehand. Each event moves
 * 10 features (counts, sums and means of some keys) and one model.
 */
#include <avro.h>

#include "bench.h"
#include "ledger/conclusions.h"
#include "ledger/segment.h"

#define MANY 65536
#define DISTINCT 8192 /* values that the peer is given, again and again */
#define FEATURES 10
#define KEYS 200

static struct conclusion conclusions[MANY];
static struct influence items[MANY][FEATURES];
static struct influence_score scores[MANY];
static char folder[] = "/tmp/dyetrace-bench-XXXXXX", peer_path[64];

static void
need(bool done, const char *what, const struct error *err)
{
	if (done)
		return;
	fprintf(stderr, "%s: %s\n", what, err ? err->text : "failed");
	exit(1);
}

static uint64_t
draw(uint64_t *state)
{
	/* Source: S. Vigna, splitmix64, public domain. */
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* Features by turns: a count, a sum of whole numbers, a mean; the last one of all keys together. */
static void
make_conclusions(void)
{
	static double held[FEATURES][KEYS], counts[KEYS];
	uint64_t state = 5;
	uint32_t i, k;

	for (i = 0; i < MANY; i++) {
		uint32_t key = (uint32_t)(draw(&state) % KEYS * (draw(&state) % KEYS) / KEYS);
		double movement = 0;

		counts[key]++;
		for (k = 0; k < FEATURES; k++) {
			double *value = &held[k][k + 1 == FEATURES ? 0 : key], number,
			       before = *value;

			number = (double)(draw(&state) % 5);
			*value += k % 3 == 0 ? 1
			    : k % 3 == 1     ? number
					     : (number - *value) / counts[key];
			movement += 0.125 * (*value - before);
			items[i][k] = (struct influence){k, INFLUENCE_COUNTED, before, *value};
		}
		scores[i] = (struct influence_score){0, held[0][key] * 0.3, movement};
		conclusions[i] = (struct conclusion){
		    (uint64_t)i + i / 9, 1, {FEATURES, 1, items[i], &scores[i]}};
	}
}

struct ours {
	struct conclusion_builder *builder;
	bool append;
	enum deflate_kind deflate;
	int64_t body_bytes, leaf_bytes, file_bytes;
};

static uint64_t
write_ours(void *context)
{
	struct ours *ours = context;
	struct ledger_options options = {
	    folder, (int64_t)1 << 40, ours->deflate, ledger_conclusions_schema};
	struct ledger *ledger = NULL;
	struct block_place place;
	struct error err = {0};
	uint64_t sum = 0;
	int64_t cut;
	uint32_t i;

	ours->body_bytes = ours->leaf_bytes = ours->file_bytes = 0;
	if (ours->append)
		need(ledger_open(&options, 0, 0, &ledger, &cut, &err), "open", &err);
	for (i = 0; i < MANY; i++) {
		struct conclusion_block *block;

		conclusion_builder_add(ours->builder, &conclusions[i]);
		if (!conclusion_builder_full(ours->builder))
			continue;
		block = conclusion_builder_finish(ours->builder);
		ours->body_bytes += (int64_t)block->body.size;
		ours->leaf_bytes += (int64_t)block->leaves.size;
		if (ledger) {
			need(ledger_append_objects(
				 ledger, buffer_text(&block->body), block->records, &place, &err),
			    "append", &err);
			ours->file_bytes += place.bytes;
		}
		sum += block->body.size + block->leaves.size;
		conclusion_builder_reuse(ours->builder, block);
	}
	ledger_close(ledger);
	return sum;
}

struct peer {
	avro_schema_t schema;
	avro_value_t *values;
	uint32_t count;
	int64_t bytes;
};

static uint64_t
write_peer(void *context)
{
	struct peer *peer = context;
	avro_file_writer_t writer;
	FILE *file;
	uint32_t i;

	remove(peer_path);
	need(avro_file_writer_create_with_codec(
		 peer_path, peer->schema, &writer, "deflate", 65536) == 0,
	    "avro_file_writer_create", NULL);
	for (i = 0; i < MANY; i++)
		need(avro_file_writer_append_value(writer, &peer->values[i % peer->count]) == 0,
		    "avro_file_writer_append_value", NULL);
	avro_file_writer_close(writer);
	file = fopen(peer_path, "rb");
	need(file && fseek(file, 0, SEEK_END) == 0, peer_path, NULL);
	peer->bytes = ftell(file);
	fclose(file);
	return (uint64_t)peer->bytes;
}

static void
load_objects(struct peer *peer)
{
	avro_file_reader_t reader;
	avro_value_iface_t *iface;
	char path[64];

	snprintf(path, sizeof(path), "%s/000001.avro", folder);
	need(avro_file_reader(path, &reader) == 0, "avro_file_reader", NULL);
	peer->schema = avro_file_reader_get_writer_schema(reader);
	iface = avro_generic_class_from_schema(peer->schema);
	peer->values = memory_get_array(DISTINCT, sizeof(avro_value_t));
	for (peer->count = 0; peer->count < DISTINCT; peer->count++) {
		avro_generic_value_new(iface, &peer->values[peer->count]);
		if (avro_file_reader_read_value(reader, &peer->values[peer->count]) != 0)
			break;
	}
	avro_file_reader_close(reader);
}

static void
cost(const char *name, double n, bench_work *work, void *context)
{
	double ns[BENCH_ROUNDS], start;
	int round;

	bench_sink += work(context);
	for (round = 0; round < BENCH_ROUNDS; round++) {
		start = bench_cpu_ns();
		bench_sink += work(context);
		ns[round] = (bench_cpu_ns() - start) / n;
	}
	printf("{\"bench\":\"%s\",\"n\":%.0f,\"ours_ns\":%.1f,\"peer\":null,\"peer_ns\":null,"
	       "\"ratio\":null}\n",
	    name, n, bench_median(ns, BENCH_ROUNDS));
	fflush(stdout);
}

struct back {
	struct conclusion_block *block;
	uint64_t record; /* UINT64_MAX: all */
};

#define TIMES 50

static uint64_t
read_back(void *context)
{
	const struct back *back = context;
	struct conclusion *read;
	struct error err = {0};
	struct arena arena;
	uint64_t sum = 0;
	uint32_t count, times;

	arena_init(&arena);
	for (times = 0; times < TIMES; times++) {
		need(conclusion_block_read(buffer_text(&back->block->body), back->block->records,
			 back->record, &arena, &read, &count, &err),
		    "read", &err);
		sum += read[count - 1].record;
		arena_reset(&arena);
	}
	arena_fini(&arena);
	return sum;
}

static void
read_blocks(void)
{
	struct conclusion_builder *builder = conclusion_builder_open();
	struct back back = {NULL, UINT64_MAX};
	uint32_t i;

	for (i = 0; i < CONCLUSIONS_MAX; i++)
		conclusion_builder_add(builder, &conclusions[i]);
	back.block = conclusion_builder_finish(builder);
	cost("conclusions_read", TIMES * CONCLUSIONS_MAX, read_back, &back);
	back.record = back.block->last_fact;
	cost("conclusions_read_one", TIMES, read_back, &back);
	conclusion_block_free(back.block);
	conclusion_builder_close(builder);
}

int
main(void)
{
	struct ours encode = {.builder = conclusion_builder_open()};
	struct ours zlib = {encode.builder, true, DEFLATE_ZLIB, 0, 0, 0};
	struct ours fastest = {encode.builder, true, DEFLATE_AUTO, 0, 0, 0};
	struct peer peer = {0};
	char path[64];

	need(mkdtemp(folder) != NULL, folder, NULL);
	snprintf(peer_path, sizeof(peer_path), "%s.peer", folder);
	make_conclusions();
	cost("conclusions_encode", MANY, write_ours, &encode);
	write_ours(&zlib);
	load_objects(&peer);
	bench_pair("conclusions_write_zlib", MANY, write_ours, &zlib, "avro_file_writer",
	    write_peer, &peer);
	bench_pair("conclusions_write_auto", MANY, write_ours, &fastest, "avro_file_writer",
	    write_peer, &peer);
	fprintf(stderr,
	    "bytes a conclusion: encoded %.1f, leaf %.1f, zlib %.1f, auto %.1f, peer %.1f\n",
	    (double)zlib.body_bytes / MANY, (double)zlib.leaf_bytes / MANY,
	    (double)zlib.file_bytes / MANY, (double)fastest.file_bytes / MANY,
	    (double)peer.bytes / MANY);
	read_blocks();
	conclusion_builder_close(encode.builder);
	remove(peer_path);
	snprintf(path, sizeof(path), "%s/000001.avro", folder);
	remove(path);
	remove(folder);
	return 0;
}
