/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a record costs in the ledger: encoded (with its leaf, the macs of its
 * texts and the catalog's rows), deflated and written, against avro-c's
 * avro_file_writer with blocks of 64 KiB that is given values made beforehand.
 *
 *   flat     the peer writes what one would write: names, texts and times in full
 *   objects  the peer writes the very objects of our segments
 *
 * Then what proofs cost, apart. Events have four changes, as a ticket system's
 * audit log does.
 */
#include <avro.h>
#include <errno.h>

#include "bench.h"
#include "ledger/segment.h"
#include "random_records.h"

#define MANY 65536
#define DISTINCT 8192 /* values that the peer is given, again and again */

static struct random_records world;
static struct record *events;
static struct partition partition = {.number = 1,
    .source = (char[]){"tickets"},
    .name = (char[]){"events/incidents.jsonl"},
    .incarnation = 1,
    .max_time_ms = TIME_NONE};
static char folder[] = "/tmp/dyetrace-bench-XXXXXX", peer_path[64];

/* Half of the fields are read. */
static bool
reads(void *context, uint32_t dataset, uint32_t field)
{
	return field % 2;
}

static struct text
formatted(const char *format, uint32_t number)
{
	char *bytes = arena_get(&world.arena, 48);

	return (struct text){bytes, (size_t)snprintf(bytes, 48, format, number)};
}

/* Skewed: few numbers take most of the draws. */
static uint32_t
skewed(uint32_t bound)
{
	uint32_t a = random_below(&world, bound), b = random_below(&world, bound);

	return (uint32_t)((uint64_t)a * b / bound);
}

static struct value
category(uint32_t field)
{
	if (field % 4 == 3)
		return (struct value){VALUE_LONG, .integer = random_below(&world, 9)};
	return (struct value){
	    VALUE_TEXT, .text = formatted("%u - Category of a field", skewed(30))};
}

static void
make_changes(struct event *event)
{
	uint32_t first = skewed(9), i;

	event->change_count = 4;
	event->changes = arena_get(&world.arena, 4 * sizeof(struct change));
	for (i = 0; i < 4; i++)
		event->changes[i] = (struct change){
		    world.fields[first + i], category(first + i), category(first + i)};
}

static void
make_event(struct record *record, uint32_t i)
{
	uint64_t person = skewed(846) + 1;
	uint32_t team = symbols_add(world.names, formatted("Group %u", (uint32_t)person % 78));

	*record = (struct record){.kind = RECORD_EVENT,
	    .source = TEXT("tickets"),
	    .partition = TEXT("events/incidents.jsonl"),
	    .incarnation = 1,
	    .offset = i,
	    .count = 1,
	    .source_time_ms = TIME_NONE,
	    .payload = random_next(&world)};
	record->event = (struct event){
	    .time_ms = INT64_C(1456705380000) + (int64_t)i * 4000 + random_below(&world, 4000),
	    .id = formatted("INC%07u", 45 + i / 6),
	    .entity = formatted("INC%07u", 45 + i / 6),
	    .dataset = symbols_add(world.names, TEXT("servicenow.incident")),
	    .op = symbols_add(world.names, skewed(5) ? TEXT("update") : TEXT("create")),
	    .team = team,
	    .system = symbols_add(world.names, TEXT("servicenow")),
	    .channel = symbols_add(world.names, formatted("channel %u", skewed(5)))};
	make_changes(&record->event);
	person *= UINT64_C(0x9e3779b97f4a7c15);
	memcpy(record->origin.actor.bytes, &person, sizeof(person));
	memcpy(record->origin.actor.bytes + 8, &person, sizeof(person));
	record->origin.kind = ACTOR_HUMAN;
	record->origin.team = record->origin.event_team = team;
	record->origin.rule = ORIGIN_CHART;
	record->origin.confidence = 100;
}

static struct block_builder *
open_builder(void)
{
	struct block_builder_options options = {
	    world.names, world.keys, BLOCK_RECORDS_MAX, reads, NULL};

	return block_builder_open(&options);
}

static void
need(bool done, const char *what, const struct error *err)
{
	if (done)
		return;
	fprintf(stderr, "%s: %s\n", what, err ? err->text : "failed");
	exit(1);
}

struct ours {
	struct block_builder *builder;
	bool append;
	enum deflate_kind deflate;
	int64_t body_bytes, file_bytes;
};

/* A builder that lives as long as the tracker, a new ledger each round. */
static uint64_t
write_ours(void *context)
{
	struct ours *ours = context;
	struct ledger_options options = {
	    folder, (int64_t)1 << 40, ours->deflate, ledger_facts_schema};
	struct ledger *ledger = NULL;
	struct block_place place;
	struct error err = {0};
	uint64_t sum = 0;
	int64_t cut;
	uint32_t i;

	ours->body_bytes = ours->file_bytes = 0;
	if (ours->append)
		need(ledger_open(&options, 0, 0, &ledger, &cut, &err), "open", &err);
	for (i = 0; i < MANY; i++) {
		struct block *block;

		block_builder_add(ours->builder, &events[i], &partition);
		if (!block_builder_full(ours->builder))
			continue;
		block = block_builder_finish(ours->builder);
		ours->body_bytes += (int64_t)block->body.size;
		if (ledger) {
			need(ledger_append(ledger, block, &place, &err), "append", &err);
			ours->file_bytes += place.bytes;
		}
		sum += block->body.size + block->leaves.size;
		block_free(block);
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

/* The objects of our segment, as avro-c's generic values. */
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

static const char flat_schema[] =
    "{\"type\":\"record\",\"name\":\"Event\",\"fields\":["
    "{\"name\":\"source\",\"type\":\"string\"},{\"name\":\"partition\",\"type\":\"string\"},"
    "{\"name\":\"offset\",\"type\":\"long\"},{\"name\":\"payload\",\"type\":\"long\"},"
    "{\"name\":\"time\",\"type\":\"long\"},{\"name\":\"id\",\"type\":\"string\"},"
    "{\"name\":\"entity\",\"type\":\"string\"},{\"name\":\"dataset\",\"type\":\"string\"},"
    "{\"name\":\"op\",\"type\":\"string\"},{\"name\":\"system\",\"type\":\"string\"},"
    "{\"name\":\"channel\",\"type\":\"string\"},{\"name\":\"actor\",\"type\":\"bytes\"},"
    "{\"name\":\"team\",\"type\":\"string\"},{\"name\":\"rule\",\"type\":\"string\"},"
    "{\"name\":\"confidence\",\"type\":\"int\"},"
    "{\"name\":\"changes\",\"type\":{\"type\":\"array\",\"items\":{\"type\":\"record\","
    "\"name\":\"Change\",\"fields\":[{\"name\":\"field\",\"type\":\"string\"},"
    "{\"name\":\"old\",\"type\":[\"null\",\"long\",\"string\"]},"
    "{\"name\":\"new\",\"type\":[\"null\",\"long\",\"string\"]}]}}}]}";

static void
set_text(avro_value_t *record, const char *name, struct text text)
{
	char bytes[256];
	avro_value_t field;

	snprintf(bytes, sizeof(bytes), "%.*s", TEXT_PRINT(text));
	avro_value_get_by_name(record, name, &field, NULL);
	avro_value_set_string(&field, bytes);
}

static void
set_long(avro_value_t *record, const char *name, int64_t value)
{
	avro_value_t field;

	avro_value_get_by_name(record, name, &field, NULL);
	avro_value_set_long(&field, value);
}

static void
set_value(avro_value_t *change, const char *name, const struct value *value)
{
	avro_value_t field, branch;
	char bytes[256];

	avro_value_get_by_name(change, name, &field, NULL);
	avro_value_set_branch(&field, value->kind == VALUE_LONG ? 1 : 2, &branch);
	if (value->kind == VALUE_LONG) {
		avro_value_set_long(&branch, value->integer);
		return;
	}
	snprintf(bytes, sizeof(bytes), "%.*s", TEXT_PRINT(value->text));
	avro_value_set_string(&branch, bytes);
}

static void
fill_flat(avro_value_t *out, const struct record *record)
{
	const struct event *event = &record->event;
	struct pseudonym actor = record->origin.actor;
	avro_value_t field, change;
	uint32_t i;

	set_text(out, "source", record->source);
	set_text(out, "partition", record->partition);
	set_long(out, "offset", record->offset);
	set_long(out, "payload", (int64_t)record->payload);
	set_long(out, "time", event->time_ms);
	set_text(out, "id", event->id);
	set_text(out, "entity", event->entity);
	set_text(out, "dataset", symbols_text(world.names, event->dataset));
	set_text(out, "op", symbols_text(world.names, event->op));
	set_text(out, "system", symbols_text(world.names, event->system));
	set_text(out, "channel", symbols_text(world.names, event->channel));
	avro_value_get_by_name(out, "actor", &field, NULL);
	avro_value_set_bytes(&field, actor.bytes, sizeof(actor));
	set_text(out, "team", symbols_text(world.names, record->origin.team));
	set_text(out, "rule", text_of(origin_rule_name(record->origin.rule)));
	avro_value_get_by_name(out, "confidence", &field, NULL);
	avro_value_set_int(&field, record->origin.confidence);
	avro_value_get_by_name(out, "changes", &field, NULL);
	for (i = 0; i < event->change_count; i++) {
		avro_value_append(&field, &change, NULL);
		set_text(&change, "field", symbols_text(world.names, event->changes[i].field));
		set_value(&change, "old", &event->changes[i].old_value);
		set_value(&change, "new", &event->changes[i].new_value);
	}
}

static void
make_flat(struct peer *peer)
{
	avro_value_iface_t *iface;

	need(avro_schema_from_json_length(flat_schema, sizeof(flat_schema) - 1, &peer->schema) == 0,
	    "flat schema", NULL);
	iface = avro_generic_class_from_schema(peer->schema);
	peer->values = memory_get_array(DISTINCT, sizeof(avro_value_t));
	for (peer->count = 0; peer->count < DISTINCT; peer->count++) {
		avro_generic_value_new(iface, &peer->values[peer->count]);
		fill_flat(&peer->values[peer->count], &events[peer->count]);
	}
}

/* The median cost of one of our own steps, in the same form of line. */
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

/* One block for what comes after encoding. */
struct proofs {
	struct block *block;
	struct symbols *names;
	struct arena arena;
	struct block_content content;
	struct tree_hash hashes[BLOCK_RECORDS_MAX];
};

#define TIMES 50

static uint64_t
encode_leaves(void *context)
{
	struct proofs *proofs = context;
	struct buffer out = {0};
	uint64_t sum = 0;
	uint32_t i, times;

	for (times = 0; times < TIMES; times++) {
		out.size = 0;
		for (i = 0; i < BLOCK_RECORDS_MAX; i++)
			leaf_encode(&proofs->content.records[i], proofs->names, NULL, &out);
		sum += out.size;
	}
	buffer_fini(&out);
	return sum;
}

/* As the scribe does: a block's leaves at once. */
static uint64_t
hash_leaves(void *context)
{
	struct proofs *proofs = context;
	const struct block *block = proofs->block;
	uint32_t times;

	for (times = 0; times < TIMES; times++)
		tree_leaf_hashes(
		    block->leaves.data, block->leaf_ends, block->records, proofs->hashes);
	return proofs->hashes[7].bytes[0];
}

/* Adding overwrites the hashes, so each time it gets a copy. */
static uint64_t
grow_tree(void *context)
{
	struct proofs *proofs = context;
	struct tree_hash chunk, hashes[BLOCK_RECORDS_MAX];
	struct tree tree;
	uint32_t times;

	tree_init(&tree);
	for (times = 0; times < TIMES; times++) {
		memcpy(hashes, proofs->hashes, sizeof(hashes));
		tree_add_many(&tree, hashes, BLOCK_RECORDS_MAX, &chunk);
	}
	return tree.frontier[0].bytes[0];
}

static void
read_block(struct proofs *proofs, const struct keys *keys)
{
	struct error err = {0};

	arena_reset(&proofs->arena);
	need(block_read(buffer_text(&proofs->block->body), proofs->block->objects, proofs->names,
		 keys, &proofs->arena, &proofs->content, &err),
	    "block_read", &err);
}

static uint64_t
read_hashed(void *context)
{
	int i;

	for (i = 0; i < TIMES; i++)
		read_block(context, NULL);
	return 1;
}

static uint64_t
read_opened(void *context)
{
	int i;

	for (i = 0; i < TIMES; i++)
		read_block(context, world.keys);
	return 1;
}

static void
prove(struct block_builder *builder)
{
	struct proofs proofs = {.names = symbols_open()};
	double n = (double)TIMES * BLOCK_RECORDS_MAX;
	uint32_t i;

	for (i = 0; i < BLOCK_RECORDS_MAX; i++)
		block_builder_add(builder, &events[i], &partition);
	proofs.block = block_builder_finish(builder);
	arena_init(&proofs.arena);
	cost("ledger_read_hashed", n, read_hashed, &proofs);
	cost("ledger_read_opened", n, read_opened, &proofs);
	read_block(&proofs, NULL);
	cost("ledger_leaf_encode", n, encode_leaves, &proofs);
	cost("ledger_leaf_sha256", n, hash_leaves, &proofs);
	cost("ledger_tree_add", n, grow_tree, &proofs);
	fprintf(stderr, "leaf: %.0f bytes\n",
	    (double)proofs.block->leaves.size / proofs.block->records);
	block_free(proofs.block);
	arena_fini(&proofs.arena);
	symbols_close(proofs.names);
}

int
main(void)
{
	struct ours encode = {.append = false}, zlib = {.append = true, .deflate = DEFLATE_ZLIB},
		    isal = {.append = true, .deflate = DEFLATE_AUTO};
	struct peer objects = {0}, flat = {0};
	uint32_t i;

	need(mkdtemp(folder) != NULL, folder, NULL);
	snprintf(peer_path, sizeof(peer_path), "%s/peer.avro", folder);
	random_records_init(&world, 1);
	events = memory_get_array(MANY, sizeof(struct record));
	for (i = 0; i < MANY; i++)
		make_event(&events[i], i);
	encode.builder = zlib.builder = isal.builder = open_builder();
	write_ours(&zlib);
	load_objects(&objects);
	make_flat(&flat);
	cost("ledger_encode", MANY, write_ours, &encode);
	bench_pair("ledger_write_zlib_flat", MANY, write_ours, &zlib, "avro_file_writer",
	    write_peer, &flat);
	bench_pair("ledger_write_auto_flat", MANY, write_ours, &isal, "avro_file_writer",
	    write_peer, &flat);
	fprintf(stderr, "bytes a record: encoded %.1f, zlib %.1f, auto %.1f, peer flat %.1f",
	    (double)zlib.body_bytes / MANY, (double)zlib.file_bytes / MANY,
	    (double)isal.file_bytes / MANY, (double)flat.bytes / MANY);
	bench_pair("ledger_write_zlib_objects", MANY, write_ours, &zlib, "avro_file_writer",
	    write_peer, &objects);
	bench_pair("ledger_write_auto_objects", MANY, write_ours, &isal, "avro_file_writer",
	    write_peer, &objects);
	fprintf(stderr, ", peer objects %.1f\n", (double)objects.bytes / MANY);
	prove(encode.builder);
	block_builder_close(encode.builder);
	remove(peer_path);
	snprintf(peer_path, sizeof(peer_path), "%s/000001.avro", folder);
	remove(peer_path);
	rmdir(folder);
	random_records_fini(&world);
	return 0;
}
