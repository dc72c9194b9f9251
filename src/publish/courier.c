/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The thread of one publisher. Its states:
 *
 *   closed     publisher and follower are opened; what is missing is said, and tried again later
 *   handing    a batch is in hand: the publisher takes it, or says LATER and is given it again
 *   watching   nothing new is committed: deliveries come in, the note is written
 *   ended      told to finish, and everything is out; or told to stop
 *
 * Whenever the publisher or the store fails, both are closed and the thread begins again at
 * the note, which never says more than was delivered.
 */
#include "courier_inside.h"

#include <signal.h>
#include <stdio.h>

#include "base/fault.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/waiting.h"

#define HAND_MS 100        /* how long the publisher may wait in one call */
#define LOOK_MS 50         /* how often an idle one looks for new commits */
#define NOTE_EVERY_MS 1000 /* what was delivered since the note comes twice after a crash */
#define MOVED_EVERY_MS 10000
#define RETRY_FIRST_MS 500
#define RETRY_MOST_MS 30000
#define CAUTIOUS_MS 10000

static void
take_dead(void *context, uint64_t record, const char *what, struct text id, const char *reason)
{
	struct courier *courier = context;

	if (!cursor_dead(&courier->cursor, record, what, id, reason, &courier->dead_error))
		return;
	if (courier->cursor.dead == 1)
		log_say(LOG_WARN, "publisher", NULL,
		    "publisher %s: %s %.*s can never be delivered: %s; such are written to %s",
		    courier->entry->name, what, TEXT_PRINT(id), reason, courier->cursor.dead_path);
}

static void
take_notice(void *context, const char *sentence)
{
	const struct courier *courier = context;

	log_say(LOG_INFO, "publisher", NULL, "publisher %s: %s", courier->entry->name, sentence);
}

/* --- opened and closed ------------------------------------------------------------------ */

static void
close_both(struct courier *courier)
{
	courier->entry->type->close(courier->publisher);
	follower_close(courier->follower);
	courier->publisher = NULL;
	courier->follower = NULL;
	courier->batch = NULL;
	/* What was given and not acknowledged is given again. */
	moved_fini(&courier->moved);
	courier->moved_ms = INT64_MIN / 2;
	courier->moved_record = UINT64_MAX;
}

/* Where one that was never here begins. */
static bool
begin(struct courier *courier, struct error *err)
{
	if (courier->cursor.there)
		return true;
	if (courier->entry->from == PUBLISH_FROM_NOW &&
	    !follower_committed(courier->follower, &courier->cursor.record, err))
		return false;
	return cursor_note(&courier->cursor, err);
}

/* The ledger goes on from a backup that is older than what has left already. */
static bool
check_cursor(struct courier *courier, struct error *err)
{
	uint64_t committed;

	if (!follower_committed(courier->follower, &committed, err))
		return false;
	return courier->cursor.record <= committed ||
	    error_set(err, ERROR_DAMAGED,
		"%s says that records up to %llu are out, and the ledger has %llu: an older store "
		"was put back; remove that file to publish from where `from` says again",
		courier->cursor.path, (unsigned long long)courier->cursor.record,
		(unsigned long long)committed);
}

static bool
open_both(struct courier *courier, struct error *err)
{
	struct publisher_options options = {.name = courier->entry->name,
	    .settings_file = courier->settings->file,
	    .folder = courier->settings->folder,
	    .settings = courier->entry->settings,
	    .surroundings = &courier->surroundings,
	    .host = &courier->host};
	unsigned wants;

	options.cautious = courier->cautious;
	memcpy(options.store_id, courier->cursor.store_id, sizeof(options.store_id));
	if (!courier->entry->type->open(&options, &courier->publisher, err)) {
		courier->publisher = NULL;
		return false;
	}
	wants = courier->entry->type->wants(courier->publisher);
	courier->wants_movement = wants & PUBLISHER_MOVEMENT;
	if (!follower_open(
		courier->settings->store, wants & PUBLISHER_INFLUENCES, &courier->follower, err)) {
		courier->follower = NULL;
		return false;
	}
	if (!begin(courier, err) || !check_cursor(courier, err))
		return false;
	courier->next = courier->cursor.record;
	courier->progress = (struct publisher_progress){courier->next, true};
	courier->unwritten = 0;
	return true;
}

/* --- at work --------------------------------------------------------------------------- */

/* Written when time has passed, or when nothing is under way. */
static bool
note(struct courier *courier, uint64_t delivered, bool settled, struct error *err)
{
	struct cursor *cursor = &courier->cursor;
	int64_t now = monotonic_ms();

	if (courier->dead_error.kind != ERROR_NONE) {
		*err = courier->dead_error;
		courier->dead_error = (struct error){0};
		return false;
	}
	if (delivered <= cursor->record || (!settled && now - courier->noted_ms < NOTE_EVERY_MS))
		return true;
	fault_point("published");
	cursor->published += delivered - cursor->record;
	cursor->record = delivered;
	courier->noted_ms = now;
	return cursor_note(cursor, err);
}

/* Looks at what came back; *settled: everything that was handed over is out and noted. */
static bool
settle(struct courier *courier, int64_t wait_ms, bool *settled, struct error *err)
{
	struct publisher_progress *progress = &courier->progress;
	struct error waits_for = {0};
	uint64_t delivered;

	if (!courier->entry->type->settle(courier->publisher, wait_ms, progress, &waits_for)) {
		*err = waits_for;
		return false;
	}
	if (waits_for.kind != ERROR_NONE)
		courier_say(courier, waits_for.text, false);
	*settled = progress->settled && !courier->batch;
	delivered = *settled ? courier->next : progress->safe;
	if (delivered > courier->next)
		delivered = courier->next;
	return note(courier, delivered, *settled, err);
}

static bool
hand_over(struct courier *courier, struct error *err)
{
	enum publishing_state state = PUBLISHING_TAKEN;
	struct error waits_for = {0};

	if (courier->batch->count &&
	    !courier->entry->type->publish(
		courier->publisher, courier->batch, HAND_MS, &state, &waits_for)) {
		*err = waits_for;
		return false;
	}
	if (state == PUBLISHING_TAKEN) {
		courier->next = courier->batch->end;
		courier->batch = NULL;
		courier_say_well(courier);
	} else if (waits_for.kind != ERROR_NONE) {
		courier_say(courier, waits_for.text, false);
	}
	return true;
}

/* --- movement -------------------------------------------------------------------------- */

/* Whether rows may have changed since the pass before, and it is time to look. */
static bool
movement_is_due(const struct courier *courier, uint64_t committed, bool finish)
{
	return courier->wants_movement && !courier->batch && courier->next >= committed &&
	    courier->moved_record != committed &&
	    (finish || monotonic_ms() - courier->moved_ms > MOVED_EVERY_MS);
}

/* Hands hours on for a while. */
static bool
give_hours(struct courier *courier, struct error *err)
{
	int64_t until_ms = monotonic_ms() + HAND_MS;
	const struct publication_movement *hour;
	enum publishing_state state;

	while (courier->moved.under_way && monotonic_ms() < until_ms) {
		struct error waits_for = {0};

		if (!moved_hour(&courier->moved, follower_catalog(courier->follower), &hour, err))
			return false;
		if (!hour)
			break;
		if (!courier->entry->type->publish_movement(
			courier->publisher, hour, HAND_MS, &state, &waits_for)) {
			*err = waits_for;
			return false;
		}
		if (state == PUBLISHING_TAKEN)
			moved_given(&courier->moved);
		else if (waits_for.kind != ERROR_NONE)
			courier_say(courier, waits_for.text, false);
	}
	return true;
}

/* *out: nothing of movement is left to give. */
static bool
give_movement(
    struct courier *courier, uint64_t committed, bool finish, bool *out, struct error *err)
{
	if (!courier->moved.under_way && movement_is_due(courier, committed, finish)) {
		if (!moved_begin(&courier->moved, follower_catalog(courier->follower),
			courier->cursor.movement_day, err))
			return false;
		courier->moved_ms = monotonic_ms();
		courier->moved_record = committed;
	}
	if (courier->moved.under_way && !give_hours(courier, err))
		return false;
	*out = !courier->moved.under_way &&
	    (!courier->wants_movement || courier->moved_record == committed);
	return true;
}

/* All that was given is acknowledged: days that have ended need not be looked at again. */
static bool
note_movement(struct courier *courier, struct error *err)
{
	int64_t day = moved_ended_before(&courier->moved);

	if (!courier->wants_movement || courier->moved.under_way ||
	    day <= courier->cursor.movement_day)
		return true;
	courier->cursor.movement_day = day;
	return cursor_note(&courier->cursor, err);
}

/* --- one breath ------------------------------------------------------------------------ */

/* It was cautious for long enough: nothing new is begun until what is under way is out. */
static bool
is_over(const struct courier *courier)
{
	return courier->cautious && monotonic_ms() - courier->cautious_ms > CAUTIOUS_MS;
}

/* One breath. *idle: there was nothing to do. */
static bool
work_once(struct courier *courier, bool *idle, bool *finished, struct error *err)
{
	bool settled, moved, finish = courier_wants_finish(courier);
	uint64_t committed;

	if (!courier->batch && !is_over(courier) &&
	    !follower_read(courier->follower, courier->next, &courier->batch, err))
		return false;
	*idle = !courier->batch;
	if (courier->batch && !hand_over(courier, err))
		return false;
	if (!follower_committed(courier->follower, &committed, err) ||
	    !give_movement(courier, committed, finish, &moved, err) ||
	    !settle(courier, *idle && !courier->progress.settled ? HAND_MS : 0, &settled, err) ||
	    (settled && !note_movement(courier, err)))
		return false;
	courier_count(courier, committed);
	courier_ask_figures(courier);
	*finished = finish && settled && moved && courier->next >= committed;
	*idle = *idle && settled && !courier->moved.under_way;
	return true;
}

/* What is known to be delivered when it ends need not come twice. */
static void
leave(struct courier *courier)
{
	struct error ignored = {0};

	if (courier->follower && courier->progress.safe <= courier->next &&
	    !note(courier, courier->progress.safe, true, &ignored))
		log_say(LOG_WARN, "publisher", NULL, "publisher %s: %s", courier->entry->name,
		    ignored.text);
	close_both(courier);
}

static bool
work(struct courier *courier, bool *finished, struct error *err)
{
	bool idle;

	if (!courier->publisher && !open_both(courier, err))
		return false;
	if (!work_once(courier, &idle, finished, err))
		return false;
	if (idle && is_over(courier)) {
		courier->cautious = false;
		leave(courier);
	} else if (idle && !*finished) {
		courier_say_well(courier);
		courier_rest(courier, LOOK_MS);
	}
	return true;
}

static void
retry_later(struct courier *courier, const struct error *why)
{
	leave(courier);
	courier_say(courier, why->text, true);
	if (why->kind == ERROR_LIMIT) {
		courier->cautious = true;
		courier->cautious_ms = monotonic_ms();
	}
	courier->retry_ms = courier->retry_ms ? courier->retry_ms * 2 : RETRY_FIRST_MS;
	if (courier->retry_ms > RETRY_MOST_MS)
		courier->retry_ms = RETRY_MOST_MS;
	courier_rest(courier, courier->retry_ms);
}

static void *
run(void *context)
{
	struct courier *courier = context;
	bool finished = false;

	while (!finished && !courier_wants_stop(courier)) {
		struct error err = {0};

		if (!work(courier, &finished, &err))
			retry_later(courier, &err);
	}
	leave(courier);
	pthread_mutex_lock(&courier->mutex);
	courier->ended = true;
	pthread_mutex_unlock(&courier->mutex);
	return NULL;
}

/* --- from outside ---------------------------------------------------------------------- */

static void
set_surroundings(struct courier *courier)
{
	const struct settings *settings = courier->settings;
	size_t i;

	courier->sources = memory_get_array(settings->source_count + 1, sizeof(*courier->sources));
	for (i = 0; i < settings->source_count; i++)
		courier->sources[i] = (struct publisher_source){settings->sources[i].name,
		    settings->sources[i].type->name, settings->sources[i].settings};
	courier->surroundings =
	    (struct publisher_surroundings){settings->source_count, courier->sources};
}

/* Signals are the caller's: none comes to this thread, nor to those that a publisher starts. */
static bool
start(struct courier *courier, struct error *err)
{
	sigset_t all, before;
	int failed;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&courier->thread, NULL, run, courier);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return !failed ||
	    error_set(err, ERROR_IO, "no thread for publisher %s: %s", courier->entry->name,
		strerror(failed));
}

static void
init_locks(struct courier *courier)
{
	pthread_mutex_init(&courier->mutex, NULL);
	waiting_init(&courier->told);
}

static void
end(struct courier *courier)
{
	cursor_fini(&courier->cursor);
	pthread_cond_destroy(&courier->told);
	pthread_mutex_destroy(&courier->mutex);
	memory_free(courier->sources);
	memory_free(courier);
}

static bool
open_note(struct courier *courier, struct error *err)
{
	struct follower *follower = NULL;
	bool good;

	if (!follower_open(courier->settings->store, false, &follower, err))
		return false;
	good = cursor_open(&courier->cursor, courier->settings->store, courier->entry->name,
	    follower_store_id(follower), err);
	follower_close(follower);
	return good;
}

bool
courier_open(const struct settings *settings, const struct settings_publisher *publisher,
    struct courier **out, struct error *err)
{
	struct courier *courier = memory_get(sizeof(*courier));

	courier->settings = settings;
	courier->entry = publisher;
	courier->host = (struct publisher_host){courier, take_dead, take_notice};
	courier->counts.name = publisher->name;
	init_locks(courier);
	set_surroundings(courier);
	if (!open_note(courier, err) || !start(courier, err)) {
		end(courier);
		return error_within(err, "publisher %s", publisher->name);
	}
	*out = courier;
	return true;
}

void
courier_close(struct courier *courier)
{
	if (!courier)
		return;
	courier_stop(courier);
	pthread_join(courier->thread, NULL);
	end(courier);
}
