/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a detector noticed, with its evidence. A derived conclusion: it can be
 * recomputed from the recorded facts.
 */
#ifndef DYETRACE_MODEL_FINDING_H
#define DYETRACE_MODEL_FINDING_H

#include "base/text.h"

struct evidence {
	const char *name, *unit;
	double value, expected;
};

struct finding {
	uint64_t record; /* ledger index of the event that raised it */
	const char *detector, *kind;
	uint32_t field; /* symbol, SYMBOL_NONE: the event as a whole */
	double score;   /* -log10(p) under the detector's stated baseline */
	uint32_t evidence_count;
	const struct evidence *evidence;
	struct text sentence; /* plain words, blames nobody */
	struct text
	    counterexample; /* the nearest input that would not have been flagged; may be absent */
	const char *const *atlas; /* MITRE ATLAS ids, NULL-terminated */
};

#endif
