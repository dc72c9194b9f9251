/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A window of bytes over the input. Records are cut in place; what was cut
 * from one window is copied to the batch at once, before the window moves.
 * The window grows only for a record that does not fit, to at most twice the
 * limit of a record.
 */
#include "stream.h"

#include <stdio.h>

#include "base/memory.h"
#include "looks.h"
#include "model/reason.h"

#define READ_BYTES ((size_t)256 << 10)

struct stream {
	const struct file_settings *settings;
	struct schemas *schemas;
	struct input *input;
	struct framer framer;
	char *window;
	size_t start, end, capacity; /* the bytes not cut yet are window[start..end) */
	int64_t window_byte;         /* position of window[start] */
	int64_t offset, byte;        /* of the next record */
	const struct message_schema *schema;
	bool begun;      /* the file's first bytes were looked at */
	bool header_due; /* CSV: the next record that is not blank is the header */
	bool unended;    /* the record before was taken without its line end: it may follow */
	bool in_rest;    /* what follows is the rest of that line instead */
	bool has_first;
	uint64_t first;
};

struct stream *
stream_open(struct input *input, const struct file_settings *settings, struct schemas *schemas)
{
	struct stream *stream = memory_get(sizeof(*stream));

	stream->settings = settings;
	stream->schemas = schemas;
	stream->input = input;
	framer_init(&stream->framer, &settings->framing);
	if (settings->format == FORMAT_CSV) {
		stream->header_due = settings->header;
		if (!settings->header)
			stream->schema =
			    schemas_add(schemas, FORMAT_CSV, TEXT(""), settings->framing.delimiter);
	}
	return stream;
}

void
stream_close(struct stream *stream)
{
	if (!stream)
		return;
	input_close(stream->input);
	framer_fini(&stream->framer);
	memory_free(stream->window);
	memory_free(stream);
}

bool
stream_resume(struct stream *stream, int64_t offset, int64_t byte,
    const struct message_schema *schema, bool *there, struct error *err)
{
	char last = '\n';

	if (!input_seek(stream->input, byte, &last, there, err))
		return false;
	stream->offset = offset;
	stream->byte = stream->window_byte = byte;
	stream->begun = byte > 0;
	stream->unended = byte > 0 && last != '\n';
	if (schema) {
		stream->schema = schema;
		stream->header_due = false;
	}
	return true;
}

static struct text
uncut(const struct stream *stream)
{
	return (struct text){
	    stream->window ? stream->window + stream->start : "", stream->end - stream->start};
}

static void
advance(struct stream *stream, size_t bytes)
{
	stream->start += bytes;
	stream->window_byte += (int64_t)bytes;
}

/* Reads behind what is there; *got 0: nothing now. */
static bool
read_more(struct stream *stream, size_t *got, struct error *err)
{
	size_t left = stream->end - stream->start;
	bool good;

	if (stream->start && left)
		memmove(stream->window, stream->window + stream->start, left);
	stream->start = 0;
	stream->end = left;
	if (stream->capacity - left < READ_BYTES / 2) {
		stream->capacity = stream->capacity ? stream->capacity * 2 : READ_BYTES;
		stream->window = memory_resize(stream->window, stream->capacity);
	}
	good = input_read(stream->input, stream->window + left, stream->capacity - left, got, err);
	stream->end += *got;
	/* Damaged behind good bytes: those first, the error is met again. */
	return good || *got;
}

/* The file's first bytes: a byte order mark is dropped, what is no text is refused. */
static bool
begin(struct stream *stream, bool final, struct error *err)
{
	struct text head = uncut(stream);

	if (!final && head.size < LOOKS_HEAD_BYTES &&
	    (!head.size || !memchr(head.data, '\n', head.size)))
		return true;
	if (head.size > LOOKS_HEAD_BYTES)
		head.size = LOOKS_HEAD_BYTES;
	if (!looks_text_check(head, file_format_name(stream->settings->format), err))
		return false;
	if (head.size >= 3 && memcmp(head.data, "\xef\xbb\xbf", 3) == 0)
		advance(stream, 3);
	stream->begun = true;
	return true;
}

/* Drops the line end that the record before lacked when it was taken. */
static void
join(struct stream *stream, bool final)
{
	struct text bytes = uncut(stream);

	if (!bytes.size || (bytes.size == 1 && bytes.data[0] == '\r' && !final))
		return;
	stream->unended = false;
	if (bytes.data[0] == '\n')
		advance(stream, 1);
	else if (bytes.data[0] == '\r' && (bytes.size == 1 || bytes.data[1] == '\n'))
		advance(stream, bytes.size == 1 ? 1 : 2);
	else
		stream->in_rest = true;
	stream->byte = stream->window_byte;
}

/* A CSV header tells how the rows are read; without it none can be. */
static bool
take_header(struct stream *stream, struct frame *frame, struct error *err)
{
	if (frame->kind == MESSAGE_BROKEN)
		return error_set(err, ERROR_MALFORMED,
		    "the header row is %s: mend the file, or correct `csv` in the settings",
		    strcmp(frame->reason, REASON_TOO_LONG) == 0
			? "longer than a record may be"
			: "not closed: a quote in it stays open");
	frame->kind = MESSAGE_BLANK;
	frame->reason = REASON_HEADER;
	stream->schema = schemas_add(
	    stream->schemas, FORMAT_CSV, frame->payload, stream->settings->framing.delimiter);
	stream->header_due = false;
	return true;
}

/* The line's beginning was given as a record before the line was finished: the rest is none. */
static void
break_rest(struct stream *stream, struct frame *frame)
{
	stream->in_rest = false;
	if (frame->kind == MESSAGE_PAYLOAD) {
		frame->kind = MESSAGE_BROKEN;
		frame->reason = stream->settings->format == FORMAT_CSV ? REASON_CSV : REASON_JSON;
	}
}

/* Whether cutting can go on: the beginning, or the end of an unended line, is dealt with. */
static bool
ready(struct stream *stream, bool final, bool *yes, struct error *err)
{
	if (!stream->begun && !begin(stream, final, err))
		return false;
	if (stream->begun && stream->unended)
		join(stream, final);
	*yes = stream->begun && !stream->unended;
	return true;
}

/*
 * Cuts one record. *found false: no more of them in the window. The payload
 * stays where it is in the window.
 */
static bool
cut(struct stream *stream, bool final, struct frame *frame, bool *found, struct error *err)
{
	struct text bytes;
	size_t dropped;

	if (!ready(stream, final, found, err))
		return false;
	if (!*found)
		return true;
	bytes = uncut(stream);
	*found = framer_next(&stream->framer, bytes, final, frame, &dropped);
	advance(stream, *found ? frame->used : dropped);
	if (!*found)
		return true;
	stream->unended = !frame->used || bytes.data[frame->used - 1] != '\n';
	if (stream->in_rest)
		break_rest(stream, frame);
	stream->byte = stream->window_byte;
	return !stream->header_due || frame->kind == MESSAGE_BLANK ||
	    take_header(stream, frame, err);
}

static void
describe(struct stream *stream, const struct frame *frame, struct message *message)
{
	message->kind = frame->kind;
	message->format = stream->settings->format;
	message->offset = stream->offset++;
	message->next_byte = stream->byte;
	message->payload = frame->payload;
	message->schema = stream->schema;
	message->reason = frame->reason;
	if (!stream->has_first && frame->kind != MESSAGE_BLANK) {
		stream->has_first = true;
		stream->first = digest_identity(frame->payload);
	}
}

/* Why it is broken, without any of its content. */
static struct text
detail_of(const struct stream *stream, const struct frame *frame, struct arena *arena)
{
	char text[160];

	if (strcmp(frame->reason, REASON_TOO_LONG) == 0)
		snprintf(text, sizeof(text),
		    "%lld bytes; at most %zu are taken, the first %zu are kept",
		    (long long)frame->whole_bytes, stream->settings->framing.record_bytes_max,
		    frame->payload.size);
	else if (strcmp(frame->reason, REASON_CSV) == 0)
		snprintf(text, sizeof(text),
		    "a quote opens in this line and does not close the row within its limits");
	else
		snprintf(
		    text, sizeof(text), "the rest of a line that was read before it was finished");
	return arena_text(arena, text_of(text));
}

/* Cuts the window into the batch; payloads still point into the window, broken ones into the arena. */
static bool
cut_window(struct stream *stream, struct batch *batch, bool final, struct error *err)
{
	struct message *message;
	struct frame frame;
	bool found;

	while (!batch_full(batch)) {
		if (!cut(stream, final, &frame, &found, err))
			return false;
		if (!found)
			return true;
		message = batch_add(batch);
		describe(stream, &frame, message);
		batch->bytes += frame.payload.size;
		if (frame.kind == MESSAGE_BROKEN) {
			message->payload = arena_text(&batch->arena, frame.payload);
			message->detail = detail_of(stream, &frame, &batch->arena);
		}
	}
	return true;
}

/* One copy of window[from..start) into the arena; the payloads move along. */
static void
settle(struct stream *stream, struct batch *batch, size_t first, size_t from)
{
	size_t size = stream->start - from, i;
	const char *window = stream->window + from;
	char *copy;

	if (first == batch->count)
		return;
	copy = arena_get(&batch->arena, size);
	memcpy(copy, window, size);
	for (i = first; i < batch->count; i++)
		if (batch->messages[i].kind != MESSAGE_BROKEN)
			batch->messages[i].payload.data =
			    copy + (batch->messages[i].payload.data - window);
}

bool
stream_fill(struct stream *stream, struct batch *batch, bool final, bool *paused, struct error *err)
{
	size_t first, from, got = 1;
	bool good = true;

	*paused = false;
	while (good && got && !batch_full(batch)) {
		first = batch->count;
		from = stream->start;
		good = cut_window(stream, batch, final, err);
		settle(stream, batch, first, from);
		if (good && !batch_full(batch))
			good = read_more(stream, &got, err);
	}
	*paused = good && !got;
	return good;
}

bool
stream_next(
    struct stream *stream, bool final, struct message *message, bool *found, struct error *err)
{
	struct frame frame;
	size_t got;

	for (;;) {
		if (!cut(stream, final, &frame, found, err))
			return false;
		if (*found)
			break;
		if (!read_more(stream, &got, err))
			return false;
		if (!got)
			return true;
	}
	*message = (struct message){.count = 1, .source_time_ms = TIME_NONE};
	describe(stream, &frame, message);
	return true;
}

int64_t
stream_offset(const struct stream *stream)
{
	return stream->offset;
}

int64_t
stream_byte(const struct stream *stream)
{
	return stream->byte;
}

int64_t
stream_tail_bytes(const struct stream *stream)
{
	return (int64_t)uncut(stream).size + (stream->framer.skipping ? stream->framer.skipped : 0);
}

/* Whether its braces and brackets close at its very end: a JSON value that was written whole. */
static bool
closes_at_end(struct text json)
{
	size_t i = 0, depth = 0;
	bool quoted = false;

	while (json.size && strchr(" \t\r", json.data[json.size - 1]))
		json.size--;
	for (; i < json.size; i++) {
		char c = json.data[i];

		if (quoted && c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && (c == '{' || c == '['))
			depth++;
		else if (!quoted && (c == '}' || c == ']') && (!depth || !--depth))
			break;
	}
	return json.size && i == json.size - 1 && !depth;
}

bool
stream_tail_is_whole(const struct stream *stream)
{
	if (stream->settings->format == FORMAT_CSV)
		return true;
	return !stream->framer.skipping && closes_at_end(uncut(stream));
}

bool
stream_first(const struct stream *stream, uint64_t *first)
{
	*first = stream->first;
	return stream->has_first;
}

bool
stream_is_unended(const struct stream *stream)
{
	return stream->unended;
}

const struct message_schema *
stream_schema(const struct stream *stream)
{
	return stream->schema;
}

struct input *
stream_input(const struct stream *stream)
{
	return stream->input;
}

void
stream_rest(struct stream *stream)
{
	if (stream->start != stream->end)
		return;
	memory_free(stream->window);
	stream->window = NULL;
	stream->start = stream->end = stream->capacity = 0;
}
