/* SPDX-License-Identifier: Apache-2.0 */
/* Searching the id index: one row of each complete group, then the tail. */
#include "inside.h"

#include "base/memory.h"

struct found_records {
	uint64_t *records;
	size_t count, capacity;
};

static void
add_found(struct found_records *found, uint64_t group, uint32_t record)
{
	memory_grow(&found->records, &found->capacity, found->count + 1, sizeof(*found->records));
	found->records[found->count++] = group << ID_GROUP_BITS | record;
}

/* The first pair of a sorted row that is not below the fingerprint. */
static size_t
lower_bound(struct text row, uint32_t fingerprint)
{
	size_t low = 0, high = row.size / ID_PAIR_BYTES;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (id_key_at((const uint8_t *)row.data + middle * ID_PAIR_BYTES) <
		    id_key(fingerprint, 0))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void
search_group_row(struct text row, uint64_t group, uint32_t fingerprint, struct found_records *found)
{
	size_t at = lower_bound(row, fingerprint) * ID_PAIR_BYTES;

	for (; at + ID_PAIR_BYTES <= row.size; at += ID_PAIR_BYTES) {
		struct id_pair pair = id_pair_of(id_key_at((const uint8_t *)row.data + at));

		if (pair.fingerprint != fingerprint)
			break;
		add_found(found, group, pair.record);
	}
}

static bool
search_groups(struct catalog *catalog, uint64_t groups, uint32_t fingerprint,
    struct found_records *found, struct error *err)
{
	struct statement *statement;
	uint64_t group;
	bool row;

	if (!catalog_sql(catalog, SQL_ID_BUCKET, &statement, err))
		return false;
	for (group = 0; group < groups; group++) {
		statement_bind_u64(statement, 1, group << ID_BUCKET_BITS | id_bucket(fingerprint));
		if (!statement_step(statement, &row, err))
			return false;
		if (row)
			search_group_row(statement_text(statement, 0), group, fingerprint, found);
		statement_reset(statement);
	}
	return true;
}

static bool
search_tail(struct catalog *catalog, uint64_t group, uint32_t fingerprint,
    struct found_records *found, struct error *err)
{
	struct statement *statement;
	struct text pairs;
	bool row, done;
	size_t at;

	if (!catalog_sql(catalog, SQL_ID_TAIL, &statement, err))
		return false;
	while ((done = statement_step(statement, &row, err)) && row) {
		pairs = statement_text(statement, 1);
		for (at = 0; at + ID_PAIR_BYTES <= pairs.size; at += ID_PAIR_BYTES) {
			struct id_pair pair =
			    id_pair_of(id_key_at((const uint8_t *)pairs.data + at));

			if (pair.fingerprint == fingerprint)
				add_found(found, group, pair.record);
		}
	}
	statement_reset(statement);
	return done;
}

/* In one transaction: a commit in between must not move pairs from the tail past us. */
static bool
search(
    struct catalog *catalog, uint32_t fingerprint, struct found_records *found, struct error *err)
{
	struct catalog_state state;
	bool done;

	if (!database_begin_read(catalog->database, err))
		return false;
	done = catalog_state(catalog, &state, err);
	if (done) {
		uint64_t groups = state.records >> ID_GROUP_BITS;

		done = search_groups(catalog, groups, fingerprint, found, err) &&
		    search_tail(catalog, groups, fingerprint, found, err);
	}
	database_rollback(catalog->database);
	return done;
}

bool
catalog_records_of_id(struct catalog *catalog, uint64_t identity,
    bool (*visit)(void *context, uint64_t record), void *context, struct error *err)
{
	struct found_records found = {0};
	bool done = search(catalog, id_fingerprint(identity), &found, err);
	size_t i;

	for (i = 0; done && i < found.count; i++)
		if (!visit(context, found.records[i]))
			break;
	memory_free(found.records);
	return done;
}
