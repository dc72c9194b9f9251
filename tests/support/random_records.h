/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records at random, extremes included, for tests of what writes and reads
 * them. The same seed gives the same records.
 */
#ifndef DYETRACE_TESTS_RANDOM_RECORDS_H
#define DYETRACE_TESTS_RANDOM_RECORDS_H

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/keys.h"
#include "base/symbols.h"
#include "model/record.h"

#define RANDOM_PARTITIONS 5
#define RANDOM_FIELDS 24
#define RANDOM_TEXTS 40

struct random_records {
	uint64_t state;
	struct symbols *names;
	struct keys *keys;
	struct arena arena;
	struct partition partitions[RANDOM_PARTITIONS];
	uint32_t fields[RANDOM_FIELDS];
	bool relayed; /* some events say where they were before: to be set by who wants it */
};

static inline uint64_t
random_next(struct random_records *random)
{
	/* Source: S. Vigna, splitmix64, public domain. */
	uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static inline uint32_t
random_below(struct random_records *random, uint32_t bound)
{
	return (uint32_t)(random_next(random) % bound);
}

/* Keys that are the same in every run. */
static inline struct keys *
random_keys(void)
{
	static const char content[] =
	    "dyetrace-keys 1\n"
	    "store 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n"
	    "vault 1 1111111111111111111111111111111111111111111111111111111111111111\n"
	    "sign 9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60\n";
	char path[] = "/tmp/dyetrace-key-XXXXXX";
	struct keys *keys = NULL;
	struct error err = {0};
	int fd = mkstemp(path);

	if (fd < 0 || write(fd, content, sizeof(content) - 1) < 0 || close(fd) != 0 ||
	    !keys_open(path, &keys, &err))
		abort();
	unlink(path);
	return keys;
}

static inline void
random_records_init(struct random_records *random, uint64_t seed)
{
	static const char *const sources[] = {"tickets", "orders", ""};
	char name[64];
	uint32_t i;

	*random =
	    (struct random_records){.state = seed, .names = symbols_open(), .keys = random_keys()};
	arena_init(&random->arena);
	for (i = 0; i < RANDOM_FIELDS; i++) {
		snprintf(name, sizeof(name), "field %u \xc3\xa9", i);
		random->fields[i] = symbols_add(random->names, text_of(name));
	}
	for (i = 0; i < RANDOM_PARTITIONS; i++) {
		struct partition *partition = &random->partitions[i];

		snprintf(name, sizeof(name), "events/%u.jsonl", i / 2);
		*partition = (struct partition){
		    .number = i * 3 + 1,
		    .source = memory_text(sources[i % 3]),
		    .name = memory_text(name),
		    .incarnation = i + 1,
		    .start = i == 1 ? INT64_MAX - (1 << 20) : i * 1000,
		    .max_time_ms = TIME_NONE,
		};
		partition->next_offset = partition->start;
		sha256_init(&partition->content);
	}
}

static inline void
random_records_fini(struct random_records *random)
{
	uint32_t i;

	for (i = 0; i < RANDOM_PARTITIONS; i++) {
		memory_free(random->partitions[i].source);
		memory_free(random->partitions[i].name);
	}
	arena_fini(&random->arena);
	symbols_close(random->names);
	keys_close(random->keys);
}

static inline uint32_t
random_name(struct random_records *random, const char *stem, uint32_t count)
{
	char name[64];

	if (!random_below(random, 8))
		return SYMBOL_NONE;
	snprintf(name, sizeof(name), "%s %u", stem, random_below(random, count));
	return symbols_add(random->names, text_of(name));
}

/* Absent, empty, short, or long with any bytes (utf8: ASCII only). */
static inline struct text
random_text(struct random_records *random, bool utf8)
{
	size_t size =
		   random_below(random, 4) ? random_below(random, 30) : random_below(random, 300),
	       i;
	char *bytes = arena_get(&random->arena, size);

	if (!random_below(random, 6))
		return TEXT_NONE;
	if (!random_below(random, 6))
		return TEXT("");
	for (i = 0; i < size; i++)
		bytes[i] = (char)(utf8 ? random_below(random, 128) : random_below(random, 256));
	return (struct text){bytes, size};
}

/* Mostly one of a few categories, as in real data. */
static inline struct text
random_value_text(struct random_records *random)
{
	char *bytes;
	int size;

	if (!random_below(random, 12)) {
		struct text text = random_text(random, false);

		return text.data ? text : TEXT("");
	}
	bytes = arena_get(&random->arena, 32);
	size = snprintf(bytes, 32, "category %u", random_below(random, RANDOM_TEXTS));
	return (struct text){bytes, (size_t)size};
}

static inline int64_t
random_long(struct random_records *random)
{
	static const int64_t extremes[] = {
	    INT64_MIN, INT64_MIN + 1, -1, 0, 1, 63, 64, -64, -65, INT64_MAX};

	uint32_t shift = random_below(random, 64);

	switch (random_below(random, 3)) {
	case 0:
		return extremes[random_below(random, ARRAY_COUNT(extremes))];
	case 1:
		return (int64_t)random_next(random) >> shift;
	default:
		return random_below(random, 10);
	}
}

static inline double
random_double(struct random_records *random)
{
	static const double extremes[] = {0.0, -0.0, 1.5, -1e308, 5e-324, INFINITY, -INFINITY};
	uint64_t bits = random_next(random);
	double number;

	if (random_below(random, 2))
		return extremes[random_below(random, ARRAY_COUNT(extremes))];
	if (!random_below(random, 4))
		bits |= UINT64_C(0x7ff0000000000001); /* NaN with a payload, quiet or not */
	memcpy(&number, &bits, sizeof(number));
	return number;
}

static inline void
random_mac(struct random_records *random, uint32_t dataset, uint32_t field, struct text text,
    uint8_t mac[TEXT_MAC_BYTES])
{
	struct text_key key;

	keys_text_key(random->keys, symbols_text(random->names, dataset),
	    symbols_text(random->names, field), &key);
	text_key_mac(&key, text, mac);
	text_key_fini(&key);
}

static inline struct value
random_value(struct random_records *random, uint32_t dataset, uint32_t field)
{
	struct value value = {VALUE_NULL};
	struct text text;

	switch (value.kind = random_below(random, VALUE_HASHED + 1)) {
	case VALUE_NULL:
		break;
	case VALUE_BOOLEAN:
		value.boolean = random_below(random, 2);
		break;
	case VALUE_LONG:
		value.integer = random_long(random);
		break;
	case VALUE_DOUBLE:
		value.number = random_double(random);
		break;
	case VALUE_TEXT:
		value.text = random_value_text(random);
		break;
	case VALUE_HASHED:
		text = random_value_text(random);
		random_mac(random, dataset, field, text, value.hashed.mac);
		value.hashed.size = (uint32_t)text.size;
		if (!random_below(random, 20))
			value.hashed.size = UINT32_MAX;
		break;
	}
	return value;
}

static inline void
random_changes(struct random_records *random, struct event *event)
{
	uint32_t first = random_below(random, RANDOM_FIELDS), i;

	event->change_count = random_below(random, 6);
	event->changes = arena_get(&random->arena, event->change_count * sizeof(struct change));
	for (i = 0; i < event->change_count; i++) {
		struct change *change = &event->changes[i];

		change->field = random->fields[(first + i) % RANDOM_FIELDS];
		change->old_value = random_value(random, event->dataset, change->field);
		change->new_value = random_value(random, event->dataset, change->field);
	}
}

/* Of every eighth event some tags of what is upstream. */
static inline const struct upstream *
random_upstream(struct random_records *random)
{
	struct upstream *upstream;
	bool any = false;
	unsigned tag;

	if (!random->relayed || random_below(random, 8))
		return NULL;
	upstream = arena_get_zero(&random->arena, sizeof(*upstream));
	for (tag = 0; tag < UPSTREAM_TAG_COUNT; tag++) {
		struct text text = random_text(random, true);

		if (!text.size || random_below(random, 2))
			continue;
		upstream->tags[tag] = text;
		any = true;
	}
	return any ? upstream : NULL;
}

static inline void
random_event(struct random_records *random, struct record *record)
{
	static const int64_t times[] = {TIME_MIN, TIME_MAX, 0, -1};
	struct event *event = &record->event;
	struct origin *origin = &record->origin;
	uint64_t person = random_below(random, 30);

	event->time_ms = random_below(random, 10)
	    ? INT64_C(1456705380000) + random_below(random, 1000000000)
	    : times[random_below(random, ARRAY_COUNT(times))];
	event->id = random_text(random, true);
	event->entity = random_text(random, true);
	event->actor = TEXT("never written");
	event->dataset = random_name(random, "dataset", 4);
	event->op = random_name(random, "op", 3);
	event->team = random_name(random, "team", 9);
	event->system = random_name(random, "system", 3);
	event->channel = random_name(random, "channel", 3);
	random_changes(random, event);
	event->upstream = random_upstream(random);
	person *= UINT64_C(0x9e3779b97f4a7c15); /* 0 stays unknown */
	memcpy(origin->actor.bytes, &person, sizeof(person));
	origin->actor_number = (uint32_t)person;
	origin->kind = random_below(random, ACTOR_SERVICE + 1);
	origin->team = random_name(random, "team", 9);
	origin->event_team = event->team;
	origin->rule = random_below(random, ORIGIN_RULE_COUNT);
	origin->confidence = (uint8_t)random_below(random, 101);
}

/* Of a filtered position a digest or nothing, else a digest or an identity. */
static inline void
random_payload(struct random_records *random, struct record *record)
{
	uint64_t *digest;
	int i;

	if (record->kind != RECORD_FILTERED)
		record->payload = random_next(random);
	if (random_below(random, 4))
		return;
	digest = arena_get(&random->arena, SHA256_BYTES);
	for (i = 0; i < 4; i++)
		digest[i] = random_next(random);
	record->payload_sha256 = (const uint8_t *)digest;
}

/* The next record; *partition: what it is of, NULL of a note. Texts live in random->arena. */
static inline void
random_record(struct random_records *random, struct record *record, struct partition **partition)
{
	static const char *const reasons[] = {
	    "blank", "header", "json-malformed", "source-lost-records"};
	static const enum record_kind kinds[] = {RECORD_EVENT, RECORD_EVENT, RECORD_EVENT,
	    RECORD_EVENT, RECORD_EVENT, RECORD_EVENT, RECORD_QUARANTINED, RECORD_FILTERED,
	    RECORD_GAP, RECORD_NOTE};
	struct partition *of = &random->partitions[random_below(random, RANDOM_PARTITIONS)];

	*record = (struct record){.kind = kinds[random_below(random, ARRAY_COUNT(kinds))],
	    .count = 1,
	    .source_time_ms = TIME_NONE};
	record->detail = random_text(random, true);
	record->reason = text_of(reasons[random_below(random, ARRAY_COUNT(reasons))]);
	*partition = record->kind == RECORD_NOTE ? NULL : of;
	if (!*partition)
		return;
	record->source = text_of(of->source);
	record->partition = text_of(of->name);
	record->incarnation = of->incarnation;
	record->offset = of->next_offset;
	record->replay = record->kind != RECORD_GAP && !random_below(random, 10);
	if (random_below(random, 2))
		record->source_time_ms = random_long(random);
	if (record->source_time_ms == INT64_MIN)
		record->source_time_ms = TIME_NONE;
	if (record->kind != RECORD_GAP)
		random_payload(random, record);
	if (record->kind == RECORD_GAP)
		record->count += random_below(random, 50);
	if (record->replay)
		record->offset =
		    of->start + random_below(random, (uint32_t)(of->next_offset - of->start) + 1);
	else
		of->next_offset += record->count;
	if (record->kind == RECORD_EVENT) {
		random_event(random, record);
		record->reason = record->detail = TEXT_NONE;
	}
}

#endif
