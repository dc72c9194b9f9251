/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tracker while it runs. States: open; paused (the store cannot be written:
 * closed, and tried again now and then); draining.
 */
#ifndef DYETRACE_DAEMON_TRACKER_H
#define DYETRACE_DAEMON_TRACKER_H

#include <jansson.h>

#include "board.h"
#include "daemon/daemon.h"
#include "http.h"
#include "notify.h"

struct tracker {
	const struct daemon_options *options;
	/* What the store and the sources were opened with, and what else is in force (logs, HTTP).
	 * Either may be the options' own. */
	const struct settings *settings, *live;
	struct ingest *ingest;         /* NULL: paused */
	struct publishing *publishing; /* beside it; NULL: nobody publishes */
	int lock, listener;
	struct board board;
	struct notify notify;
	struct http *http;
	int64_t http_tried_ms;
	/* paused: why, when it is tried again (monotonic), and how long after that */
	struct error trouble;
	int64_t try_ms, wait_ms, resumed_ms;
	int64_t cut_bytes; /* by the first open */
	size_t
	    fresh; /* sources whose first batch is to come: its decoder may have to read the ledger */
	int64_t positions; /* read when the loop got on last */
	bool broken;       /* nothing is open, waiting will not help: trouble says why */
};

/* What the board looks at. */
struct board_view tracker_view(const struct tracker *tracker);

/* Opens the store, the sources and the publishers with the settings given; board and manager are told. */
MUST_USE bool
tracker_open(struct tracker *tracker, const struct settings *settings, struct error *err);
/* Commits all that was read, if it can be, and closes. */
MUST_USE bool tracker_drain(struct tracker *tracker, struct error *err);
/* Closes without waiting: what is not committed is read again. */
void tracker_leave(struct tracker *tracker);
/* All but the ingest, which is closed. */
void tracker_end(struct tracker *tracker);
/* Logs as the live settings say. */
void tracker_log(const struct tracker *tracker);
/* Puts others in force as far as an open store does not depend on them: logs, and HTTP. */
void tracker_live(struct tracker *tracker, const struct settings *settings);
/* Connections whose time is over are cut off; an address that was taken is tried again. */
void tracker_turn_http(struct tracker *tracker);
/* Whether the sources can be closed and opened again without a loss. */
bool tracker_may_reopen(const struct settings *settings);

/*
 * The store failed: closes it and waits, in a service; true. False: it is not to
 * be waited for (err stays).
 */
MUST_USE bool tracker_pause(struct tracker *tracker, struct error *err);
/* While paused: tries again when it is time. False: the trouble is one that does not pass. */
MUST_USE bool tracker_resume(struct tracker *tracker, struct error *err);

/* Everything the settings say, again. answer: an object that gets members. False: the old are in force
 * and err says why. */
MUST_USE bool tracker_reload(struct tracker *tracker, json_t *answer, struct error *err);

/* One request of a command (store/control.h). */
void tracker_answer(void *tracker, struct text request, struct buffer *out);

#endif
