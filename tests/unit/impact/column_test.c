/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Columns against the naive model: random streams of several keys, in and out of
 * order, ahead of the clock, with expiry at random moments. Every value is compared
 * bit by bit, before and after each observation and each expiry.
 */
#include "column.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hyperloglog.h"
#include "column_model.h"

#define IMAGE_MAX ((size_t)1 << 30)

enum numbers {
	FEW,    /* -3 to 3: many are equal */
	PRICES, /* with fractions that no binary number has */
	WILD,   /* all magnitudes, from denormals to 1.7e308 */
};

struct kind {
	const char *name;
	enum lineage_aggregate aggregate;
	int64_t pane_ms, panes, lateness_ms;
	enum numbers numbers;
	uint32_t
	    values; /* of distinct: how many there may be; of many the clock jumps more rarely */
	int steps;
};

struct world {
	const struct kind *kind;
	struct columns columns;
	struct column_plan plan;
	struct model model;
	place rows[MODEL_ROWS];
	size_t row_bytes, bytes_before;
	int64_t clock_ms, offset;
	uint64_t seed;
	struct observation last;
	int last_row;
	/* Of the pane that leaves. */
	double expected_before[MODEL_ROWS], expected_after[MODEL_ROWS];
	int order[MODEL_ROWS], order_count, moved;
};

static const uint32_t ranks[] = {2, 0, 3, 1};

static uint64_t
mixed(uint64_t x)
{
	x += 0x9e3779b97f4a7c15u;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

static uint64_t
draw(struct world *world, uint64_t below)
{
	return mixed(world->seed++) % below;
}

static bool
same(double a, double b)
{
	return memcmp(&a, &b, sizeof(a)) == 0 || (isnan(a) && isnan(b));
}

/* --- a world ------------------------------------------------------------------------------ */

static void
world_init(struct world *world, const struct kind *kind, uint64_t seed)
{
	struct error err = {0};
	size_t i;
	int row;

	memset(world, 0, sizeof(*world));
	world->kind = kind;
	world->seed = seed << 32;
	assert_true(image_open(IMAGE_MAX, &world->columns.image, &err));
	world->columns.partition_ranks = ranks;
	world->plan = (struct column_plan){.aggregate = kind->aggregate,
	    .pane_ms = kind->pane_ms,
	    .panes = kind->panes,
	    .lateness_ms = kind->lateness_ms,
	    .days = kind->pane_ms ? (double)(kind->pane_ms * kind->panes) / 86400e3 : 3,
	    .offset = 16};
	world->row_bytes = 16 + column_bytes(&world->plan);
	world->plan.open = image_get(world->columns.image, COLUMN_OPEN_BYTES);
	for (row = 0; row < MODEL_ROWS; row++) {
		world->rows[row] = image_get(world->columns.image, world->row_bytes);
		for (i = 0; i < IMAGE_PAGE_BYTES / world->row_bytes; i++) /* each on its own page */
			image_get(world->columns.image, world->row_bytes);
	}
	world->bytes_before = image_bytes(world->columns.image);
	world->model = (struct model){.plan = &world->plan, .partition_ranks = ranks};
	world->clock_ms = 1700000000000;
}

static void
world_fini(struct world *world)
{
	model_fini(&world->model);
	image_close(world->columns.image);
}

static double
draw_number(struct world *world)
{
	static const double corners[] = {1.7e308, -1.7e308, 1e308, -1e308, 5e-324, -5e-324, 1e-310,
	    0, 1, -1, 0x1p62, 0x1p63, 0x1p-64, 0x1p-65, 1e16, 1e-5, 3};
	uint64_t bits;
	double number;

	if (world->kind->numbers == FEW)
		return (double)draw(world, 7) - 3;
	if (world->kind->numbers == PRICES)
		return ((double)draw(world, 200000) - 50000) / 100;
	if (draw(world, 2))
		return corners[draw(world, sizeof(corners) / sizeof(corners[0]))];
	bits = mixed(world->seed++);
	memcpy(&number, &bits, sizeof(number));
	return isfinite(number) ? number + 0 : 0;
}

static struct observation
draw_observation(struct world *world)
{
	int64_t pane_ms = world->plan.pane_ms ? world->plan.pane_ms : 1000;
	int64_t back = world->plan.pane_ms
	    ? world->plan.lateness_ms + (world->plan.panes - 1) * pane_ms
	    : 100000;
	int64_t time_ms = world->clock_ms;

	switch (draw(world, 8)) {
	case 0: /* anywhere in the window */
		time_ms -= (int64_t)draw(world, (uint64_t)back + 1);
		break;
	case 1: /* ahead of the clock */
		time_ms += (int64_t)draw(world, (uint64_t)pane_ms * 5);
		break;
	case 2: /* at the moments that others have, too */
		time_ms -= time_ms % (pane_ms * 2);
		break;
	case 3: /* years ahead, rarely */
		time_ms += draw(world, 50) ? 0 : 157680000000;
		break;
	default:
		time_ms += (int64_t)draw(world, 200);
	}
	return (struct observation){.number = draw_number(world),
	    .value = mixed(draw(world, world->kind->values ? world->kind->values : 1)),
	    .hit = draw(world, 3) == 0,
	    .actor = (uint32_t)draw(world, 1 + draw(world, MODEL_ACTORS)),
	    .partition = (uint32_t)draw(world, 4),
	    .time_ms = time_ms,
	    .offset = draw(world, 4) ? ++world->offset : world->offset - (int64_t)draw(world, 9)};
}

/* --- expiry ------------------------------------------------------------------------------- */

static int
row_of(const struct world *world, place row)
{
	int i;

	for (i = 0; i < MODEL_ROWS && world->rows[i] != row; i++)
		;
	assert_true(i < MODEL_ROWS);
	return i;
}

static void
on_moved(void *context, place at, double before, double after)
{
	struct world *world = context;
	int row = row_of(world, at);

	assert_true(world->moved < world->order_count);
	assert_int_equal(row, world->order[world->moved]);
	assert_true(same(before, world->expected_before[row]));
	assert_true(same(after, world->expected_after[row]));
	world->moved++;
}

/* The rows of that pane, in the order in which they got state in it: of `last` that of the newest. */
static void
expect_order(struct world *world, int64_t pane)
{
	const struct model *model = &world->model;
	const struct observation *holder;
	bool has[MODEL_ROWS] = {false};
	size_t i;
	int row;

	world->order_count = world->moved = 0;
	for (i = 0; i < model->count; i++) {
		row = model->kept[i].row;
		if (model->kept[i].pane != pane || has[row])
			continue;
		holder = model_holder(model, row);
		if (world->plan.aggregate == AGGREGATE_LAST &&
		    column_pane(&world->plan, holder->time_ms) != pane)
			continue;
		has[row] = true;
		world->order[world->order_count++] = row;
	}
}

static void
expire(struct world *world, int64_t first)
{
	int64_t pane;
	int row;

	while ((pane = column_lowest(&world->columns, &world->plan)) < first) {
		assert_int_equal(pane, model_lowest(&world->model));
		expect_order(world, pane);
		for (row = 0; row < MODEL_ROWS; row++)
			world->expected_before[row] = model_value(&world->model, row);
		model_expire(&world->model, pane);
		for (row = 0; row < MODEL_ROWS; row++)
			world->expected_after[row] = model_value(&world->model, row);
		column_expire(&world->columns, &world->plan, on_moved, world);
		assert_int_equal(world->moved, world->order_count);
	}
	if (world->plan.aggregate == AGGREGATE_LAST && first > INT64_MIN)
		model_expire(&world->model, first - 1); /* what the newest hides has left, too */
}

/* --- the property -------------------------------------------------------------------------- */

static void
observe(struct world *world)
{
	struct observation observation = draw_observation(world), *last = &world->last;
	int row = (int)draw(world, MODEL_ROWS);
	bool estimated = true;
	double before, after;

	if (draw(world, 6) == 0) { /* another one of the same event */
		observation.time_ms = last->time_ms;
		observation.partition = last->partition;
		observation.offset = last->offset;
		row = world->last_row;
	}
	if (column_pane(&world->plan, observation.time_ms) <
	    column_first(&world->plan, world->clock_ms))
		return;
	*last = observation;
	world->last_row = row;
	before = column_value(&world->columns, &world->plan, world->rows[row], NULL);
	assert_true(same(before, model_value(&world->model, row)));
	model_add(&world->model, row, &observation);
	after = column_observe(
	    &world->columns, &world->plan, world->rows[row], &observation, &estimated);
	assert_true(same(after, model_value(&world->model, row)));
	assert_int_equal(estimated, world->model.estimated[row]);
}

static void
check_all(struct world *world)
{
	struct impact_value value;
	size_t i, has[MODEL_ROWS] = {0};
	int row;

	for (i = 0; i < world->model.count; i++)
		has[world->model.kept[i].row]++;
	for (row = 0; row < MODEL_ROWS; row++) {
		column_whose(&world->columns, &world->plan, world->rows[row], &value);
		assert_true(same(value.value, model_value(&world->model, row)));
		assert_int_equal(value.estimated, world->model.estimated[row]);
		model_check_whose(&world->model, row, &value);
		assert_int_equal(
		    column_is_empty(&world->columns, &world->plan, world->rows[row]), !has[row]);
	}
	assert_int_equal(world->columns.panes, model_panes(&world->model));
}

static void
advance(struct world *world)
{
	int64_t pane_ms = world->plan.pane_ms ? world->plan.pane_ms : 1000;

	switch (draw(world, world->kind->values > 1000 ? 2000 : 40)) {
	case 0:
		world->clock_ms += pane_ms * world->plan.panes / 2;
		break;
	case 1:
		world->clock_ms += pane_ms * 2;
		break;
	case 2: /* ten years, rarely */
		world->clock_ms +=
		    draw(world, 20) && world->kind->values <= 1000 ? 0 : 315360000000;
		break;
	default:
		world->clock_ms += (int64_t)draw(world, (uint64_t)pane_ms / 20 + 2);
	}
	if (world->plan.pane_ms)
		expire(world, column_first(&world->plan, world->clock_ms));
}

static const struct kind kinds[] = {
    {"last since ever", AGGREGATE_LAST, 0, 0, 0, FEW, 0, 1500},
    {"last, tumbling", AGGREGATE_LAST, 1000, 1, 0, PRICES, 0, 1500},
    {"last, sliding", AGGREGATE_LAST, 1000, 7, 1500, FEW, 0, 1500},
    {"count since ever", AGGREGATE_COUNT, 0, 0, 0, FEW, 0, 1500},
    {"count, tumbling", AGGREGATE_COUNT, 1000, 1, 0, FEW, 0, 1500},
    {"count, sliding", AGGREGATE_COUNT, 1000, 7, 1500, FEW, 0, 1500},
    {"count, 10,000 panes", AGGREGATE_COUNT, 10, 10000, 0, FEW, 0, 1500},
    {"rate, sliding", AGGREGATE_RATE, 1000, 30, 0, FEW, 0, 1500},
    {"share since ever", AGGREGATE_SHARE, 0, 0, 0, FEW, 0, 1500},
    {"share, sliding", AGGREGATE_SHARE, 1000, 7, 1500, FEW, 0, 1500},
    {"sum since ever", AGGREGATE_SUM, 0, 0, 0, PRICES, 0, 1500},
    {"sum since ever, wild", AGGREGATE_SUM, 0, 0, 0, WILD, 0, 1500},
    {"sum, sliding", AGGREGATE_SUM, 1000, 7, 1500, PRICES, 0, 1500},
    {"sum, sliding, wild", AGGREGATE_SUM, 1000, 7, 1500, WILD, 0, 1500},
    {"sum, 10,000 panes", AGGREGATE_SUM, 10, 10000, 0, FEW, 0, 1500},
    {"mean since ever, wild", AGGREGATE_MEAN, 0, 0, 0, WILD, 0, 1500},
    {"mean, tumbling", AGGREGATE_MEAN, 1000, 1, 0, PRICES, 0, 1500},
    {"mean, sliding, wild", AGGREGATE_MEAN, 1000, 7, 1500, WILD, 0, 1500},
    {"min since ever", AGGREGATE_MIN, 0, 0, 0, FEW, 0, 1500},
    {"min, sliding", AGGREGATE_MIN, 1000, 7, 1500, FEW, 0, 1500},
    {"min, sliding, wild", AGGREGATE_MIN, 1000, 7, 1500, WILD, 0, 1500},
    {"min, 10,000 panes", AGGREGATE_MIN, 10, 10000, 0, PRICES, 0, 1500},
    {"max since ever", AGGREGATE_MAX, 0, 0, 0, WILD, 0, 1500},
    {"max, sliding", AGGREGATE_MAX, 1000, 7, 1500, FEW, 0, 1500},
    {"max, 10,000 panes", AGGREGATE_MAX, 10, 10000, 0, FEW, 0, 1500},
    {"distinct since ever, few", AGGREGATE_DISTINCT, 0, 0, 0, FEW, 40, 1500},
    {"distinct since ever, many", AGGREGATE_DISTINCT, 0, 0, 0, FEW, 100000, 5000},
    {"distinct, tumbling", AGGREGATE_DISTINCT, 1000, 1, 0, FEW, 40, 1500},
    {"distinct, sliding", AGGREGATE_DISTINCT, 1000, 7, 1500, FEW, 200, 1500},
    {"distinct, sliding, many", AGGREGATE_DISTINCT, 30000, 7, 0, FEW, 100000, 6000},
    {"distinct, 10,000 panes", AGGREGATE_DISTINCT, 30, 10000, 0, FEW, 100000, 3000},
    {"distinct, 250 panes, many", AGGREGATE_DISTINCT, 100, 250, 0, FEW, 100000, 12000},
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static void
run(struct world *world)
{
	int step;

	for (step = 0; step < world->kind->steps; step++) {
		advance(world);
		observe(world);
		if (step % 50 == 0)
			check_all(world);
	}
	check_all(world);
}

static void
every_value_is_that_of_the_definition(void **state)
{
	struct world world;
	size_t i;
	uint64_t seed;

	(void)state;
	for (i = 0; i < KINDS; i++)
		for (seed = 1; seed <= (kinds[i].steps > 3000 ? 1 : 3); seed++) {
			print_message("%s, seed %d\n", kinds[i].name, (int)seed);
			world_init(&world, &kinds[i], seed);
			run(&world);
			world_fini(&world);
		}
}

static void
when_all_has_left_the_window_no_memory_is_held(void **state)
{
	static const uint8_t empty[128];
	struct world world;
	size_t i;
	int row;

	(void)state;
	for (i = 0; i < KINDS; i++) {
		if (!kinds[i].pane_ms)
			continue;
		world_init(&world, &kinds[i], 9);
		run(&world);
		expire(&world, INT64_MAX);
		check_all(&world);
		assert_int_equal(image_bytes(world.columns.image), world.bytes_before);
		for (row = 0; row < MODEL_ROWS; row++)
			assert_memory_equal(
			    image_at(world.columns.image, world.rows[row]), empty, world.row_bytes);
		world_fini(&world);
	}
}

static void
what_is_dropped_gives_its_memory_back(void **state)
{
	struct world world;
	size_t i;
	int row;

	(void)state;
	for (i = 0; i < KINDS; i++) {
		world_init(&world, &kinds[i], 11);
		run(&world);
		for (row = 0; row < MODEL_ROWS; row++) {
			column_drop(&world.columns, &world.plan, world.rows[row]);
			assert_true(column_is_empty(&world.columns, &world.plan, world.rows[row]));
		}
		column_drop_open(&world.columns, &world.plan);
		assert_int_equal(image_bytes(world.columns.image), world.bytes_before);
		assert_int_equal(world.columns.panes, 0);
		assert_int_equal(column_lowest(&world.columns, &world.plan), INT64_MAX);
		world_fini(&world);
	}
}

/* --- snapshots: nothing is written that was not touched ------------------------------------ */

static void
take_pages(struct image *image, uint8_t *file)
{
	static uint8_t content[IMAGE_PAGE_BYTES];
	size_t page;

	while (image_snapshot_next(image, &page, content))
		memcpy(file + page * IMAGE_PAGE_BYTES, content, IMAGE_PAGE_BYTES);
}

/* Pieces of one size share pages: fills them up, so that what is made in turn lies on many. */
static void
scatter(struct image *image)
{
	static const size_t sizes[] = {32, 48, 80};
	int i, k;

	for (i = 0; i < 3; i++)
		for (k = 0; k < 200; k++)
			image_get(image, sizes[i]);
}

static void
a_snapshot_is_the_state_at_its_moment(void **state)
{
	enum {
		FILE_BYTES = 64 << 20
	};
	uint8_t *file = calloc(1, FILE_BYTES), *then = calloc(1, FILE_BYTES);
	struct world world;
	size_t i, end = 0;
	int step, steps;

	(void)state;
	for (i = 0; i < KINDS; i++) {
		world_init(&world, &kinds[i], 13);
		memset(file, 0, FILE_BYTES);
		steps = kinds[i].values > 1000 ? 3500 : 200;
		for (step = 0; step < steps; step++) {
			if (step % (steps / 5) == 0) {
				assert_true(image_snapshot_begin(world.columns.image));
				end = image_end(world.columns.image);
				assert_true(end <= FILE_BYTES);
				memcpy(then, image_at(world.columns.image, 0), end);
			}
			if (step % (steps / 100) == 0)
				scatter(world.columns.image);
			advance(&world);
			observe(&world);
			if (step % (steps / 5) == steps / 5 - 1) {
				take_pages(world.columns.image, file);
				assert_memory_equal(file, then, end);
			}
		}
		world_fini(&world);
	}
	free(file);
	free(then);
}

/* --- panes and clocks ------------------------------------------------------------------------ */

static void
panes_follow_the_clock(void **state)
{
	static const struct {
		int64_t pane_ms, panes, lateness_ms, clock_ms, first, leaves_ms;
	} cases[] = {
	    {1000, 1, 0, 0, 0, 1000},
	    {1000, 1, 0, 999, 0, 1000},
	    {1000, 1, 0, 1000, 1, 2000},
	    {1000, 1, 0, -1, -1, 0},
	    {1000, 1, 0, -1000, -1, 0},
	    {1000, 1, 0, -1001, -2, -1000},
	    {1000, 7, 0, 6999, 0, 7000},
	    {1000, 7, 500, 7499, 0, 7500},
	    {1000, 7, 500, 7500, 1, 8500},
	    {1, 1, 0, INT64_MAX, INT64_MAX, INT64_MAX},
	    {1000, 2, 1, INT64_MIN, INT64_MIN, INT64_MIN},
	    {86400000, 3650, 0, 1700000000000, 19675 - 3649, 1700006400000},
	    {0, 0, 0, 1700000000000, INT64_MIN, INT64_MAX},
	};
	struct column_plan plan = {.aggregate = AGGREGATE_COUNT};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		plan.pane_ms = cases[i].pane_ms;
		plan.panes = cases[i].panes;
		plan.lateness_ms = cases[i].lateness_ms;
		assert_true(column_first(&plan, cases[i].clock_ms) == cases[i].first);
		assert_true(column_leaves_ms(&plan, cases[i].first) == cases[i].leaves_ms);
	}
}

static void
a_pane_leaves_at_the_least_clock_that_lets_it_go(void **state)
{
	struct column_plan plan = {.aggregate = AGGREGATE_COUNT};
	struct world world = {.seed = 77};
	int64_t pane, leaves;
	int i;

	(void)state;
	for (i = 0; i < 100000; i++) {
		plan.pane_ms = 1 + (int64_t)draw(&world, 100000000);
		plan.panes = 1 + (int64_t)draw(&world, 10000);
		plan.lateness_ms = (int64_t)draw(&world, 1000000000);
		pane = column_pane(&plan, (int64_t)draw(&world, 4000000000000) - 2000000000000);
		leaves = column_leaves_ms(&plan, pane);
		assert_true(column_first(&plan, leaves) > pane);
		assert_true(column_first(&plan, leaves - 1) <= pane);
	}
}

static void
count_moved(void *context, place row, double before, double after)
{
	(void)row;
	assert_true(after == before - 1);
	++*(int *)context;
}

/* One-second panes and ten years of silence: only what is there is looked at. */
static void
a_clock_that_jumps_costs_only_the_panes_that_have_state(void **state)
{
	static const struct kind kind = {"count", AGGREGATE_COUNT, 1000, 10000, 0, FEW, 0, 0};
	struct observation observation = {0};
	struct world world;
	int i, expired = 0, calls = 0;

	(void)state;
	world_init(&world, &kind, 1);
	for (i = 0; i < 10000; i++) {
		observation.time_ms = (int64_t)(mixed((uint64_t)i) % 315360000000);
		column_observe(&world.columns, &world.plan, world.rows[0], &observation, NULL);
	}
	while (column_lowest(&world.columns, &world.plan) < INT64_MAX) {
		column_expire(&world.columns, &world.plan, count_moved, &expired);
		calls++;
	}
	assert_int_equal(expired, 0 + calls);
	assert_in_range(calls, 9990, 10000);
	assert_int_equal(image_bytes(world.columns.image), world.bytes_before);
	world_fini(&world);
}

/* --- what cannot be drawn ---------------------------------------------------------------------- */

/* 1.7e308 twice: the sum is shown as the greatest double, the mean is what it is. */
static void
a_mean_is_of_the_sum_as_it_is_not_as_it_is_shown(void **state)
{
	static const struct kind kind = {"mean", AGGREGATE_MEAN, 0, 0, 0, FEW, 0, 0};
	struct observation observation = {.number = -1.7e308};
	struct world world;
	double mean = 0;
	int i;

	(void)state;
	world_init(&world, &kind, 1);
	for (i = 0; i < 1000; i++) {
		mean =
		    column_observe(&world.columns, &world.plan, world.rows[0], &observation, NULL);
		/* rounded twice */
		assert_true(fabs(mean + 1.7e308) <= 1.7e308 * 0x1p-52);
	}
	world_fini(&world);
}

/* What a million values of one key take: bounded, whatever the number of panes. */
static void
distinct_values_beyond_the_bound_take_bounded_memory(void **state)
{
	static const struct kind cases[] = {
	    {"since ever", AGGREGATE_DISTINCT, 0, 0, 0, FEW, 0, 0},
	    {"one pane", AGGREGATE_DISTINCT, 100000000, 1, 0, FEW, 0, 0},
	    {"10,000 panes", AGGREGATE_DISTINCT, 100, 10000, 0, FEW, 0, 0},
	};
	static const size_t most[] = {2048, 600000, 600000 + 10000 * 48 + 10000 * 32};
	struct observation observation = {0};
	struct world world;
	double value = 0;
	size_t i;
	int n;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		world_init(&world, &cases[i], 1);
		for (n = 0; n < 1000000; n++) {
			observation.value = mixed((uint64_t)n);
			observation.time_ms = n;
			value = column_observe(
			    &world.columns, &world.plan, world.rows[0], &observation, NULL);
		}
		assert_true(fabs(value - 1e6) < 5 * 0.023 * 1e6);
		assert_in_range(image_bytes(world.columns.image) - world.bytes_before, 1, most[i]);
		world_fini(&world);
	}
}

/* As column.h states them. */
static void
columns_take_the_bytes_that_are_stated(void **state)
{
	static const struct {
		enum lineage_aggregate aggregate;
		size_t ever, panes, node;
	} cases[] = {
	    {AGGREGATE_LAST, 32, 64, 0},
	    {AGGREGATE_COUNT, 16, 16, 48},
	    {AGGREGATE_RATE, 16, 16, 48},
	    {AGGREGATE_SHARE, 32, 32, 48},
	    {AGGREGATE_SUM, 48, 48, 80},
	    {AGGREGATE_MEAN, 48, 48, 80},
	    {AGGREGATE_MIN, 16, 32, 48},
	    {AGGREGATE_MAX, 16, 32, 48},
	    {AGGREGATE_DISTINCT, 32, 32, 48 + 32 /* of its set */},
	};
	struct kind ever = {"ever", 0, 0, 0, 0, FEW, 0, 0},
		    panes = {"panes", 0, 5, 5, 5, FEW, 0, 0};
	struct observation observation = {.number = 1, .value = 1};
	struct world world;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ever.aggregate = panes.aggregate = cases[i].aggregate;
		world_init(&world, &ever, 1);
		assert_int_equal(column_bytes(&world.plan), cases[i].ever);
		column_observe(&world.columns, &world.plan, world.rows[0], &observation, NULL);
		column_observe(&world.columns, &world.plan, world.rows[0], &observation, NULL);
		assert_int_equal(image_bytes(world.columns.image), world.bytes_before);
		world_fini(&world);
		world_init(&world, &panes, 1);
		assert_int_equal(column_bytes(&world.plan), cases[i].panes);
		column_observe(&world.columns, &world.plan, world.rows[0], &observation, NULL);
		assert_int_equal(
		    image_bytes(world.columns.image), world.bytes_before + cases[i].node + 32);
		world_fini(&world);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_value_is_that_of_the_definition),
	    cmocka_unit_test(when_all_has_left_the_window_no_memory_is_held),
	    cmocka_unit_test(what_is_dropped_gives_its_memory_back),
	    cmocka_unit_test(a_snapshot_is_the_state_at_its_moment),
	    cmocka_unit_test(panes_follow_the_clock),
	    cmocka_unit_test(a_pane_leaves_at_the_least_clock_that_lets_it_go),
	    cmocka_unit_test(a_clock_that_jumps_costs_only_the_panes_that_have_state),
	    cmocka_unit_test(a_mean_is_of_the_sum_as_it_is_not_as_it_is_shown),
	    cmocka_unit_test(columns_take_the_bytes_that_are_stated),
	    cmocka_unit_test(distinct_values_beyond_the_bound_take_bounded_memory),
	};

	return cmocka_run_group_tests_name("columns", tests, NULL, NULL);
}
