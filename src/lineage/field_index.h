/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which features look at a field of a dataset, by symbols: made once per epoch,
 * then only read. Private to the module.
 */
#ifndef DYETRACE_LINEAGE_FIELD_INDEX_H
#define DYETRACE_LINEAGE_FIELD_INDEX_H

#include "base/symbols.h"
#include "lineage/graph.h"

/* One feature that looks at the field. */
struct field_use {
	uint32_t feature;
	bool
	    needed; /* by its filter or key: not changed, not reached; else it is one of its fields */
};

struct field_uses {
	uint64_t key; /* dataset << 32 | field; 0: an empty slot */
	uint32_t count;
	const struct field_use *uses; /* ascending by feature; no (feature, needed) twice */
};

struct dataset_features {
	uint32_t dataset; /* symbol */
	uint32_t count;
	const uint32_t *features; /* ascending */
};

struct field_index {
	uint32_t mask;
	struct field_uses *slots;
	uint32_t dataset_count;
	struct dataset_features *datasets; /* as in the lineage */
	uint32_t *needed_counts; /* [feature]: different fields that filters and key need */
};

/* Adds the lineage's datasets and fields to names. Memory: from arena. */
void field_index_init(struct field_index *index, const struct lineage *lineage,
    struct symbols *names, struct arena *arena);
/* NULL: no feature looks at it */
const struct field_uses *
field_index_find(const struct field_index *index, uint32_t dataset, uint32_t field);
/* NULL: the lineage does not know the dataset */
const struct dataset_features *
field_index_dataset(const struct field_index *index, uint32_t dataset);

#endif
