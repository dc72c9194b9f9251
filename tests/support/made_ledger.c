/* SPDX-License-Identifier: Apache-2.0 */
#include "made_ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "random_records.h"

#define PARTITIONS 3
#define BLOCK 128

static const char *const lineages[] = {
    "version: 1\n"
    "datasets:\n"
    "  - name: desk\n"
    "features:\n"
    "  - {name: last_cost, dataset: desk, field: cost, encode: numeric, key: entity, aggregate: "
    "last}\n"
    "  - name: team_cost\n"
    "    dataset: desk\n"
    "    field: cost\n"
    "    encode: numeric\n"
    "    key: team\n"
    "    aggregate: sum\n"
    "    window: {size: 2d, pane: 1d, lateness: 1h}\n"
    "  - name: urgent\n"
    "    dataset: desk\n"
    "    field: urgency\n"
    "    key: none\n"
    "    aggregate: share\n"
    "    value: high\n"
    "    window: {size: 1d, pane: 1h, lateness: 0s}\n"
    "  - {name: groups, dataset: desk, field: group, key: channel, aggregate: distinct}\n"
    "  - {name: touched, dataset: desk, key: \"field:group\", aggregate: count}\n"
    "  - {name: worst, feature: team_cost, key: none, aggregate: max}\n"
    "models:\n"
    "  - name: risk\n"
    "    version: '1'\n"
    "    kind: logistic\n"
    "    intercept: -1\n"
    "    inputs:\n"
    "      - {feature: last_cost, weight: 0.5}\n"
    "      - {feature: worst, weight: 0.01}\n",
    /* Without urgent; with a new one, and the others as they were. */
    "version: 1\n"
    "datasets:\n"
    "  - name: desk\n"
    "features:\n"
    "  - {name: last_cost, dataset: desk, field: cost, encode: numeric, key: entity, aggregate: "
    "last}\n"
    "  - {name: first_use, dataset: desk, field: state, encode: {new: 1, old: 2}, other: 3, key: "
    "actor, aggregate: mean}\n"
    "  - name: team_cost\n"
    "    dataset: desk\n"
    "    field: cost\n"
    "    encode: numeric\n"
    "    key: team\n"
    "    aggregate: sum\n"
    "    window: {size: 2d, pane: 1d, lateness: 1h}\n"
    "  - {name: groups, dataset: desk, field: group, key: channel, aggregate: distinct}\n"
    "  - {name: worst, feature: team_cost, key: none, aggregate: max}\n"
    "models:\n"
    "  - name: risk\n"
    "    version: '2'\n"
    "    kind: logistic\n"
    "    intercept: -1\n"
    "    inputs:\n"
    "      - {feature: last_cost, weight: 0.7}\n"
    "      - {feature: worst, weight: 0.01}\n",
};

struct making {
	struct random_records random; /* its numbers, keys and names */
	struct block_builder *builder;
	struct ledger *ledger;
	struct catalog_block blocks[MADE_RECORDS];
	size_t block_count;
	struct catalog_epoch epochs[2];
	uint32_t epoch_count;
	uint64_t records;
	int64_t times[PARTITIONS];
};

static void
must(bool done, const struct error *err)
{
	if (done)
		return;
	fprintf(stderr, "made_ledger: %s\n", err->text);
	exit(1);
}

static bool
reads(void *context, uint32_t dataset, uint32_t field)
{
	const struct making *making = context;

	(void)dataset;
	return !text_is(symbols_text(making->random.names, field), "remark");
}

static void
end_block(struct making *making)
{
	struct block *block = block_builder_finish(making->builder);
	struct catalog_block *row = &making->blocks[making->block_count];
	struct block_place at;
	struct error err = {0};

	if (!block)
		return;
	must(ledger_append(making->ledger, block, &at, &err), &err);
	*row = (struct catalog_block){.number = ++making->block_count,
	    .segment = at.segment,
	    .offset = at.offset,
	    .bytes = at.bytes,
	    .objects = at.objects,
	    .records = block->records,
	    .events = block->events,
	    .first_record = making->records - block->records,
	    .identity = at.identity,
	    .min_time_ms = block->min_time_ms,
	    .max_time_ms = block->max_time_ms};
	block_free(block);
}

static void
add(struct making *making, const struct record *record, const struct partition *partition)
{
	block_builder_add(making->builder, record, partition);
	making->records++;
	if (block_builder_full(making->builder))
		end_block(making);
}

static void
add_note(struct making *making, const char *what, const char *body)
{
	struct record record = {.kind = RECORD_NOTE,
	    .source_time_ms = TIME_NONE,
	    .reason = text_of(what),
	    .detail = text_of(body)};

	if (strcmp(what, NOTE_LINEAGE) == 0) {
		making->epochs[making->epoch_count] =
		    (struct catalog_epoch){.record = making->records,
			.number = making->epoch_count + 1,
			.what = TEXT(NOTE_LINEAGE),
			.body = digest_identity(record.detail)};
		making->epoch_count++;
		end_block(making);
	}
	add(making, &record, NULL);
}

static void
add_released(struct making *making, const struct partition *partition)
{
	char body[200];

	snprintf(body, sizeof(body), "{\"source\":\"%s\",\"partition\":\"%s\",\"incarnation\":%u}",
	    partition->source, partition->name, partition->incarnation);
	add_note(making, NOTE_RELEASED, body);
}

static uint32_t
name_of(struct making *making, const char *const *names, uint32_t count)
{
	uint32_t at = random_below(&making->random, count + 1);

	return at == count ? SYMBOL_NONE : symbols_add(making->random.names, text_of(names[at]));
}

static struct value
some_value(struct making *making, const char *field)
{
	static const char *const texts[] = {
	    "high", "low", "new", "old", "12.5", "group a", "group b"};

	if (!random_below(&making->random, 9))
		return (struct value){VALUE_NULL};
	if (strcmp(field, "cost") == 0 && random_below(&making->random, 4))
		return (struct value){
		    VALUE_DOUBLE, .number = random_below(&making->random, 4000) / 8.0 - 100};
	return (struct value){
	    VALUE_TEXT, .text = text_of(texts[random_below(&making->random, ARRAY_COUNT(texts))])};
}

static void
add_event(struct making *making, uint32_t number)
{
	static const char *const teams[] = {"night", "day", "field"},
				 *const channels[] = {"phone", "web"},
				 *const datasets[] = {"desk", "desk", "desk", "other"},
				 *const fields[] = {"urgency", "state", "remark", "group", "cost"};
	struct partition *partition = &making->random.partitions[number];
	struct change changes[ARRAY_COUNT(fields)];
	struct record record = {.kind = RECORD_EVENT,
	    .source = text_of(partition->source),
	    .partition = text_of(partition->name),
	    .incarnation = partition->incarnation,
	    .offset = partition->next_offset++,
	    .count = 1,
	    .source_time_ms = TIME_NONE};
	struct event *event = &record.event;
	char entity[32];
	uint32_t i, person = random_below(&making->random, 6);

	making->times[number] += random_below(&making->random, 7200000);
	event->time_ms = making->times[number] - random_below(&making->random, 3) * 3600000;
	snprintf(entity, sizeof(entity), "ticket/%u", random_below(&making->random, 40));
	event->entity = random_below(&making->random, 30) ? text_of(entity) : TEXT_NONE;
	event->dataset = name_of(making, datasets, ARRAY_COUNT(datasets));
	event->channel = name_of(making, channels, ARRAY_COUNT(channels));
	event->changes = changes;
	for (i = 0; i < ARRAY_COUNT(fields); i++) {
		if (random_below(&making->random, 2))
			continue;
		changes[event->change_count++] =
		    (struct change){.field = symbols_add(making->random.names, text_of(fields[i])),
			.old_value = some_value(making, fields[i]),
			.new_value = some_value(making, fields[i])};
	}
	record.origin.team = name_of(making, teams, ARRAY_COUNT(teams));
	memcpy(record.origin.actor.bytes, &person, sizeof(person));
	add(making, &record, partition);
}

static void
add_all(struct making *making)
{
	uint32_t partition;

	add_note(making, NOTE_SETTINGS, "batch: {records: 1}\n");
	add_note(making, NOTE_LINEAGE, lineages[0]);
	while (making->records < MADE_RECORDS) {
		partition = random_below(&making->random, PARTITIONS);
		/* One falls silent for a while, and is released. */
		if (partition == 2 && making->records > 800 && making->records < 1400)
			continue;
		if (making->records == 900)
			add_released(making, &making->random.partitions[2]);
		if (making->records == 1700)
			add_note(making, NOTE_LINEAGE, lineages[1]);
		add_event(making, partition);
	}
	end_block(making);
}

static void
commit(struct making *making, struct catalog *catalog)
{
	static const uint8_t chunks[MADE_RECORDS / 1024 + 1][CATALOG_HASH_BYTES] = {{1}};
	uint8_t store_id[16] = {1};
	struct catalog_commit commit = {.block_count = making->block_count,
	    .blocks = making->blocks,
	    .epoch_count = making->epoch_count,
	    .epochs = making->epochs,
	    .chunk_count = making->records / 1024,
	    .chunks = chunks,
	    .frontier = TEXT("none"),
	    .records = making->records};
	struct error err = {0};

	must(catalog_set_store_id(catalog, store_id, &err), &err);
	must(catalog_commit(catalog, &commit, &err), &err);
}

static void
write_all(struct made_ledger *made, uint64_t seed)
{
	struct making *making = memory_get(sizeof(*making));
	struct block_builder_options options = {.records_max = BLOCK, .reads_text = reads};
	struct ledger_options ledger_options = {
	    .folder = made->facts, .segment_bytes = 64 << 10, .schema = ledger_facts_schema};
	struct catalog *catalog = NULL;
	struct error err = {0};
	int64_t cut;
	size_t i;

	random_records_init(&making->random, seed);
	for (i = 0; i < PARTITIONS; i++) {
		making->times[i] = INT64_C(1456705380000) + (int64_t)i * 5000000;
		making->random.partitions[i].next_offset = making->random.partitions[i].start = 0;
	}
	options.names = making->random.names;
	options.keys = making->random.keys;
	options.context = making;
	making->builder = block_builder_open(&options);
	must(ledger_open(&ledger_options, 0, 0, &making->ledger, &cut, &err), &err);
	add_all(making);
	must(catalog_open(made->catalog_path, CATALOG_WRITE, &catalog, &err), &err);
	commit(making, catalog);
	catalog_close(catalog);
	block_builder_close(making->builder);
	ledger_close(making->ledger);
	random_records_fini(&making->random);
	memory_free(making);
}

static bool
keep_block(void *context, const struct block_place *at, struct text body, struct error *err)
{
	struct made_ledger *made = context;
	struct block_content content;

	if (!block_read(body, at->objects, made->names, made->keys, &made->arena, &content, err))
		return false;
	memcpy(made->records + made->count, content.records,
	    content.record_count * sizeof(struct record));
	made->count += content.record_count;
	return true;
}

void
made_ledger_init(struct made_ledger *made, uint64_t seed)
{
	struct block_place end;
	struct error err = {0};
	int64_t torn;

	*made = (struct made_ledger){.names = symbols_open(), .keys = random_keys()};
	arena_init(&made->arena);
	snprintf(made->folder, sizeof(made->folder), "/tmp/dyetrace-replay-XXXXXX");
	if (!mkdtemp(made->folder))
		exit(1);
	snprintf(made->catalog_path, sizeof(made->catalog_path), "%s/catalog.db", made->folder);
	snprintf(made->facts, sizeof(made->facts), "%s/facts", made->folder);
	write_all(made, seed);
	must(catalog_open(made->catalog_path, CATALOG_READ, &made->catalog, &err), &err);
	must(ledger_reader_open(made->facts, &made->reader, &err), &err);
	must(ledger_reader_walk(made->reader, keep_block, made, &end, &torn, &err), &err);
}

void
made_ledger_fini(struct made_ledger *made)
{
	char command[128];

	ledger_reader_close(made->reader);
	catalog_close(made->catalog);
	arena_fini(&made->arena);
	symbols_close(made->names);
	keys_close(made->keys);
	snprintf(command, sizeof(command), "rm -rf '%s'", made->folder);
	if (system(command) != 0)
		exit(1);
}
