/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A store that cannot be written is mostly a full disk: somebody makes room and
 * expects the service to go on. What was read and not committed is read again.
 */
#include "base/log.h"
#include "base/timestamp.h"
#include "tracker.h"

#define FIRST_WAIT_MS 1000
#define LONGEST_WAIT_MS 30000
/* Paused again so soon after it went on, it was no cure: the next wait is longer than the last. */
#define RELAPSE_MS (int64_t)(60 * 1000)

/* Trouble that passes without anybody touching the store or the settings. */
static bool
may_pass(const struct error *err)
{
	return err->kind == ERROR_IO || err->kind == ERROR_MISSING;
}

static int64_t
longer(int64_t wait_ms)
{
	return wait_ms * 2 > LONGEST_WAIT_MS ? LONGEST_WAIT_MS : wait_ms * 2;
}

bool
tracker_pause(struct tracker *tracker, struct error *err)
{
	if (tracker->options->until_end || !may_pass(err) || !tracker_may_reopen(tracker->settings))
		return false;
	tracker->trouble = *err;
	if (tracker->wait_ms && monotonic_ms() - tracker->resumed_ms < RELAPSE_MS)
		tracker->wait_ms = longer(tracker->wait_ms);
	else
		tracker->wait_ms = FIRST_WAIT_MS;
	tracker->try_ms = monotonic_ms() + tracker->wait_ms;
	log_say(LOG_ERROR, "tracker", NULL,
	    "paused: %s; nothing is lost, it goes on by itself when that is mended", err->text);
	board_say(&tracker->board, false, err->text);
	board_count_pause(&tracker->board);
	tracker_leave(tracker);
	return true;
}

bool
tracker_resume(struct tracker *tracker, struct error *err)
{
	if (monotonic_ms() < tracker->try_ms)
		return true;
	if (tracker_open(tracker, tracker->settings, err)) {
		tracker->resumed_ms = monotonic_ms();
		log_say(LOG_INFO, "tracker", NULL, "goes on where the last commit ended");
		return true;
	}
	if (!may_pass(err))
		return false;
	tracker->trouble = *err;
	board_say(&tracker->board, false, err->text);
	log_say(LOG_ERROR, "tracker", NULL, "still paused: %s", err->text);
	tracker->wait_ms = longer(tracker->wait_ms);
	tracker->try_ms = monotonic_ms() + tracker->wait_ms;
	return true;
}
