/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the catalog's files share. Each noun's file has its rows' writing, called
 * by commit.c inside the transaction, and the questions about it.
 */
#ifndef DYETRACE_CATALOG_INSIDE_H
#define DYETRACE_CATALOG_INSIDE_H

#include "catalog/catalog.h"

#include "base/database.h"
#include "sql.h"

struct catalog {
	struct database *database;
	struct statement *statements[SQL_COUNT]; /* NULL until first used */
};

/* The prepared statement, nothing bound; borrowed, and for one use at a time. */
MUST_USE bool catalog_sql(struct catalog *catalog, enum catalog_sql which,
    struct statement **statement, struct error *err);
/* A statement of its own, for a walk that calls out: ended by statement_close(). */
MUST_USE bool catalog_sql_own(struct catalog *catalog, enum catalog_sql which,
    struct statement **statement, struct error *err);
/* ERROR_DAMAGED "<path>: …"; returns false */
bool catalog_damaged(struct catalog *catalog, struct error *err, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* TIME_NONE is NULL in the tables. */
void bind_time(struct statement *statement, int parameter, int64_t time_ms);
int64_t read_time(struct statement *statement, int column);

/* --- rows written inside a commit's transaction ---------------------------------------- */

bool state_put(struct catalog *catalog, const struct catalog_state *state, struct text frontier,
    struct text conclusion_frontier, struct error *err);
/* Compares the state with the last block and chunk: a mended or mixed file shows here first. */
bool state_check(struct catalog *catalog, struct error *err);
bool partition_put(struct catalog *catalog, const struct partition *partition, struct error *err);
bool block_put(struct catalog *catalog, const struct catalog_block *block, struct error *err);
bool span_put(struct catalog *catalog, const struct catalog_span *span, struct error *err);
bool
quarantined_put(struct catalog *catalog, const struct catalog_quarantined *row, struct error *err);
bool epoch_put(struct catalog *catalog, const struct catalog_epoch *epoch, struct error *err);
/* How the tables of a tree's chunks are asked; all is the same but the table. */
struct chunk_table {
	enum catalog_sql one, below, count, put;
	const char *what; /* "the tree" */
};
extern const struct chunk_table fact_chunks, conclusion_chunks;
bool chunk_put(struct catalog *catalog, const struct chunk_table *table, uint64_t number,
    const uint8_t root[CATALOG_HASH_BYTES], struct error *err);
bool chunk_count(
    struct catalog *catalog, const struct chunk_table *table, uint64_t *count, struct error *err);
/* Whether the commit's conclusions follow the state; advances it. */
bool conclusions_follow(struct catalog *catalog, const struct catalog_commit *commit,
    struct catalog_state *state, struct error *err);
bool
conclusions_put(struct catalog *catalog, const struct catalog_commit *commit, struct error *err);
/* Compares the state with the last row. */
bool conclusions_end(struct catalog *catalog, const struct catalog_state *state, struct error *err);
/* All rows, each against the one before and its block. */
bool conclusions_check(struct catalog *catalog, struct error *err);

/* Rows of movement; log may be NULL. */
bool movement_put(struct catalog *catalog, const struct movement_log *log, struct error *err);
/* Reads all of them. */
bool movement_check(struct catalog *catalog, struct error *err);

/* Columns of a question that selects them in the order of the table, from `column` on. */
void block_row_read(struct statement *statement, int column, struct catalog_block *block);
void span_read(struct statement *statement, int column, struct catalog_span *span);

/* --- the id index (id_index.c explains it) ---------------------------------------------- */

#define ID_GROUP_BITS 18 /* records of a group: 262,144 */
#define ID_GROUP_RECORDS (UINT64_C(1) << ID_GROUP_BITS)
#define ID_BUCKET_BITS 9 /* rows of a group: 512 */
#define ID_BUCKETS (1u << ID_BUCKET_BITS)
#define ID_FINGERPRINT_BITS 30
#define ID_PAIR_BYTES 6 /* a fingerprint and a record within its group, big endian */

struct id_pair {
	uint32_t fingerprint, record;
};
/* A pair as one number, by which pairs are in order. */
static inline uint64_t
id_key(uint32_t fingerprint, uint64_t record)
{
	return (uint64_t)fingerprint << ID_GROUP_BITS | record % ID_GROUP_RECORDS;
}
static inline struct id_pair
id_pair_of(uint64_t key)
{
	return (struct id_pair){
	    (uint32_t)(key >> ID_GROUP_BITS), (uint32_t)(key % ID_GROUP_RECORDS)};
}
/* at: ID_PAIR_BYTES */
static inline uint64_t
id_key_at(const uint8_t *at)
{
	uint64_t key = 0;
	int i;

	for (i = 0; i < ID_PAIR_BYTES; i++)
		key = key << 8 | at[i];
	return key;
}
static inline uint32_t
id_fingerprint(uint64_t identity)
{
	return (uint32_t)(identity & ((UINT64_C(1) << ID_FINGERPRINT_BITS) - 1));
}
static inline uint32_t
id_bucket(uint32_t fingerprint)
{
	return fingerprint >> (ID_FINGERPRINT_BITS - ID_BUCKET_BITS);
}
/* The ids of one block, whose row follows the blocks put before. */
bool id_index_put(struct catalog *catalog, const struct catalog_block *block,
    const struct catalog_id *ids, size_t count, struct error *err);

#endif
