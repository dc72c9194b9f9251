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
#include "pending.h"
#include "store/committed.h"

#define QUEUE_BLOCKS 16

struct scribe {
	struct scribe_options options;
	struct pending pending;     /* the open commit; the thread's own */
	struct tree committed_tree; /* under the mutex from here on */
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t wake, done; /* something for the thread; something for the route */
	struct block *queue[QUEUE_BLOCKS];
	size_t first, waiting;
	struct block *spent[QUEUE_BLOCKS]; /* written: memory for the next ones */
	size_t spent_count;
	uint64_t taken, committed;
	bool flush, checkpoint, ending, stopped;
	struct error error;
};

/* Waits for a wake-up, at most until the open commit is due. Mutex held. */
static void
rest(struct scribe *scribe)
{
	int64_t left =
	    scribe->options.commit_every_ms - (monotonic_ms() - scribe->pending.since_ms);
	struct timespec until;

	if (!scribe->pending.block_count) {
		pthread_cond_wait(&scribe->wake, &scribe->mutex);
		return;
	}
	if (left <= 0)
		return;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += left / 1000;
	until.tv_nsec += left % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_cond_timedwait(&scribe->wake, &scribe->mutex, &until);
}

static bool
commit_due(const struct scribe *scribe)
{
	const struct pending *pending = &scribe->pending;

	if (!pending->block_count)
		return false;
	return pending->block_count >= scribe->options.commit_blocks ||
	    monotonic_ms() - pending->since_ms >= scribe->options.commit_every_ms;
}

static bool
write_block(struct scribe *scribe, struct block *block, struct error *err)
{
	struct block_place place;

	if (!ledger_append(scribe->options.ledger, block, &place, err))
		return false;
	if (!scribe->pending.block_count)
		scribe->pending.since_ms = monotonic_ms();
	pending_add(&scribe->pending, block, &place);
	return true;
}

static bool
commit(struct scribe *scribe, struct error *err)
{
	if (!scribe->pending.block_count)
		return true;
	if (!ledger_sync(scribe->options.ledger, err))
		return false;
	fault_point("segment-synced");
	if (!pending_commit(&scribe->pending, scribe->options.catalog, err))
		return false;
	fault_point("catalog-committed");
	return committed_note(scribe->options.store, scribe->pending.tree.size, err);
}

static bool
publish(struct scribe *scribe, struct error *err)
{
	if (!checkpoint_publish(scribe->options.store, scribe->options.keys, &scribe->pending.tree,
		scribe->pending.newest_ms, err))
		return false;
	scribe->pending.published_ms = monotonic_ms();
	fault_point("checkpoint-written");
	return true;
}

/* Takes the next block off the queue, NULL if there is none. Mutex held. */
static struct block *
next_block(struct scribe *scribe)
{
	struct block *block;

	if (!scribe->waiting)
		return NULL;
	block = scribe->queue[scribe->first];
	scribe->first = (scribe->first + 1) % QUEUE_BLOCKS;
	scribe->waiting--;
	pthread_cond_broadcast(&scribe->done);
	return block;
}

/* Mutex held. */
static void
keep_spent(struct scribe *scribe, struct block *block)
{
	if (block && scribe->spent_count < QUEUE_BLOCKS)
		scribe->spent[scribe->spent_count++] = block;
	else
		block_free(block);
}

/* One turn: write a block or commit. Mutex held at entry and exit, not in between. */
static bool
turn(struct scribe *scribe, struct error *err)
{
	struct block *block = next_block(scribe);
	bool finish = !block && (scribe->flush || scribe->checkpoint);
	bool sign = !block && scribe->checkpoint;
	uint64_t number = scribe->pending.last_sequence + (block ? 1 : 0);
	bool good = true, committed = false;

	pthread_mutex_unlock(&scribe->mutex);
	if (block)
		good = write_block(scribe, block, err);
	if (good && (finish || commit_due(scribe))) {
		good = commit(scribe, err);
		committed = good;
	}
	if (good &&
	    (sign ||
		(committed &&
		    monotonic_ms() - scribe->pending.published_ms >=
			scribe->options.checkpoint_every_ms)))
		good = publish(scribe, err);
	pthread_mutex_lock(&scribe->mutex);
	keep_spent(scribe, block);
	scribe->pending.last_sequence = number;
	if (committed) {
		scribe->committed = number;
		scribe->committed_tree = scribe->pending.tree;
	}
	if (finish && !scribe->waiting)
		scribe->flush = false;
	if (sign)
		scribe->checkpoint = false;
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
			if (!commit_due(scribe)) {
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
	pthread_condattr_t monotonic;

	scribe->options = *options;
	scribe->committed_tree = options->tree;
	pending_init(
	    &scribe->pending, &options->tree, options->blocks, options->epoch, options->newest_ms);
	scribe->pending.published_ms = monotonic_ms();
	pthread_mutex_init(&scribe->mutex, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&scribe->wake, &monotonic);
	pthread_cond_init(&scribe->done, &monotonic);
	pthread_condattr_destroy(&monotonic);
	if (pthread_create(&scribe->thread, NULL, work, scribe) != 0) {
		pending_fini(&scribe->pending);
		memory_free(scribe);
		return error_system(err, ERROR_IO, "the scribe's thread cannot start");
	}
	*out = scribe;
	return true;
}

uint64_t
scribe_take(struct scribe *scribe, struct block *block)
{
	uint64_t number = 0;

	pthread_mutex_lock(&scribe->mutex);
	while (scribe->waiting == QUEUE_BLOCKS && !scribe->stopped)
		pthread_cond_wait(&scribe->done, &scribe->mutex);
	if (scribe->stopped) {
		block_free(block);
	} else {
		scribe->queue[(scribe->first + scribe->waiting++) % QUEUE_BLOCKS] = block;
		number = ++scribe->taken;
		pthread_cond_signal(&scribe->wake);
	}
	pthread_mutex_unlock(&scribe->mutex);
	return number;
}

struct block *
scribe_spent(struct scribe *scribe)
{
	struct block *block = NULL;

	pthread_mutex_lock(&scribe->mutex);
	if (scribe->spent_count)
		block = scribe->spent[--scribe->spent_count];
	pthread_mutex_unlock(&scribe->mutex);
	return block;
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
scribe_tree(struct scribe *scribe, struct tree *tree)
{
	pthread_mutex_lock(&scribe->mutex);
	*tree = scribe->committed_tree;
	pthread_mutex_unlock(&scribe->mutex);
}

void
scribe_close(struct scribe *scribe)
{
	struct block *block;

	if (!scribe)
		return;
	pthread_mutex_lock(&scribe->mutex);
	scribe->ending = true;
	pthread_cond_broadcast(&scribe->wake);
	pthread_mutex_unlock(&scribe->mutex);
	pthread_join(scribe->thread, NULL);
	while ((block = next_block(scribe)))
		block_free(block);
	while (scribe->spent_count)
		block_free(scribe->spent[--scribe->spent_count]);
	pending_fini(&scribe->pending);
	pthread_cond_destroy(&scribe->wake);
	pthread_cond_destroy(&scribe->done);
	pthread_mutex_destroy(&scribe->mutex);
	memory_free(scribe);
}
