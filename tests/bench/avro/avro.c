/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A compiled plan against avro-c's generic values (one value, read again and
 * again, its fields taken by index): for the eleven fields that a mapping
 * takes, and for all of them. What is timed on both sides is the same: from
 * the bytes of each record to a sum over every wanted value, taken out of its
 * cell or out of avro-c's getters. The sums of both must agree.
 *
 *   bench_avro [records]
 */
#include <avro.h>

#include "bench.h"
#include "cells.h"
#include "model/message.h"
#include "records.h"

#define CELLS_MAX 24

static const char *const mapped[] = {
    "id", "at", "clerk", "tool", "deed", "kind", "thing", "remark", "sum", "took_ms"};
static const char *const all[] = {"id", "at", "clerk", "login", "tool", "deed", "kind", "thing",
    "remark", "sum", "took_ms", "release", "address", "ticket", "bulk", "site", "labels.channel"};

/* What is wanted of each record; the changes always. */
struct task {
	const struct records *records;
	const char *const *names;
	size_t count;
	/* ours */
	struct text paths[CELLS_MAX];
	struct wanted wanted;
	struct plan *plan;
	struct arena arena;
	/* avro-c's */
	avro_value_t value;
	avro_reader_t reader;
	int indexes[CELLS_MAX];
	/* of all that was timed */
	uint64_t our_total, their_total;
};

static void
give_up(const char *what)
{
	fprintf(stderr, "bench_avro: %s\n", what);
	exit(1);
}

static uint64_t
sum_double(double number)
{
	return (uint64_t)(int64_t)(number * 100);
}

static uint64_t
sum_cell(const struct cell *cell)
{
	switch (cell->kind) {
	case CELL_LONG:
	case CELL_TIME:
		return (uint64_t)cell->integer;
	case CELL_BOOLEAN:
		return cell->boolean;
	case CELL_DOUBLE:
		return sum_double(cell->number);
	case CELL_TEXT:
		return cell->text.size;
	default:
		return 0;
	}
}

static void
read_row(struct task *task, size_t i, struct row *row)
{
	const size_t *begins = &task->records->begins[i];
	struct text datum = {(char *)task->records->bytes.data + begins[0], begins[1] - begins[0]};
	struct row_problem problem;
	size_t k;

	for (k = 0; k < task->count; k++)
		row->cells[k].kind = CELL_ABSENT;
	if (!avro_reader_format.read(task->plan, datum, row, &problem))
		give_up(problem.detail);
}

static uint64_t
sum_row(const struct task *task, const struct row *row)
{
	uint64_t sum = 0;
	size_t k;

	for (k = 0; k < task->count; k++)
		sum += sum_cell(&row->cells[k]) * (k + 1);
	for (k = 0; k < row->change_count; k++)
		sum += row->changes[k].field.size + sum_cell(&row->changes[k].old_value) +
		    3 * sum_cell(&row->changes[k].new_value);
	return sum;
}

static uint64_t
ours(void *context)
{
	struct task *task = context;
	struct cell cells[CELLS_MAX];
	struct row row = {.cells = cells, .arena = &task->arena};
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < task->records->count; i++) {
		read_row(task, i, &row);
		sum += sum_row(task, &row);
	}
	task->our_total += sum;
	return sum;
}

static uint64_t
sum_value(avro_value_t *value)
{
	const char *text = NULL;
	const void *bytes = NULL;
	avro_value_t branch;
	size_t size = 0;
	int64_t integer = 0;
	double number = 0;
	int flag = 0;

	switch (avro_value_get_type(value)) {
	case AVRO_STRING:
		avro_value_get_string(value, &text, &size);
		return size - 1;
	case AVRO_BYTES:
		avro_value_get_bytes(value, &bytes, &size);
		return size;
	case AVRO_INT64:
		avro_value_get_long(value, &integer);
		return (uint64_t)integer;
	case AVRO_DOUBLE:
		avro_value_get_double(value, &number);
		return sum_double(number);
	case AVRO_BOOLEAN:
		avro_value_get_boolean(value, &flag);
		return (uint64_t)flag;
	case AVRO_ENUM:
		avro_value_get_enum(value, &flag);
		return strlen(avro_schema_enum_get(avro_value_get_schema(value), flag));
	case AVRO_UNION:
		avro_value_get_current_branch(value, &branch);
		return sum_value(&branch);
	case AVRO_MAP:
		if (avro_value_get_by_name(value, "channel", &branch, NULL) != 0)
			return 0;
		return sum_value(&branch);
	default:
		return 0;
	}
}

static uint64_t
sum_edits(avro_value_t *record)
{
	avro_value_t edits, edit, part;
	uint64_t sum = 0;
	size_t count = 0, i;
	int k;

	avro_value_get_by_index(record, 8, &edits, NULL);
	avro_value_get_size(&edits, &count);
	for (i = 0; i < count; i++) {
		avro_value_get_by_index(&edits, i, &edit, NULL);
		for (k = 0; k < 3; k++) {
			avro_value_get_by_index(&edit, (size_t)k, &part, NULL);
			sum += sum_value(&part) * (k == 2 ? 3 : 1);
		}
	}
	return sum;
}

static uint64_t
theirs(void *context)
{
	struct task *task = context;
	uint64_t sum = 0;
	size_t i, k;

	for (i = 0; i < task->records->count; i++) {
		const size_t *begins = &task->records->begins[i];
		avro_value_t part;

		avro_reader_memory_set_source(task->reader,
		    (char *)task->records->bytes.data + begins[0],
		    (int64_t)(begins[1] - begins[0]));
		if (avro_value_read(task->reader, &task->value) != 0)
			give_up(avro_strerror());
		for (k = 0; k < task->count; k++) {
			avro_value_get_by_index(
			    &task->value, (size_t)task->indexes[k], &part, NULL);
			sum += sum_value(&part) * (k + 1);
		}
		sum += sum_edits(&task->value);
	}
	task->their_total += sum;
	return sum;
}

static void
open_theirs(struct task *task)
{
	avro_value_iface_t *iface;
	avro_schema_t schema;
	size_t i;

	if (avro_schema_from_json_length(records_schema, strlen(records_schema), &schema) != 0)
		give_up(avro_strerror());
	iface = avro_generic_class_from_schema(schema);
	if (avro_generic_value_new(iface, &task->value) != 0)
		give_up(avro_strerror());
	task->reader = avro_reader_memory("", 0);
	for (i = 0; i < task->count; i++) {
		char name[32];

		snprintf(
		    name, sizeof(name), "%.*s", (int)strcspn(task->names[i], "."), task->names[i]);
		task->indexes[i] = avro_schema_record_field_get_index(schema, name);
	}
}

static void
open_task(struct task *task, const struct records *records, const char *const *names, size_t count)
{
	static struct message_schema schema;
	struct row_problem problem;
	size_t i;

	*task = (struct task){.records = records, .names = names, .count = count};
	for (i = 0; i < count; i++)
		task->paths[i] = text_of(names[i]);
	task->wanted =
	    (struct wanted){.count = count, .paths = task->paths, .changes_path = TEXT("edits")};
	arena_init(&task->arena);
	schema.text = text_of(records_schema);
	if (!avro_reader_format.open(&schema, &task->wanted, 512, &task->plan, &problem))
		give_up(problem.detail);
	open_theirs(task);
}

static void
run(const char *name, const struct records *records, const char *const *names, size_t count)
{
	struct task task;

	open_task(&task, records, names, count);
	bench_pair(name, (double)records->count, ours, &task, "avro-c generic", theirs, &task);
	if (task.our_total != task.their_total)
		give_up("the two readers do not agree");
	avro_reader_format.close(task.plan);
	avro_value_decref(&task.value);
	avro_reader_free(task.reader);
	arena_fini(&task.arena);
}

int
main(int argc, char **argv)
{
	size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 20000;
	struct records records;

	records_make(&records, count ? count : 1, 7);
	fprintf(stderr, "%zu records of %.1f bytes\n", records.count,
	    (double)records.bytes.size / (double)records.count);
	run("avro_decode_mapped", &records, mapped, ARRAY_COUNT(mapped));
	run("avro_decode_all", &records, all, ARRAY_COUNT(all));
	records_fini(&records);
	return 0;
}
