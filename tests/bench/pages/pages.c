/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How soon a page of movement is there, on a store that exists: an actor's, a feature's or model's
 * split by team and by actor, and the whole receipt of one event. Wall time, and CPU of the process.
 *
 *   bench_pages SETTINGS             by the functions behind the commands; each question opens the store
 *   bench_pages SETTINGS DYETRACE    whole commands, from fork() to their end
 *
 * 1,000 random actors of the identity table and 1,000 random events by FILE:LINE (whole commands:
 * 200 of each), all features and models of the catalog three times. Relative names in SETTINGS are its folder's: run it there.
 */
#include <fcntl.h>
#include <spawn.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "bench.h"
#include "bench_route.h"
#include "catalog/movement.h"
#include "inquiry/moved.h"
#include "model/origin.h"

#define QUESTIONS 1000
#define COMMANDS 200
#define SUBJECT_ROUNDS 3
#define NAMES_MAX 4096

extern char **environ;

struct asked {
	const char *command; /* actor, feature, model, trace */
	char name[300];
	enum inquiry_by by;
};

struct pages {
	const struct settings *settings;
	const char *settings_path, *program; /* program NULL: in process */
	char *partitions[NAMES_MAX];
	int64_t lines[NAMES_MAX];
	size_t partition_count, asked_count;
	struct asked asked[NAMES_MAX];
};

static void
well(bool good, const struct error *err)
{
	if (!good)
		bench_fail(err);
}

static double
wall_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* Of this process and of the children that ended. */
static double
cpu_ns(void)
{
	struct rusage usage;

	getrusage(RUSAGE_CHILDREN, &usage);
	return bench_cpu_ns() + (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e9 +
	    (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e3;
}

static void
ask(const struct pages *pages, const struct asked *asked)
{
	struct inquiry_moved question = {
	    .from_ms = TIME_NONE, .to_ms = TIME_NONE, .by = asked->by, .top = 10};
	struct text name = text_of(asked->name);
	struct inquiry *inquiry;
	struct error err = {0};
	json_t *document;

	well(inquiry_open(pages->settings, &inquiry, &err), &err);
	if (strcmp(asked->command, "actor") == 0)
		document = inquiry_actor(inquiry, name, &question, &err);
	else if (strcmp(asked->command, "feature") == 0)
		document = inquiry_feature(inquiry, name, &question, &err);
	else if (strcmp(asked->command, "model") == 0)
		document = inquiry_model(inquiry, name, &question, &err);
	else
		document = inquiry_trace(inquiry, name, &err);
	/* An actor may have moved nothing. */
	well(document || err.kind == ERROR_MISSING, &err);
	json_decref(document);
	inquiry_close(inquiry);
}

static void
run_command(const struct pages *pages, const struct asked *asked)
{
	bool split = strcmp(asked->command, "feature") == 0 || strcmp(asked->command, "model") == 0;
	const char *arguments[] = {pages->program, asked->command, asked->name, "-c",
	    pages->settings_path, split ? "--by" : NULL,
	    asked->by == INQUIRY_BY_TEAM ? "team" : "actor", NULL};
	posix_spawn_file_actions_t actions;
	pid_t child;
	int status;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	if (posix_spawn(&child, pages->program, &actions, NULL, (char **)arguments, environ) != 0 ||
	    waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) > 1) {
		fprintf(stderr, "bench_pages: %s %s cannot be run\n", asked->command, asked->name);
		exit(1);
	}
	posix_spawn_file_actions_destroy(&actions);
}

static void
measure(struct pages *pages, const char *bench)
{
	static double walls[NAMES_MAX], cpus[NAMES_MAX];
	size_t i, count = pages->asked_count;

	for (i = 0; i < count; i++) {
		double start = wall_ns(), cpu = cpu_ns();

		if (pages->program)
			run_command(pages, &pages->asked[i]);
		else
			ask(pages, &pages->asked[i]);
		cpus[i] = cpu_ns() - cpu;
		walls[i] = wall_ns() - start;
	}
	qsort(cpus, count, sizeof(*cpus), bench_order);
	qsort(walls, count, sizeof(*walls), bench_order);
	printf("{\"bench\":\"%s%s\",\"n\":%zu,\"p50_ms\":%.2f,\"p95_ms\":%.2f,\"p99_ms\":%.2f,"
	       "\"cpu_p50_ms\":%.2f,\"cpu_p95_ms\":%.2f}\n",
	    bench, pages->program ? "_command" : "", count, walls[count / 2] / 1e6,
	    walls[count * 95 / 100] / 1e6, walls[count * 99 / 100] / 1e6, cpus[count / 2] / 1e6,
	    cpus[count * 95 / 100] / 1e6);
	fflush(stdout);
	pages->asked_count = 0;
}

static struct asked *
next(struct pages *pages, const char *command)
{
	struct asked *asked = &pages->asked[pages->asked_count];

	if (pages->asked_count < NAMES_MAX - 1)
		pages->asked_count++;
	asked->command = command;
	return asked;
}

static void
choose_actors(struct pages *pages)
{
	sqlite3_stmt *choose = NULL;
	struct pseudonym pseudonym;
	sqlite3 *database;
	char path[4096];

	snprintf(path, sizeof(path), "%s/identity.db", pages->settings->store);
	if (sqlite3_open_v2(path, &database, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(database,
		"SELECT pseudonym FROM identity ORDER BY substr(lookup, 1, 8) LIMIT ?", -1, &choose,
		NULL) != SQLITE_OK) {
		fprintf(stderr, "bench_pages: %s\n", sqlite3_errmsg(database));
		exit(1);
	}
	sqlite3_bind_int(choose, 1, pages->program ? COMMANDS : QUESTIONS);
	while (sqlite3_step(choose) == SQLITE_ROW) {
		memcpy(&pseudonym, sqlite3_column_blob(choose, 0), sizeof(pseudonym));
		pseudonym_text(&pseudonym, next(pages, "actor")->name);
	}
	sqlite3_finalize(choose);
	sqlite3_close(database);
}

struct subjects {
	struct pages *pages;
	enum movement_kind kind;
	enum inquiry_by by;
};

static bool
add_subject(void *context, const struct catalog_subject *subject)
{
	const struct subjects *subjects = context;
	struct asked *asked;

	if (subject->kind != subjects->kind)
		return true;
	asked = next(subjects->pages, subject->kind == MOVEMENT_MODEL ? "model" : "feature");
	snprintf(asked->name, sizeof(asked->name), "%.*s", TEXT_PRINT(subject->name));
	asked->by = subjects->by;
	return true;
}

static bool
add_partition(void *context, const struct partition *partition)
{
	struct pages *pages = context;

	if (pages->partition_count == NAMES_MAX)
		return false;
	pages->partitions[pages->partition_count] = strdup(partition->name);
	pages->lines[pages->partition_count++] = partition->next_offset;
	return true;
}

static void
choose_events(struct pages *pages)
{
	int i, count = pages->program ? COMMANDS : QUESTIONS;
	size_t which;

	srandom(7);
	for (i = 0; i < count; i++) {
		struct asked *asked = next(pages, "trace");

		which = (size_t)random() % pages->partition_count;
		snprintf(asked->name, sizeof(asked->name), "%s:%lld", pages->partitions[which],
		    1 + (long long)random() % (long long)pages->lines[which]);
	}
}

static void
measure_subjects(struct pages *pages, struct catalog *catalog, enum movement_kind kind,
    enum inquiry_by by, const char *bench)
{
	struct subjects subjects = {pages, kind, by};
	struct error err = {0};
	int round;

	for (round = 0; round < SUBJECT_ROUNDS; round++)
		well(catalog_subjects(catalog, add_subject, &subjects, &err), &err);
	measure(pages, bench);
}

int
main(int argc, char **argv)
{
	static struct pages pages;
	struct catalog *catalog;
	struct settings *settings;
	struct error err = {0};
	char path[4096];

	if (argc < 2) {
		fprintf(stderr, "usage: bench_pages SETTINGS [DYETRACE]\n");
		return 2;
	}
	settings = bench_settings(argv[1]);
	pages.settings = settings;
	pages.settings_path = argv[1];
	pages.program = argc > 2 ? argv[2] : NULL;
	snprintf(path, sizeof(path), "%s/catalog.db", settings->store);
	well(catalog_open(path, CATALOG_READ, &catalog, &err), &err);
	well(catalog_partitions(catalog, add_partition, &pages, &err), &err);
	choose_actors(&pages);
	measure(&pages, "page_actor");
	measure_subjects(
	    &pages, catalog, MOVEMENT_FEATURE, INQUIRY_BY_TEAM, "page_feature_by_team");
	measure_subjects(
	    &pages, catalog, MOVEMENT_FEATURE, INQUIRY_BY_ACTOR, "page_feature_by_actor");
	measure_subjects(&pages, catalog, MOVEMENT_MODEL, INQUIRY_BY_TEAM, "page_model_by_team");
	measure_subjects(&pages, catalog, MOVEMENT_MODEL, INQUIRY_BY_ACTOR, "page_model_by_actor");
	choose_events(&pages);
	measure(&pages, "trace_position");
	catalog_close(catalog);
	settings_close(settings);
	return 0;
}
