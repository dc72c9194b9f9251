/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Movement of a feature, a model or by an actor, on a terminal: the plot, the parts,
 * the heaviest actors. What `feature`, `model` and `actor` share.
 */
#ifndef DYETRACE_CLI_MOVED_H
#define DYETRACE_CLI_MOVED_H

#include <jansson.h>

#include "cli/command.h"
#include "inquiry/moved.h"

/* --from and --to of the call. ERROR_USAGE */
MUST_USE bool
moved_span(const struct call *call, struct inquiry_moved *question, struct error *err);
/* And --by and --top. */
MUST_USE bool
moved_question(const struct call *call, struct inquiry_moved *question, struct error *err);
/* Asks the call's store about its first argument. gives: NULL with err; when there is no such thing the answer is no. */
typedef json_t *moved_ask(struct inquiry *inquiry, struct text name,
    const struct inquiry_moved *question, struct error *err);
json_t *moved_answer(
    struct call *call, moved_ask *ask, const struct inquiry_moved *question, struct error *err);
/* "1.25 log-odds"; the unit may be "". Returns out. */
#define MOVED_BYTES 128
const char *moved_text(const json_t *number, const char *unit, char out[MOVED_BYTES]);

void moved_plot(const struct call *call, const json_t *document);
/* Who or what moved it: a table; with --csv the same rows and columns as CSV (RFC 4180), numbers in full. */
void moved_parts(const struct call *call, const json_t *document);
void moved_csv(const struct call *call, const json_t *parts, const char *heading);
void moved_contributors(const struct call *call, const json_t *document);

#endif
