/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a row of cells to an event, by the mapping.
 */
#ifndef DYETRACE_DECODE_COMPOSE_H
#define DYETRACE_DECODE_COMPOSE_H

#include "mapping.h"
#include "model/event.h"
#include "names.h"
#include "text_macs.h"
#include "wide.h"

/* What a Debezium event did to its row. */
enum row_deed {
	DEED_CREATE,
	DEED_UPDATE,
	DEED_DELETE,
	DEED_TRUNCATE
};

struct row_change {
	enum row_deed deed;
	bool before_known; /* the row before is in the event */
};

/* What composing needs beside the mapping; owned by the decoder. */
struct composer {
	const struct mapping *mapping;
	struct row_change row_change; /* of the Debezium event being composed */
	struct names names;
	struct text_macs *macs;
	struct wide *wide; /* NULL unless the mapping is wide */
	size_t changes_max;
	bool cells_are_text; /* CSV: a change's value that reads as a number is one */
	uint32_t
	    kept_as[PART_COUNT]; /* of parts with `keep: hash`: the field whose key makes the mac */
	uint32_t serial;         /* of the event being composed */
	uint32_t *changed;       /* by field: the last serial that changed it */
	size_t changed_capacity;
};

void composer_init(struct composer *composer, const struct mapping *mapping,
    struct symbols *symbols, size_t names_max);
void composer_fini(struct composer *composer);

enum composed {
	COMPOSED_EVENT,
	COMPOSED_FILTERED,
	COMPOSED_PROBLEM
};

/* problem: set unless it is an event. Texts of event: as of row. */
enum composed compose(struct composer *composer, const struct row *row, struct event *event,
    struct row_problem *problem);

/*
 * Whether `where` leaves the row out by the conditions on these cells (of all mapped ones, by
 * their number); problem is set only if so.
 */
bool compose_leaves_out(const struct composer *composer, const struct row *row, const bool *only,
    struct row_problem *problem);

#endif
