/* SPDX-License-Identifier: Apache-2.0 */
/*
 * New settings, while it runs. First they are read and every mistake is said;
 * then what can change in an open store does, and where that is not enough the
 * store is drained, closed and opened with them: its lock stays ours.
 */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "tracker.h"

/* A mistake as it may stand in a log: what is wrong with a row of the org chart may be somebody's name. */
static const char *
problem_line(const struct yaml_problem *problem, const char *chart, char *out, size_t out_bytes)
{
	if (!chart || strcmp(problem->file, chart) != 0)
		return yaml_problem_text(problem, out, out_bytes);
	snprintf(out, out_bytes,
	    "%s:%u:%u: a mistake in the org chart; `dyetrace check` says what it is", problem->file,
	    problem->line, problem->column);
	return out;
}

/* Every mistake is said, a line each; err counts them. */
static bool
say_problems(const struct yaml_problems *problems, const char *chart, struct error *err)
{
	char text[sizeof(err->text)];
	size_t i;

	for (i = problems->count; i-- > 1;)
		log_say(LOG_ERROR, "settings", NULL, "%s",
		    problem_line(&problems->items[i], chart, text, sizeof(text)));
	problem_line(&problems->items[0], chart, text, sizeof(text));
	log_say(LOG_ERROR, "settings", NULL, "%s", text);
	if (problems->count == 1)
		return error_set(err, ERROR_USAGE, "%s", text);
	return error_set(err, ERROR_USAGE, "%s (and %zu more)", text, problems->count - 1);
}

static bool
read_again(struct tracker *tracker, struct settings **settings, struct error *err)
{
	const struct daemon_options *options = tracker->options;
	struct yaml_problems problems = {0};
	bool good;

	*settings = NULL;
	if (!options->reread)
		return error_set(err, ERROR_REFUSED, "these settings come from no file");
	good = options->reread(options->context, settings, &problems) ||
	    say_problems(&problems, *settings ? (*settings)->org_chart : NULL, err);
	yaml_problems_fini(&problems);
	return good;
}

static bool
same_path(const char *name, const char *old, const char *new, struct error *err)
{
	return strcmp(old, new) == 0 ||
	    error_set(err, ERROR_REFUSED,
		"`%s` was %s and is %s now: that is another store, stop the tracker and start it "
		"again",
		name, old, new);
}

/* Whether the open store and its sources would be the same with them. */
static bool
is_same(const struct settings *a, const struct settings *b)
{
	struct buffer one = {0}, other = {0};
	bool same;

	settings_print(a, SETTINGS_OPENED, &one);
	settings_print(b, SETTINGS_OPENED, &other);
	same = text_equal(buffer_text(&one), buffer_text(&other));
	buffer_fini(&one);
	buffer_fini(&other);
	return same;
}

/* Ends those of the settings that are not in use any more. */
static void
let_go(const struct tracker *tracker, const struct settings *const *some, size_t count)
{
	size_t i, j;

	for (i = 0; i < count; i++) {
		bool again = false;

		for (j = 0; j < i; j++)
			again = again || some[j] == some[i];
		if (!again && some[i] != tracker->options->settings &&
		    some[i] != tracker->settings && some[i] != tracker->live)
			settings_close((struct settings *)some[i]);
	}
}

/* Org chart and lineage, with the store as it is. */
static bool
reload_in_place(
    struct tracker *tracker, const struct settings *settings, json_t *answer, struct error *err)
{
	struct buffer bytes = {0};
	json_t *said;
	bool done;

	ingest_act(tracker->ingest, TEXT("{\"do\":\"reload\"}"), &bytes);
	said = json_loadb((char *)bytes.data, bytes.size, 0, NULL);
	buffer_fini(&bytes);
	done = json_is_true(json_object_get(said, "ok"));
	if (done)
		tracker_live(tracker, settings);
	else
		error_set(err, (enum error_kind)json_integer_value(json_object_get(said, "kind")),
		    "%s", json_string_value(json_object_get(said, "error")));
	json_object_update(answer, said);
	json_decref(said);
	return done;
}

/* With the old settings again; where even that fails the store is waited for. */
static bool
go_back(struct tracker *tracker)
{
	struct error why = {0};

	if (tracker_open(tracker, tracker->settings, &why) || tracker_pause(tracker, &why))
		return false;
	tracker->trouble = why;
	tracker->broken = true;
	return false;
}

static bool
reopen(struct tracker *tracker, const struct settings *settings, json_t *answer, struct error *err)
{
	uint32_t before = tracker->board.shown->ingest.epoch;

	if (!tracker_may_reopen(tracker->settings))
		return error_set(err, ERROR_REFUSED,
		    "a source is read from standard input, which cannot be opened again: stop the "
		    "tracker and start it again");
	if (!tracker_drain(tracker, err) || !tracker_open(tracker, settings, err))
		return go_back(tracker);
	tracker_live(tracker, settings);
	json_object_set_new(answer, "epoch", json_integer(tracker->board.shown->ingest.epoch));
	json_object_set_new(
	    answer, "lineage_changed", json_boolean(tracker->board.shown->ingest.epoch != before));
	json_object_set_new(answer, "reopened", json_true());
	return true;
}

/* Nothing is open: the next try uses them. */
static bool
while_paused(struct tracker *tracker, const struct settings *settings)
{
	tracker->settings = settings;
	tracker_live(tracker, settings);
	tracker->try_ms = 0;
	return true;
}

static bool
use(struct tracker *tracker, const struct settings *settings, json_t *answer, struct error *err)
{
	if (!tracker->ingest)
		return while_paused(tracker, settings);
	if (is_same(tracker->settings, settings))
		return reload_in_place(tracker, settings, answer, err);
	return reopen(tracker, settings, answer, err);
}

static bool
reload(struct tracker *tracker, json_t *answer, enum reload_outcome *outcome, struct error *err)
{
	const struct settings *some[] = {tracker->settings, tracker->live, NULL};
	struct settings *settings;
	bool done;

	*outcome = RELOAD_REFUSED;
	done = read_again(tracker, &settings, err) &&
	    same_path("store", tracker->settings->store, settings->store, err) &&
	    same_path("keys", tracker->settings->keys, settings->keys, err);
	if (done) {
		done = use(tracker, settings, answer, err);
		*outcome = done ? RELOAD_DONE : RELOAD_FAILED;
	}
	some[2] = settings;
	let_go(tracker, some, ARRAY_COUNT(some));
	return done;
}

bool
tracker_reload(struct tracker *tracker, json_t *answer, struct error *err)
{
	enum reload_outcome outcome;
	uint64_t number;
	bool done;

	board_turn(&tracker->board, LONG_ACT_MS);
	notify_reloading(&tracker->notify);
	done = reload(tracker, answer, &outcome, err);
	/* Each is said, however often: an operator asked. */
	number = board_count_reload(&tracker->board, outcome);
	if (done)
		log_say(LOG_INFO, "reload", NULL, "reload %llu: the settings are in force",
		    (unsigned long long)number);
	else
		log_say(LOG_ERROR, "reload", NULL,
		    "reload %llu: %s; the settings from before stay in force",
		    (unsigned long long)number, err->text);
	notify_ready(&tracker->notify, done ? "reloaded" : "not reloaded: the log says why");
	board_turn(&tracker->board, TURN_WITHIN_MS);
	return done;
}
