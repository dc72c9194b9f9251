/* SPDX-License-Identifier: Apache-2.0 */
/* What is new is put into the order in one go, when a list of rows is merged. */
#include "identity_shorts.h"

#include "base/memory.h"

#define PIECE_ENTRIES 65536
#define RECENT_FIRST 262144 /* slots */
#define DIGIT_BITS 11       /* of a number, for sorting */
#define START_SHORTS 8      /* at least, behind one start: half a line of the cache */
#define UPPER_BITS_MIN 8

/* One pass over all of them. */
static void
note_starts(struct identity_shorts *shorts)
{
	unsigned bits = UPPER_BITS_MIN;
	size_t next = 0, at;

	while (shorts->sorted_count >> bits >= 2 * START_SHORTS)
		bits++;
	memory_free(shorts->starts);
	shorts->starts = memory_get_array(((size_t)1 << bits) + 1, sizeof(*shorts->starts));
	shorts->shift = 32 - bits;
	for (at = 0; at < shorts->sorted_count; at++)
		while (next <= shorts->sorted[at] >> shorts->shift)
			shorts->starts[next++] = (uint32_t)at;
	while (next <= (size_t)1 << bits)
		shorts->starts[next++] = (uint32_t)at;
}

void
identity_shorts_init(struct identity_shorts *shorts, struct identity_rows *rows)
{
	*shorts = (struct identity_shorts){.rows = rows, .recent_slots = RECENT_FIRST};
	shorts->recent = memory_get_array(RECENT_FIRST, sizeof(*shorts->recent));
	note_starts(shorts);
}

void
identity_shorts_fini(struct identity_shorts *shorts)
{
	memory_free(shorts->sorted);
	memory_free(shorts->starts);
	memory_free(shorts->recent);
	*shorts = (struct identity_shorts){0};
}

/* From the lowest digit on; an odd number of passes ends in the other array. */
static void
sort_pass(const uint32_t *from, uint32_t *to, size_t count, unsigned shift)
{
	size_t starts[1 << DIGIT_BITS] = {0}, i, sum = 0, size;

	for (i = 0; i < count; i++)
		starts[from[i] >> shift & ((1 << DIGIT_BITS) - 1)]++;
	for (i = 0; i < ARRAY_COUNT(starts); i++) {
		size = starts[i];
		starts[i] = sum;
		sum += size;
	}
	for (i = 0; i < count; i++)
		to[starts[from[i] >> shift & ((1 << DIGIT_BITS) - 1)]++] = from[i];
}

static void
sort(uint32_t *bits, size_t count)
{
	uint32_t *other = memory_get_array(count + 1, sizeof(*other));

	sort_pass(bits, other, count, 0);
	sort_pass(other, bits, count, DIGIT_BITS);
	sort_pass(bits, other, count, 2 * DIGIT_BITS);
	if (count)
		memcpy(bits, other, count * sizeof(*bits));
	memory_free(other);
}

static uint32_t
number_at(const struct buffer *piece, size_t at)
{
	const uint8_t *bytes = piece->data + at;

	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
	    bytes[3];
}

static bool
load_pieces(struct identity_shorts *shorts, size_t *capacity, struct error *err)
{
	struct buffer piece = {0};
	bool found = true, done = true;
	size_t at;

	while (done) {
		done = identity_rows_next_shorts(
		    shorts->rows, &shorts->written_to, &piece, &found, err);
		if (!done || !found)
			break;
		memory_grow(&shorts->sorted, capacity,
		    shorts->sorted_count + piece.size / SHORTS_ENTRY_BYTES,
		    sizeof(*shorts->sorted));
		for (at = 0; at < piece.size; at += SHORTS_ENTRY_BYTES)
			shorts->sorted[shorts->sorted_count++] = number_at(&piece, at + 4);
	}
	buffer_fini(&piece);
	return done;
}

static bool
load_erased(struct identity_shorts *shorts, size_t *capacity, struct error *err)
{
	int64_t last = -1;
	bool found;

	for (;;) {
		if (!identity_rows_next_erased(shorts->rows, &last, &found, err))
			return false;
		if (!found)
			return true;
		memory_grow(
		    &shorts->sorted, capacity, shorts->sorted_count + 1, sizeof(*shorts->sorted));
		shorts->sorted[shorts->sorted_count++] = (uint32_t)last;
	}
}

bool
identity_shorts_load(struct identity_shorts *shorts, struct error *err)
{
	size_t capacity = 0;

	if (!load_pieces(shorts, &capacity, err) || !load_erased(shorts, &capacity, err))
		return false;
	sort(shorts->sorted, shorts->sorted_count);
	note_starts(shorts);
	return true;
}

/* --- asking ------------------------------------------------------------------------------ */

static bool
is_sorted_in(const struct identity_shorts *shorts, uint32_t short_bits)
{
	const uint32_t *start = &shorts->starts[short_bits >> shorts->shift];
	uint32_t at;

	for (at = start[0]; at < start[1]; at++)
		if (shorts->sorted[at] == short_bits)
			return true;
	return false;
}

/* Short bits are random: their low ones do for a place. */
static uint32_t *
slot_of(const struct identity_shorts *shorts, uint32_t short_bits)
{
	size_t mask = shorts->recent_slots - 1, at = short_bits & mask;

	while (shorts->recent[at] && shorts->recent[at] != short_bits)
		at = (at + 1) & mask;
	return &shorts->recent[at];
}

bool
identity_shorts_taken(const struct identity_shorts *shorts, uint32_t short_bits)
{
	/* 0 marks an empty slot. */
	return !short_bits || *slot_of(shorts, short_bits) || is_sorted_in(shorts, short_bits);
}

void
identity_shorts_prefetch(const struct identity_shorts *shorts, uint32_t short_bits)
{
	__builtin_prefetch(&shorts->starts[short_bits >> shorts->shift]);
	__builtin_prefetch(&shorts->recent[short_bits & (shorts->recent_slots - 1)]);
}

static void
widen(struct identity_shorts *shorts)
{
	uint32_t *old = shorts->recent;
	size_t count = shorts->recent_slots, i;

	shorts->recent_slots *= 2;
	shorts->recent = memory_get_array(shorts->recent_slots, sizeof(*old));
	for (i = 0; i < count; i++)
		if (old[i])
			*slot_of(shorts, old[i]) = old[i];
	memory_free(old);
}

void
identity_shorts_add(struct identity_shorts *shorts, uint32_t short_bits)
{
	if (++shorts->recent_count * 2 > shorts->recent_slots)
		widen(shorts);
	*slot_of(shorts, short_bits) = short_bits;
}

/* --- merging ----------------------------------------------------------------------------- */

static bool
write_pieces(struct identity_shorts *shorts, const struct index_entry *entries, size_t count,
    struct error *err)
{
	struct buffer piece = {0};
	uint32_t last = shorts->written_to;
	bool done = true;
	size_t i;

	for (i = 0; done && i < count; i++) {
		if (entries[i].number > last) {
			last = entries[i].number;
			buffer_add_u32(&piece, last);
			buffer_add_u32(&piece, entries[i].short_bits);
		}
		if (!piece.size ||
		    (i + 1 < count && piece.size < PIECE_ENTRIES * SHORTS_ENTRY_BYTES))
			continue;
		done = identity_rows_add_shorts(shorts->rows, last, buffer_text(&piece), err);
		piece.size = 0;
	}
	buffer_fini(&piece);
	shorts->written_to = last;
	return done;
}

/* Both are in order. From the end, so that nothing is overwritten that is still to move. */
static void
merge_sorted(struct identity_shorts *shorts, const uint32_t *added, size_t count)
{
	size_t left = shorts->sorted_count, to = left + count;
	uint32_t *sorted = memory_resize(shorts->sorted, (to + 1) * sizeof(*sorted));

	while (count)
		if (left && sorted[left - 1] > added[count - 1]) {
			left--;
			sorted[--to] = sorted[left];
		} else {
			count--;
			sorted[--to] = added[count];
		}
	shorts->sorted = sorted;
}

bool
identity_shorts_settle(struct identity_shorts *shorts, const struct index_entry *entries,
    size_t count, struct error *err)
{
	uint32_t *added = memory_get_array(count + 1, sizeof(*added));
	size_t i, new_count = 0;

	for (i = 0; i < count; i++)
		if (!is_sorted_in(shorts, entries[i].short_bits))
			added[new_count++] = entries[i].short_bits;
	sort(added, new_count);
	merge_sorted(shorts, added, new_count);
	shorts->sorted_count += new_count;
	note_starts(shorts);
	memory_free(added);
	memset(shorts->recent, 0, shorts->recent_slots * sizeof(*shorts->recent));
	shorts->recent_count = 0;
	return write_pieces(shorts, entries, count, err);
}

/* --- the pieces -------------------------------------------------------------------------- */

static uint32_t
find_in(const struct buffer *piece, uint32_t short_bits)
{
	size_t at;

	for (at = 0; at < piece->size; at += SHORTS_ENTRY_BYTES)
		if (number_at(piece, at + 4) == short_bits)
			return number_at(piece, at);
	return 0;
}

bool
identity_shorts_find(
    struct identity_shorts *shorts, uint32_t short_bits, uint32_t *number, struct error *err)
{
	struct buffer piece = {0};
	bool found = is_sorted_in(shorts, short_bits), done = true;
	uint32_t last = 0;

	*number = 0;
	while (done && found && !*number) {
		done = identity_rows_next_shorts(shorts->rows, &last, &piece, &found, err);
		if (done && found)
			*number = find_in(&piece, short_bits);
	}
	buffer_fini(&piece);
	return done;
}

void
shorts_walk_fini(struct shorts_walk *walk)
{
	buffer_fini(&walk->piece);
}

bool
shorts_walk_to(
    struct shorts_walk *walk, const struct identity_row *row, bool *holds, struct error *err)
{
	bool found;

	*holds = false;
	for (;;) {
		for (; walk->at < walk->piece.size; walk->at += SHORTS_ENTRY_BYTES) {
			if (number_at(&walk->piece, walk->at) < row->number)
				continue;
			*holds = number_at(&walk->piece, walk->at) == row->number &&
			    number_at(&walk->piece, walk->at + 4) ==
				pseudonym_short(&row->pseudonym);
			return true;
		}
		walk->at = 0;
		walk->piece.size = 0;
		if (!identity_rows_next_shorts(walk->rows, &walk->last, &walk->piece, &found, err))
			return false;
		if (!found)
			return true;
	}
}
