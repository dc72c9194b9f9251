/* SPDX-License-Identifier: Apache-2.0 */
/* Events of a batch, the order of their changes, and what their classes reach. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "lineage/classes.h"

static const char yaml[] =
    "version: 1\n"
    "datasets: [{name: tickets}, {name: orders}]\n"
    "features:\n"
    "  - {name: f0, dataset: tickets, field: priority, encode: numeric, key: entity, aggregate: "
    "last}\n"
    "  - {name: f1, feature: f4, key: none, aggregate: max}\n"
    "  - {name: f2, dataset: tickets, key: team, aggregate: count}\n"
    "  - {name: f3, dataset: tickets, fields: [impact, urgency], key: none, aggregate: distinct,\n"
    "     filter: [{field: state, is: [open]}, {field: state, is: [new]}, {field: team, is: "
    "[a]}]}\n"
    "  - {name: f4, dataset: tickets, field: group, key: 'field:state', aggregate: count}\n"
    "  - {name: f5, dataset: orders, field: priority, key: none, aggregate: count}\n"
    "  - {name: f6, dataset: tickets, key: none, aggregate: count, filter: [{field: priority, is: "
    "[1]}]}\n"
    "models:\n"
    "  - {name: m0, version: 1, kind: linear, inputs: [{feature: f0, weight: 1}, {feature: f5, "
    "weight: 1}]}\n"
    "  - {name: m1, version: 1, kind: linear, inputs: [{feature: f1, weight: 1}]}\n"
    "  - {name: m2, version: 1, kind: opaque, inputs: [{feature: f3}]}\n";

static struct lineage *
parse(const char *text)
{
	struct lineage *lineage = NULL;
	struct error err = {0};

	if (!lineage_parse("l.yaml", text_of(text), &lineage, &err))
		fail_msg("%s", err.text);
	return lineage;
}

/* An event with the comma-separated fields; each new value is its place in the list. */
static void
make_event(struct batch *batch, struct symbols *names, const char *dataset, const char *fields)
{
	size_t i = batch->count;
	struct event *event = &batch->events[i];
	const char *end;

	batch_add(batch);
	batch->outcomes[i] = (struct outcome){DISPOSITION_RECORDED};
	batch->traces[i] = (struct trace){NULL};
	*event = (struct event){.dataset = symbols_add(names, text_of(dataset))};
	event->changes =
	    arena_get_zero(&batch->arena, (strlen(fields) + 1) * sizeof(*event->changes));
	for (; *fields; fields = *end ? end + 1 : end) {
		struct change *change = &event->changes[event->change_count];

		end = strchrnul(fields, ',');
		change->field = symbols_add(names, (struct text){fields, (size_t)(end - fields)});
		change->new_value =
		    (struct value){.kind = VALUE_LONG, .integer = event->change_count++};
	}
}

static const char *
list(const uint32_t *numbers, uint32_t count, char *out)
{
	char *p = out;
	uint32_t i;

	*p = '\0';
	for (i = 0; i < count; i++)
		p += sprintf(p, "%s%u", i ? " " : "", numbers[i]);
	return out;
}

/* "field=place" of each change in its order now. */
static const char *
order(const struct event *event, const struct symbols *names, char *out)
{
	char *p = out;
	uint32_t i;

	*p = '\0';
	for (i = 0; i < event->change_count; i++)
		p += sprintf(p, "%s%s=%d", i ? " " : "",
		    symbols_text(names, event->changes[i].field).data,
		    (int)event->changes[i].new_value.integer);
	return out;
}

static const struct reach {
	const char *dataset, *fields, *order, *features, *models;
} reaches[] = {
    {"tickets", "", "", "2", ""},
    {"tickets", "priority", "priority=0", "0 2 6", "0"},
    {"tickets", "unknown", "unknown=0", "2", ""},
    {"tickets", "impact", "impact=0", "2", ""},
    {"tickets", "impact,state", "impact=0 state=1", "2 3", "2"},
    {"tickets", "state,urgency", "state=0 urgency=1", "2 3", "2"},
    {"tickets", "state", "state=0", "2", ""},
    {"tickets", "group", "group=0", "2", ""},
    {"tickets", "state,group", "group=1 state=0", "1 2 4", "1"},
    {"tickets", "urgency,state,priority,impact,group",
	"group=4 impact=3 priority=2 state=1 urgency=0", "0 1 2 3 4 6", "0 1 2"},
    {"tickets", "state,priority,group,impact", "group=2 impact=3 priority=1 state=0", "0 1 2 3 4 6",
	"0 1 2"},
    {"orders", "priority", "priority=0", "5", "0"},
    {"orders", "", "", "", ""},
    {"elsewhere", "priority,b,a", "a=2 b=1 priority=0", "", ""},
};

static void
a_class_reaches_what_its_fields_may_move(void **state)
{
	struct symbols *names = symbols_open();
	struct tracer *tracer = tracer_open(names);
	struct batch batch;
	char text[400];
	int round;
	size_t i;

	(void)state;
	batch_init(&batch, 64, 1 << 20);
	tracer_set(tracer, parse(yaml), 3);
	/* The second time all come from the table. */
	for (round = 0; round < 2; round++) {
		batch_reset(&batch);
		for (i = 0; i < ARRAY_COUNT(reaches); i++)
			make_event(&batch, names, reaches[i].dataset, reaches[i].fields);
		lineage_batch(tracer, &batch);
		for (i = 0; i < ARRAY_COUNT(reaches); i++) {
			const struct trace_class *class = batch.traces[i].class;

			assert_string_equal(order(&batch.events[i], names, text), reaches[i].order);
			assert_string_equal(
			    list(class->features, class->feature_count, text), reaches[i].features);
			assert_string_equal(
			    list(class->models, class->model_count, text), reaches[i].models);
			assert_int_equal(class->epoch, 3);
			assert_int_equal(class->dataset, batch.events[i].dataset);
			assert_int_equal(class->field_count, batch.events[i].change_count);
		}
	}
	assert_int_equal(tracer_counts(tracer).classes, ARRAY_COUNT(reaches));
	batch_fini(&batch);
	tracer_close(tracer);
	symbols_close(names);
}

static void
one_set_in_any_order_is_one_class(void **state)
{
	static const char *const orders[] = {
	    "a,b,c,d", "d,c,b,a", "b,c,d,a", "a,c,b,d", "d,a,b,c", "b,a,d,c"};
	struct symbols *names = symbols_open();
	struct tracer *tracer = tracer_open(names);
	struct batch batch;
	char text[100];
	size_t i, j;

	(void)state;
	/* Symbols in another order than their texts. */
	symbols_add(names, TEXT("c"));
	symbols_add(names, TEXT("a"));
	batch_init(&batch, 16, 1 << 20);
	for (i = 0; i < ARRAY_COUNT(orders) * 2; i++)
		make_event(&batch, names, "d", orders[i % ARRAY_COUNT(orders)]);
	lineage_batch(tracer, &batch);
	for (i = 0; i < batch.count; i++) {
		assert_ptr_equal(batch.traces[i].class, batch.traces[0].class);
		for (j = 0; j < 4; j++)
			assert_int_equal(
			    symbols_text(names, batch.events[i].changes[j].field).data[0],
			    'a' + (int)j);
		/* Values went with their fields. */
		for (j = 0; j < 4; j++)
			assert_int_equal(orders[i % ARRAY_COUNT(orders)]
					       [2 * batch.events[i].changes[j].new_value.integer],
			    'a' + (int)j);
	}
	assert_string_equal(order(&batch.events[2], names, text), "a=3 b=0 c=1 d=2");
	assert_int_equal(batch.traces[0].class->number, 1);
	assert_int_equal(tracer_counts(tracer).classes, 1);
	assert_int_equal(tracer_counts(tracer).sequences, ARRAY_COUNT(orders));
	batch_fini(&batch);
	tracer_close(tracer);
	symbols_close(names);
}

static void
only_recorded_events_are_traced(void **state)
{
	struct symbols *names = symbols_open();
	struct tracer *tracer = tracer_open(names);
	struct batch batch;

	(void)state;
	batch_init(&batch, 4, 1 << 20);
	make_event(&batch, names, "d", "b,a");
	make_event(&batch, names, "d", "b,a");
	batch.outcomes[0].disposition = DISPOSITION_QUARANTINED;
	lineage_batch(tracer, &batch);
	assert_null(batch.traces[0].class);
	assert_int_equal(batch.events[0].changes[0].new_value.integer, 0);
	assert_non_null(batch.traces[1].class);
	assert_int_equal(batch.traces[1].class->epoch, 0);
	batch_fini(&batch);
	tracer_close(tracer);
	symbols_close(names);
}

static void
an_epoch_stays_readable_through_the_next(void **state)
{
	struct symbols *names = symbols_open();
	struct tracer *tracer = tracer_open(names);
	struct batch batch;

	(void)state;
	batch_init(&batch, 4, 1 << 20);
	tracer_set(tracer, parse(yaml), 1);
	make_event(&batch, names, "tickets", "priority");
	lineage_batch(tracer, &batch);
	tracer_set(tracer, parse("version: 1\ndatasets: [{name: tickets}]"), 2);
	batch.outcomes[0].disposition = DISPOSITION_FILTERED;
	make_event(&batch, names, "tickets", "priority");
	lineage_batch(tracer, &batch);
	assert_int_equal(batch.traces[0].class->epoch, 1);
	assert_int_equal(batch.traces[0].class->feature_count, 3);
	assert_int_equal(batch.traces[1].class->epoch, 2);
	assert_int_equal(batch.traces[1].class->feature_count, 0);
	assert_int_equal(batch.traces[1].class->number, 2);
	assert_int_equal(tracer_epoch(tracer), 2);
	tracer_set(tracer, NULL, 3);
	assert_null(tracer_lineage(tracer));
	assert_int_equal(batch.traces[1].class->epoch, 2);
	batch_fini(&batch);
	tracer_close(tracer);
	symbols_close(names);
}

static void
text_that_features_look_at_is_kept(void **state)
{
	static const struct {
		const char *dataset, *field;
		bool kept;
	} cases[] = {
	    {"tickets", "priority", true},
	    {"tickets", "state", true}, /* a filter and a key */
	    {"tickets", "urgency", true},
	    {"tickets", "team", false}, /* the filter is on the origin's team */
	    {"tickets", "note", false},
	    {"orders", "priority", true},
	    {"orders", "state", false},
	    {"elsewhere", "priority", false},
	};
	struct symbols *names = symbols_open();
	struct tracer *tracer = tracer_open(names);
	int round;
	size_t i;

	(void)state;
	for (round = 0; round < 3; round++) {
		for (i = 0; i < ARRAY_COUNT(cases); i++) {
			uint32_t dataset = symbols_add(names, text_of(cases[i].dataset));
			uint32_t field = symbols_add(names, text_of(cases[i].field));

			assert_int_equal(lineage_reads_text(tracer, dataset, field),
			    round == 1 && cases[i].kept);
		}
		tracer_set(tracer, round == 0 ? parse(yaml) : NULL, 1);
	}
	assert_false(lineage_reads_text(tracer, SYMBOL_NONE, SYMBOL_NONE));
	tracer_close(tracer);
	symbols_close(names);
}

/* Every set of 17 fields is more than the bound. */
static void
beyond_the_bound_an_event_has_a_class_of_its_own(void **state)
{
	struct symbols *names = symbols_open();
	struct tracer *tracer = tracer_open(names);
	struct arena arena;
	struct change changes[17];
	uint32_t symbols[17], set, i;
	struct event event;
	struct trace trace;
	uint64_t alone = 0;
	char name[16];

	(void)state;
	arena_init(&arena);
	for (i = 0; i < 17; i++) {
		snprintf(name, sizeof(name), "x%02u", i);
		symbols[i] = symbols_add(names, i == 5 ? TEXT("priority") : text_of(name));
	}
	tracer_set(tracer, parse(yaml), 1);
	for (set = 0; set < 1u << 17; set++) {
		event = (struct event){
		    .dataset = symbols_find(names, TEXT("tickets")), .changes = changes};
		for (i = 17; i-- > 0;)
			if (set >> i & 1)
				changes[event.change_count++].field = symbols[i];
		trace = lineage_event(tracer, &event, &arena);
		alone += trace.class->number == 0;
		assert_int_equal(trace.class->field_count, event.change_count);
		assert_int_equal(trace.class->feature_count, set >> 5 & 1 ? 3 : 1);
		for (i = 1; i < event.change_count; i++)
			assert_true(text_compare(symbols_text(names, changes[i - 1].field),
					symbols_text(names, changes[i].field)) < 0);
		arena_reset(&arena);
	}
	assert_true(alone > 0);
	assert_int_equal(tracer_counts(tracer).uncached, alone);
	assert_true(tracer_counts(tracer).classes <= TRACE_CLASSES_MAX);
	assert_true(tracer_counts(tracer).sequences <= TRACE_SEQUENCES_MAX + 1);
	assert_int_equal(tracer_counts(tracer).classes + alone, 1u << 17);
	arena_fini(&arena);
	tracer_close(tracer);
	symbols_close(names);
}

/* One huge event after another in ever new orders: bounded in bytes, still sorted. */
static void
long_sequences_are_bounded_in_bytes(void **state)
{
	enum {
		FIELDS = 512,
		ROUNDS = 6000
	};
	static struct change changes[FIELDS];
	struct symbols *names = symbols_open();
	struct tracer *tracer = tracer_open(names);
	struct arena arena;
	struct event event;
	char name[16];
	uint32_t i, round, at, seed = 1, symbols[FIELDS], swap;

	(void)state;
	arena_init(&arena);
	for (i = 0; i < FIELDS; i++) {
		snprintf(name, sizeof(name), "%03u", i);
		symbols[i] = symbols_add(names, text_of(name));
	}
	for (round = 0; round < ROUNDS; round++) {
		for (i = FIELDS - 1; i > 0; i--) {
			seed = seed * 1664525u + 1013904223u;
			at = (seed >> 8) % (i + 1);
			swap = symbols[i];
			symbols[i] = symbols[at];
			symbols[at] = swap;
		}
		for (i = 0; i < FIELDS; i++)
			changes[i] = (struct change){.field = symbols[i],
			    .new_value = {.kind = VALUE_LONG, .integer = symbols[i]}};
		event = (struct event){.changes = changes, .change_count = FIELDS};
		assert_int_equal(lineage_event(tracer, &event, &arena).class->number, 1);
		for (i = 0; i < FIELDS; i++)
			assert_true(
			    changes[i].field == i + 1 && changes[i].new_value.integer == i + 1);
		arena_reset(&arena);
	}
	assert_true(tracer_counts(tracer).bytes < TRACE_BYTES_MAX + (64 << 10));
	assert_true(tracer_counts(tracer).sequences < ROUNDS);
	arena_fini(&arena);
	tracer_close(tracer);
	symbols_close(names);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_class_reaches_what_its_fields_may_move),
	    cmocka_unit_test(one_set_in_any_order_is_one_class),
	    cmocka_unit_test(only_recorded_events_are_traced),
	    cmocka_unit_test(an_epoch_stays_readable_through_the_next),
	    cmocka_unit_test(text_that_features_look_at_is_kept),
	    cmocka_unit_test(beyond_the_bound_an_event_has_a_class_of_its_own),
	    cmocka_unit_test(long_sequences_are_bounded_in_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
