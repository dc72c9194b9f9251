/* SPDX-License-Identifier: Apache-2.0 */
/* What happens to the identity table apart from the route: asking, erasing, rotating, checking. */
#include "identity_inside.h"

#define ROTATE_ROWS 4096

/* The row that has these bits; *found = false: nobody has, though somebody may have had. */
static bool
find_short_row(struct identity *identity, uint32_t short_bits, struct identity_row *row,
    bool *found, struct error *err)
{
	uint32_t number;

	*found = false;
	if (!identity_index_find_short(&identity->index, short_bits, &number, err))
		return false;
	if (number && !identity_rows_get(identity->rows, number, row, found, err))
		return false;
	if (!*found || pseudonym_short(&row->pseudonym) == short_bits)
		return true;
	return identity_rows_damaged(identity->rows, "an index leads to another row", err);
}

bool
identity_find_short(struct identity *identity, uint32_t short_bits, struct pseudonym *pseudonym,
    enum identity_state *state, struct error *err)
{
	struct identity_row row;
	bool found;

	*state = IDENTITY_NONE;
	if (!find_short_row(identity, short_bits, &row, &found, err))
		return false;
	if (found) {
		*state = IDENTITY_KNOWN;
		*pseudonym = row.pseudonym;
		return true;
	}
	if (!identity_rows_find_erased(identity->rows, short_bits, pseudonym, &found, err))
		return false;
	if (found)
		*state = IDENTITY_ERASED;
	return true;
}

bool
identity_name(struct identity *identity, const struct pseudonym *pseudonym, struct buffer *name,
    enum identity_state *state, struct error *err)
{
	struct pseudonym other;
	struct identity_row row;
	bool found;

	if (!identity_find_short(identity, pseudonym_short(pseudonym), &other, state, err))
		return false;
	if (*state != IDENTITY_NONE && memcmp(&other, pseudonym, sizeof(other)) != 0)
		*state = IDENTITY_NONE;
	if (*state != IDENTITY_KNOWN)
		return true;
	if (!find_short_row(identity, pseudonym_short(pseudonym), &row, &found, err) ||
	    !identity_unseal(identity, &row, err))
		return false;
	buffer_add_text(name, buffer_text(&identity->scratch));
	return true;
}

/* The row of a name, indexed or not: what is not stands in memory. */
static bool
find_named(struct identity *identity, struct text name, struct identity_row *row, bool *found,
    struct error *err)
{
	const struct identity_entry *entry =
	    actor_table_find(&identity->table, name, actor_table_tag(&identity->table, name));

	if (entry)
		return identity_rows_get(identity->rows, entry->number, row, found, err);
	identity_lookup(identity, name, row->lookup);
	return identity_buckets_find(&identity->index.buckets, row->lookup, row, found, err);
}

static bool
erase_row(
    struct identity *identity, struct text name, const struct identity_row *row, struct error *err)
{
	if (!identity_rows_begin(identity->rows, err) ||
	    !identity_rows_erase(identity->rows, row, err) ||
	    !identity_buckets_remove(&identity->index.buckets, row, err))
		return false;
	identity->changed = true;
	identity->meta.rows--;
	identity_index_remove(&identity->index, row);
	if (actor_table_remove(&identity->table, name))
		identity->loaded--;
	return true;
}

bool
identity_erase(
    struct identity *identity, struct text name, struct pseudonym *pseudonym, struct error *err)
{
	struct identity_row row = {0};
	bool found;

	*pseudonym = (struct pseudonym){0};
	if (!find_named(identity, name, &row, &found, err))
		return false;
	if (found)
		*pseudonym = row.pseudonym;
	if (found && !erase_row(identity, name, &row, err))
		return false;
	/* The log is cut even so: it may hold what was erased before. */
	identity->log_holds_erased = true;
	return identity_commit(identity, err) && identity_cut_log(identity, err);
}

/* Seals one transaction's rows anew; *last is where it came to, unchanged at the end. */
static bool
rotate_some(struct identity *identity, uint32_t *last, int64_t *looked_at, struct error *err)
{
	struct identity_row row;
	struct buffer name = {0};
	bool found = true, done = true;
	int i;

	for (i = 0; done && i < ROTATE_ROWS; i++) {
		done = identity_rows_next(identity->rows, *last, &row, &found, err);
		if (!done || !found)
			break;
		*last = row.number;
		*looked_at += 1;
		if (sealed_generation(row.sealed) == keys_vault_generation(identity->keys))
			continue;
		name.size = 0;
		done = identity_unseal(identity, &row, err);
		if (!done)
			break;
		buffer_add_text(&name, buffer_text(&identity->scratch));
		identity_seal(identity, &row, buffer_text(&name));
		done = identity_rows_reseal(identity->rows, row.number, row.sealed, err);
	}
	if (name.data)
		explicit_bzero(name.data, name.capacity);
	buffer_fini(&name);
	return done;
}

bool
identity_rotate(struct identity *identity,
    void (*progress)(void *context, int64_t done, int64_t total), void *context, struct error *err)
{
	int64_t looked_at = 0, before;
	uint32_t last = 0;

	do {
		before = looked_at;
		if (!identity_rows_begin(identity->rows, err))
			return false;
		identity->changed = true;
		if (!rotate_some(identity, &last, &looked_at, err) ||
		    !identity_commit(identity, err))
			return false;
		if (progress)
			progress(context, looked_at, (int64_t)identity->meta.rows);
	} while (looked_at > before);
	/* The old seals are in the log's copies of pages too. */
	identity->log_holds_erased = true;
	return identity_cut_log(identity, err);
}

/* Whether both indexes lead to the row: buckets hold those up to indexed_to, the pieces some more. */
static bool
is_found(struct identity *identity, const struct identity_row *row, struct shorts_walk *walk,
    bool *found, struct error *err)
{
	struct identity_row other;

	*found = true;
	if (row->number <= identity->index.shorts.written_to &&
	    !shorts_walk_to(walk, row, found, err))
		return false;
	if (!*found || row->number > identity->meta.indexed_to)
		return true;
	if (!identity_buckets_find(&identity->index.buckets, row->lookup, &other, found, err))
		return false;
	*found = *found && other.number == row->number;
	return true;
}

/* That the row is the one it claims to be, and found as such. */
static bool
check_row(struct identity *identity, const struct identity_row *row, struct shorts_walk *walk,
    struct error *err)
{
	uint8_t lookup[LOOKUP_BYTES];
	bool found;

	if (!identity_unseal(identity, row, err))
		return false;
	identity_lookup(identity, buffer_text(&identity->scratch), lookup);
	if (!is_found(identity, row, walk, &found, err))
		return false;
	if (found && memcmp(lookup, row->lookup, sizeof(lookup)) == 0)
		return true;
	return error_set(err, ERROR_DAMAGED,
	    "identity table: row %u: is not found by what it holds", row->number);
}

static bool
check_rows(struct identity *identity, struct error *err)
{
	struct shorts_walk walk = {.rows = identity->rows};
	struct identity_row row = {0};
	bool found = true, done = true;

	while (done && found) {
		done = identity_rows_next(identity->rows, row.number, &row, &found, err);
		done = done && (!found || check_row(identity, &row, &walk, err));
	}
	shorts_walk_fini(&walk);
	return done;
}

bool
identity_check(struct identity *identity, struct error *err)
{
	return identity_commit(identity, err) && identity_rows_check(identity->rows, err) &&
	    check_rows(identity, err);
}
