/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A feature as docs/influence.md defines it, naively: every observation is kept, and
 * each aggregate is computed from those in the window when it is asked for.
 */
#ifndef TESTS_COLUMN_MODEL_H
#define TESTS_COLUMN_MODEL_H

#include "column.h"

enum {
	MODEL_ROWS = 4,
	MODEL_ACTORS = 40
};

struct model_observation {
	struct observation observation;
	int64_t pane;
	int row;
};

struct model {
	const struct column_plan *plan;
	const uint32_t *partition_ranks;
	struct model_observation *kept; /* in the order of the ledger */
	size_t count, capacity;
	bool estimated[MODEL_ROWS]; /* distinct: was beyond its bound, and not empty since */
};

void model_add(struct model *model, int row, const struct observation *observation);
/* Forgets the lowest pane. */
void model_expire(struct model *model, int64_t pane);
double model_value(struct model *model, int row);
/* How often different (row, pane) have state. */
uint64_t model_panes(const struct model *model);
int64_t model_lowest(const struct model *model);
/* Whose number it is, of last, min, max; NULL: there is none. */
const struct observation *model_holder(const struct model *model, int row);
void model_weights(const struct model *model, int row, long double weights[MODEL_ACTORS]);
/* Does the value of whose lie within the bounds that it states? */
void model_check_whose(const struct model *model, int row, const struct impact_value *value);
void model_fini(struct model *model);

#endif
