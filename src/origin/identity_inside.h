/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the resolver sees of the identity table beyond its contract, to look up
 * many names at once. Private to origin.
 */
#ifndef DYETRACE_ORIGIN_IDENTITY_INSIDE_H
#define DYETRACE_ORIGIN_IDENTITY_INSIDE_H

#include "actor_table.h"

/* For prefetching; names are added through identity_find_or_add_tagged() alone. */
struct actor_table *identity_table(struct identity *identity);
/* identity_find_or_add() with the tag of actor_table_tag(). */
MUST_USE bool identity_find_or_add_tagged(struct identity *identity, struct text name, uint32_t tag,
    struct identity_entry **entry, struct error *err);

#endif
