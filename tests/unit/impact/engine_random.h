/* SPDX-License-Identifier: Apache-2.0 */
/* Lineages and events of any kind, from a seed. */
#ifndef DYETRACE_TESTS_IMPACT_ENGINE_RANDOM_H
#define DYETRACE_TESTS_IMPACT_ENGINE_RANDOM_H

#include "base/buffer.h"
#include "scene.h"

#define RANDOM_FEATURES 12

struct chance {
	uint64_t seed;
	int64_t now_ms; /* events are around it */
	int64_t offset;
};
uint32_t chance_below(struct chance *chance, uint32_t end);

/* Features as YAML; spells[i] is all that decides feature i. */
struct random_lineage {
	uint32_t roots, count;
	char lines[RANDOM_FEATURES][512]; /* of each feature */
	uint32_t sources[RANDOM_FEATURES];
	char spells[RANDOM_FEATURES][2048];
	bool left_out[RANDOM_FEATURES]; /* with all that is computed from it */
};
void random_lineage(struct random_lineage *lineage, struct chance *chance);
/* One feature becomes another, or goes, or comes back. */
void random_change(struct random_lineage *lineage, struct chance *chance);
/* Writes the file; gives the spells of what stands in it. */
void random_yaml(struct random_lineage *lineage, struct chance *chance, struct buffer *yaml,
    const char *spells[RANDOM_FEATURES]);
void random_spells(struct random_lineage *lineage, const char *spells[RANDOM_FEATURES]);
void random_happening(struct chance *chance, struct happening *happening);

#endif
