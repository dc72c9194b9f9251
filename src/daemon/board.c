/* SPDX-License-Identifier: Apache-2.0 */
/* Two sets of figures: one is shown, the other is filled; they change places under the lock. */
#include "board.h"

#include <stdio.h>

#include "base/memory.h"
#include "base/timestamp.h"

#define LOOK_EVERY_MS 1000

static struct board_figures *
new_figures(void)
{
	struct board_figures *figures = memory_get(sizeof(*figures));

	figures_init(&figures->ingest);
	return figures;
}

void
board_init(struct board *board, const char *version)
{
	*board = (struct board){.version = version ? version : ""};
	pthread_mutex_init(&board->mutex, NULL);
	board->shown = new_figures();
	board->next = new_figures();
	figures_init(&board->before);
	board->looked_ms = INT64_MIN / 2;
	board_turn(board, LONG_ACT_MS);
	board_say(board, false, "the store is being opened");
}

void
board_fini(struct board *board)
{
	figures_fini(&board->shown->ingest);
	figures_fini(&board->next->ingest);
	memory_free(board->shown);
	memory_free(board->next);
	figures_fini(&board->before);
	pthread_mutex_destroy(&board->mutex);
}

void
board_turn(struct board *board, int64_t within_ms)
{
	board->within_ms = within_ms;
	board->turned_ms = monotonic_ms();
	board->turns++;
}

bool
board_lives(struct board *board, int64_t *age_ms)
{
	*age_ms = monotonic_ms() - board->turned_ms;
	return *age_ms <= board->within_ms;
}

static void
change_places(struct board *board)
{
	struct board_figures *shown = board->shown;

	board->shown = board->next;
	board->next = shown;
}

/* --- publishers ----------------------------------------------------------------------- */

struct meter {
	struct board_figures *figures;
	struct publisher_figures *publisher;
};

static void
add_own(void *context, const char *name, double value)
{
	struct meter *meter = context;
	struct publisher_figures *publisher = meter->publisher;

	if (publisher->own_count < FIGURES_OWN_MAX)
		publisher->own[publisher->own_count++] =
		    (struct own_figure){figures_keep(&meter->figures->ingest, name), value};
}

static void
read_publisher(const struct board_view *view, size_t which, struct board_figures *figures)
{
	struct publisher_figures *publisher = &figures->publishers[which];
	struct arena *arena = &figures->ingest.arena;
	struct meter meter = {figures, publisher};
	const struct publisher_meter host = {&meter, add_own};

	publisher->own = arena_get_zero(arena, FIGURES_OWN_MAX * sizeof(*publisher->own));
	publisher->type = view->settings->publishers[which].type;
	publishing_counts(view->publishing, which, &publisher->counts);
	publisher->counts.name = figures_keep(&figures->ingest, publisher->counts.name);
	publishing_measure(view->publishing, which, &host);
}

static void
read_publishers(const struct board_view *view, struct board_figures *figures)
{
	size_t i;

	figures->publisher_count = publishing_count(view->publishing);
	figures->publishers = arena_get_zero(
	    &figures->ingest.arena, (figures->publisher_count + 1) * sizeof(*figures->publishers));
	for (i = 0; i < figures->publisher_count; i++)
		read_publisher(view, i, figures);
}

/* --- looks ------------------------------------------------------------------------------ */

void
board_look(struct board *board, const struct board_view *view, bool must)
{
	int64_t now = monotonic_ms();

	if (!must && now - board->looked_ms < LOOK_EVERY_MS)
		return;
	board->looked_ms = now;
	figures_read(view->ingest, &board->next->ingest);
	figures_continue(&board->next->ingest, &board->before);
	read_publishers(view, board->next);
	if (must)
		pthread_mutex_lock(&board->mutex);
	else if (pthread_mutex_trylock(&board->mutex) != 0)
		return; /* somebody reads: the next look will be shown */
	change_places(board);
	pthread_mutex_unlock(&board->mutex);
}

void
board_leave(struct board *board, const struct board_view *view)
{
	struct ingest_figures last;

	board_look(board, view, true);
	figures_init(&last);
	figures_read(view->ingest, &last);
	figures_continue(&last, &board->before);
	figures_fini(&board->before);
	board->before = last;
}

void
board_say(struct board *board, bool open, const char *trouble)
{
	pthread_mutex_lock(&board->mutex);
	board->open = open;
	snprintf(board->trouble, sizeof(board->trouble), "%s", trouble);
	pthread_mutex_unlock(&board->mutex);
}

void
board_count_pause(struct board *board)
{
	pthread_mutex_lock(&board->mutex);
	board->pauses++;
	pthread_mutex_unlock(&board->mutex);
}

uint64_t
board_count_reload(struct board *board, enum reload_outcome outcome)
{
	uint64_t number = 0;
	size_t i;

	pthread_mutex_lock(&board->mutex);
	board->reloads[outcome]++;
	for (i = 0; i < RELOAD_OUTCOMES; i++)
		number += board->reloads[i];
	pthread_mutex_unlock(&board->mutex);
	return number;
}
