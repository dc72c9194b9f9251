/* SPDX-License-Identifier: Apache-2.0 */
/* A bucket is read whole and written whole. */
#include "identity_buckets.h"

#define ENTRY_BYTES BUCKET_ENTRY_BYTES

void
identity_buckets_init(
    struct identity_buckets *buckets, struct identity_rows *rows, struct identity_meta *meta)
{
	*buckets = (struct identity_buckets){.rows = rows, .meta = meta};
}

void
identity_buckets_fini(struct identity_buckets *buckets)
{
	buffer_fini(&buckets->read);
	buffer_fini(&buckets->written);
}

/* All bits of the greatest bucket's number. */
static uint32_t
mask_of(uint32_t count)
{
	return count > 1 ? UINT32_MAX >> __builtin_clz(count - 1) : 0;
}

uint32_t
identity_bucket_of(uint64_t lookup, uint32_t count)
{
	uint32_t mask = mask_of(count), bucket = (uint32_t)lookup & mask;

	return bucket < count ? bucket : bucket & mask >> 1;
}

static struct index_entry
next_entry(struct reader *reader)
{
	struct index_entry entry = {.lookup = reader_u64(reader)};

	entry.number = reader_u32(reader);
	return entry;
}

static void
add_entry(struct buffer *to, const struct index_entry *entry)
{
	buffer_add_u64(to, entry->lookup);
	buffer_add_u32(to, entry->number);
}

bool
identity_buckets_split(struct identity_buckets *buckets, struct error *err)
{
	uint32_t added = buckets->meta->buckets, from = added & mask_of(added + 1) >> 1;
	struct buffer stay = {0};
	struct reader reader;
	bool done;

	if (!identity_rows_bucket(buckets->rows, from, &buckets->read, err))
		return false;
	buckets->written.size = 0;
	for (reader = reader_of(buffer_text(&buckets->read)); reader_left(&reader);) {
		struct index_entry entry = next_entry(&reader);

		add_entry(identity_bucket_of(entry.lookup, added + 1) == added ? &buckets->written
									       : &stay,
		    &entry);
	}
	done = identity_rows_set_bucket(buckets->rows, from, buffer_text(&stay), err) &&
	    identity_rows_set_bucket(buckets->rows, added, buffer_text(&buckets->written), err);
	buffer_fini(&stay);
	buckets->meta->buckets += done;
	return done;
}

static bool
holds(const struct buffer *bucket, size_t size, uint32_t number)
{
	size_t at;

	for (at = 0; at < size; at += ENTRY_BYTES) {
		const uint8_t *bytes = bucket->data + at + 8;

		if (((uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
			bytes[3]) == number)
			return true;
	}
	return false;
}

bool
identity_buckets_add(struct identity_buckets *buckets, const struct index_entry *entries,
    size_t count, struct error *err)
{
	uint32_t bucket = identity_bucket_of(entries->lookup, buckets->meta->buckets);
	size_t before, i;

	if (!identity_rows_bucket(buckets->rows, bucket, &buckets->read, err))
		return false;
	before = buckets->read.size;
	for (i = 0; i < count; i++)
		if (entries[i].number && !holds(&buckets->read, before, entries[i].number))
			add_entry(&buckets->read, &entries[i]);
	return buckets->read.size == before ||
	    identity_rows_set_bucket(buckets->rows, bucket, buffer_text(&buckets->read), err);
}

bool
identity_buckets_remove(
    struct identity_buckets *buckets, const struct identity_row *row, struct error *err)
{
	uint32_t bucket = identity_bucket_of(lookup_number(row->lookup), buckets->meta->buckets);
	struct reader reader;

	if (!identity_rows_bucket(buckets->rows, bucket, &buckets->read, err))
		return false;
	buckets->written.size = 0;
	for (reader = reader_of(buffer_text(&buckets->read)); reader_left(&reader);) {
		struct index_entry entry = next_entry(&reader);

		if (entry.number != row->number)
			add_entry(&buckets->written, &entry);
	}
	return buckets->written.size == buckets->read.size ||
	    identity_rows_set_bucket(buckets->rows, bucket, buffer_text(&buckets->written), err);
}

/* The row that an entry leads to; one that leads elsewhere is damage, not a stranger. */
static bool
follow(struct identity_buckets *buckets, const struct index_entry *entry, struct identity_row *row,
    struct error *err)
{
	bool found;

	if (!identity_rows_get(buckets->rows, entry->number, row, &found, err))
		return false;
	if (found && lookup_number(row->lookup) == entry->lookup)
		return true;
	return identity_rows_damaged(buckets->rows, "an index leads to another row", err);
}

/* Several rows may share eight bytes; the whole lookup is one row's alone. */
bool
identity_buckets_find(struct identity_buckets *buckets, const uint8_t lookup[LOOKUP_BYTES],
    struct identity_row *row, bool *found, struct error *err)
{
	uint64_t number = lookup_number(lookup);
	struct identity_row other;
	struct reader reader;

	*found = false;
	if (!identity_rows_bucket(buckets->rows, identity_bucket_of(number, buckets->meta->buckets),
		&buckets->read, err))
		return false;
	for (reader = reader_of(buffer_text(&buckets->read)); !*found && reader_left(&reader);) {
		struct index_entry entry = next_entry(&reader);

		if (entry.lookup != number)
			continue;
		if (!follow(buckets, &entry, &other, err))
			return false;
		*found = memcmp(other.lookup, lookup, LOOKUP_BYTES) == 0;
	}
	if (*found)
		*row = other;
	return true;
}
