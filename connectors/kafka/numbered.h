/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers for things that are met again and again while one message is made: by a
 * key of 64 bits that is theirs alone (an address, a symbol). Emptied without a walk.
 */
#ifndef DYETRACE_KAFKA_NUMBERED_H
#define DYETRACE_KAFKA_NUMBERED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct numbered_slot {
	uint64_t key;
	uint32_t number, round;
};
struct numbered {
	struct numbered_slot *slots;
	size_t capacity; /* a power of two, or 0 */
	uint32_t count, round;
};

void numbered_fini(struct numbered *numbered);
void numbered_clear(struct numbered *numbered);
/* The number of a key, from 0 in order of first use; *fresh: it is new. */
uint32_t numbered_of(struct numbered *numbered, uint64_t key, bool *fresh);

#endif
