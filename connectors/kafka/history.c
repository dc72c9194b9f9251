/* SPDX-License-Identifier: Apache-2.0 */
/* The last record, the first one, then halves. */
#include "history.h"

/* Behind the end there may be markers and records that left no trace: so far we look for one that did. */
#define BACK_MAX 4096

enum {
	STEP_LAST,
	STEP_FIRST,
	STEP_SEARCH,
};

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t
most(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static void
conclude(struct history *history, enum history_verdict verdict, int64_t start)
{
	history->verdict = verdict;
	history->start = start;
}

/* Nothing was found to differ. */
static void
conclude_same(struct history *history)
{
	if (history->is_short)
		conclude(history, HISTORY_CUT, history->end);
	else
		conclude(history, HISTORY_SAME, 0);
}

void
history_begin(struct history *history, int64_t start, int64_t next, int64_t low, int64_t end)
{
	*history = (struct history){
	    .step = STEP_LAST,
	    .low_watermark = low,
	    .first = most(start, low),
	    .end = least(next, end),
	    .back = 1,
	    .is_short = end < next,
	};
	history->same = history->first;
	history->differs = INT64_MAX;
	if (history->first < history->end)
		return;
	if (history->is_short)
		conclude(history, HISTORY_RECREATED, low);
	else
		conclude(history, HISTORY_SAME, 0);
}

int64_t
history_question(const struct history *history)
{
	switch (history->step) {
	case STEP_LAST:
		return most(history->first, history->end - history->back);
	case STEP_FIRST:
		return history->first;
	default:
		return history->same + (history->differs - history->same) / 2;
	}
}

bool
history_compares(const struct history *history, int64_t offset)
{
	return offset >= history->first && offset < least(history->end, history->differs);
}

static void
answer_last(struct history *history, enum history_answer answer, int64_t offset)
{
	if (answer == ANSWER_DIFFERS)
		history->differs = offset;
	if (answer == ANSWER_DIFFERS || answer == ANSWER_SAME || history->back >= BACK_MAX ||
	    history->end - history->back <= history->first)
		history->step = STEP_FIRST;
	else
		history->back *= 2;
}

static void
search_if_needed(struct history *history)
{
	history->step = STEP_SEARCH;
	if (history->differs <= history->first)
		conclude(history, HISTORY_RECREATED, history->low_watermark);
	else if (history->same >= history->differs)
		conclude(history, HISTORY_CUT, history->differs);
}

static void
answer_first(struct history *history, enum history_answer answer, int64_t offset)
{
	if (answer == ANSWER_DIFFERS) {
		conclude(history, HISTORY_RECREATED, history->low_watermark);
	} else if (history->differs == INT64_MAX) {
		conclude_same(history);
	} else {
		if (answer == ANSWER_SAME)
			history->same = offset + 1;
		search_if_needed(history);
	}
}

/* Where nothing can be compared it is taken to differ: a record too many is seen, one too few is lost. */
static void
answer_search(struct history *history, enum history_answer answer, int64_t offset)
{
	if (answer == ANSWER_SAME)
		history->same = offset + 1;
	else
		history->differs = history_question(history);
	search_if_needed(history);
}

void
history_answer(struct history *history, enum history_answer answer, int64_t offset)
{
	if (answer != ANSWER_NOTHING && !history_compares(history, offset))
		answer = ANSWER_NOTHING;
	switch (history->step) {
	case STEP_LAST:
		answer_last(history, answer, offset);
		break;
	case STEP_FIRST:
		answer_first(history, answer, offset);
		break;
	default:
		answer_search(history, answer, offset);
	}
}
