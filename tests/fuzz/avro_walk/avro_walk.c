/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hostile data of many schemas: the first byte says which, or that the schema
 * itself comes first, up to a NUL. A plan reads it, and a walk must end where
 * the plan ends; avro-c reads it too, elsewhere. If both accept, the values
 * are equal; what we refuse and avro-c accepts is refused for being strict.
 */
#include <stdio.h>
#include <stdlib.h>

#include "avro_row.h"
#include "base/buffer.h"
#include "base/avro_walk.h"
#include "model/message.h"
#include "model/reason.h"
#include "peer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PATHS_MAX 12
#define CHANGES_MAX 100
#define F(name, type) "{\"name\":\"" name "\",\"type\":" type "}"
#define R(name, fields) "{\"type\":\"record\",\"name\":\"" name "\",\"fields\":[" fields "]}"
#define A(items) "{\"type\":\"array\",\"items\":" items "}"
#define M(values) "{\"type\":\"map\",\"values\":" values "}"

static const char *const schemas[] = {
    R("r",
	F("a", "\"null\"") "," F("b", "\"boolean\"") "," F("c", "\"int\"") "," F(
	    "d", "\"long\"") "," F("e", "\"float\"") "," F("f", "\"double\"") "," F("g",
	    "\"bytes\"") "," F("h", "\"string\"")),
    R("r",
	F("a", "[\"null\",\"string\"]") "," F("b", "[\"long\",\"null\"]") "," F(
	    "c", "[\"null\",\"int\",\"double\",\"string\"]")),
    R("r",
	F("a", A("\"int\"")) "," F("b", A(A("\"string\""))) "," F("c", A("\"double\"")) "," F(
	    "d", "\"int\"")),
    R("r",
	F("a", M("\"string\"")) "," F("b", M("[\"null\"," M("\"long\"") "]")) "," F(
	    "k", "\"int\"")),
    R("r",
	F("a", "{\"type\":\"enum\",\"name\":\"e\",\"symbols\":[\"A\",\"B\",\"C\"]}") "," F(
	    "b", "{\"type\":\"fixed\",\"name\":\"x\",\"size\":5}") "," F("c", "[\"e\",\"x\"]")),
    R("r", F("v", "\"int\"") "," F("next", "[\"null\",\"r\"]") "," F("w", "\"string\"")),
    R("r", F("v", "\"int\"") "," F("inside", A("\"r\""))),
    R("r", F("a", A("\"null\"")) "," F("b", A(R("e", ""))) "," F("c", "\"int\"")),
    R("r",
	F("l",
	    A(R("c",
		F("field", "\"string\"") "," F("old", "[\"null\",\"string\",\"long\"]") "," F(
		    "new", "[\"null\",\"string\",\"double\"]")))) "," F("n",
	    R("i", F("p", R("j", F("q", "[\"null\",\"boolean\"]")))))),
    "[\"null\"," R("r", F("a", "\"int\"")) "," R(
	"s", F("a", "\"string\"") "," F("b", "[\"r\",\"null\"]")) "]",
};

static void
must(bool held, const char *what, struct text schema, const char *more)
{
	if (held)
		return;
	fprintf(stderr, "%s: %s\nschema %.*s\n", what, more, TEXT_PRINT(schema));
	abort();
}

/* Names of the fields that a reader could want, through records and unions. */
struct path_list {
	char texts[PATHS_MAX][128];
	struct text paths[PATHS_MAX];
	bool may_lack[PATHS_MAX];
	size_t count;
};

static void
list_paths(struct path_list *list, const struct avro_node *node, const char *path, unsigned depth)
{
	uint32_t i;

	for (i = 0; node->kind == AVRO_KIND_UNION && i < node->count; i++)
		list_paths(list, node->inside[i], path, depth);
	for (i = 0; node->kind == AVRO_KIND_RECORD && i < node->count && depth < 4; i++) {
		char *text = list->texts[list->count];
		int used;
		size_t k;

		if (list->count == PATHS_MAX)
			return;
		used = snprintf(text, sizeof(list->texts[0]), "%s%s%.*s", path, *path ? "." : "",
		    TEXT_PRINT(node->fields[i].name));
		if (used >= 60)
			continue;
		for (k = 0; k < list->count && strcmp(list->texts[k], text) != 0; k++)
			;
		if (k < list->count)
			continue;
		list->may_lack[list->count] = true;
		list->paths[list->count++] = text_of(text);
		list_paths(list, node->fields[i].type, text, depth + 1);
	}
}

/* Ours is stricter than avro-c in these, and says so by reason or sentence. */
static bool
is_strict(const struct row_problem *problem)
{
	static const enum avro_fault faults[] = {
	    AVRO_FAULT_TRAILING,
	    AVRO_FAULT_BOOLEAN,
	    AVRO_FAULT_INT,
	    AVRO_FAULT_OVERLONG,
	    AVRO_FAULT_BLOCK,
	    AVRO_FAULT_COUNT,
	    AVRO_FAULT_EMPTY,
	    AVRO_FAULT_DEPTH,
	    AVRO_FAULT_SYMBOL,
	};
	size_t i;

	if (strcmp(problem->reason, REASON_AVRO) != 0)
		return true; /* text that is not UTF-8, a NUL, changes, limits */
	for (i = 0; i < ARRAY_COUNT(faults); i++)
		if (strstr(problem->detail, avro_fault_sentence(faults[i])))
			return true;
	return strstr(problem->detail, "one key twice") != NULL;
}

/* A reading as the specification says it, one function for each thing it
 * says; it looks into blocks that say their size, which ours passes over. */
struct reference {
	struct reader reader;
	unsigned steps; /* left, so that it ends */
	bool sized;     /* it met a block that says its size */
};

static void
reference_value(struct reference *reference, const struct avro_node *node, unsigned depth);

static void
reference_items(struct reference *reference, const struct avro_node *node, unsigned depth)
{
	int64_t stated;
	uint64_t count;

	while (!reference->reader.bad && (stated = reader_long(&reference->reader)) != 0) {
		if (stated < 0) {
			reference->sized = true;
			reader_long(&reference->reader);
		}
		/* The least of all has no positive twin. */
		count = stated < 0 ? 0 - (uint64_t)stated : (uint64_t)stated;
		for (; count && !reference->reader.bad; count--) {
			if (node->kind == AVRO_KIND_MAP)
				reader_string(&reference->reader);
			reference_value(reference, node->inside[0], depth + 1);
		}
	}
}

static void
reference_value(struct reference *reference, const struct avro_node *node, unsigned depth)
{
	struct reader *reader = &reference->reader;
	uint32_t i;
	int64_t branch;

	if (depth > 200 || !reference->steps--) {
		reference->steps = 0;
		reader->bad = true;
	}
	if (reader->bad)
		return;
	switch (node->kind) {
	case AVRO_KIND_NULL:
		break;
	case AVRO_KIND_BOOLEAN:
		reader_take(reader, 1);
		break;
	case AVRO_KIND_INT:
	case AVRO_KIND_LONG:
	case AVRO_KIND_ENUM:
		reader_long(reader);
		break;
	case AVRO_KIND_FLOAT:
		reader_take(reader, 4);
		break;
	case AVRO_KIND_DOUBLE:
		reader_take(reader, 8);
		break;
	case AVRO_KIND_BYTES:
	case AVRO_KIND_STRING:
		reader_string(reader);
		break;
	case AVRO_KIND_FIXED:
		reader_take(reader, node->size_bytes);
		break;
	case AVRO_KIND_RECORD:
		for (i = 0; i < node->count; i++)
			reference_value(reference, node->fields[i].type, depth + 1);
		break;
	case AVRO_KIND_ARRAY:
	case AVRO_KIND_MAP:
		reference_items(reference, node, depth);
		break;
	case AVRO_KIND_UNION:
		branch = reader_long(reader);
		if (branch < 0 || branch >= node->count)
			reader->bad = true;
		else
			reference_value(reference, node->inside[branch], depth + 1);
		break;
	}
}

/* Both kinds of walk over a datum that the plan reads end at its end, where the reference does. */
static void
check_walks(const struct avro_schema *schema, struct text text, struct text datum, bool good,
    const struct reference *reference)
{
	const uint8_t *begin = (const uint8_t *)datum.data, *end = begin + datum.size, *frames,
		      *checks;
	struct avro_walk *walk;
	struct avro_spot spot = {0}, other;

	walk = avro_walk_open(schema, AVRO_WALK_FRAMES);
	frames =
	    avro_walk_run(walk, avro_walk_add(walk, avro_schema_root(schema)), begin, end, &spot);
	avro_walk_close(walk);
	walk = avro_walk_open(schema, AVRO_WALK_CHECKS);
	checks =
	    avro_walk_run(walk, avro_walk_add(walk, avro_schema_root(schema)), begin, end, &other);
	avro_walk_close(walk);
	must(!good || frames == end, "the plan reads what the walk of frames does not", text, "");
	must(!good || checks == end, "the plan reads what the walk with checks does not", text, "");
	must(!checks || checks == frames, "the walks end at different places", text, "");
	if (reference->sized || !reference->steps)
		return;
	must(!frames || (!reference->reader.bad && reference->reader.next == frames),
	    "the walk reads what the reference does not", text, "");
	must(frames || reference->reader.bad || spot.fault == AVRO_FAULT_EMPTY ||
		spot.fault == AVRO_FAULT_DEPTH,
	    "the reference reads what the walk does not", text, avro_fault_sentence(spot.fault));
}

/* avro-c has no memory for values that take none. */
static bool
has_empty(const struct avro_node *node, unsigned depth)
{
	uint32_t i;

	if ((node->kind != AVRO_KIND_NULL && !node->min_bytes) || depth > 10)
		return true;
	if (node->kind == AVRO_KIND_ARRAY || node->kind == AVRO_KIND_MAP)
		return !node->inside[0]->min_bytes || has_empty(node->inside[0], depth + 1);
	for (i = 0; node->kind == AVRO_KIND_UNION && i < node->count; i++)
		if (has_empty(node->inside[i], depth + 1))
			return true;
	for (i = 0; node->kind == AVRO_KIND_RECORD && !node->recursive && i < node->count; i++)
		if (has_empty(node->fields[i].type, depth + 1))
			return true;
	return false;
}

static void
check_peer(const struct avro_schema *schema, struct text text, const struct wanted *wanted,
    struct text datum, bool good, const struct row_problem *problem, struct text ours)
{
	struct buffer theirs = {0};
	enum peer_answer answer = peer_read(text, wanted, datum, &theirs);

	if (answer == PEER_READ && good)
		must(text_equal(ours, buffer_text(&theirs)), "the values differ", text, "");
	else if (answer == PEER_READ)
		must(is_strict(problem), "avro-c reads it", text, problem->detail);
	else if (answer == PEER_REFUSED)
		must(!good || has_empty(avro_schema_root(schema), 0), "avro-c does not read it",
		    text, "");
	buffer_fini(&theirs);
}

static void
check_datum(const struct avro_schema *schema, struct text text, const struct path_list *list,
    struct text datum)
{
	struct wanted wanted = {.count = list->count,
	    .paths = list->paths,
	    .may_lack = list->may_lack,
	    .changes_path = TEXT("l"),
	    .rest = datum.size % 2};
	struct message_schema message = {.format = FORMAT_AVRO, .text = text};
	struct cell cells[PATHS_MAX] = {{.kind = CELL_ABSENT}};
	struct row_problem problem = {0};
	struct buffer line = {0};
	struct arena arena;
	struct row row = {.cells = cells, .arena = &arena};
	struct reference reference = {.reader = reader_of(datum), .steps = 100000};
	struct plan *plan;
	bool good;

	if (!avro_reader_format.open(&message, &wanted, CHANGES_MAX, &plan, &problem))
		return;
	arena_init(&arena);
	good = avro_reader_format.read(plan, datum, &row, &problem);
	reference_value(&reference, avro_schema_root(schema), 0);
	check_walks(schema, text, datum, good, &reference);
	wanted.rest = row.has_changes = false;
	if (good)
		show_row(&wanted, &row, &line);
	/* avro-c looks into those blocks, and does not mind what size they say. */
	if (!reference.sized)
		check_peer(schema, text, &wanted, datum, good, &problem, buffer_text(&line));
	buffer_fini(&line);
	arena_fini(&arena);
	avro_reader_format.close(plan);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct path_list list = {.count = 0};
	struct text text, datum;
	struct avro_schema *schema;

	if (size < 1)
		return 0;
	if (data[0] == 0xff) {
		size_t length = strnlen((const char *)data + 1, size - 1);

		text = (struct text){(const char *)data + 1, length};
		if (length + 2 > size)
			return 0;
		datum = (struct text){(const char *)data + length + 2, size - length - 2};
	} else {
		text = text_of(schemas[data[0] % ARRAY_COUNT(schemas)]);
		datum = (struct text){(const char *)data + 1, size - 1};
	}
	if (!avro_schema_open(text, &schema, NULL))
		return 0;
	list_paths(&list, avro_schema_root(schema), "", 0);
	check_datum(schema, text, &list, datum);
	avro_schema_close(schema);
	return 0;
}
