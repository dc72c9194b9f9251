/* SPDX-License-Identifier: Apache-2.0 */
/* Roots of complete chunks of the facts tree, for proofs. */
#include "inside.h"

bool
chunk_put(struct catalog *catalog, uint64_t number, const uint8_t root[CATALOG_HASH_BYTES],
    struct error *err)
{
	struct statement *statement;

	if (!catalog_sql(catalog, SQL_CHUNK_PUT, &statement, err))
		return false;
	statement_bind_u64(statement, 1, number);
	statement_bind_blob(statement, 2, (struct text){(const char *)root, CATALOG_HASH_BYTES});
	return statement_run(statement, err);
}

bool
chunk_count(struct catalog *catalog, uint64_t *count, struct error *err)
{
	struct statement *statement;
	bool row;

	*count = 0;
	if (!catalog_sql(catalog, SQL_CHUNK_COUNT, &statement, err) ||
	    !statement_step(statement, &row, err))
		return false;
	if (row)
		*count = statement_u64(statement, 0);
	statement_reset(statement);
	return true;
}

bool
catalog_chunk(struct catalog *catalog, uint64_t chunk, uint8_t hash[CATALOG_HASH_BYTES],
    bool *found, struct error *err)
{
	struct statement *statement;
	bool done;

	if (!catalog_sql(catalog, SQL_CHUNK, &statement, err))
		return false;
	statement_bind_u64(statement, 1, chunk);
	done = statement_step(statement, found, err);
	if (done && *found)
		done = statement_fixed(statement, 0, hash, CATALOG_HASH_BYTES, err);
	statement_reset(statement);
	return done;
}

/* Steps through the bound statement; *next: how many came without a hole. */
static bool
read_chunks(struct statement *statement, uint8_t (*hashes)[CATALOG_HASH_BYTES], uint64_t *next,
    struct error *err)
{
	bool row;

	for (;;) {
		if (!statement_step(statement, &row, err))
			return false;
		if (!row || statement_u64(statement, 0) != *next)
			return true;
		if (!statement_fixed(statement, 1, hashes[*next], CATALOG_HASH_BYTES, err))
			return false;
		++*next;
	}
}

bool
catalog_chunks(struct catalog *catalog, uint64_t count, uint8_t (*hashes)[CATALOG_HASH_BYTES],
    struct error *err)
{
	struct statement *statement;
	uint64_t next = 0;
	bool done;

	if (!catalog_sql(catalog, SQL_CHUNKS, &statement, err))
		return false;
	statement_bind_u64(statement, 1, count);
	done = read_chunks(statement, hashes, &next, err);
	statement_reset(statement);
	if (done && next != count)
		return catalog_damaged(
		    catalog, err, "chunk %llu of the tree is missing", (unsigned long long)next);
	return done;
}
