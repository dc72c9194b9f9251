/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening the catalog and reading, as a page does: a subject's days with all their cells and
 * top actors, and an actor's days. Random subjects and actors; the page cache is warm, or emptied
 * of the file before each question.
 */
#include "sides.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "bench.h"
#include "ours.h"

struct reading {
	const char *path;
	uint32_t days, actors;
	uint64_t random, seen;
};

static uint64_t
random_next(struct reading *reading)
{
	reading->random ^= reading->random << 13;
	reading->random ^= reading->random >> 7;
	reading->random ^= reading->random << 17;
	return reading->random >> 16;
}

/* Each actor moves all 30 subjects every day. */
static void
make_catalog(const char *path, uint32_t days, uint32_t actors)
{
	const uint32_t day_events = actors * 3;
	struct stream stream = {
	    .random = 88172645463325252u, .actors = actors, .day_events = day_events};
	struct stream_event event;
	struct ours ours;
	uint32_t day, i;

	ours_open(&ours, path);
	for (day = 0; day < days; day++) {
		for (i = 0; i < day_events; i++) {
			stream_next(&stream, &event);
			event.actor = stream_actor(i / 3);
			event.team = 1 + i / 3 % STREAM_TEAMS;
			event.first_subject = i % 3 * STREAM_MOVES;
			ours_add(&ours, &event, true);
		}
		ours_commit(&ours, true);
	}
	ours_commit(&ours, false);
	ours_close(&ours);
}

static bool
see_day(void *context, const struct catalog_movement_day *day)
{
	struct movement_reader cells = {.bytes = reader_of(day->cells)};
	struct movement_reader top = {.bytes = reader_of(day->actors)};
	struct reading *reading = context;
	struct movement_cell_read cell;
	struct movement_top_read actor;
	struct error err = {0};
	bool more = true;

	while (more) {
		well(movement_read_cell(&cells, &cell, &more, &err), &err);
		reading->seen += more;
	}
	for (more = true; more;) {
		well(movement_read_top(&top, &actor, &more, &err), &err);
		reading->seen += more;
	}
	return true;
}

static bool
see_actor(void *context, const struct catalog_movement_actor *moved)
{
	struct reading *reading = context;

	(void)moved;
	reading->seen++;
	return true;
}

static void
ask_subject(struct reading *reading, struct catalog *catalog)
{
	struct error err = {0};
	uint32_t number;
	char name[32];
	bool found;

	snprintf(
	    name, sizeof(name), "subject %u", (uint32_t)(random_next(reading) % STREAM_SUBJECTS));
	well(
	    catalog_subject(catalog, MOVEMENT_FEATURE, text_of(name), &number, &found, &err), &err);
	well(catalog_movement_days(catalog, number, 0, reading->days, true, see_day, reading, &err),
	    &err);
}

static void
ask_actor(struct reading *reading, struct catalog *catalog)
{
	uint32_t actor = stream_actor((uint32_t)(random_next(reading) % reading->actors));
	struct error err = {0};

	well(catalog_movement_of_actor(catalog, actor, 0, reading->days, see_actor, reading, &err),
	    &err);
}

static void
forget(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	close(fd);
}

/* All of the file into the page cache. */
static void
remember(const char *path)
{
	static char bytes[1 << 20];
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	while (read(fd, bytes, sizeof(bytes)) > 0)
		;
	close(fd);
}

static double
wall_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static double
one_question(struct reading *reading, void (*ask)(struct reading *reading, struct catalog *catalog),
    bool cold)
{
	struct catalog *catalog;
	struct error err = {0};
	double start;

	if (cold)
		forget(reading->path);
	start = wall_ns();
	well(catalog_open(reading->path, CATALOG_READ, &catalog, &err), &err);
	ask(reading, catalog);
	catalog_close(catalog);
	return wall_ns() - start;
}

static void
many_questions(struct reading *reading,
    void (*ask)(struct reading *reading, struct catalog *catalog), bool cold, uint32_t count,
    const char *what)
{
	double *ns = calloc(count, sizeof(*ns)), cpu = bench_cpu_ns();
	uint32_t i;

	reading->seen = 0;
	for (i = 0; i < count; i++)
		ns[i] = one_question(reading, ask, cold);
	cpu = (bench_cpu_ns() - cpu) / count;
	qsort(ns, count, sizeof(*ns), bench_order);
	printf("{\"bench\":\"%s, %u days%s\",\"n\":%u,\"ours_ns\":%.0f,\"ours_p95_ns\":%.0f,"
	       "\"cpu_ns\":%.0f,\"items\":%llu}\n",
	    what, reading->days, cold ? ", out of the page cache" : "", count, ns[count / 2],
	    ns[count * 95 / 100], cpu, (unsigned long long)(reading->seen / count));
	fflush(stdout);
	free(ns);
}

void
read_side(const char *path, uint32_t days, uint32_t actors, uint32_t questions)
{
	struct reading reading = {
	    .path = path, .days = days, .actors = actors, .random = 362436069};

	if (access(path, F_OK) != 0)
		make_catalog(path, days, actors);
	remember(path);
	many_questions(&reading, ask_subject, false, questions, "a subject");
	many_questions(&reading, ask_actor, false, questions, "an actor");
	many_questions(&reading, ask_subject, true, questions, "a subject");
	many_questions(&reading, ask_actor, true, questions, "an actor");
}
