/* SPDX-License-Identifier: Apache-2.0 */
/* Which events somebody wants left out: of one team, actor, channel or system, or one event. Private to inquiry. */
#ifndef INQUIRY_CHOSEN_H
#define INQUIRY_CHOSEN_H

#include "private.h"

struct chosen {
	struct inquiry *inquiry;
	const struct inquiry_choice *choice;
	uint32_t symbol;  /* of the name; SYMBOL_NONE: no block that was read has it yet */
	uint32_t symbols; /* how many names there were when it was looked for */
	uint32_t short_bits;
	bool whole, unknown; /* an actor by all its digits; nobody known */
	struct pseudonym actor;
	uint64_t record;
	uint64_t count; /* events that matched */
	bool *seen;     /* [symbol]: names of that kind, for a suggestion */
	size_t seen_capacity;
};

/* ERROR_USAGE: no pseudonym; ERROR_MISSING: no such event. ended by chosen_fini() */
MUST_USE bool chosen_init(struct chosen *chosen, struct inquiry *inquiry,
    const struct inquiry_choice *choice, struct error *err);
void chosen_fini(struct chosen *chosen);
/* Whether the event is one of them; counts it. */
bool chosen_has(struct chosen *chosen, const struct record *fact, uint64_t record);
/* ERROR_MISSING with the nearest name, when none was: after all were looked at. */
MUST_USE bool chosen_check(const struct chosen *chosen, struct error *err);
/* 32 hex digits, as export writes an actor. */
bool pseudonym_digits(struct text text, struct pseudonym *actor);
/* {"team":"Service Desk","from":null,"to":null} */
json_t *chosen_document(const struct chosen *chosen);

#endif
