/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tracker shows of itself. The route's thread puts it up, others (HTTP)
 * read it under the board's lock; the route never waits for a reader.
 */
#ifndef DYETRACE_DAEMON_BOARD_H
#define DYETRACE_DAEMON_BOARD_H

#include <pthread.h>
#include <stdatomic.h>

#include "ingest/figures.h"
#include "publish/publish.h"

/* Without a turn for longer than this the route hangs. */
#define TURN_WITHIN_MS (int64_t)(60 * 1000)
/* For what is known to take its time: opening the store, a request of an operator. */
#define LONG_ACT_MS (int64_t)(15 * 60 * 1000)

struct publisher_figures {
	struct publishing_counts counts;
	const struct publisher_type *type;
	size_t own_count;
	struct own_figure *own;
};

struct board_figures {
	struct ingest_figures ingest; /* its arena holds the publishers' too */
	size_t publisher_count;
	struct publisher_figures *publishers;
};

enum reload_outcome {
	RELOAD_DONE,
	RELOAD_REFUSED, /* mistakes in the files, or something that needs a restart: the old are in force */
	RELOAD_FAILED, /* good files, but it could not be opened: the old are in force */
	RELOAD_OUTCOMES
};

struct board {
	_Atomic int64_t turned_ms; /* monotonic; of the loop's last turn */
	_Atomic int64_t within_ms; /* when the next is due */
	_Atomic uint64_t turns;

	pthread_mutex_t mutex; /* of all below */
	const char *version;
	bool open;                   /* the store and all its sources are */
	char trouble[1200];          /* why it is not ready; "" */
	struct board_figures *shown; /* as of the last look; after a close the last ones */
	uint64_t reloads[RELOAD_OUTCOMES], pauses;
	/* the rest is the route's alone */
	struct board_figures *next;
	struct ingest_figures before;
	int64_t looked_ms;
};

void board_init(struct board *board, const char *version);
void board_fini(struct board *board);

/* The loop turned. The next turn may take this long. */
void board_turn(struct board *board, int64_t within_ms);
/* What is looked at: both are the tracker's, publishing may be NULL. */
struct board_view {
	struct ingest *ingest;
	struct publishing *publishing;
	const struct settings *settings; /* that both were opened with */
};

/* Looks now and then; at once when must. */
void board_look(struct board *board, const struct board_view *view, bool must);
/* What is looked at goes: what it counted is kept for the next one. */
void board_leave(struct board *board, const struct board_view *view);
/* The ingest is open; or it is not, and why. */
void board_say(struct board *board, bool open, const char *trouble);
void board_count_pause(struct board *board);
/* Returns the how manieth reload it was. */
uint64_t board_count_reload(struct board *board, enum reload_outcome outcome);

/* From any thread: whether the loop turns. *age_ms since it did */
bool board_lives(struct board *board, int64_t *age_ms);

#endif
