/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any text as a schema. What is read keeps its bounds, can be compiled to a
 * walk and to plans that want some of it, and both bear any data.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/avro_walk.h"
#include "cells.h"
#include "model/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool held, const char *what)
{
	if (held)
		return;
	fprintf(stderr, "%s\n", what);
	abort();
}

static void
check_bounds(const struct avro_schema *schema)
{
	const struct avro_node *root = avro_schema_root(schema);

	must(root->expanded && root->expanded <= AVRO_EXPANDED_MAX, "too many types");
	must(root->depth && root->depth <= AVRO_DEPTH_MAX, "too deep");
	must(root->order == avro_schema_count(schema) - 1 || root->name.data,
	    "the root is not the last node");
	must(avro_schema_count(schema) <= AVRO_NODES_MAX, "too many nodes");
}

static void
walk_over(const struct avro_schema *schema, struct text data)
{
	const uint8_t *begin = (const uint8_t *)data.data, *end = begin + data.size, *behind;
	enum avro_walk_kind kind;

	for (kind = AVRO_WALK_FRAMES; kind <= AVRO_WALK_CHECKS; kind++) {
		struct avro_walk *walk = avro_walk_open(schema, kind);
		struct avro_spot spot;

		behind = avro_walk_run(
		    walk, avro_walk_add(walk, avro_schema_root(schema)), begin, end, &spot);
		must(behind ? behind >= begin && behind <= end : spot.at >= begin && spot.at <= end,
		    "the walk left the data");
		must(
		    behind || spot.fault != AVRO_FAULT_NONE, "the walk does not say what is wrong");
		avro_walk_close(walk);
	}
}

static void
plan_for(struct text text, struct text data)
{
	static const struct text paths[] = {
	    {"a", 1}, {"b", 1}, {"x.x.x", 5}, {"a.b.c", 5}, {"k.l", 3}};
	static const bool may_lack[ARRAY_COUNT(paths)] = {true, true, true, true, true};
	struct wanted wanted = {.count = ARRAY_COUNT(paths),
	    .paths = paths,
	    .may_lack = may_lack,
	    .changes_path = TEXT("l"),
	    .rest = true};
	struct message_schema message = {.format = FORMAT_AVRO, .text = text};
	struct cell cells[ARRAY_COUNT(paths)] = {{.kind = CELL_ABSENT}};
	struct row_problem problem = {0};
	struct arena arena;
	struct row row = {.cells = cells, .arena = &arena};
	struct plan *plan;

	if (!avro_reader_format.open(&message, &wanted, 100, &plan, &problem)) {
		must(problem.reason != NULL, "the plan does not say why");
		return;
	}
	arena_init(&arena);
	if (!avro_reader_format.read(plan, data, &row, &problem))
		must(problem.reason != NULL, "the reading does not say why");
	arena_fini(&arena);
	avro_reader_format.close(plan);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text text = {(const char *)data, size};
	struct avro_schema *schema;
	struct error err = {0};

	if (!avro_schema_open(text, &schema, &err)) {
		must(err.kind == ERROR_MALFORMED || err.kind == ERROR_LIMIT,
		    "an error of a strange kind");
		must(text_is_utf8(text_of(err.text)), "a sentence that is not UTF-8");
		return 0;
	}
	check_bounds(schema);
	walk_over(schema, text);
	plan_for(text, text);
	avro_schema_close(schema);
	return 0;
}
