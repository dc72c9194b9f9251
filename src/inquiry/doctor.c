/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything around a store that can be wrong, each with what to do: settings'
 * files, key file, disk, who runs, catalog and ledger's ends, checkpoint,
 * sources. Looks, never mends.
 */
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "doctor.h"
#include "private.h"
#include "store/store.h"

#define FREE_BYTES_LOW ((int64_t)1 << 30)
#define CLOCK_AHEAD_MS (int64_t)(24 * 3600 * 1000)

void
doctor_note(json_t *checks, const char *name, enum doctor_state state, const char *remedy,
    const char *format, ...)
{
	static const char *const words[] = {"good", "warning", "bad"};
	char detail[1200];
	va_list args;

	va_start(args, format);
	vsnprintf(detail, sizeof(detail), format, args);
	va_end(args);
	json_array_append_new(checks,
	    json_pack("{s:s, s:s, s:s, s:s}", "name", name, "state", words[state], "detail", detail,
		"remedy", state == STATE_GOOD ? "" : remedy));
}

static void
check_keys(const struct settings *settings, json_t *checks)
{
	struct keys *keys = NULL;
	struct error err = {0};

	if (keys_open(settings->keys, &keys, &err))
		doctor_note(checks, "key file", STATE_GOOD, "", "%s, readable by you alone",
		    settings->keys);
	else if (err.kind == ERROR_MISSING && !store_exists(settings->store))
		doctor_note(checks, "key file", STATE_WARNING,
		    "`dyetrace run` makes one for a new store, or `dyetrace keys create`",
		    "%s does not exist yet", settings->keys);
	else
		doctor_note(checks, "key file", STATE_BAD,
		    err.kind == ERROR_MISSING
			? "bring it back from your copy: texts and pseudonyms need it"
			: "see the sentence",
		    "%s", err.text);
	keys_close(keys);
}

static void
check_disk(const struct settings *settings, json_t *checks)
{
	struct statvfs disk;
	int64_t free_bytes;

	if (statvfs(settings->store, &disk) != 0 && statvfs(".", &disk) != 0)
		return;
	free_bytes = (int64_t)(disk.f_bavail * disk.f_frsize);
	doctor_note(checks, "disk", free_bytes < FREE_BYTES_LOW ? STATE_WARNING : STATE_GOOD,
	    "free some: on a full disk the tracker pauses until there is room (nothing is lost)",
	    "%.1f GB free for %s", (double)free_bytes / 1e9, settings->store);
	if (disk.f_flag & ST_RDONLY)
		doctor_note(checks, "disk", STATE_BAD, "mount it for writing",
		    "the file system of %s is read-only", settings->store);
}

static void
check_running(const struct settings *settings, json_t *checks)
{
	long process = store_holder(settings->store);

	if (process)
		doctor_note(checks, "tracker", STATE_GOOD, "", "running as process %ld", process);
	else
		doctor_note(checks, "tracker", STATE_WARNING, "start it: `dyetrace run`",
		    "not running on %s", settings->store);
}

static void
check_file(json_t *checks, const char *name, const char *path)
{
	if (!path)
		return;
	if (access(path, R_OK) == 0)
		doctor_note(checks, name, STATE_GOOD, "", "%s", path);
	else
		doctor_note(checks, name, STATE_BAD,
		    "make it readable, or correct its path in the settings", "%s cannot be read",
		    path);
}

/* Of one of the two ledgers, what the catalog says of its end. */
struct segments {
	const char *name, *folder, *what;
	uint32_t last;
	int64_t bytes;
	uint64_t leaves;
};

static void
check_segments(const struct inquiry *inquiry, const struct segments *segments, json_t *checks)
{
	struct stat status;
	char name[32], *folder = store_path(inquiry->settings->store, segments->folder), *path;

	if (!segments->last) {
		doctor_note(checks, segments->name, STATE_GOOD, "", "empty");
		memory_free(folder);
		return;
	}
	snprintf(name, sizeof(name), "%06u.avro", segments->last);
	path = store_path(folder, name);
	if (stat(path, &status) != 0)
		doctor_note(checks, segments->name, STATE_BAD,
		    "bring it back from a backup, then `dyetrace verify`", "%s is missing", path);
	else if (status.st_size < segments->bytes)
		doctor_note(checks, segments->name, STATE_BAD,
		    "bring it back from a backup, then `dyetrace verify`",
		    "%s has %lld bytes, %lld are committed", path, (long long)status.st_size,
		    (long long)segments->bytes);
	else
		doctor_note(checks, segments->name, STATE_GOOD, "",
		    "%llu %s, the last segment holds all that is committed",
		    (unsigned long long)segments->leaves, segments->what);
	memory_free(path);
	memory_free(folder);
}

static void
check_end(const struct inquiry *inquiry, json_t *checks)
{
	const struct catalog_state *state = &inquiry->state;
	const struct segments facts = {
	    "ledger", STORE_FACTS, "records", state->segment, state->segment_bytes, state->records};
	const struct segments conclusions = {"conclusions", STORE_CONCLUSIONS, "conclusions",
	    state->conclusion_segment, state->conclusion_bytes, state->conclusions};

	check_segments(inquiry, &facts, checks);
	check_segments(inquiry, &conclusions, checks);
}

static void
check_checkpoint(struct inquiry *inquiry, json_t *checks)
{
	struct checkpoint checkpoint;
	struct buffer text = {0};
	struct error err = {0};

	if (inquiry_checkpoint(inquiry, &checkpoint, &text, &err)) {
		if (checkpoint.size > inquiry->state.records)
			doctor_note(checks, "checkpoint", STATE_BAD, "run `dyetrace rebuild`",
			    "it speaks of %llu records, the catalog has %llu",
			    (unsigned long long)checkpoint.size,
			    (unsigned long long)inquiry->state.records);
		else
			doctor_note(checks, "checkpoint", STATE_GOOD, "",
			    "covers %llu of %llu records", (unsigned long long)checkpoint.size,
			    (unsigned long long)inquiry->state.records);
	} else if (err.kind == ERROR_MISSING) {
		doctor_note(checks, "checkpoint", STATE_WARNING,
		    "`dyetrace keys checkpoint` signs one now", "none yet");
	} else {
		doctor_note(checks, "checkpoint", STATE_BAD,
		    "compare it with your copies of earlier checkpoints", "%s", err.text);
	}
	buffer_fini(&text);
}

static void
check_clock(const struct inquiry *inquiry, json_t *checks)
{
	int64_t newest = TIME_NONE, now = timestamp_now();
	char text[TIMESTAMP_TEXT_BYTES];
	size_t i;

	for (i = 0; i < inquiry->partition_count; i++)
		if (inquiry->partitions[i]->max_time_ms > newest)
			newest = inquiry->partitions[i]->max_time_ms;
	if (newest == TIME_NONE)
		return;
	doctor_note(checks, "clock", newest > now + CLOCK_AHEAD_MS ? STATE_WARNING : STATE_GOOD,
	    "a writer's clock or time zone is off: check `time:` in the mapping",
	    "the newest event is of %s", timestamp_text(newest, text));
}

/* Positions that nothing explains, and what lies aside. */
static void
check_positions(const struct inquiry *inquiry, json_t *checks)
{
	int64_t unexplained = 0, quarantined = 0;
	size_t i;

	for (i = 0; i < inquiry->partition_count; i++) {
		const struct partition *p = inquiry->partitions[i];

		unexplained += p->next_offset - p->start - p->recorded - p->quarantined -
		    p->filtered - p->gaps;
		quarantined += p->quarantined;
	}
	doctor_note(checks, "positions", unexplained ? STATE_BAD : STATE_GOOD,
	    "run `dyetrace verify` and `dyetrace reconcile`", "%lld unexplained",
	    (long long)unexplained);
	doctor_note(checks, "quarantine", quarantined ? STATE_WARNING : STATE_GOOD,
	    "`dyetrace quarantine list` says why and what to do", "%lld records lie aside",
	    (long long)quarantined);
}

/* And what the sources need, which the store's partitions tell. */
static void
check_store(const struct settings *settings, json_t *checks)
{
	struct inquiry *inquiry = NULL;
	struct error err = {0};

	if (!store_exists(settings->store)) {
		doctor_sources(settings, NULL, checks);
		doctor_note(checks, "store", STATE_WARNING, "`dyetrace run` makes it",
		    "there is none at %s yet", settings->store);
		return;
	}
	if (!inquiry_open(settings, &inquiry, &err)) {
		doctor_sources(settings, NULL, checks);
		doctor_note(checks, "store", STATE_BAD,
		    "run `dyetrace rebuild` if it is the catalog", "%s", err.text);
		return;
	}
	doctor_note(checks, "store", STATE_GOOD, "", "%s opens", settings->store);
	check_end(inquiry, checks);
	check_checkpoint(inquiry, checks);
	check_positions(inquiry, checks);
	check_clock(inquiry, checks);
	doctor_sources(settings, inquiry, checks);
	inquiry_close(inquiry);
}

json_t *
inquiry_doctor(const struct settings *settings, struct error *err)
{
	json_t *checks = json_array(), *tracker = inquiry_tracker(settings->store), *one;
	bool healthy = true;
	size_t i;

	(void)err;
	check_keys(settings, checks);
	check_file(checks, "org chart", settings->org_chart);
	check_file(checks, "lineage", settings->lineage);
	check_disk(settings, checks);
	check_running(settings, checks);
	doctor_tracker(tracker, checks);
	doctor_system(settings, store_holder(settings->store), checks);
	check_store(settings, checks);
	json_array_foreach(checks, i, one) healthy =
	    healthy && strcmp(json_string_value(json_object_get(one, "state")), "bad") != 0;
	json_decref(tracker);
	return json_pack("{s:b, s:o}", "healthy", healthy, "checks", checks);
}
