/* SPDX-License-Identifier: Apache-2.0 */
/* What quarantine.c and quarantine_rotate.c share. */
#ifndef DYETRACE_CATALOG_QUARANTINE_INSIDE_H
#define DYETRACE_CATALOG_QUARANTINE_INSIDE_H

#include "catalog/quarantine.h"

#include "base/database.h"

enum quarantine_sql {
	SQL_PUT,
	SQL_PUT_SCHEMA,
	SQL_GET,
	SQL_GET_SCHEMA,
	SQL_DROP,
	SQL_DROP_SCHEMAS,
	SQL_BYTES,
	SQL_STALE_COUNT,
	SQL_STALE,
	SQL_STALE_SCHEMA,
	SQL_RESEAL,
	SQL_RESEAL_SCHEMA,
	QUARANTINE_SQL_COUNT
};

struct quarantine {
	struct database *database;
	const struct keys *keys;
	bool writing; /* a transaction is open */
	bool dropped; /* in it something was dropped: schemas may be without use */
	struct statement *statements[QUARANTINE_SQL_COUNT];
};

/* The prepared statement, nothing bound; borrowed. */
MUST_USE bool quarantine_sql(struct quarantine *quarantine, enum quarantine_sql which,
    struct statement **statement, struct error *err);
/* Opens the transaction unless one is open. */
MUST_USE bool quarantine_begin(struct quarantine *quarantine, struct error *err);

/* How a row's bytes are laid out: without or with what lies beside the payload. */
enum raw_layout {
	RAW_BARE = 1,
	RAW_BESIDE
};

/* What authenticates a row's place; out gets a text. schema: absent or 32 bytes */
void raw_context(
    uint32_t partition, int64_t offset, struct text schema, int64_t layout, struct buffer *out);
void schema_context(struct text digest, struct buffer *out);

/* What lies beside a record's payload (quarantine_beside.c). */
bool beside_is_needed(const struct message *message);
void beside_add(const struct message *message, struct buffer *out);
/* Texts borrow from the reader's bytes. False: it is not what beside_add() makes. */
bool beside_take(struct reader *in, struct quarantine_raw *raw);

#endif
