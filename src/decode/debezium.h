/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Debezium's change events: what a row of cells says happened, and which
 * records are nobody's act.
 */
#ifndef DYETRACE_DECODE_DEBEZIUM_H
#define DYETRACE_DECODE_DEBEZIUM_H

#include "compose.h"

/*
 * Looks at a row of VIEW_RECORD, sets what it says besides (the table's name,
 * what op means) and *change, and on delete lets columns of the row after be
 * those of the row before. COMPOSED_EVENT: compose it. *no_op: it has none, so
 * that VIEW_NOTICE should be looked at; the answer is then COMPOSED_PROBLEM.
 */
enum composed debezium_look(const struct mapping *mapping, struct row *row,
    struct row_change *change, bool *no_op, struct row_problem *problem);

/* A record that is no change of a row, by VIEW_NOTICE: filtered if it is one of those that Debezium sends, too. */
enum composed
debezium_notice(const struct mapping *mapping, const struct row *row, struct row_problem *problem);

#endif
