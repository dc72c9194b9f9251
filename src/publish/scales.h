/* SPDX-License-Identifier: Apache-2.0 */
/* By what movements of a feature are divided at a record: the catalog's scales, asked once a batch. */
#ifndef PUBLISH_SCALES_H
#define PUBLISH_SCALES_H

#include "catalog/movement.h"
#include "model/lineage.h"

struct scale_of;
struct scales {
	size_t capacity;
	struct scale_of *items; /* by feature */
};

void scales_fini(struct scales *scales);
/* The features' numbers mean other ones now. */
void scales_forget(struct scales *scales);
/* A batch of records [first, end) begins. */
void scales_begin(struct scales *scales);
/* 0: none yet */
MUST_USE bool scales_at(struct scales *scales, struct catalog *catalog,
    const struct lineage *lineage, uint32_t feature, uint64_t record, uint64_t first, uint64_t end,
    double *scale, struct error *err);

#endif
