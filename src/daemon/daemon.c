/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop: one batch, then whatever was asked, then the next. It turns a few
 * times a second, whatever the sources do; who looks from outside (the manager's
 * watchdog, /livez) sees it turn.
 */
#include "daemon/daemon.h"

#include <poll.h>
#include <stdio.h>

#include "advice.h"
#include "base/log.h"
#include "signals.h"
#include "store/control.h"
#include "store/store.h"
#include "tracker.h"

#define WAIT_MS 200
/* How long nothing may leave before the end no longer waits for publishers; and after a signal. */
#define PUBLISH_PATIENCE_MS 30000
#define PUBLISH_PATIENCE_STOPPED_MS 5000

static void
reload(struct tracker *tracker)
{
	json_t *answer = json_object();
	struct error err = {0};

	/* What went wrong is in the log. */
	if (!tracker_reload(tracker, answer, &err))
		log_repeats(false);
	json_decref(answer);
}

static void
tell(const struct daemon_options *options, const struct ingest *ingest)
{
	const struct ingest_counts *counts = ingest_counts(ingest);
	int64_t backlog = ingest_backlog(ingest);

	if (options->progress)
		options->progress(options->context, counts->payload_bytes,
		    backlog < 0 ? -1 : counts->payload_bytes + backlog, counts);
}

/* The watchdog is fed when something was read, or when there is nothing to read. */
static void
feed(struct tracker *tracker, bool idle)
{
	const struct ingest_counts *counts = ingest_counts(tracker->ingest);
	int64_t positions =
	    counts->recorded + counts->quarantined + counts->filtered + counts->gaps;

	if (idle || positions != tracker->positions)
		notify_alive(&tracker->notify);
	tracker->positions = positions;
	notify_status(&tracker->notify, "%s; recorded %lld, quarantined %lld, filtered %lld",
	    idle ? "waiting for events" : "reading", (long long)counts->recorded,
	    (long long)counts->quarantined, (long long)counts->filtered);
}

/* The first batch of each source may take long: rows are remembered from the ledger. */
static bool
step_ingest(struct tracker *tracker, enum ingest_state *state, struct error *err)
{
	bool done;

	if (!tracker->fresh)
		return ingest_step(tracker->ingest, WAIT_MS, state, err);
	tracker->fresh--;
	board_turn(&tracker->board, LONG_ACT_MS);
	notify_long(&tracker->notify, LONG_ACT_MS);
	done = ingest_step(tracker->ingest, WAIT_MS, state, err);
	notify_long_over(&tracker->notify);
	board_turn(&tracker->board, TURN_WITHIN_MS);
	return done;
}

/* One batch. *ended: there is no more. */
static bool
step(struct tracker *tracker, bool *ended, struct error *err)
{
	struct board_view view;
	enum ingest_state state;

	if (!step_ingest(tracker, &state, err))
		return tracker_pause(tracker, err);
	*ended = state == INGEST_END;
	view = tracker_view(tracker);
	board_look(&tracker->board, &view, false);
	feed(tracker, state != INGEST_MORE);
	if (tracker->options->progress)
		tell(tracker->options, tracker->ingest);
	return true;
}

static bool
wait_and_try(struct tracker *tracker, struct error *err)
{
	poll(NULL, 0, WAIT_MS);
	notify_alive(&tracker->notify);
	notify_status(&tracker->notify, "paused: %s", tracker->trouble.text);
	return tracker_resume(tracker, err);
}

static bool
turn(struct tracker *tracker, bool *ended, struct error *err)
{
	bool good;

	board_turn(&tracker->board, TURN_WITHIN_MS);
	good = tracker->ingest ? step(tracker, ended, err) : wait_and_try(tracker, err);
	if (!good)
		return false;
	control_serve(tracker->listener, tracker_answer, tracker);
	if (signals_reload())
		reload(tracker);
	tracker_turn_http(tracker);
	log_repeats(false);
	if (!tracker->broken)
		return true;
	*err = tracker->trouble;
	return false;
}

static bool
finish(struct tracker *tracker, struct error *err)
{
	notify_stopping(&tracker->notify);
	board_say(&tracker->board, false, "draining");
	board_turn(&tracker->board, LONG_ACT_MS);
	if (!tracker->ingest) {
		*err = tracker->trouble;
		return false;
	}
	return ingest_checkpoint(tracker->ingest, err) && ingest_settle(tracker->ingest, err) &&
	    publishing_finish(tracker->publishing,
		signals_stop() ? PUBLISH_PATIENCE_STOPPED_MS : PUBLISH_PATIENCE_MS, err);
}

static bool
loop(struct tracker *tracker, struct error *err)
{
	bool ended = false;

	notify_ready(&tracker->notify, "reading");
	while (!signals_stop() && !ended)
		if (!turn(tracker, &ended, err))
			return false;
	return finish(tracker, err);
}

static void
add_before(struct ingest_counts *counts, const struct ingest_counts *before)
{
	counts->recorded += before->recorded;
	counts->quarantined += before->quarantined;
	counts->filtered += before->filtered;
	counts->gaps += before->gaps;
	counts->payload_bytes += before->payload_bytes;
}

static void
conclude(struct tracker *tracker, struct daemon_result *result)
{
	const char *name;

	result->interrupted = signals_stop();
	result->cut_bytes = tracker->cut_bytes;
	result->counts = tracker->board.before.counts;
	if (!tracker->ingest)
		return;
	add_before(&result->counts, ingest_counts(tracker->ingest));
	ingest_dropped(tracker->ingest, &result->dropped);
	name = ingest_source_error(tracker->ingest, &result->source_error);
	if (name)
		snprintf(result->failed_source, sizeof(result->failed_source), "%s", name);
}

static bool
run(struct tracker *tracker, struct daemon_result *result, struct error *err)
{
	const struct settings *settings = tracker->options->settings;
	bool done;

	/* Health can be asked for while the store is being opened, which may take its time. */
	tracker_turn_http(tracker);
	if (!tracker_open(tracker, settings, err))
		return advice_add(err);
	tracker->cut_bytes = ingest_cut_bytes(tracker->ingest);
	done = control_listen(settings->store, &tracker->listener, err) && loop(tracker, err);
	conclude(tracker, result);
	control_close(settings->store, tracker->listener);
	publishing_close(tracker->publishing);
	ingest_close(tracker->ingest);
	return done || advice_add(err);
}

bool
daemon_run(const struct daemon_options *options, struct daemon_result *result, struct error *err)
{
	struct tracker tracker = {.options = options,
	    .settings = options->settings,
	    .live = options->settings,
	    .lock = -1,
	    .http_tried_ms = INT64_MIN / 2,
	    .listener = -1};
	bool done;

	*result = (struct daemon_result){0};
	signals_catch();
	board_init(&tracker.board, options->version);
	notify_init(&tracker.notify);
	tracker_log(&tracker);
	if (store_lock(options->settings->store, &tracker.lock, err))
		done = run(&tracker, result, err);
	else
		done = advice_add(err);
	signals_drained();
	tracker_end(&tracker);
	log_repeats(true);
	return done;
}
