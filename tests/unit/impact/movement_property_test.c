/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random streams, counted by movement and by the plain model: the same sums, however often
 * rows were asked for, and whether or not another process took over in between.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>

#include "base/memory.h"
#include "movement_held.h"
#include "movement_inside.h"
#include "movement_model.h"

#define DAY MOVEMENT_DAY_MS
#define HOUR MOVEMENT_HOUR_MS
#define EVENTS 4000

struct run {
	uint64_t random;
	struct image *image;
	place root;
	struct symbols *names;
	struct movement *movement;
	struct movement_model *model;
	struct held held;
	uint32_t subjects[MODEL_SUBJECTS];
	uint32_t symbols[MOVEMENT_BY_COUNT][MODEL_NAMES];
	uint32_t actors[MODEL_ACTORS];
	int64_t clock_ms;
	unsigned ask_every; /* 0: at the end only */
};

static uint64_t
next(struct run *run)
{
	run->random ^= run->random << 13;
	run->random ^= run->random >> 7;
	run->random ^= run->random << 17;
	return run->random >> 11;
}

static uint32_t
below(struct run *run, uint32_t end)
{
	return (uint32_t)(next(run) % end);
}

/* Mostly small, of any size now and then; their sums do not depend on the order by much. */
static double
random_movement(struct run *run)
{
	double size = below(run, 20) ? 1 : pow(10, (double)below(run, 40) - 20);

	return ((double)below(run, 2001) - 1000) / 7 * size;
}

/* --- a run ---------------------------------------------------------------------------- */

static void
open_movement(struct run *run)
{
	struct error err = {0};

	if (!movement_open(run->image, run->root, run->names, &run->movement, &err))
		fail_msg("%s", err.text);
}

static void
make_names(struct run *run)
{
	char name[16];
	uint32_t i, by;

	for (i = 0; i < MODEL_SUBJECTS; i++) {
		snprintf(name, sizeof(name), "s%u", i / 2);
		run->subjects[i] = movement_subject(
		    run->movement, i % 2 ? MOVEMENT_MODEL : MOVEMENT_FEATURE, text_of(name));
		assert_int_equal(run->subjects[i], i + 1);
	}
	for (by = 0; by < MOVEMENT_BY_COUNT; by++)
		for (i = 1; i < MODEL_EXPIRY; i++) {
			snprintf(name, sizeof(name), "%c%u", "tscf"[by], i);
			run->symbols[by][i] = symbols_add(run->names, text_of(name));
		}
	for (i = 1; i < MODEL_ACTORS; i++)
		run->actors[i] = i * 0x9e3779b1u;
}

static void
begin(struct run *run, uint64_t seed, unsigned ask_every)
{
	struct error err = {0};

	*run = (struct run){.random = seed, .ask_every = ask_every};
	assert_true(image_open((size_t)1 << 30, &run->image, &err));
	run->root = image_get(run->image, MOVEMENT_ROOT_BYTES);
	run->names = symbols_open();
	run->model = memory_get(sizeof(*run->model));
	held_init(&run->held);
	open_movement(run);
	make_names(run);
	run->clock_ms = 10 * (int64_t)DAY;
	movement_clock(run->movement, run->clock_ms, 0);
	model_clock(run->model, run->clock_ms);
}

static void
end(struct run *run)
{
	held_fini(&run->held);
	movement_close(run->movement);
	symbols_close(run->names);
	image_close(run->image);
	memory_free(run->model);
}

static void
move_clock(struct run *run, uint64_t record)
{
	static const int64_t steps[] = {0, 1000, HOUR / 7, 5 * HOUR, DAY};
	int64_t last = (MODEL_DAYS - 20) * (int64_t)DAY;

	run->clock_ms += steps[below(run, 100) < 2 ? 4 : below(run, 30) ? below(run, 3) : 3];
	if (run->clock_ms > last)
		run->clock_ms = last;
	movement_clock(run->movement, run->clock_ms, record);
	model_clock(run->model, run->clock_ms);
}

static int64_t
random_time(struct run *run)
{
	int64_t time_ms = run->clock_ms + below(run, DAY);

	if (below(run, 30) == 0)
		time_ms += (int64_t)below(run, 25) * DAY;
	if (below(run, 30) == 0)
		time_ms -= (int64_t)below(run, 5) * DAY;
	return time_ms;
}

/* Each subject and field once. */
static void
make_event(struct run *run, struct model_event *event)
{
	uint32_t i, j, wanted = 1 + below(run, 8);

	*event = (struct model_event){
	    .time_ms = random_time(run),
	    .names = {below(run, MODEL_EXPIRY), below(run, MODEL_EXPIRY), below(run, MODEL_EXPIRY)},
	    .actor = below(run, MODEL_ACTORS),
	};
	for (i = 0; i < wanted; i++) {
		uint32_t subject = below(run, MODEL_SUBJECTS), field = below(run, MODEL_EXPIRY);

		for (j = 0; j < event->count; j++)
			if (event->moves[j].subject == subject && event->moves[j].field == field)
				break;
		if (j < event->count)
			continue;
		event->moves[j].subject = subject;
		event->moves[j].field = field;
		event->moves[j].moved = random_movement(run);
		event->moves[j].has_value = below(run, 2);
		event->moves[j].value = random_movement(run);
		event->count++;
	}
}

static bool
is_first(const struct model_event *event, uint32_t i)
{
	uint32_t j;

	for (j = 0; j < i; j++)
		if (event->moves[j].subject == event->moves[i].subject)
			return false;
	return true;
}

static void
give_event(struct run *run, const struct model_event *event)
{
	uint32_t i, subject;

	movement_event(run->movement, event->time_ms, run->symbols[BY_TEAM][event->names[BY_TEAM]],
	    run->symbols[BY_SYSTEM][event->names[BY_SYSTEM]],
	    run->symbols[BY_CHANNEL][event->names[BY_CHANNEL]], run->actors[event->actor]);
	for (i = 0; i < event->count; i++) {
		subject = run->subjects[event->moves[i].subject];
		movement_add(run->movement, subject, run->symbols[BY_FIELD][event->moves[i].field],
		    event->moves[i].moved, is_first(event, i));
		if (event->moves[i].has_value)
			movement_value(run->movement, subject, event->moves[i].value);
	}
	if (below(run, 2))
		movement_event_end(run->movement);
}

/* A new epoch: some of the subjects, in any order. Others may still move. */
static void
change_subjects(struct run *run)
{
	uint32_t some[MODEL_SUBJECTS], count = 0, i;

	for (i = 0; i < MODEL_SUBJECTS; i++)
		if (below(run, 2))
			some[count++] = run->subjects[(i + run->random % 5) % MODEL_SUBJECTS];
	movement_subjects(run->movement, some, count);
}

static void
take_over(struct run *run)
{
	movement_event_end(run->movement);
	movement_close(run->movement);
	symbols_close(run->names);
	run->names = symbols_open();
	symbols_add(run->names, TEXT("another order"));
	run->held.again = true;
	open_movement(run);
	make_names(run);
}

static void
step(struct run *run, uint64_t record)
{
	struct model_event event;
	uint32_t subject;
	double moved;

	move_clock(run, record);
	make_event(run, &event);
	model_event(run->model, &event);
	give_event(run, &event);
	if (below(run, 10) == 0) {
		subject = below(run, MODEL_SUBJECTS);
		moved = random_movement(run);
		movement_expiry(run->movement, run->subjects[subject], run->clock_ms, moved);
		model_expiry(run->model, subject, run->clock_ms, moved);
	}
	if (below(run, 200) == 0)
		change_subjects(run);
	if (below(run, 300) == 0)
		take_over(run);
	if (run->ask_every && record % run->ask_every == 0)
		movement_rows(run->movement, &run->held.sink);
}

/* --- comparing ------------------------------------------------------------------------ */

static void
same_sums(const struct held_cell *held, const struct model_sums *sums, const char *what)
{
	uint64_t count = held ? held->count : 0;

	if (count != sums->count ||
	    (held && (held->magnitude != sums->magnitude || held->moved != sums->moved)))
		fail_msg("%s: %llu %.17g %.17g, expected %llu %.17g %.17g", what,
		    (unsigned long long)count, held ? held->magnitude : 0, held ? held->moved : 0,
		    (unsigned long long)sums->count, sums->magnitude, sums->moved);
}

static uint32_t
word_of(struct run *run, int by, int name)
{
	char text[16];

	if (name == 0)
		return MOVEMENT_UNKNOWN;
	if (name == MODEL_EXPIRY)
		return MOVEMENT_EXPIRY;
	snprintf(text, sizeof(text), "%c%d", "tscf"[by], name);
	return held_word(&run->held, text);
}

static size_t
compare_cells(struct run *run, const struct held_row *row, int subject, int day)
{
	size_t found = 0;
	char what[128];
	int hour, by, name;

	for (hour = 0; hour < 24; hour++)
		for (by = 0; by < MOVEMENT_BY_COUNT; by++)
			for (name = 0; name < MODEL_NAMES; name++) {
				const struct model_sums *sums =
				    &run->model->cells[subject][day][hour][by][name];

				if (!sums->count)
					continue;
				snprintf(what, sizeof(what),
				    "subject %d day %d hour %d by %d name %d", subject, day, hour,
				    by, name);
				if (!row)
					fail_msg("%s: no row", what);
				same_sums(held_cell(row, (uint32_t)hour, (uint32_t)by,
					      word_of(run, by, name)),
				    sums, what);
				found++;
			}
	return found;
}

static void
compare_actors(struct run *run, const struct held_row *row, int subject, int day)
{
	double total = 0, squares = 0;
	size_t actors = 0;
	int i;

	for (i = 0; i < MODEL_ACTORS; i++) {
		const struct model_sums *sums = &run->model->actors[subject][day][i];
		struct held_cell held =
		    held_actor(&run->held, day, run->actors[i], run->subjects[subject]);

		same_sums(&held, sums, "actor");
		actors += sums->count != 0;
		total += sums->magnitude;
		squares += sums->magnitude * sums->magnitude;
	}
	if (!row)
		return;
	assert_int_equal(row->actor_count, actors);
	assert_int_equal(row->top_count, actors);
	assert_true(fabs(row->total - total) <= total * 1e-12);
	assert_true(fabs(row->squares - squares) <= squares * 1e-12);
}

static void
compare(struct run *run)
{
	int64_t first = (run->clock_ms - HOUR) / DAY;
	int subject, day;

	for (subject = 0; subject < MODEL_SUBJECTS; subject++) {
		for (day = 0; day < MODEL_DAYS; day++) {
			const struct held_row *row =
			    held_day(&run->held, run->subjects[subject], day);
			size_t cells = compare_cells(run, row, subject, day);

			assert_int_equal(row ? row->cell_count : 0, cells);
			compare_actors(run, row, subject, day);
			if (row)
				assert_int_equal(row->ended, day < first);
		}
		assert_true(movement_scale(run->movement, run->subjects[subject]) ==
		    run->model->scales[subject]);
	}
}

static void
the_sums_are_the_plain_ones(void **state)
{
	static const unsigned ask_every[] = {0, 1, 50, 0, 7};
	static const bool sparing[] = {false, false, true, false, true};
	struct run run;
	uint64_t record;
	size_t i;

	for (i = 0; i < ARRAY_COUNT(ask_every); i++) {
		begin(&run, 88172645463325252u + i, ask_every[i]);
		run.held.sink.sparing = sparing[i];
		for (record = 0; record < EVENTS; record++)
			step(&run, record);
		run.held.sink.sparing = false;
		movement_rows(run.movement, &run.held.sink);
		compare(&run);
		assert_true(run.clock_ms > 20 * (int64_t)DAY);
		end(&run);
	}
}

/* --- the image ------------------------------------------------------------------------ */

/* What the last snapshot took, whole. */
struct copy {
	uint8_t *bytes;
	size_t size;
};

static void
take_snapshot(struct run *run, struct copy *copy)
{
	uint8_t content[IMAGE_PAGE_BYTES];
	size_t page;

	assert_true(image_snapshot_begin(run->image));
	while (image_snapshot_next(run->image, &page, content))
		;
	copy->size = image_end(run->image);
	copy->bytes = memory_resize(copy->bytes, copy->size);
	memcpy(copy->bytes, run->image->bytes, copy->size);
}

static void
expect_touched(struct run *run, const struct copy *copy)
{
	size_t page, at;

	for (page = 0; (at = page << IMAGE_PAGE_SHIFT) < copy->size; page++)
		if (atomic_load(&run->image->pages[page]) == IMAGE_CLEAN &&
		    memcmp(copy->bytes + at, run->image->bytes + at, IMAGE_PAGE_BYTES) != 0)
			fail_msg("page %zu changed, and was not touched", page);
}

static void
what_changes_is_touched_in_each_event(void **state)
{
	struct copy copy = {0};
	struct run run;
	uint64_t record;

	begin(&run, 362436069, 29);
	for (record = 0; record < EVENTS; record++) {
		take_snapshot(&run, &copy);
		step(&run, record);
		movement_event_end(run.movement);
		expect_touched(&run, &copy);
	}
	memory_free(copy.bytes);
	end(&run);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_sums_are_the_plain_ones),
	    cmocka_unit_test(what_changes_is_touched_in_each_event),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
