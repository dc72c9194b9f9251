/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is committed, batch by batch: a block of facts at a time, ending behind a note of a
 * new lineage. Has a read-only connection to the catalog and stops at its last commit. Reads
 * without keys: a text of a field is known by its digest alone, so that none can leave.
 */
#ifndef PUBLISH_FOLLOWER_H
#define PUBLISH_FOLLOWER_H

#include "catalog/catalog.h"
#include "model/publisher.h"

struct follower;

/*
 * gives: ended by follower_close(). influences: whether publications come with them.
 * ERROR_MISSING, ERROR_DAMAGED, ERROR_IO
 */
MUST_USE bool
follower_open(const char *store, bool influences, struct follower **follower, struct error *err);
void follower_close(struct follower *follower); /* accepts NULL */
const uint8_t *follower_store_id(const struct follower *follower);
struct catalog *follower_catalog(const struct follower *follower); /* for other questions */
/* How many records are committed, now. */
MUST_USE bool follower_committed(struct follower *follower, uint64_t *records, struct error *err);
/*
 * The batch that begins at ledger index `from`; it may hold no items. *batch NULL: nothing
 * behind it is committed. Borrowed until the next read.
 */
MUST_USE bool follower_read(struct follower *follower, uint64_t from,
    const struct publication_batch **batch, struct error *err);

#endif
