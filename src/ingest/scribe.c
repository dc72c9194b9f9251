/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A queue of a few blocks between the route and this thread. States of the
 * thread: waiting for a block (no longer than the open commit may wait),
 * writing one, committing, stopped by an error, ended.
 */
#include "scribe.h"

#include <assert.h>
#include <pthread.h>
#include <time.h>

#include "base/fault.h"
#include "base/waiting.h"
#include "snapshot.h"
#include "store/committed.h"

#define QUEUE_BLOCKS 16
/* A commit of nothing says nothing of how long one takes. */
#define NOT_COUNTED (-1.0)

struct scribe {
	struct scribe_options options;
	struct pending pending;   /* the open commit; the thread's own */
	struct snapshot snapshot; /* the thread's own, but for its begin, under the mutex */
	size_t committing; /* partitions of the last commit, still in pending's rows; its own */
	struct tree committed_facts, committed_conclusions; /* under the mutex from here on */
	struct commit_count commits;
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t wake, done; /* something for the thread; something for the route */
	struct scribe_work queue[QUEUE_BLOCKS];
	size_t first, waiting;
	struct scribe_work spent[QUEUE_BLOCKS]; /* written: memory for the next ones */
	size_t spent_count;
	uint64_t taken, committed;
	bool flush, checkpoint, ending, stopped;
	bool snapshot_busy;
	struct error error;
};

/* Waits for a wake-up, at most until the open commit is due. Mutex held. */
static void
rest(struct scribe *scribe)
{
	int64_t left =
	    scribe->options.commit_every_ms - (monotonic_ms() - scribe->pending.since_ms);
	struct timespec until;

	if (pending_is_empty(&scribe->pending)) {
		pthread_cond_wait(&scribe->wake, &scribe->mutex);
		return;
	}
	if (left <= 0)
		return;
	until = waiting_until(left);
	pthread_cond_timedwait(&scribe->wake, &scribe->mutex, &until);
}

static bool
commit_due(const struct scribe *scribe)
{
	const struct pending *pending = &scribe->pending;

	if (pending_is_empty(pending))
		return false;
	return pending->movement || pending->block_count >= scribe->options.commit_blocks ||
	    monotonic_ms() - pending->since_ms >= scribe->options.commit_every_ms;
}

static bool
write_conclusions(struct scribe *scribe, const struct conclusion_block *block,
    struct block_place *place, struct error *err)
{
	if (!block)
		return true;
	if (!ledger_append_objects(
		scribe->options.conclusions, buffer_text(&block->body), block->records, place, err))
		return error_within(err, "conclusions");
	fault_point("conclusions-written");
	return true;
}

/* Conclusions first: facts that are there have theirs, even without the catalog. */
static bool
write_blocks(struct scribe *scribe, const struct scribe_work *work, struct error *err)
{
	struct block_place place, conclusions_place = {0};

	if (!write_conclusions(scribe, work->conclusions, &conclusions_place, err) ||
	    !ledger_append(scribe->options.ledger, work->block, &place, err))
		return false;
	if (!scribe->pending.block_count)
		scribe->pending.since_ms = monotonic_ms();
	pending_add(&scribe->pending, work->block, &place);
	if (work->conclusions)
		pending_add_conclusions(&scribe->pending, work->conclusions, &conclusions_place);
	return true;
}

static bool
write_work(struct scribe *scribe, struct scribe_work *work, struct error *err)
{
	if (work->block && !write_blocks(scribe, work, err))
		return false;
	if (work->movement)
		pending_add_movement(&scribe->pending, work->movement);
	work->movement = NULL;
	return true;
}

static bool
commit(struct scribe *scribe, struct error *err)
{
	if (pending_is_empty(&scribe->pending))
		return true;
	if (!ledger_sync(scribe->options.conclusions, err))
		return error_within(err, "conclusions");
	fault_point("conclusions-synced");
	if (!ledger_sync(scribe->options.ledger, err))
		return false;
	fault_point("segment-synced");
	scribe->committing = scribe->pending.partition_count;
	if (!pending_commit(&scribe->pending, scribe->options.catalog, err))
		return false;
	fault_point("catalog-committed");
	return committed_note(scribe->options.store, scribe->pending.tree.size, err);
}

static bool
publish(struct scribe *scribe, struct error *err)
{
	const struct pending *pending = &scribe->pending;

	if (!checkpoint_publish(scribe->options.store, scribe->options.keys, &pending->tree,
		&pending->conclusions, pending->newest_ms, err))
		return false;
	scribe->pending.published_ms = monotonic_ms();
	fault_point("checkpoint-written");
	return true;
}

/* Takes the next work off the queue, if there is one. Mutex held. */
static bool
next_work(struct scribe *scribe, struct scribe_work *work)
{
	*work = (struct scribe_work){0};
	if (!scribe->waiting)
		return false;
	*work = scribe->queue[scribe->first];
	scribe->first = (scribe->first + 1) % QUEUE_BLOCKS;
	scribe->waiting--;
	pthread_cond_broadcast(&scribe->done);
	return true;
}

static void
free_work(const struct scribe_work *work)
{
	block_free(work->block);
	conclusion_block_free(work->conclusions);
	movement_log_close(work->movement);
}

/* Mutex held. */
static void
keep_spent(struct scribe *scribe, const struct scribe_work *work)
{
	if (work->block && scribe->spent_count < QUEUE_BLOCKS)
		scribe->spent[scribe->spent_count++] = *work;
	else
		free_work(work);
}

/* What was committed counts. Mutex held. */
static void
note_commit(struct scribe *scribe, uint64_t number, double seconds)
{
	size_t i;

	scribe->committed = number;
	scribe->committed_facts = scribe->pending.tree;
	scribe->committed_conclusions = scribe->pending.conclusions;
	if (seconds >= 0)
		commit_count_time(&scribe->commits, seconds);
	for (i = 0; i < scribe->committing; i++)
		commit_count_mark(&scribe->commits, &scribe->pending.partitions[i]);
}

static bool
snapshot_waits(const struct scribe *scribe)
{
	return snapshot_can_go_on(
	    &scribe->snapshot, scribe->committed_facts.size, scribe->committed);
}

/*
 * One turn: write a block or commit, then a few pages of a snapshot. Mutex held at entry and
 * exit, not in between.
 */
static bool
turn(struct scribe *scribe, struct error *err)
{
	struct scribe_work work;
	bool is_work = next_work(scribe, &work);
	bool finish = !is_work && (scribe->flush || scribe->checkpoint);
	bool sign = !is_work && scribe->checkpoint;
	uint64_t number = scribe->pending.last_sequence + is_work;
	bool good = true, committed = false, pages = snapshot_waits(scribe), ended = false;
	bool anything = false;
	double began = 0, took = 0;

	pthread_mutex_unlock(&scribe->mutex);
	scribe->committing = 0;
	if (is_work)
		good = write_work(scribe, &work, err);
	if (good && (finish || commit_due(scribe))) {
		anything = !pending_is_empty(&scribe->pending);
		began = monotonic_seconds();
		good = commit(scribe, err);
		committed = good;
		took = monotonic_seconds() - began;
	}
	if (good &&
	    (sign ||
		(committed &&
		    monotonic_ms() - scribe->pending.published_ms >=
			scribe->options.checkpoint_every_ms)))
		good = publish(scribe, err);
	if (good && pages)
		good = snapshot_step(&scribe->snapshot, &ended, err);
	pthread_mutex_lock(&scribe->mutex);
	keep_spent(scribe, &work);
	scribe->pending.last_sequence = number;
	if (committed)
		note_commit(scribe, number, anything ? took : NOT_COUNTED);
	if (finish && !scribe->waiting)
		scribe->flush = false;
	if (sign)
		scribe->checkpoint = false;
	if (ended)
		scribe->snapshot_busy = false;
	pthread_cond_broadcast(&scribe->done);
	return good;
}

static void *
work(void *context)
{
	struct scribe *scribe = context;

	pthread_mutex_lock(&scribe->mutex);
	for (;;) {
		if (!scribe->waiting && !scribe->flush && !scribe->checkpoint) {
			if (scribe->ending)
				break;
			if (!commit_due(scribe) && !snapshot_waits(scribe)) {
				rest(scribe);
				if (!scribe->waiting && !commit_due(scribe))
					continue;
			}
		}
		if (!turn(scribe, &scribe->error)) {
			scribe->stopped = true;
			break;
		}
	}
	scribe->stopped = true;
	pthread_cond_broadcast(&scribe->done);
	pthread_mutex_unlock(&scribe->mutex);
	return NULL;
}

bool
scribe_open(const struct scribe_options *options, struct scribe **out, struct error *err)
{
	struct scribe *scribe = memory_get(sizeof(*scribe));
	size_t i;

	scribe->options = *options;
	for (i = 0; i < options->partition_count; i++)
		commit_count_mark(&scribe->commits, options->partitions[i]);
	scribe->committed_facts = options->start.tree;
	scribe->committed_conclusions = options->start.conclusions;
	pending_init(&scribe->pending, &options->start);
	snapshot_init(&scribe->snapshot, options->image, options->state);
	scribe->pending.published_ms = monotonic_ms();
	pthread_mutex_init(&scribe->mutex, NULL);
	waiting_init(&scribe->wake);
	waiting_init(&scribe->done);
	if (pthread_create(&scribe->thread, NULL, work, scribe) != 0) {
		pending_fini(&scribe->pending);
		snapshot_fini(&scribe->snapshot);
		commit_count_fini(&scribe->commits);
		memory_free(scribe);
		return error_system(err, ERROR_IO, "the scribe's thread cannot start");
	}
	*out = scribe;
	return true;
}

/* Mutex held. */
static void
wait_for_room(struct scribe *scribe)
{
	double began;

	if (scribe->waiting < QUEUE_BLOCKS)
		return;
	began = monotonic_seconds();
	while (scribe->waiting == QUEUE_BLOCKS && !scribe->stopped)
		pthread_cond_wait(&scribe->done, &scribe->mutex);
	scribe->commits.figures.waited_s += monotonic_seconds() - began;
}

uint64_t
scribe_take(struct scribe *scribe, const struct scribe_work *work)
{
	uint64_t number = 0;

	pthread_mutex_lock(&scribe->mutex);
	wait_for_room(scribe);
	if (scribe->stopped) {
		free_work(work);
	} else {
		scribe->queue[(scribe->first + scribe->waiting++) % QUEUE_BLOCKS] = *work;
		number = ++scribe->taken;
		pthread_cond_signal(&scribe->wake);
	}
	pthread_mutex_unlock(&scribe->mutex);
	return number;
}

struct scribe_work
scribe_spent(struct scribe *scribe)
{
	struct scribe_work work = {0};

	pthread_mutex_lock(&scribe->mutex);
	if (scribe->spent_count)
		work = scribe->spent[--scribe->spent_count];
	pthread_mutex_unlock(&scribe->mutex);
	return work;
}

uint64_t
scribe_committed(struct scribe *scribe)
{
	uint64_t number;

	pthread_mutex_lock(&scribe->mutex);
	number = scribe->committed;
	pthread_mutex_unlock(&scribe->mutex);
	return number;
}

/* Why the thread stopped. Mutex held. */
static bool
stopped_why(struct scribe *scribe, struct error *err)
{
	if (!scribe->stopped || scribe->error.kind == ERROR_NONE)
		return true;
	*err = scribe->error;
	return false;
}

static bool
wait_for(struct scribe *scribe, bool *request, struct error *err)
{
	bool good;

	pthread_mutex_lock(&scribe->mutex);
	*request = true;
	pthread_cond_signal(&scribe->wake);
	while (*request && !scribe->stopped)
		pthread_cond_wait(&scribe->done, &scribe->mutex);
	good = stopped_why(scribe, err);
	pthread_mutex_unlock(&scribe->mutex);
	return good;
}

bool
scribe_flush(struct scribe *scribe, struct error *err)
{
	return wait_for(scribe, &scribe->flush, err);
}

bool
scribe_checkpoint(struct scribe *scribe, struct error *err)
{
	return wait_for(scribe, &scribe->checkpoint, err);
}

bool
scribe_check(struct scribe *scribe, struct error *err)
{
	bool good;

	pthread_mutex_lock(&scribe->mutex);
	good = stopped_why(scribe, err);
	pthread_mutex_unlock(&scribe->mutex);
	return good;
}

void
scribe_snapshot(struct scribe *scribe, uint64_t record, struct text header)
{
	pthread_mutex_lock(&scribe->mutex);
	assert(!scribe->snapshot_busy);
	scribe->snapshot_busy = true;
	snapshot_begin(&scribe->snapshot, record, scribe->taken, header);
	pthread_cond_signal(&scribe->wake);
	pthread_mutex_unlock(&scribe->mutex);
}

bool
scribe_snapshot_busy(struct scribe *scribe)
{
	bool busy;

	pthread_mutex_lock(&scribe->mutex);
	busy = scribe->snapshot_busy;
	pthread_mutex_unlock(&scribe->mutex);
	return busy;
}

bool
scribe_snapshot_wait(struct scribe *scribe, struct error *err)
{
	bool good;

	pthread_mutex_lock(&scribe->mutex);
	while (scribe->snapshot_busy && !scribe->stopped)
		pthread_cond_wait(&scribe->done, &scribe->mutex);
	good = stopped_why(scribe, err);
	pthread_mutex_unlock(&scribe->mutex);
	return good;
}

void
scribe_trees(struct scribe *scribe, struct tree *facts, struct tree *conclusions)
{
	pthread_mutex_lock(&scribe->mutex);
	*facts = scribe->committed_facts;
	*conclusions = scribe->committed_conclusions;
	pthread_mutex_unlock(&scribe->mutex);
}

void
scribe_commits(struct scribe *scribe, struct commit_figures *figures)
{
	pthread_mutex_lock(&scribe->mutex);
	*figures = scribe->commits.figures;
	pthread_mutex_unlock(&scribe->mutex);
}

bool
scribe_mark(struct scribe *scribe, uint32_t number, struct partition_mark *mark)
{
	bool found;

	pthread_mutex_lock(&scribe->mutex);
	found = number && number <= scribe->commits.mark_count;
	if (found)
		*mark = scribe->commits.marks[number - 1];
	pthread_mutex_unlock(&scribe->mutex);
	return found;
}

void
scribe_close(struct scribe *scribe)
{
	struct scribe_work work;

	if (!scribe)
		return;
	pthread_mutex_lock(&scribe->mutex);
	scribe->ending = true;
	pthread_cond_broadcast(&scribe->wake);
	pthread_mutex_unlock(&scribe->mutex);
	pthread_join(scribe->thread, NULL);
	while (next_work(scribe, &work))
		free_work(&work);
	while (scribe->spent_count)
		free_work(&scribe->spent[--scribe->spent_count]);
	pending_fini(&scribe->pending);
	snapshot_fini(&scribe->snapshot);
	commit_count_fini(&scribe->commits);
	pthread_cond_destroy(&scribe->wake);
	pthread_cond_destroy(&scribe->done);
	pthread_mutex_destroy(&scribe->mutex);
	memory_free(scribe);
}
