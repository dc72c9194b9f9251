/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names in memory first, then in the file, then new. A row is sealed with its
 * number, lookup and pseudonym as context: it cannot be altered or exchanged
 * for another unseen.
 *
 * The lookup is keyed by the store key, which never changes, so that rotating
 * the vault touches nothing but the sealed names.
 */
#include "origin/identity.h"

#include "base/fault.h"
#include "base/memory.h"
#include "identity_inside.h"

/* New rows before a commit is due: what is not committed stands in memory. */
#define PENDING_MAX 4096

void
identity_lookup(const struct identity *identity, struct text name, uint8_t lookup[LOOKUP_BYTES])
{
	uint8_t mac[SHA256_BYTES];

	hmac_of(&identity->lookup_key, name.data, name.size, mac);
	memcpy(lookup, mac, LOOKUP_BYTES);
}

/* What a row is, for its seal. */
static const struct text context_head = {"identity/", 9};
#define CONTEXT_BYTES (9 + 4 + LOOKUP_BYTES + PSEUDONYM_BYTES)
static struct text
context_of(const struct identity_row *row, char out[CONTEXT_BYTES])
{
	char *next = out;
	int i;

	memcpy(next, context_head.data, context_head.size);
	next += context_head.size;
	for (i = 0; i < 4; i++)
		*next++ = (char)(row->number >> (24 - 8 * i));
	memcpy(next, row->lookup, LOOKUP_BYTES);
	memcpy(next + LOOKUP_BYTES, row->pseudonym.bytes, PSEUDONYM_BYTES);
	return (struct text){out, CONTEXT_BYTES};
}

/* Whether these are the keys that the table was made with. */
static bool
check_keys(struct identity *identity, const char *path, struct error *err)
{
	struct identity_row row;
	uint8_t check[KEY_BYTES];
	bool found;

	keys_derive(identity->keys, TEXT("identity/check"), check);
	if (!identity_rows_meta(identity->rows, &identity->meta, &found, err))
		return false;
	if (found && memcmp(identity->meta.key_check, check, LOOKUP_BYTES) != 0)
		return error_set(err, ERROR_REFUSED,
		    "identity table: %s: belongs to another key file; name that one in the setting "
		    "`keys`",
		    path);
	if (found)
		return true;
	if (!identity_rows_next(identity->rows, 0, &row, &found, err))
		return false;
	if (found)
		return error_set(err, ERROR_DAMAGED,
		    "identity table: %s: it lacks its head: restore it from a copy", path);
	memcpy(identity->meta.key_check, check, LOOKUP_BYTES);
	identity->meta.buckets = 1;
	identity->changed = true;
	return identity_rows_begin(identity->rows, err) && identity_commit(identity, err);
}

bool
identity_open(const struct identity_options *options, struct identity **identity, struct error *err)
{
	struct identity *made = memory_get(sizeof(*made));
	uint8_t secret[KEY_BYTES];

	made->keys = options->keys;
	made->actors_max = options->actors_max;
	made->sealer = sealer_open(options->keys);
	made->drawn = IDENTITY_DRAWS;
	keys_derive(options->keys, TEXT("identity/lookup"), secret);
	hmac_key_init(&made->lookup_key, secret, sizeof(secret));
	explicit_bzero(secret, sizeof(secret));
	actor_table_init(&made->table);
	if (!identity_rows_open(options->path, options->create, &made->rows, err)) {
		identity_close(made);
		return false;
	}
	identity_index_init(&made->index, made->rows, &made->meta);
	if (!check_keys(made, options->path, err) || !identity_index_open(&made->index, err)) {
		identity_close(made);
		return false;
	}
	*identity = made;
	return true;
}

void
identity_close(struct identity *identity)
{
	if (!identity)
		return;
	identity_index_fini(&identity->index);
	sealer_close(identity->sealer);
	identity_rows_close(identity->rows);
	actor_table_fini(&identity->table);
	if (identity->scratch.data)
		explicit_bzero(identity->scratch.data, identity->scratch.capacity);
	buffer_fini(&identity->scratch);
	memory_wipe(identity, sizeof(*identity));
}

/* Unseals the row's name into scratch. */
bool
identity_unseal(struct identity *identity, const struct identity_row *row, struct error *err)
{
	char context[CONTEXT_BYTES];

	identity->scratch.size = 0;
	if (keys_unseal(
		identity->keys, context_of(row, context), row->sealed, &identity->scratch, err))
		return true;
	return error_within(err, "identity table: row %u", row->number);
}

void
identity_seal(struct identity *identity, struct identity_row *row, struct text name)
{
	char context[CONTEXT_BYTES];

	identity->scratch.size = 0;
	sealer_seal(identity->sealer, context_of(row, context), name, &identity->scratch);
	row->sealed = buffer_text(&identity->scratch);
}

static void
draw_many(struct identity *identity)
{
	size_t i;

	random_fill(identity->draws, sizeof(identity->draws));
	for (i = 0; i < IDENTITY_DRAWS; i++)
		identity_shorts_prefetch(
		    &identity->index.shorts, pseudonym_short(&identity->draws[i]));
	identity->drawn = 0;
}

/* All zero means unknown, so it is never drawn. */
static struct pseudonym
draw(struct identity *identity)
{
	static const struct pseudonym unknown;
	struct pseudonym drawn;

	do {
		if (identity->drawn == IDENTITY_DRAWS)
			draw_many(identity);
		drawn = identity->draws[identity->drawn++];
	} while (memcmp(&drawn, &unknown, sizeof(drawn)) == 0);
	return drawn;
}

/* A pseudonym whose short bits nobody has or had. */
static struct pseudonym
draw_free(struct identity *identity)
{
	struct pseudonym drawn;

	do
		drawn = draw(identity);
	while (identity_shorts_taken(&identity->index.shorts, pseudonym_short(&drawn)));
	return drawn;
}

static bool
add_row(struct identity *identity, struct text name, struct identity_row *row, struct error *err)
{
	if (!identity_rows_begin(identity->rows, err))
		return false;
	row->pseudonym = draw_free(identity);
	identity->changed = true;
	row->number = identity->meta.last_number + 1;
	identity_seal(identity, row, name);
	if (!identity_rows_add(identity->rows, row, err))
		return false;
	identity_index_add(&identity->index, row);
	identity->meta.last_number = row->number;
	identity->meta.rows++;
	return ++identity->pending < PENDING_MAX || identity_commit(identity, err);
}

static struct identity_entry *
remember(struct identity *identity, struct text name, uint32_t tag, const struct identity_row *row)
{
	struct identity_entry *entry = actor_table_add(&identity->table, name, tag);

	entry->pseudonym = row->pseudonym;
	entry->number = row->number;
	identity->loaded++;
	return entry;
}

/* The row of a name that is not in memory. Needs no look where every row is. */
static bool
find_row(struct identity *identity, struct text name, struct identity_row *row, bool *found,
    struct error *err)
{
	identity_lookup(identity, name, row->lookup);
	*found = false;
	if (identity->loaded == identity->meta.rows)
		return true;
	if (!identity_buckets_find(&identity->index.buckets, row->lookup, row, found, err))
		return false;
	if (!*found)
		return true;
	if (!identity_unseal(identity, row, err))
		return false;
	if (!text_equal(buffer_text(&identity->scratch), name))
		return error_set(err, ERROR_DAMAGED,
		    "identity table: row %u: is found by another name", row->number);
	return true;
}

static bool
find_or_add_row(struct identity *identity, struct text name, uint32_t tag,
    struct identity_entry **entry, struct error *err)
{
	struct identity_row row = {0};
	bool found;

	if (!find_row(identity, name, &row, &found, err))
		return false;
	if (!found &&
	    (identity->meta.rows >= identity->actors_max ||
		identity->meta.last_number == UINT32_MAX)) {
		identity->beyond_max++;
		return true;
	}
	if (!found && !add_row(identity, name, &row, err))
		return false;
	*entry = remember(identity, name, tag, &row);
	return true;
}

bool
identity_find_or_add(
    struct identity *identity, struct text name, struct identity_entry **entry, struct error *err)
{
	return identity_find_or_add_tagged(
	    identity, name, actor_table_tag(&identity->table, name), entry, err);
}

bool
identity_find_or_add_tagged(struct identity *identity, struct text name, uint32_t tag,
    struct identity_entry **entry, struct error *err)
{
	*entry = NULL;
	if (!name.size)
		return true;
	if (name.size > ACTOR_NAME_BYTES_MAX) {
		identity->too_long++;
		return true;
	}
	*entry = actor_table_find(&identity->table, name, tag);
	return *entry || find_or_add_row(identity, name, tag, entry, err);
}

bool
identity_cut_log(struct identity *identity, struct error *err)
{
	bool done;

	if (!identity->log_holds_erased)
		return true;
	if (!identity_rows_cut_log(identity->rows, &done, err))
		return false;
	identity->log_holds_erased = !done;
	return true;
}

bool
identity_commit(struct identity *identity, struct error *err)
{
	if (!identity->changed)
		return true;
	if (!identity_index_merge(&identity->index, (size_t)identity->pending * 4, err) ||
	    !identity_rows_set_meta(identity->rows, &identity->meta, err) ||
	    !identity_rows_commit(identity->rows, err))
		return false;
	fault_point("identities-written");
	identity->changed = false;
	identity->pending = 0;
	return identity_cut_log(identity, err);
}

void
identity_counts(const struct identity *identity, struct identity_counts *counts)
{
	*counts = (struct identity_counts){
	    .actors = identity->meta.rows,
	    .last_number = identity->meta.last_number,
	    .in_memory = identity->table.count,
	    .bytes = actor_table_bytes(&identity->table),
	    .beyond_max = identity->beyond_max,
	    .too_long = identity->too_long,
	};
}
