/* SPDX-License-Identifier: Apache-2.0 */
/* The pieces that are too long to stand in a header. */
#include "base/avro_bytes.h"

static const char *const sentences[AVRO_FAULT_KINDS] = {
    [AVRO_FAULT_NONE] = "nothing is wrong",
    [AVRO_FAULT_CUT] = "the bytes end inside a value",
    [AVRO_FAULT_OVERLONG] = "an integer of more than 64 bits",
    [AVRO_FAULT_INT] = "an int of more than 32 bits",
    [AVRO_FAULT_BOOLEAN] = "a boolean that is neither 0 nor 1",
    [AVRO_FAULT_LENGTH] = "a length that is negative or more than what is left",
    [AVRO_FAULT_SYMBOL] = "a number that is no symbol of the enum",
    [AVRO_FAULT_BRANCH] = "a number that is no branch of the union",
    [AVRO_FAULT_COUNT] = "more items than the bytes left can hold",
    [AVRO_FAULT_BLOCK] = "items that do not fill the bytes which their block says",
    [AVRO_FAULT_EMPTY] = "too many items that take no bytes",
    [AVRO_FAULT_DEPTH] = "values within values too deep",
    [AVRO_FAULT_TRAILING] = "bytes behind the value",
};

const char *
avro_fault_sentence(enum avro_fault fault)
{
	return sentences[fault];
}

static struct avro_piece
long_by_bytes(const uint8_t *p, const uint8_t *end)
{
	uint64_t rest = 0;
	unsigned shift = 0;
	uint8_t byte;

	do {
		if (p == end)
			return avro_wrong(AVRO_FAULT_CUT);
		byte = *p++;
		/* The tenth byte has room for one bit. */
		if (shift == 63 && byte > 1)
			return avro_wrong(AVRO_FAULT_OVERLONG);
		rest |= (uint64_t)(byte & 0x7f) << shift;
		shift += 7;
	} while (byte & 0x80);
	return (struct avro_piece){p, avro_unzigzag(rest)};
}

struct avro_piece
avro_long_slow(const uint8_t *p, const uint8_t *end)
{
	uint64_t word, stop;

	if (end - p < 8)
		return long_by_bytes(p, end);
	word = avro_load_8(p);
	stop = avro_long_stop(word);
	return stop ? avro_long_unpack(p, word, stop) : long_by_bytes(p, end);
}

/* Whether so many items can be in so much room. */
static enum avro_fault
room_check(uint64_t count, uint64_t min_bytes, uint64_t room, bool sized)
{
	if (min_bytes)
		return count > room / min_bytes ? AVRO_FAULT_COUNT : AVRO_FAULT_NONE;
	if (count > AVRO_EMPTY_MAX)
		return AVRO_FAULT_EMPTY;
	return sized && room ? AVRO_FAULT_BLOCK : AVRO_FAULT_NONE;
}

struct avro_piece
avro_block_slow(const uint8_t *p, const uint8_t *end, uint64_t min_bytes, const uint8_t **block_end)
{
	struct avro_piece piece = avro_long(p, end), size = {NULL, 0};
	bool sized = piece.value < 0;
	enum avro_fault fault;
	uint64_t count;

	*block_end = NULL;
	if (!piece.next)
		return piece;
	count = sized ? 0 - (uint64_t)piece.value : (uint64_t)piece.value;
	if (sized) {
		size = avro_text(piece.next, end);
		if (!size.next)
			return size;
		piece.next = size.next - size.value;
		*block_end = size.next;
	}
	fault =
	    room_check(count, min_bytes, (uint64_t)((sized ? size.next : end) - piece.next), sized);
	return fault ? avro_wrong(fault) : (struct avro_piece){piece.next, (int64_t)count};
}
