/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Features of features against a naive model, which keeps all members in a plain
 * array and computes each value anew. Random events, expiry of the source and of the
 * window; every value is compared bit by bit, and what is said of left and joined.
 */
#include "chain.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/compiler.h"
#include "column_wide.h"

#define IMAGE_MAX ((size_t)1 << 30)
#define ROWS 6
#define SOURCES 70
#define STEPS 20000
#define SNAPSHOTS 300
#define MEMBER_OFFSET 32
#define COLUMN_OFFSET 16
#define SOURCE_BYTES 16384 /* a few to a page, so that each must be touched */

struct model_member {
	int row; /* -1: of none */
	double value;
	int64_t pane;
	uint64_t sequence, arrival; /* of the event; when it came to the pane */
};

struct world {
	struct columns columns;
	struct chain_plan plan;
	place rows[ROWS], sources[SOURCES];
	struct model_member members[SOURCES];
	size_t row_bytes, bytes_before;
	uint64_t seed, sequence, arrivals;
	int64_t clock_ms;
	double (*draw_value)(struct world *world);
	int expected; /* source that leaves next, while panes leave */
};

static uint64_t
draw(struct world *world, uint64_t below)
{
	world->seed ^= world->seed >> 12;
	world->seed ^= world->seed << 25;
	world->seed ^= world->seed >> 27;
	return (world->seed * 0x2545F4914F6CDD1Dull >> 11) % below;
}

/* --- values ------------------------------------------------------------------------------ */

static double
few(struct world *world)
{
	return (double)draw(world, 5) - 2;
}

static double
prices(struct world *world)
{
	return ((double)draw(world, 2000001) - 1000000) / 100;
}

static double
wild(struct world *world)
{
	static const double some[] = {1e308, -1e308, 1.7e308, -1.7e308, 0x1p-1074, -0x1p-1074, 0,
	    -0.0, 1, 0x1p62, 0x1p-65, 0x1p-1022};
	uint64_t bits = draw(world, UINT64_MAX) << 11 | draw(world, 2048);
	double value;

	if (draw(world, 2))
		return some[draw(world, ARRAY_COUNT(some))];
	memcpy(&value, &bits, sizeof(value));
	return isfinite(value) ? value : 0;
}

static bool
is_same(double a, double b)
{
	return memcmp(&a, &b, sizeof(a)) == 0 || (isnan(a) && isnan(b));
}

#define assert_same(a, b)                                                                          \
	do {                                                                                       \
		double a_ = (a), b_ = (b);                                                         \
		if (!is_same(a_, b_))                                                              \
			fail_msg("line %d: %a instead of %a", __LINE__, a_, b_);                   \
	} while (0)

/* --- the model --------------------------------------------------------------------------- */

static bool
is_better(const struct world *world, const struct model_member *a, const struct model_member *b)
{
	if (world->plan.aggregate == AGGREGATE_LAST)
		return a->sequence > b->sequence;
	if (a->value != b->value)
		return world->plan.aggregate == AGGREGATE_MIN ? a->value < b->value
							      : a->value > b->value;
	return a->sequence < b->sequence;
}

/* Of last, min, max; -1: no member. */
static int
model_best(const struct world *world, int row)
{
	int i, best = -1;

	for (i = 0; i < SOURCES; i++)
		if (world->members[i].row == row &&
		    (best < 0 || is_better(world, &world->members[i], &world->members[best])))
			best = i;
	return best;
}

static int
model_count(const struct world *world, int row)
{
	int i, count = 0;

	for (i = 0; i < SOURCES; i++)
		count += world->members[i].row == row;
	return count;
}

static double
model_summed(const struct world *world, int row)
{
	int i, count = model_count(world, row);
	struct school school = {{0}};

	for (i = 0; i < SOURCES; i++)
		if (world->members[i].row == row)
			school_add(&school, world->members[i].value);
	if (world->plan.aggregate == AGGREGATE_SUM)
		return school_sum(&school);
	return count ? school_mean(&school, count) : INFLUENCE_NONE;
}

static double
model_value(const struct world *world, int row)
{
	int best;

	switch (world->plan.aggregate) {
	case AGGREGATE_COUNT:
		return model_count(world, row);
	case AGGREGATE_RATE:
		return model_count(world, row) / world->plan.days;
	case AGGREGATE_SUM:
	case AGGREGATE_MEAN:
		return model_summed(world, row);
	default:
		best = model_best(world, row);
		return best < 0 ? INFLUENCE_NONE : world->members[best].value;
	}
}

static int64_t
model_pane(const struct world *world, int64_t time_ms)
{
	int64_t size = world->plan.pane_ms;

	if (!size)
		return 0;
	return time_ms >= 0 ? time_ms / size : -((-time_ms + size - 1) / size);
}

static int64_t
model_lowest(const struct world *world)
{
	int64_t lowest = INT64_MAX;
	int i;

	for (i = 0; world->plan.pane_ms && i < SOURCES; i++)
		if (world->members[i].row >= 0 && world->members[i].pane < lowest)
			lowest = world->members[i].pane;
	return lowest;
}

/* The first that came to the pane; -1: nobody is there. */
static int
model_next_to_leave(const struct world *world, int64_t pane)
{
	int i, next = -1;

	for (i = 0; i < SOURCES; i++)
		if (world->members[i].row >= 0 && world->members[i].pane == pane &&
		    (next < 0 || world->members[i].arrival < world->members[next].arrival))
			next = i;
	return next;
}

/* --- one world ---------------------------------------------------------------------------- */

static void
begin(struct world *world, enum lineage_aggregate aggregate, int64_t pane_ms,
    double (*draw_value)(struct world *world))
{
	struct error err = {0};
	int i;

	*world = (struct world){.seed = 1, .sequence = 1, .draw_value = draw_value};
	world->plan = (struct chain_plan){.aggregate = aggregate,
	    .pane_ms = pane_ms,
	    .panes = 5,
	    .days = 0.7,
	    .offset = COLUMN_OFFSET,
	    .member_offset = MEMBER_OFFSET};
	if (!image_open(IMAGE_MAX, &world->columns.image, &err))
		fail_msg("%s", err.text);
	world->row_bytes = COLUMN_OFFSET + chain_bytes(&world->plan);
	for (i = 0; i < ROWS; i++)
		world->rows[i] = image_get(world->columns.image, world->row_bytes);
	for (i = 0; i < SOURCES; i++) {
		world->sources[i] = image_get(world->columns.image, SOURCE_BYTES);
		world->members[i].row = -1;
	}
	if (pane_ms)
		world->plan.open = image_get(world->columns.image, COLUMN_OPEN_BYTES);
	world->bytes_before = image_bytes(world->columns.image);
}

static place
row_place(const struct world *world, int row)
{
	return row < 0 ? 0 : world->rows[row];
}

static int64_t
first_pane(const struct world *world)
{
	return model_pane(world, world->clock_ms) - world->plan.panes + 1;
}

/* What the model expects of one move: `row` -1 when the member leaves. */
struct expected {
	int old, row;
	double old_before, row_before;
};

static struct expected
expect(const struct world *world, int source, int row)
{
	int old = world->members[source].row;

	return (struct expected){
	    old, row, old < 0 ? 0 : model_value(world, old), row < 0 ? 0 : model_value(world, row)};
}

static void
check_move(
    const struct world *world, const struct expected *expected, const struct chain_move *move)
{
	bool parts = expected->old >= 0 && expected->old != expected->row;

	assert_int_equal(move->left, parts ? row_place(world, expected->old) : 0);
	if (parts) {
		assert_same(move->left_before, expected->old_before);
		assert_same(move->left_after, model_value(world, expected->old));
	}
	assert_int_equal(move->joined, row_place(world, expected->row));
	if (expected->row >= 0) {
		assert_same(move->before, expected->row_before);
		assert_same(move->after, model_value(world, expected->row));
	}
}

/* Most near the clock; some long past, some ahead, few very far. */
static int64_t
draw_time(struct world *world)
{
	static const int64_t reach[] = {1, 1, 1, 1, 6, 6, 40, 4000000};
	int64_t span = 1000 * reach[draw(world, ARRAY_COUNT(reach))];

	return world->clock_ms + (int64_t)draw(world, (uint64_t)span * 2) - span;
}

static void
event(struct world *world)
{
	int source = (int)draw(world, SOURCES), row = (int)draw(world, ROWS * 20) / 20;
	double value = draw(world, 20) ? world->draw_value(world) : INFLUENCE_NONE;
	struct model_member *member = &world->members[source];
	int64_t time_ms = draw_time(world), pane = model_pane(world, time_ms);
	struct expected expected;
	struct chain_move move;

	if (draw(world, 3) && member->row >= 0)
		row = member->row;
	if (draw(world, 30) == 0)
		row = -1; /* it has no key, or one beyond the limit */
	expected = expect(world, source,
	    isnan(value) || (world->plan.pane_ms && pane < first_pane(world)) ? -1 : row);
	chain_event(&world->columns, &world->plan, world->sources[source], value,
	    row_place(world, row), time_ms, first_pane(world), world->sequence, &move);
	if (expected.old < 0 || expected.row < 0 || member->pane != pane)
		member->arrival = world->arrivals++;
	*member = (struct model_member){
	    expected.row, value + 0.0, pane, world->sequence++, member->arrival};
	check_move(world, &expected, &move);
}

static void
source_expiry(struct world *world)
{
	int source = (int)draw(world, SOURCES);
	struct model_member *member = &world->members[source];
	double value = draw(world, 5) ? world->draw_value(world) : INFLUENCE_NONE;
	struct expected expected = expect(world, source, isnan(value) ? -1 : member->row);
	struct chain_move move;

	chain_expiry(&world->columns, &world->plan, world->sources[source], value, &move);
	member->value = value + 0.0;
	member->row = expected.row;
	check_move(world, &expected, &move);
}

static void
member_left(void *context, place row, double before, double after)
{
	struct world *world = context;
	struct model_member *member = &world->members[world->expected];

	assert_true(world->expected >= 0);
	assert_int_equal(row, row_place(world, member->row));
	assert_same(before, model_value(world, member->row));
	row = (place)member->row;
	member->row = -1;
	assert_same(after, model_value(world, (int)row));
	world->expected = model_next_to_leave(world, member->pane);
}

static void
advance(struct world *world)
{
	int64_t lowest;

	world->clock_ms += (int64_t)draw(world, draw(world, 20) ? 1500 : 40000);
	while ((lowest = chain_lowest(&world->columns, &world->plan)) < first_pane(world)) {
		assert_int_equal(lowest, model_lowest(world));
		world->expected = model_next_to_leave(world, lowest);
		chain_expire(&world->columns, &world->plan, member_left, world);
		assert_int_equal(world->expected, -1);
	}
}

static void
drop_member(struct world *world)
{
	int source = (int)draw(world, SOURCES);

	chain_drop_member(&world->columns, &world->plan, world->sources[source]);
	world->members[source].row = -1;
}

/* --- all rows ------------------------------------------------------------------------------ */

struct seen {
	const struct world *world;
	int row, count;
	bool members[SOURCES];
};

static void
see(void *context, place source_row, double value)
{
	struct seen *seen = context;
	int i = 0;

	while (seen->world->sources[i] != source_row)
		assert_true(++i < SOURCES);
	assert_false(seen->members[i]);
	assert_int_equal(seen->world->members[i].row, seen->row);
	assert_same(value, seen->world->members[i].value);
	seen->members[i] = true;
	seen->count++;
}

static bool
is_of_one(enum lineage_aggregate aggregate)
{
	return aggregate == AGGREGATE_LAST || aggregate == AGGREGATE_MIN ||
	    aggregate == AGGREGATE_MAX;
}

static void
check_rows(const struct world *world)
{
	int row, members = 0, count, best;

	for (row = 0; row < ROWS; row++) {
		struct seen seen = {.world = world, .row = row};

		count = model_count(world, row);
		best = model_best(world, row);
		members += count;
		assert_same(chain_value(&world->columns, &world->plan, world->rows[row]),
		    model_value(world, row));
		assert_int_equal(
		    chain_is_empty(&world->columns, &world->plan, world->rows[row]), count == 0);
		chain_members(&world->columns, &world->plan, world->rows[row], see, &seen);
		if (is_of_one(world->plan.aggregate))
			assert_true(
			    seen.count == (count > 0) && (count == 0 || seen.members[best]));
		else
			assert_int_equal(seen.count, count);
	}
	assert_int_equal(world->columns.panes, world->plan.pane_ms ? members : 0);
	assert_int_equal(chain_lowest(&world->columns, &world->plan), model_lowest(world));
}

static void
do_something(struct world *world)
{
	switch (draw(world, 10)) {
	case 0:
		source_expiry(world);
		break;
	case 1:
		drop_member(world);
		break;
	case 2:
		advance(world);
		break;
	default:
		event(world);
	}
}

static void
run(struct world *world)
{
	int step;

	for (step = 0; step < STEPS; step++) {
		do_something(world);
		if (step % 10 == 0)
			check_rows(world);
	}
}

/* Either the members go one by one, or the rows; all memory comes back. */
static void
end(struct world *world, bool by_members)
{
	struct image *image = world->columns.image;
	const uint8_t zeroes[256] = {0};
	int i;

	for (i = 0; by_members && i < SOURCES; i++)
		chain_drop_member(&world->columns, &world->plan, world->sources[i]);
	for (i = 0; i < ROWS; i++) {
		chain_drop(&world->columns, &world->plan, world->rows[i]);
		assert_memory_equal(image_at(image, world->rows[i]), zeroes, world->row_bytes);
	}
	for (i = 0; i < SOURCES; i++)
		assert_memory_equal(
		    image_at(image, world->sources[i]), zeroes, MEMBER_OFFSET + CHAIN_MEMBER_BYTES);
	chain_drop_open(&world->columns, &world->plan);
	assert_int_equal(image_bytes(image), world->bytes_before);
	assert_int_equal(world->columns.panes, 0);
	image_close(image);
}

/* --- tests ---------------------------------------------------------------------------------- */

static const enum lineage_aggregate aggregates[] = {AGGREGATE_LAST, AGGREGATE_COUNT, AGGREGATE_SUM,
    AGGREGATE_MEAN, AGGREGATE_MIN, AGGREGATE_MAX, AGGREGATE_RATE};

static double (*const values[])(struct world *world) = {few, prices, wild};

static void
all_values_are_those_of_the_model(void **state)
{
	struct world world;
	size_t i, k;

	(void)state;
	for (i = 0; i < ARRAY_COUNT(aggregates); i++)
		for (k = 0; k < 2 * ARRAY_COUNT(values); k++) {
			begin(&world, aggregates[i], k % 2 ? 1000 : 0, values[k / 2]);
			run(&world);
			end(&world, i % 2);
		}
}

/* So that a state restored from a snapshot and one that was replayed are the same file. */
static void
equal_histories_leave_equal_bytes(void **state)
{
	struct world worlds[2];
	size_t i, k;

	(void)state;
	for (i = 0; i < ARRAY_COUNT(aggregates); i++) {
		for (k = 0; k < 2; k++) {
			begin(&worlds[k], aggregates[i], 1000, wild);
			run(&worlds[k]);
		}
		assert_int_equal(
		    image_end(worlds[0].columns.image), image_end(worlds[1].columns.image));
		assert_memory_equal(worlds[0].columns.image->bytes, worlds[1].columns.image->bytes,
		    image_end(worlds[0].columns.image));
		for (k = 0; k < 2; k++)
			end(&worlds[k], true);
	}
}

/* A page whose content changed without image_touch() would be missing in the next snapshot. */
static void
what_changes_is_touched(void **state)
{
	struct world world;
	static uint8_t content[IMAGE_PAGE_BYTES];
	size_t i, step, page, end_at;
	uint8_t *before;

	(void)state;
	for (i = 0; i < ARRAY_COUNT(aggregates); i++) {
		begin(&world, aggregates[i], i % 2 ? 0 : 1000, wild);
		for (step = 0; step < SNAPSHOTS; step++) {
			assert_true(image_snapshot_begin(world.columns.image));
			while (image_snapshot_next(world.columns.image, &page, content))
				;
			end_at = image_end(world.columns.image);
			before = malloc(end_at);
			memcpy(before, world.columns.image->bytes, end_at);
			do_something(&world);
			for (page = 0; page < end_at / IMAGE_PAGE_BYTES; page++)
				if (world.columns.image->pages[page] != IMAGE_CHANGED)
					assert_memory_equal(before + page * IMAGE_PAGE_BYTES,
					    world.columns.image->bytes + page * IMAGE_PAGE_BYTES,
					    IMAGE_PAGE_BYTES);
			free(before);
		}
		end(&world, true);
	}
}

/* --- many members of one row ----------------------------------------------------------------- */

#define MANY 200000

static void
fill_many(struct columns *columns, const struct chain_plan *plan, place row, place *sources)
{
	struct chain_move move;
	int i;

	for (i = 0; i < MANY; i++) {
		sources[i] = image_get(columns->image, CHAIN_MEMBER_BYTES);
		chain_event(
		    columns, plan, sources[i], i * 7919 % MANY, row, i, 0, (uint64_t)i + 1, &move);
	}
}

/* Members leave from the top; the heap shrinks with them, and finds the next each time. */
static void
a_great_heap_is_emptied_in_order(void **state)
{
	const struct chain_plan plan = {.aggregate = AGGREGATE_MIN};
	place *sources = calloc(MANY, sizeof(*sources)), row;
	struct columns columns = {0};
	struct error err = {0};
	size_t full, i;
	struct chain_move move;

	(void)state;
	if (!image_open(IMAGE_MAX, &columns.image, &err))
		fail_msg("%s", err.text);
	row = image_get(columns.image, chain_bytes(&plan));
	fill_many(&columns, &plan, row, sources);
	full = image_bytes(columns.image);
	for (i = 0; i < MANY; i++) {
		/* i * 7919 is i's value: its inverse says whose value is i */
		size_t at = i * 17679 % MANY;

		assert_same(chain_value(&columns, &plan, row), (double)i);
		chain_event(
		    &columns, &plan, sources[at], INFLUENCE_NONE, row, 0, 0, MANY + i, &move);
		assert_int_equal(move.left, row);
		if (i == MANY / 8 * 7) /* its array had room for 2^18: now for a quarter at most */
			assert_true(image_bytes(columns.image) + 3 * (1 << 16) * 24 <= full);
	}
	assert_true(chain_is_empty(&columns, &plan, row));
	image_close(columns.image);
	free(sources);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(all_values_are_those_of_the_model),
	    cmocka_unit_test(equal_histories_leave_equal_bytes),
	    cmocka_unit_test(what_changes_is_touched),
	    cmocka_unit_test(a_great_heap_is_emptied_in_order),
	};

	return cmocka_run_group_tests_name("impact/chain", tests, NULL, NULL);
}
