/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of a courier share. */
#ifndef PUBLISH_COURIER_INSIDE_H
#define PUBLISH_COURIER_INSIDE_H

#include <pthread.h>

#include "courier.h"
#include "cursor.h"
#include "follower.h"
#include "moved.h"

#define FIGURES_MAX 32

struct figure {
	char name[64];
	double value;
};

struct courier {
	const struct settings *settings;
	const struct settings_publisher *entry;
	struct publisher_surroundings surroundings;
	struct publisher_source *sources;
	struct publisher_host host;
	pthread_t thread;
	/* Shared with other threads. */
	pthread_mutex_t mutex;
	pthread_cond_t told;
	bool stop, finish, ended;
	struct publishing_counts counts;
	struct figure figures[FIGURES_MAX];
	size_t figure_count;
	/* The thread's own. */
	struct cursor cursor;
	struct publisher *publisher;
	struct follower *follower;
	const struct publication_batch *batch; /* in hand; NULL: none */
	uint64_t next;                         /* of the next batch */
	uint64_t unwritten;                    /* positions of batches behind the note */
	struct publisher_progress progress;
	int64_t noted_ms, measured_ms, said_ms, retry_ms;
	bool cautious; /* it is opened so, since cautious_ms */
	int64_t cautious_ms;
	struct error dead_error;
	struct moved moved;
	bool wants_movement;
	int64_t moved_ms;      /* when a pass began last */
	uint64_t moved_record; /* how much was committed then */
};

/* --- what others are told (courier_told.c) ------------------------------------------------ */

void courier_stop(struct courier *courier);
bool courier_wants_stop(struct courier *courier);
bool courier_wants_finish(struct courier *courier);
/* Waits until the time is over, or somebody tells it something. */
void courier_rest(struct courier *courier, int64_t ms);
/* committed: records in the ledger */
void courier_count(struct courier *courier, uint64_t committed);
/* Why it does not go on: said once, and then now and then, until it does. */
void courier_say(struct courier *courier, const char *why, bool is_error);
void courier_say_well(struct courier *courier);
/* Asks the publisher for its figures, now and then. */
void courier_ask_figures(struct courier *courier);

#endif
