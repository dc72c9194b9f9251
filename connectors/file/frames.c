/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cutting records with memchr. Every decision rests on the record's own first
 * `limit + 2` bytes (the record, a carriage return, a line feed) or on its
 * first line, never on where a read ended.
 *
 * With the strict rule a row that leaves a quote open has an odd number of
 * quotes, so the next such row closes it or breaks the rule: bytes are looked
 * at again at most a few times, however hostile they are.
 */
#include "frames.h"

#include "base/memory.h"
#include "model/reason.h"

#define NOT_SEEN SIZE_MAX

static void
begin_record(struct framer *framer)
{
	framer->scanned = 0;
	framer->lines = 0;
	framer->first_line = NOT_SEEN;
	framer->inside = false;
	framer->line_only = false;
	framer->skipping = false;
	framer->skipped = 0;
}

void
framer_init(struct framer *framer, const struct framing *framing)
{
	*framer = (struct framer){.framing = *framing};
	begin_record(framer);
}

void
framer_fini(struct framer *framer)
{
	memory_free(framer->kept);
	framer->kept = NULL;
}

static size_t
kept_bytes(const struct framer *framer)
{
	size_t limit = framer->framing.record_bytes_max;

	return limit < FRAME_KEPT_BYTES ? limit : FRAME_KEPT_BYTES;
}

/* An empty CSV line; a JSON line of nothing but JSON's white space. */
static bool
is_blank(const struct framer *framer, struct text line)
{
	size_t i = 0;

	if (framer->framing.format == FORMAT_CSV)
		return line.size == 0;
	while (
	    i < line.size && (line.data[i] == ' ' || line.data[i] == '\t' || line.data[i] == '\r'))
		i++;
	return i == line.size;
}

static bool
fits(const struct framer *framer, const char *p, size_t end)
{
	size_t limit = framer->framing.record_bytes_max;

	return end <= limit || (end == limit + 1 && p[end - 1] == '\r');
}

/* The record is bytes[0..end) and goes on to `used`. */
static bool
give(struct framer *framer, struct text bytes, size_t end, size_t used, struct frame *frame)
{
	bool good = fits(framer, bytes.data, end);

	if (end && bytes.data[end - 1] == '\r')
		end--;
	*frame = (struct frame){
	    .kind = MESSAGE_PAYLOAD,
	    .payload = {bytes.data, end},
	    .whole_bytes = (int64_t)end,
	    .used = used,
	};
	if (!good) {
		frame->kind = MESSAGE_BROKEN;
		frame->reason = REASON_TOO_LONG;
		frame->payload.size = kept_bytes(framer);
	} else if (is_blank(framer, frame->payload)) {
		frame->kind = MESSAGE_BLANK;
		frame->reason = REASON_BLANK;
	}
	begin_record(framer);
	return true;
}

static bool
give_broken_csv(
    struct framer *framer, struct text bytes, size_t end, size_t used, struct frame *frame)
{
	give(framer, bytes, end, used, frame);
	if (frame->kind != MESSAGE_BROKEN) {
		frame->kind = MESSAGE_BROKEN;
		frame->reason = REASON_CSV;
	}
	return true;
}

/* Goes on dropping a line beyond the limit; gives it once its end is seen. */
static bool
skip(struct framer *framer, struct text bytes, bool final, struct frame *frame, size_t *dropped)
{
	const char *end = bytes.size ? memchr(bytes.data, '\n', bytes.size) : NULL;
	size_t size = end ? (size_t)(end - bytes.data) : bytes.size;

	framer->skipped += (int64_t)size;
	if (size)
		framer->skipped_last = bytes.data[size - 1];
	if (!end && !final) {
		*dropped = size;
		return false;
	}
	*frame = (struct frame){
	    .kind = MESSAGE_BROKEN,
	    .reason = REASON_TOO_LONG,
	    .payload = {framer->kept, kept_bytes(framer)},
	    .whole_bytes = framer->skipped - (framer->skipped_last == '\r'),
	    .used = end ? size + 1 : size,
	};
	begin_record(framer);
	return true;
}

static bool
begin_skipping(
    struct framer *framer, struct text bytes, bool final, struct frame *frame, size_t *dropped)
{
	if (!framer->kept)
		framer->kept = memory_get(kept_bytes(framer) + 1);
	memcpy(framer->kept, bytes.data, kept_bytes(framer));
	framer->skipping = true;
	return skip(framer, bytes, final, frame, dropped);
}

static bool
next_line(
    struct framer *framer, struct text bytes, bool final, struct frame *frame, size_t *dropped)
{
	const char *from = bytes.data + framer->scanned;
	const char *end = memchr(from, '\n', bytes.size - framer->scanned);
	size_t size;

	if (end) {
		size = (size_t)(end - bytes.data);
		return give(framer, bytes, size, size + 1, frame);
	}
	if (bytes.size >= framer->framing.record_bytes_max + 2)
		return begin_skipping(framer, bytes, final, frame, dropped);
	framer->scanned = bytes.size;
	return final && give(framer, bytes, bytes.size, bytes.size, frame);
}

enum scan {
	SCAN_MORE,  /* no end in sight */
	SCAN_ROW,   /* the row ends at *end */
	SCAN_WRONG, /* the quotes break the rule, or the row spans too many lines */
};

/* Counts the line ends inside quotes. false: too many */
static bool
count_lines(struct framer *framer, const char *p, size_t from, size_t until)
{
	const char *end;

	while (from < until && (end = memchr(p + from, '\n', until - from))) {
		if (framer->first_line == NOT_SEEN)
			framer->first_line = (size_t)(end - p);
		if (++framer->lines >= framer->framing.row_lines_max)
			return false;
		from = (size_t)(end - p) + 1;
	}
	return true;
}

/* Outside quotes, from *at on: the row's end, or the quote that opens the next field. */
static enum scan
scan_outside(struct framer *framer, const char *p, size_t *at, size_t stop)
{
	const char *end = memchr(p + *at, '\n', stop - *at);
	size_t until = end ? (size_t)(end - p) : stop;
	const char *quote = memchr(p + *at, '"', until - *at);

	if (!quote) {
		*at = until;
		return end ? SCAN_ROW : SCAN_MORE;
	}
	*at = (size_t)(quote - p);
	if (*at && p[*at - 1] != framer->framing.delimiter)
		return SCAN_WRONG;
	framer->inside = true;
	*at += 1;
	return SCAN_MORE;
}

/*
 * Inside quotes, from *at on: up to behind the quote that closes. *at stays
 * on a quote whose meaning depends on bytes that are not there yet.
 * Source: RFC 4180 section 2, rules 5 to 7.
 */
static enum scan
scan_inside(struct framer *framer, const char *p, size_t *at, size_t stop, bool whole)
{
	const char *quote = memchr(p + *at, '"', stop - *at);
	size_t q = quote ? (size_t)(quote - p) : stop;

	if (!count_lines(framer, p, *at, q))
		return SCAN_WRONG;
	*at = q;
	if (q == stop)
		return SCAN_MORE;
	if (q + 1 == stop || (p[q + 1] == '\r' && q + 2 == stop)) {
		framer->inside = !whole;
		*at = whole ? stop : q;
		return whole ? SCAN_ROW : SCAN_MORE;
	}
	if (p[q + 1] == '"') {
		*at = q + 2;
		return SCAN_MORE;
	}
	*at = q + 1;
	framer->inside = false;
	if (p[q + 1] == framer->framing.delimiter || p[q + 1] == '\n' ||
	    (p[q + 1] == '\r' && p[q + 2] == '\n'))
		return SCAN_MORE;
	return SCAN_WRONG;
}

/* whole: the bytes end at stop and nothing comes behind */
static enum scan
scan_row(struct framer *framer, const char *p, size_t stop, bool whole, size_t *end)
{
	size_t at = framer->scanned;
	enum scan scan = SCAN_MORE;
	size_t before;

	do {
		before = at;
		if (framer->inside)
			scan = scan_inside(framer, p, &at, stop, whole);
		else
			scan = scan_outside(framer, p, &at, stop);
	} while (scan == SCAN_MORE && at < stop && at != before);
	framer->scanned = at;
	*end = at;
	return scan;
}

/* Its quotes are wrong or it is too long for one row: only its first line is given. */
static bool
give_first_line(
    struct framer *framer, struct text bytes, bool final, struct frame *frame, size_t *dropped)
{
	if (framer->first_line != NOT_SEEN)
		return give_broken_csv(
		    framer, bytes, framer->first_line, framer->first_line + 1, frame);
	framer->line_only = true;
	framer->scanned = 0;
	return next_line(framer, bytes, final, frame, dropped);
}

static bool
next_row(struct framer *framer, struct text bytes, bool final, struct frame *frame, size_t *dropped)
{
	size_t most = framer->framing.record_bytes_max + 2;
	size_t stop = bytes.size < most ? bytes.size : most, end;
	enum scan scan;

	if (framer->line_only)
		return next_line(framer, bytes, final, frame, dropped);
	scan = scan_row(framer, bytes.data, stop, final && stop == bytes.size, &end);
	if (scan == SCAN_ROW && (framer->first_line == NOT_SEEN || fits(framer, bytes.data, end)))
		return give(framer, bytes, end, end < bytes.size ? end + 1 : end, frame);
	if (scan == SCAN_ROW || scan == SCAN_WRONG || bytes.size >= most)
		return give_first_line(framer, bytes, final, frame, dropped);
	if (!final)
		return false;
	if (!framer->inside)
		return give(framer, bytes, bytes.size, bytes.size, frame);
	if (framer->first_line != NOT_SEEN)
		return give_first_line(framer, bytes, final, frame, dropped);
	return give_broken_csv(framer, bytes, bytes.size, bytes.size, frame);
}

bool
framer_next(
    struct framer *framer, struct text bytes, bool final, struct frame *frame, size_t *dropped)
{
	*dropped = 0;
	if (framer->skipping)
		return skip(framer, bytes, final, frame, dropped);
	if (!bytes.size)
		return false;
	if (framer->framing.format == FORMAT_CSV)
		return next_row(framer, bytes, final, frame, dropped);
	return next_line(framer, bytes, final, frame, dropped);
}
