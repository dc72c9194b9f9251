/* SPDX-License-Identifier: Apache-2.0 */
/* Opening and closing, and what is done around it. */
#include "tracker.h"

#include <stdio.h>

#include "base/log.h"
#include "base/timestamp.h"
#include "store/store.h"

#define HTTP_TRY_EVERY_MS 30000

static void
say_recovery(struct tracker *tracker)
{
	int64_t cut = ingest_cut_bytes(tracker->ingest);

	if (cut)
		log_say(LOG_WARN, "recovery", (struct log_field[]){{"bytes", NULL, cut}, {0}},
		    "dropped uncommitted bytes of the ledger; they are read again");
}

struct board_view
tracker_view(const struct tracker *tracker)
{
	return (struct board_view){tracker->ingest, tracker->publishing, tracker->settings};
}

/* Publishers follow a ledger that is there. */
static bool
open_all(struct tracker *tracker, const struct settings *settings, struct error *err)
{
	struct ingest_options options = {
	    .settings = settings, .until_end = tracker->options->until_end, .locked = true};

	if (!ingest_open(&options, &tracker->ingest, err))
		return false;
	if (publishing_open(settings, &tracker->publishing, err))
		return true;
	ingest_close(tracker->ingest);
	tracker->ingest = NULL;
	return false;
}

bool
tracker_open(struct tracker *tracker, const struct settings *settings, struct error *err)
{
	struct board_view view;
	bool opened;

	board_turn(&tracker->board, LONG_ACT_MS);
	notify_long(&tracker->notify, LONG_ACT_MS);
	opened = open_all(tracker, settings, err);
	notify_long_over(&tracker->notify);
	board_turn(&tracker->board, TURN_WITHIN_MS);
	if (!opened)
		return false;
	tracker->settings = settings;
	tracker->fresh = settings->source_count;
	say_recovery(tracker);
	view = tracker_view(tracker);
	board_look(&tracker->board, &view, true);
	board_say(&tracker->board, true, "");
	return true;
}

void
tracker_leave(struct tracker *tracker)
{
	struct board_view view = tracker_view(tracker);

	if (!tracker->ingest)
		return;
	board_leave(&tracker->board, &view);
	publishing_close(tracker->publishing);
	ingest_close(tracker->ingest);
	tracker->publishing = NULL;
	tracker->ingest = NULL;
}

bool
tracker_drain(struct tracker *tracker, struct error *err)
{
	bool done;

	board_turn(&tracker->board, LONG_ACT_MS);
	done = ingest_settle(tracker->ingest, err);
	tracker_leave(tracker);
	return done;
}

static void
open_http(struct tracker *tracker)
{
	const char *listen = tracker->live->http_listen;
	const struct log_field fields[] = {{"address", listen, 0}, {0}};
	struct error err = {0};

	tracker->http_tried_ms = monotonic_ms();
	if (http_open(
		listen, &tracker->board, tracker->options->settings->store, &tracker->http, &err))
		log_say(LOG_INFO, "http", fields, "/metrics, /livez and /readyz are served");
	else
		log_say(LOG_WARN, "http", fields,
		    "%s: set `http.listen` to another address, or off; it is tried again, the "
		    "route goes on",
		    err.text);
}

void
tracker_log(const struct tracker *tracker)
{
	const struct settings *settings = tracker->live;

	log_set(&(struct log_options){
	    .format = (enum log_format)settings->log_format,
	    .level = (enum log_level)settings->log_level,
	    .repeat_ms = settings->log_repeat_ms,
	});
}

static bool
same_address(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

void
tracker_live(struct tracker *tracker, const struct settings *settings)
{
	bool same = same_address(tracker->live->http_listen, settings->http_listen);

	tracker->live = settings;
	tracker_log(tracker);
	if (same)
		return;
	http_close(tracker->http);
	tracker->http = NULL;
	tracker->http_tried_ms = INT64_MIN / 2;
	tracker_turn_http(tracker);
}

void
tracker_turn_http(struct tracker *tracker)
{
	http_sweep(tracker->http);
	if (!tracker->http && tracker->live->http_listen && !tracker->options->until_end &&
	    monotonic_ms() - tracker->http_tried_ms >= HTTP_TRY_EVERY_MS)
		open_http(tracker);
}

bool
tracker_may_reopen(const struct settings *settings)
{
	size_t i;

	for (i = 0; i < settings->source_count; i++)
		if (settings->sources[i].type->once &&
		    settings->sources[i].type->once(settings->sources[i].settings))
			return false;
	return true;
}

void
tracker_end(struct tracker *tracker)
{
	http_close(tracker->http);
	board_fini(&tracker->board);
	store_unlock(tracker->lock);
	if (tracker->live != tracker->settings && tracker->live != tracker->options->settings)
		settings_close((struct settings *)tracker->live);
	if (tracker->settings != tracker->options->settings)
		settings_close((struct settings *)tracker->settings);
}
