/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a lineage. What is accepted must print to a text that reads back
 * to itself, and must trace an event that changes every field it names.
 */
#include <stdio.h>
#include <stdlib.h>

#include "lineage/classes.h"
#include "lineage/reach.h"
#include "lineage/tree.h"
#include "lineage/uses.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
sure(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "%s\n", what);
	abort();
}

static void
check_text(const struct lineage *lineage)
{
	struct buffer first = {0}, second = {0}, tree = {0};
	struct lineage *again = NULL;
	struct error err = {0};

	lineage_print(lineage, &first);
	sure(lineage_parse("printed", buffer_text(&first), &again, &err), err.text);
	lineage_print(again, &second);
	sure(text_equal(buffer_text(&first), buffer_text(&second)),
	    "the canonical text is not stable");
	sure(lineage_tree(lineage, TEXT_NONE, &tree), "an empty tree");
	lineage_close(again);
	buffer_fini(&first);
	buffer_fini(&second);
	buffer_fini(&tree);
}

/* Fields of every feature, each once, as an event of the dataset. */
static void
fill_event(const struct lineage *lineage, uint32_t dataset, struct symbols *names,
    struct event *event, struct arena *arena)
{
	struct symbols *fields = symbols_open();
	uint32_t i, j;

	for (i = 0; i < lineage->feature_count; i++)
		for (j = 0; j < lineage->features[i].field_count; j++)
			symbols_add(fields, lineage->features[i].fields[j]);
	event->dataset = symbols_add(names, lineage->datasets[dataset].name);
	event->change_count = symbols_count(fields) - 1;
	event->changes = arena_get_zero(arena, symbols_count(fields) * sizeof(*event->changes));
	for (i = 0; i < event->change_count; i++)
		event->changes[i].field = symbols_add(names, symbols_text(fields, i + 1));
	symbols_close(fields);
}

/* What a filter lets through, its class must reach. */
static void
check_event(struct tracer *tracer, uint32_t dataset, struct symbols *names, struct arena *arena)
{
	const struct lineage *lineage = tracer_lineage(tracer);
	const struct origin origin = {0};
	struct event event = {0};
	struct trace trace;
	uint32_t feature, at = 0;

	fill_event(lineage, dataset, names, &event, arena);
	trace = lineage_event(tracer, &event, arena);
	for (feature = 0; feature < lineage->feature_count; feature++) {
		bool may = at < trace.class->feature_count && trace.class->features[at] == feature;

		at += may;
		sure(may || lineage_reaches(lineage, feature, &event, &origin, names) == REACHES_NO,
		    "a class does not reach what its event does");
	}
	sure(at == trace.class->feature_count, "features of a class are not ascending");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lineage *lineage = NULL;
	struct lineage_use uses[4];
	struct symbols *names;
	struct tracer *tracer;
	struct arena arena;
	struct error err;
	uint32_t i;

	if (!lineage_parse("input", (struct text){(const char *)data, size}, &lineage, &err))
		return 0;
	check_text(lineage);
	for (i = 0; i < lineage->model_count; i++)
		(void)lineage_versions_after(&lineage->models[i], 0, uses, ARRAY_COUNT(uses));
	arena_init(&arena);
	names = symbols_open();
	tracer = tracer_open(names);
	tracer_set(tracer, lineage, 1);
	for (i = 0; i < lineage->dataset_count && i < 4; i++)
		check_event(tracer, i, names, &arena);
	tracer_close(tracer);
	symbols_close(names);
	arena_fini(&arena);
	return 0;
}
