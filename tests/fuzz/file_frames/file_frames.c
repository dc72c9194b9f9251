/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes, cut in one piece and in pieces of sizes drawn from the input:
 * the same records, all bytes used, each record within its limits.
 *
 * The first four bytes: format, limit, lines of a row, seed of the sizes.
 */
#include <stdint.h>
#include <stdlib.h>

#include "frames.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
	struct sha256 records;
	size_t count;
};

static void
see(struct seen *seen, const struct framer *framer, const struct frame *frame)
{
	uint8_t kind = (uint8_t)frame->kind;

	if (frame->payload.size > framer->framing.record_bytes_max)
		abort();
	sha256_add(&seen->records, &kind, 1);
	sha256_add(&seen->records, &frame->payload.size, sizeof(frame->payload.size));
	sha256_add(&seen->records, &frame->whole_bytes, sizeof(frame->whole_bytes));
	sha256_add(&seen->records, frame->payload.data, frame->payload.size);
	seen->count++;
}

static void
cut_at_once(const struct framing *framing, struct text bytes, struct seen *seen)
{
	struct framer framer;
	struct frame frame;
	size_t at = 0, dropped;

	framer_init(&framer, framing);
	while (framer_next(
	    &framer, (struct text){bytes.data + at, bytes.size - at}, true, &frame, &dropped)) {
		see(seen, &framer, &frame);
		at += frame.used;
	}
	if (at != bytes.size)
		abort();
	framer_fini(&framer);
}

/* Pieces of 1 to 40 bytes; what was not used is given again. */
static void
cut_in_pieces(const struct framing *framing, struct text bytes, uint32_t draw, struct seen *seen)
{
	size_t start = 0, end = 0, dropped, held;
	struct framer framer;
	struct frame frame;
	bool found = true;

	framer_init(&framer, framing);
	while (found || end < bytes.size) {
		/* A block of its own, so that a look past its end is seen. */
		char *piece;

		if (!found) {
			draw = draw * 1664525 + 1013904223;
			end += 1 + (draw >> 24) % 40;
			end = end < bytes.size ? end : bytes.size;
		}
		held = end - start;
		piece = malloc(held ? held : 1);
		if (held)
			memcpy(piece, bytes.data + start, held);
		found = framer_next(
		    &framer, (struct text){piece, held}, end == bytes.size, &frame, &dropped);
		if (found)
			see(seen, &framer, &frame);
		if ((found ? frame.used : dropped) > held)
			abort();
		start += found ? frame.used : dropped;
		free(piece);
	}
	if (start != bytes.size)
		abort();
	framer_fini(&framer);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t whole[SHA256_BYTES], pieces[SHA256_BYTES];
	struct seen at_once = {0}, in_pieces = {0};
	struct framing framing;
	struct text bytes;

	if (size < 4)
		return 0;
	framing = (struct framing){
	    data[0] % 2 ? FORMAT_CSV : FORMAT_JSON, ',', 1u + data[1], 1u + data[2] % 16};
	bytes = (struct text){(const char *)data + 4, size - 4};
	sha256_init(&at_once.records);
	sha256_init(&in_pieces.records);
	cut_at_once(&framing, bytes, &at_once);
	cut_in_pieces(&framing, bytes, data[3], &in_pieces);
	sha256_now(&at_once.records, whole);
	sha256_now(&in_pieces.records, pieces);
	if (at_once.count != in_pieces.count || memcmp(whole, pieces, sizeof(whole)) != 0)
		abort();
	return 0;
}
