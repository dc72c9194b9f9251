/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random schemas and random values, written by avro-c and read by a plan that
 * wants some of them: what it gives is what was written, whatever else it
 * passed over.
 */
#include <avro.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "avro_case.h"
#include "avro_peer.h"

#define SCHEMAS 3000
#define VALUES 20 /* of each schema */

static uint64_t dice_state = 0x9e3779b97f4a7c15u;

/* Source: G. Steele and others, SplitMix, OOPSLA 2014. */
static uint64_t
roll(uint64_t sides)
{
	uint64_t mix = dice_state += 0x9e3779b97f4a7c15u;

	mix = (mix ^ (mix >> 30)) * 0xbf58476d1ce4e5b9u;
	mix = (mix ^ (mix >> 27)) * 0x94d049bb133111ebu;
	return (mix ^ (mix >> 31)) % sides;
}

/* A schema that is being written, and the paths to its values. */
struct making {
	struct buffer text;
	char paths[200][160];
	size_t path_count;
	unsigned names; /* so far, so that each is new */
};

static const char *const primitives[] = {
    "null", "boolean", "int", "long", "float", "double", "bytes", "string"};

static void make_type(struct making *making, const char *path, unsigned depth, bool in_union);

static void
add_path(struct making *making, const char *path)
{
	if (*path && making->path_count < ARRAY_COUNT(making->paths) &&
	    strlen(path) < sizeof(making->paths[0]))
		strcpy(making->paths[making->path_count++], path);
}

static void
make_record(struct making *making, const char *path, unsigned depth)
{
	unsigned count = (unsigned)roll(6), i, name = making->names++;
	char inside[256];

	buffer_add_format(
	    &making->text, "{\"type\":\"record\",\"name\":\"r%u\",\"fields\":[", name);
	for (i = 0; i < count; i++) {
		snprintf(inside, sizeof(inside), "%s%sf%u", path, *path ? "." : "", i);
		buffer_add_format(&making->text, "%s{\"name\":\"f%u\",\"type\":", i ? "," : "", i);
		make_type(making, inside, depth + 1, false);
		buffer_add_format(&making->text, "}");
	}
	/* Now and then it may hold another of itself. */
	if (roll(4) == 0)
		buffer_add_format(&making->text,
		    "%s{\"name\":\"again\",\"type\":[\"null\",\"r%u\"]}", count ? "," : "", name);
	buffer_add_format(&making->text, "]}");
}

static void
make_union(struct making *making, const char *path, unsigned depth)
{
	unsigned present = (unsigned)roll(255) + 1, i;
	bool first = true;

	buffer_add_format(&making->text, "[");
	for (i = 0; i < ARRAY_COUNT(primitives); i++) {
		if (!(present >> i & 1))
			continue;
		buffer_add_format(&making->text, "%s\"%s\"", first ? "" : ",", primitives[i]);
		first = false;
	}
	if (roll(2)) {
		buffer_add_format(&making->text, ",");
		make_record(making, path, depth + 1);
	}
	if (roll(4) == 0) {
		buffer_add_format(&making->text, ",{\"type\":\"map\",\"values\":");
		make_type(making, "", depth + 1, false);
		buffer_add_format(&making->text, "}");
	}
	buffer_add_format(&making->text, "]");
	add_path(making, path);
}

static void
make_type(struct making *making, const char *path, unsigned depth, bool in_union)
{
	uint64_t kind = roll(depth > 4 ? 10 : 16);
	char inside[256];

	if (kind < 8) {
		buffer_add_format(&making->text, "\"%s\"", primitives[kind]);
		add_path(making, path);
	} else if (kind == 8) {
		buffer_add_format(&making->text,
		    "{\"type\":\"enum\",\"name\":\"e%u\",\"symbols\":[\"A\",\"BB\",\"CCC\"]}",
		    making->names++);
		add_path(making, path);
	} else if (kind == 9) {
		buffer_add_format(&making->text,
		    "{\"type\":\"fixed\",\"name\":\"x%u\",\"size\":%u}", making->names,
		    1 + (unsigned)roll(20));
		making->names++;
		add_path(making, path);
	} else if (kind == 10) {
		buffer_add_format(&making->text, "{\"type\":\"array\",\"items\":");
		make_type(making, "", depth + 1, false);
		buffer_add_format(&making->text, "}");
		add_path(making, path);
	} else if (kind == 11) {
		buffer_add_format(&making->text, "{\"type\":\"map\",\"values\":");
		snprintf(inside, sizeof(inside), "%s.k1", path);
		make_type(making, *path ? inside : "", depth + 1, false);
		buffer_add_format(&making->text, "}");
	} else if (kind < 14) {
		make_union(making, path, depth);
	} else {
		make_record(making, path, depth);
	}
}

static void
random_text(struct buffer *text)
{
	static const char *const pieces[] = {"a", "bc", "123", " ", "\xc3\xa9", "\xe2\x82\xac",
	    "\xf0\x9f\x90\x9f", "long piece of it"};
	uint64_t count = roll(4) ? roll(6) : roll(40);

	text->size = 0;
	while (count--)
		buffer_add_format(text, "%s", pieces[roll(roll(2) ? 4 : ARRAY_COUNT(pieces))]);
	buffer_add_byte(text, 0);
}

static int64_t
random_long(void)
{
	uint64_t bits = roll(64) + 1;

	return (int64_t)(roll(UINT64_MAX) >> (64 - bits)) * (roll(2) ? 1 : -1);
}

static void fill(avro_value_t *value, unsigned depth);

static void
fill_repeated(avro_value_t *value, unsigned depth, bool map)
{
	static const char *const keys[] = {"k0", "k1", "k2", "", "k.1"};
	uint64_t count = depth > 8 ? 0 : roll(5), i;

	for (i = 0; i < count; i++) {
		avro_value_t item;

		if (map)
			avro_value_add(value, keys[i], &item, NULL, NULL);
		else
			avro_value_append(value, &item, NULL);
		fill(&item, depth + 1);
	}
}

static void
fill_union(avro_value_t *value, unsigned depth)
{
	size_t count = avro_schema_union_size(avro_value_get_schema(value)), branch = roll(count);
	avro_value_t inside;

	/* Deep down the first branch: it is never a record. */
	avro_value_set_branch(value, depth > 8 ? 0 : (int)branch, &inside);
	fill(&inside, depth + 1);
}

static void
fill(avro_value_t *value, unsigned depth)
{
	static const double numbers[] = {0, -0.0, 1.5, 1e300, -1e-300, 3.25};
	struct buffer text = {0};
	avro_value_t field;
	size_t count = 0, i;

	switch (avro_value_get_type(value)) {
	case AVRO_NULL:
		avro_value_set_null(value);
		break;
	case AVRO_BOOLEAN:
		avro_value_set_boolean(value, (int)roll(2));
		break;
	case AVRO_INT32:
		avro_value_set_int(value, (int32_t)random_long());
		break;
	case AVRO_INT64:
		avro_value_set_long(value, random_long());
		break;
	case AVRO_FLOAT:
		avro_value_set_float(value, (float)numbers[roll(ARRAY_COUNT(numbers))]);
		break;
	case AVRO_DOUBLE:
		avro_value_set_double(value, numbers[roll(ARRAY_COUNT(numbers))]);
		break;
	case AVRO_STRING:
		random_text(&text);
		avro_value_set_string(value, (char *)text.data);
		break;
	case AVRO_BYTES:
		random_text(&text);
		avro_value_set_bytes(value, text.data, text.size - 1);
		break;
	case AVRO_FIXED:
		avro_value_set_fixed(value, (void *)"abcdefghijklmnopqrst",
		    (size_t)avro_schema_fixed_size(avro_value_get_schema(value)));
		break;
	case AVRO_ENUM:
		avro_value_set_enum(value, (int)roll(3));
		break;
	case AVRO_ARRAY:
	case AVRO_MAP:
		fill_repeated(value, depth, avro_value_get_type(value) == AVRO_MAP);
		break;
	case AVRO_UNION:
		fill_union(value, depth);
		break;
	case AVRO_RECORD:
		avro_value_get_size(value, &count);
		for (i = 0; i < count; i++) {
			avro_value_get_by_index(value, i, &field, NULL);
			fill(&field, depth + 1);
		}
		break;
	default:
		abort();
	}
	buffer_fini(&text);
}

static void
check_value(struct plan *plan, const struct wanted *wanted, avro_value_t *value, struct text datum,
    const char *schema)
{
	struct cell cells[CASE_NAMES_MAX] = {{.kind = CELL_ABSENT}},
		    expected[CASE_NAMES_MAX] = {{.kind = CELL_ABSENT}};
	struct buffer ours = {0}, theirs = {0};
	struct row_problem problem = {0};
	struct arena arena;
	struct row row = {.cells = cells, .arena = &arena};
	size_t i;

	arena_init(&arena);
	if (!avro_reader_format.read(plan, datum, &row, &problem))
		print_message("%s: %s of %s\n", problem.reason, problem.detail, schema);
	assert_null(problem.reason);
	show_row(wanted, &row, &ours);
	for (i = 0; i < wanted->count; i++)
		peer_follow(*value, wanted->paths[i], &expected[i]);
	row.cells = expected;
	show_row(wanted, &row, &theirs);
	buffer_add_byte(&ours, 0);
	buffer_add_byte(&theirs, 0);
	if (strcmp((char *)ours.data, (char *)theirs.data) != 0)
		print_message("%s\n", schema);
	assert_string_equal((char *)ours.data, (char *)theirs.data);
	buffer_fini(&ours);
	buffer_fini(&theirs);
	arena_fini(&arena);
}

/* Wants up to a dozen of the paths. */
static void
choose(const struct making *making, struct case_wanted *made)
{
	size_t i;

	*made = (struct case_wanted){.wanted = {.paths = made->paths, .may_lack = made->may_lack}};
	for (i = 0; i < making->path_count && made->wanted.count < 12; i++) {
		size_t k = 0, at = roll(making->path_count);

		while (k < made->wanted.count && !text_is(made->paths[k], making->paths[at]))
			k++;
		if (k < made->wanted.count)
			continue;
		made->may_lack[made->wanted.count] = true;
		made->paths[made->wanted.count++] = text_of(making->paths[at]);
	}
}

static void
check_values(const struct making *making, avro_schema_t schema, avro_value_t *value)
{
	struct message_schema message = {
	    .text = {(char *)making->text.data, making->text.size - 1}};
	struct row_problem problem = {0};
	struct case_wanted made;
	struct plan *plan;
	unsigned i;

	choose(making, &made);
	if (!avro_reader_format.open(&message, &made.wanted, 100, &plan, &problem))
		print_message("%s of %s\n", problem.detail, (char *)making->text.data);
	assert_null(problem.reason);
	for (i = 0; i < VALUES; i++) {
		avro_writer_t writer;
		size_t size;
		char *datum;

		avro_value_reset(value);
		fill(value, 0);
		avro_value_sizeof(value, &size);
		datum = malloc(size + 1);
		writer = avro_writer_memory(datum, (int64_t)size + 1);
		assert_int_equal(avro_value_write(writer, value), 0);
		check_value(plan, &made.wanted, value,
		    (struct text){datum, (size_t)avro_writer_tell(writer)},
		    (char *)making->text.data);
		avro_writer_free(writer);
		free(datum);
	}
	avro_reader_format.close(plan);
}

static void
reads_what_avro_c_writes(void **state)
{
	static struct making making;
	unsigned i;

	for (i = 0; i < SCHEMAS; i++) {
		avro_value_iface_t *iface;
		avro_schema_t schema;
		avro_value_t value;

		making.text.size = making.path_count = making.names = 0;
		make_record(&making, "", 0);
		buffer_add_byte(&making.text, 0);
		assert_int_equal(avro_schema_from_json_length(
				     (char *)making.text.data, making.text.size - 1, &schema),
		    0);
		iface = avro_generic_class_from_schema(schema);
		assert_int_equal(avro_generic_value_new(iface, &value), 0);
		check_values(&making, schema, &value);
		avro_value_decref(&value);
		avro_value_iface_decref(iface);
		avro_schema_decref(schema);
	}
	buffer_fini(&making.text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_what_avro_c_writes),
	};

	return cmocka_run_group_tests_name("avro peer", tests, NULL, NULL);
}
