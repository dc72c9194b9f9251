/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A window of bytes over the input, in which records are cut. It grows only
 * for a record that does not fit, to at most twice the limit of a record.
 */
#include "text_records.h"

#include "base/memory.h"
#include "looks.h"
#include "model/reason.h"

#define READ_BYTES ((size_t)256 << 10)

struct text_records {
	const struct file_settings *settings;
	struct schemas *schemas;
	struct input *input;
	struct framer framer;
	char *window;
	size_t start, end, capacity; /* the bytes not cut yet are window[start..end) */
	int64_t window_byte;         /* position of window[start] */
	int64_t byte;                /* of the next record */
	const struct message_schema *schema;
	bool begun;      /* the file's first bytes were looked at */
	bool header_due; /* CSV: the next record that is not blank is the header */
	bool unended;    /* the record before was taken without its line end: it may follow */
	bool in_rest;    /* what follows is the rest of that line instead */
};

struct text_records *
text_records_open(
    struct input *input, const struct file_settings *settings, struct schemas *schemas)
{
	struct text_records *records = memory_get(sizeof(*records));

	records->settings = settings;
	records->schemas = schemas;
	records->input = input;
	framer_init(&records->framer, &settings->framing);
	if (settings->format == FORMAT_CSV) {
		records->header_due = settings->header;
		if (!settings->header)
			records->schema =
			    schemas_add(schemas, FORMAT_CSV, TEXT(""), settings->framing.delimiter);
	}
	return records;
}

void
text_records_close(struct text_records *records)
{
	if (!records)
		return;
	framer_fini(&records->framer);
	memory_free(records->window);
	memory_free(records);
}

bool
text_records_resume(struct text_records *records, int64_t byte, const struct message_schema *schema,
    bool *there, struct error *err)
{
	char last = '\n';

	if (!input_seek(records->input, byte, &last, there, err))
		return false;
	records->byte = records->window_byte = byte;
	records->begun = byte > 0;
	records->unended = byte > 0 && last != '\n';
	if (schema) {
		records->schema = schema;
		records->header_due = false;
	}
	return true;
}

static struct text
uncut(const struct text_records *records)
{
	return (struct text){
	    records->window ? records->window + records->start : "", records->end - records->start};
}

static void
advance(struct text_records *records, size_t bytes)
{
	records->start += bytes;
	records->window_byte += (int64_t)bytes;
}

bool
text_records_read(struct text_records *records, size_t *got, struct error *err)
{
	size_t left = records->end - records->start;
	bool good;

	if (records->start && left)
		memmove(records->window, records->window + records->start, left);
	records->start = 0;
	records->end = left;
	if (records->capacity - left < READ_BYTES / 2) {
		records->capacity = records->capacity ? records->capacity * 2 : READ_BYTES;
		records->window = memory_resize(records->window, records->capacity);
	}
	good =
	    input_read(records->input, records->window + left, records->capacity - left, got, err);
	records->end += *got;
	/* Damaged behind good bytes: those first, the error is met again. */
	return good || *got;
}

/* The file's first bytes: a byte order mark is dropped, what is no text is refused. */
static bool
begin(struct text_records *records, bool final, struct error *err)
{
	struct text head = uncut(records);

	if (!final && head.size < LOOKS_HEAD_BYTES &&
	    (!head.size || !memchr(head.data, '\n', head.size)))
		return true;
	if (head.size > LOOKS_HEAD_BYTES)
		head.size = LOOKS_HEAD_BYTES;
	if (!looks_text_check(head, file_format_name(records->settings->format), err))
		return false;
	if (head.size >= 3 && memcmp(head.data, "\xef\xbb\xbf", 3) == 0)
		advance(records, 3);
	records->begun = true;
	return true;
}

/* Drops the line end that the record before lacked when it was taken. */
static void
join(struct text_records *records, bool final)
{
	struct text bytes = uncut(records);

	if (!bytes.size || (bytes.size == 1 && bytes.data[0] == '\r' && !final))
		return;
	records->unended = false;
	if (bytes.data[0] == '\n')
		advance(records, 1);
	else if (bytes.data[0] == '\r' && (bytes.size == 1 || bytes.data[1] == '\n'))
		advance(records, bytes.size == 1 ? 1 : 2);
	else
		records->in_rest = true;
	records->byte = records->window_byte;
}

/* A CSV header tells how the rows are read; without it none can be. */
static bool
take_header(struct text_records *records, struct frame *frame, struct error *err)
{
	if (frame->kind == MESSAGE_BROKEN)
		return error_set(err, ERROR_MALFORMED,
		    "the header row is %s: mend the file, or correct `csv` in the settings",
		    strcmp(frame->reason, REASON_TOO_LONG) == 0
			? "longer than a record may be"
			: "not closed: a quote in it stays open");
	frame->kind = MESSAGE_BLANK;
	frame->reason = REASON_HEADER;
	records->schema = schemas_add(
	    records->schemas, FORMAT_CSV, frame->payload, records->settings->framing.delimiter);
	records->header_due = false;
	return true;
}

/* The line's beginning was given as a record before the line was finished: the rest is none. */
static void
break_rest(struct text_records *records, struct frame *frame)
{
	records->in_rest = false;
	if (frame->kind == MESSAGE_PAYLOAD) {
		frame->kind = MESSAGE_BROKEN;
		frame->reason = records->settings->format == FORMAT_CSV ? REASON_CSV : REASON_JSON;
	}
}

/* Whether cutting can go on: the beginning, or the end of an unended line, is dealt with. */
static bool
ready(struct text_records *records, bool final, bool *yes, struct error *err)
{
	if (!records->begun && !begin(records, final, err))
		return false;
	if (records->begun && records->unended)
		join(records, final);
	*yes = records->begun && !records->unended;
	return true;
}

bool
text_records_cut(
    struct text_records *records, bool final, struct frame *frame, bool *found, struct error *err)
{
	struct text bytes;
	size_t dropped;

	if (!ready(records, final, found, err))
		return false;
	if (!*found)
		return true;
	bytes = uncut(records);
	*found = framer_next(&records->framer, bytes, final, frame, &dropped);
	advance(records, *found ? frame->used : dropped);
	if (!*found)
		return true;
	records->unended = !frame->used || bytes.data[frame->used - 1] != '\n';
	if (records->in_rest)
		break_rest(records, frame);
	records->byte = records->window_byte;
	return !records->header_due || frame->kind == MESSAGE_BLANK ||
	    take_header(records, frame, err);
}

int64_t
text_records_byte(const struct text_records *records)
{
	return records->byte;
}

const char *
text_records_at(const struct text_records *records)
{
	return records->window ? records->window + records->start : NULL;
}

const struct message_schema *
text_records_schema(const struct text_records *records)
{
	return records->schema;
}

bool
text_records_is_unended(const struct text_records *records)
{
	return records->unended;
}

int64_t
text_records_tail_bytes(const struct text_records *records)
{
	return (int64_t)uncut(records).size +
	    (records->framer.skipping ? records->framer.skipped : 0);
}

/* Whether its braces and brackets close at its very end: a JSON value that was written whole. */
static bool
closes_at_end(struct text json)
{
	size_t i = 0, depth = 0;
	bool quoted = false;

	while (json.size && memchr(" \t\r", json.data[json.size - 1], 3))
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
text_records_tail_is_whole(const struct text_records *records)
{
	if (records->settings->format == FORMAT_CSV)
		return true;
	return !records->framer.skipping && closes_at_end(uncut(records));
}

void
text_records_rest(struct text_records *records)
{
	if (records->start != records->end)
		return;
	memory_free(records->window);
	records->window = NULL;
	records->start = records->end = records->capacity = 0;
}
