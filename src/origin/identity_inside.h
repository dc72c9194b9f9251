/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of origin see of the identity table beyond its contract.
 * Private to origin.
 */
#ifndef DYETRACE_ORIGIN_IDENTITY_INSIDE_H
#define DYETRACE_ORIGIN_IDENTITY_INSIDE_H

#include "actor_table.h"
#include "identity_index.h"

#define IDENTITY_DRAWS 64 /* pseudonyms drawn from the system at once */

struct identity {
	const struct keys *keys;
	struct sealer *sealer;
	struct identity_rows *rows;
	struct identity_index index;
	struct actor_table table;
	struct hmac_key lookup_key;
	struct identity_meta meta; /* as it will be committed */
	uint64_t loaded;           /* rows that also stand in memory */
	uint32_t actors_max;
	bool changed;          /* rows or meta since the last commit */
	uint32_t pending;      /* new rows since then */
	bool log_holds_erased; /* the log could not be cut after an erasure */
	uint64_t beyond_max, too_long;
	struct buffer scratch; /* a sealed or unsealed name */
	struct pseudonym draws[IDENTITY_DRAWS];
	size_t drawn; /* of these, given out */
};

/* What a name is found by: a digest under a key that never changes. */
void
identity_lookup(const struct identity *identity, struct text name, uint8_t lookup[LOOKUP_BYTES]);
/* Names between row->sealed and identity->scratch, with what the row is as context. */
void identity_seal(struct identity *identity, struct identity_row *row, struct text name);
MUST_USE bool
identity_unseal(struct identity *identity, const struct identity_row *row, struct error *err);
/* Cuts the log if it holds what was erased; later, if somebody reads it. */
MUST_USE bool identity_cut_log(struct identity *identity, struct error *err);

/* identity_find_or_add() with the tag of actor_table_tag(). */
MUST_USE bool identity_find_or_add_tagged(struct identity *identity, struct text name, uint32_t tag,
    struct identity_entry **entry, struct error *err);

#endif
