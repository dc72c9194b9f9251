/* SPDX-License-Identifier: Apache-2.0 */
/* Roots of complete chunks of the two trees, of facts and of conclusions, for proofs. */
#include "inside.h"

const struct chunk_table fact_chunks = {
    SQL_CHUNK, SQL_CHUNKS, SQL_CHUNK_COUNT, SQL_CHUNK_PUT, "the tree"};
const struct chunk_table conclusion_chunks = {SQL_CONCLUSION_CHUNK, SQL_CONCLUSION_CHUNKS,
    SQL_CONCLUSION_CHUNK_COUNT, SQL_CONCLUSION_CHUNK_PUT, "the tree of conclusions"};

bool
chunk_put(struct catalog *catalog, const struct chunk_table *table, uint64_t number,
    const uint8_t root[CATALOG_HASH_BYTES], struct error *err)
{
	struct statement *statement;

	if (!catalog_sql(catalog, table->put, &statement, err))
		return false;
	statement_bind_u64(statement, 1, number);
	statement_bind_blob(statement, 2, (struct text){(const char *)root, CATALOG_HASH_BYTES});
	return statement_run(statement, err);
}

bool
chunk_count(
    struct catalog *catalog, const struct chunk_table *table, uint64_t *count, struct error *err)
{
	struct statement *statement;
	bool row;

	*count = 0;
	if (!catalog_sql(catalog, table->count, &statement, err) ||
	    !statement_step(statement, &row, err))
		return false;
	if (row)
		*count = statement_u64(statement, 0);
	statement_reset(statement);
	return true;
}

static bool
one_chunk(struct catalog *catalog, const struct chunk_table *table, uint64_t chunk,
    uint8_t hash[CATALOG_HASH_BYTES], bool *found, struct error *err)
{
	struct statement *statement;
	bool done;

	if (!catalog_sql(catalog, table->one, &statement, err))
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

static bool
all_chunks(struct catalog *catalog, const struct chunk_table *table, uint64_t count,
    uint8_t (*hashes)[CATALOG_HASH_BYTES], struct error *err)
{
	struct statement *statement;
	uint64_t next = 0;
	bool done;

	if (!catalog_sql(catalog, table->below, &statement, err))
		return false;
	statement_bind_u64(statement, 1, count);
	done = read_chunks(statement, hashes, &next, err);
	statement_reset(statement);
	if (done && next != count)
		return catalog_damaged(catalog, err, "chunk %llu of %s is missing",
		    (unsigned long long)next, table->what);
	return done;
}

bool
catalog_chunk(struct catalog *catalog, uint64_t chunk, uint8_t hash[CATALOG_HASH_BYTES],
    bool *found, struct error *err)
{
	return one_chunk(catalog, &fact_chunks, chunk, hash, found, err);
}

bool
catalog_chunks(struct catalog *catalog, uint64_t count, uint8_t (*hashes)[CATALOG_HASH_BYTES],
    struct error *err)
{
	return all_chunks(catalog, &fact_chunks, count, hashes, err);
}

bool
catalog_conclusion_chunk(struct catalog *catalog, uint64_t chunk, uint8_t hash[CATALOG_HASH_BYTES],
    bool *found, struct error *err)
{
	return one_chunk(catalog, &conclusion_chunks, chunk, hash, found, err);
}

bool
catalog_conclusion_chunks(struct catalog *catalog, uint64_t count,
    uint8_t (*hashes)[CATALOG_HASH_BYTES], struct error *err)
{
	return all_chunks(catalog, &conclusion_chunks, count, hashes, err);
}
