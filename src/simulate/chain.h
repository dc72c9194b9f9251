/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What comes next in an entity's life: from a change of a field to the next
 * change of the same field of the same entity, so that what is planted leaves
 * old and new values that fit. Private to simulate.
 */
#ifndef DYETRACE_SIMULATE_CHAIN_H
#define DYETRACE_SIMULATE_CHAIN_H

#include "log.h"

struct link {
	uint32_t event, change; /* of the next; event UINT32_MAX: there is none */
};

struct chain {
	uint32_t *first;   /* [event]: number of its first change */
	struct link *next; /* [change number] */
};

void chain_open(struct chain *chain, const struct log *log);
void chain_close(struct chain *chain);
struct link chain_next(const struct chain *chain, uint32_t event, uint32_t change);

#endif
