/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a partition's log is still the one that was read. Kafka's names and
 * offsets are used again: a topic is deleted and made anew, a log is cut and
 * written on with other bytes. So records at positions that we have read are
 * compared with what is recorded there: the last one, the first one, and where
 * one differs, by halves, where the difference begins.
 *
 * Only logic: who asks the broker and the ledger is told the next question and
 * brings the answer. A question is "which record comes first at or behind from?".
 */
#ifndef DYETRACE_KAFKA_HISTORY_H
#define DYETRACE_KAFKA_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

enum history_verdict {
	HISTORY_OPEN,
	HISTORY_SAME,      /* as far as can be compared */
	HISTORY_CUT,       /* the same below start, other records from there on */
	HISTORY_RECREATED, /* nothing is the same: it begins at start, the log's low watermark */
};

enum history_answer {
	ANSWER_NOTHING, /* no record before the end of what is compared */
	ANSWER_SAME,
	ANSWER_DIFFERS,
	ANSWER_UNKNOWN, /* nothing is recorded at its position that could be compared */
};

struct history {
	enum history_verdict verdict;
	int64_t start; /* of the new incarnation: CUT, RECREATED */
	/* The rest is its own. */
	int step;
	int64_t low_watermark, first, end; /* [first, end) can be compared */
	int64_t back;                      /* how far behind the end it asks */
	int64_t same, differs;             /* all below is the same, all from there on differs */
	bool is_short;                     /* the log ends before the position that was reached */
};

/*
 * start, next  what was read of it: [start, next)
 * low, end     what the log has now: [low, end)
 */
void history_begin(struct history *history, int64_t start, int64_t next, int64_t low, int64_t end);
/* Where to ask next; only while the verdict is OPEN. */
int64_t history_question(const struct history *history);
/* The answer to it. offset: of the record that was found; not looked at with NOTHING. */
void history_answer(struct history *history, enum history_answer answer, int64_t offset);
/* Whether a record at this offset is one that can be compared. */
bool history_compares(const struct history *history, int64_t offset);

#endif
