/* SPDX-License-Identifier: Apache-2.0 */
/* Records of either kind, lines or an Avro container's, made into messages. */
#include "stream.h"

#include <stdio.h>

#include "avro_container.h"
#include "base/memory.h"
#include "model/reason.h"
#include "text_records.h"

struct stream {
	const struct file_settings *settings;
	struct schemas *schemas;
	struct input *input;
	struct text_records *text;   /* of JSON lines and CSV */
	struct avro_container *avro; /* of Avro */
	int64_t offset;              /* of the next record; of Avro the container knows it */
	const struct message_schema *avro_schema;
	bool has_first;
	uint64_t first;
};

/* The container's bytes come from the input. */
static bool
read_input(void *context, void *to, size_t room, size_t *got, struct error *err)
{
	/* Damaged behind good bytes: those first, the error is met again. */
	return input_read(context, to, room, got, err) || *got;
}

struct stream *
stream_open(struct input *input, const struct file_settings *settings, struct schemas *schemas)
{
	struct stream *stream = memory_get(sizeof(*stream));
	struct avro_container_options options = {
	    read_input, input, settings->framing.record_bytes_max};

	*stream = (struct stream){.settings = settings, .schemas = schemas, .input = input};
	if (settings->format == FORMAT_AVRO)
		stream->avro = avro_container_open(&options);
	else
		stream->text = text_records_open(input, settings, schemas);
	return stream;
}

void
stream_close(struct stream *stream)
{
	if (!stream)
		return;
	text_records_close(stream->text);
	avro_container_close(stream->avro);
	input_close(stream->input);
	memory_free(stream);
}

bool
stream_resume(struct stream *stream, int64_t offset, int64_t byte,
    const struct message_schema *schema, bool *there, struct error *err)
{
	stream->offset = offset;
	if (stream->avro)
		return avro_container_resume(stream->avro, offset, false, there, err);
	return text_records_resume(stream->text, byte, schema, there, err);
}

void
stream_limit(struct stream *stream, int64_t byte)
{
	/* A container's position is that of a block, of which records may be read. */
	if (!stream->avro)
		input_limit(stream->input, byte);
}

/* Counts it, and keeps the identity of the first that is not blank. */
static void
pass(struct stream *stream, const struct message *message)
{
	stream->offset = message->offset + message->count;
	if (!stream->has_first && message->kind != MESSAGE_BLANK && message->kind != MESSAGE_GAP) {
		stream->has_first = true;
		stream->first = digest_identity(message->payload);
	}
}

/* --- lines ---------------------------------------------------------------- */

static void
describe_text(struct stream *stream, const struct frame *frame, struct message *message)
{
	message->kind = frame->kind;
	message->format = stream->settings->format;
	message->offset = stream->offset;
	message->next_byte = text_records_byte(stream->text);
	message->payload = frame->payload;
	message->schema = text_records_schema(stream->text);
	message->reason = frame->reason;
	pass(stream, message);
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
		if (!text_records_cut(stream->text, final, &frame, &found, err))
			return false;
		if (!found)
			return true;
		message = batch_add(batch);
		describe_text(stream, &frame, message);
		batch->bytes += frame.payload.size;
		if (frame.kind == MESSAGE_BROKEN) {
			message->payload = arena_text(&batch->arena, frame.payload);
			message->detail = detail_of(stream, &frame, &batch->arena);
		}
	}
	return true;
}

/* One copy of what was cut since `window` into the arena; the payloads move along. */
static void
settle(struct stream *stream, struct batch *batch, size_t first, const char *window)
{
	size_t size = (size_t)(text_records_at(stream->text) - window), i;
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

static bool
fill_text(struct stream *stream, struct batch *batch, bool final, bool *paused, struct error *err)
{
	const char *window;
	size_t first, got = 1;
	bool good = true;

	while (good && got && !batch_full(batch)) {
		first = batch->count;
		window = text_records_at(stream->text);
		good = cut_window(stream, batch, final, err);
		settle(stream, batch, first, window);
		if (good && !batch_full(batch))
			good = text_records_read(stream->text, &got, err);
	}
	*paused = good && !got;
	return good;
}

static bool
next_text(
    struct stream *stream, bool final, struct message *message, bool *found, struct error *err)
{
	struct frame frame;
	size_t got;

	for (;;) {
		if (!text_records_cut(stream->text, final, &frame, found, err))
			return false;
		if (*found)
			break;
		if (!text_records_read(stream->text, &got, err))
			return false;
		if (!got)
			return true;
	}
	describe_text(stream, &frame, message);
	return true;
}

/* --- containers ----------------------------------------------------------- */

static bool
next_avro(
    struct stream *stream, bool final, struct message *message, bool *found, struct error *err)
{
	struct avro_frame frame;

	if (!avro_container_next(stream->avro, final, &frame, found, err))
		return false;
	if (!*found)
		return true;
	if (!stream->avro_schema)
		stream->avro_schema = schemas_add(
		    stream->schemas, FORMAT_AVRO, avro_container_schema(stream->avro), 0);
	message->kind = frame.kind;
	message->format = FORMAT_AVRO;
	message->offset = frame.offset;
	message->count = frame.count;
	message->next_byte = frame.next_byte;
	message->payload = frame.payload;
	message->schema = stream->avro_schema;
	message->reason = frame.reason;
	message->detail = frame.detail;
	pass(stream, message);
	return true;
}

static bool
fill_avro(struct stream *stream, struct batch *batch, bool final, bool *paused, struct error *err)
{
	struct message message;
	bool found = true;

	while (!batch_full(batch)) {
		message = (struct message){.count = 1, .source_time_ms = TIME_NONE};
		if (!next_avro(stream, final, &message, &found, err))
			return false;
		if (!found)
			break;
		message.payload = arena_text(&batch->arena, message.payload);
		message.detail = arena_text(&batch->arena, message.detail);
		batch->bytes += message.payload.size;
		*batch_add(batch) = message;
	}
	*paused = !found;
	return true;
}

/* --- either --------------------------------------------------------------- */

bool
stream_fill(struct stream *stream, struct batch *batch, bool final, bool *paused, struct error *err)
{
	*paused = false;
	if (stream->avro)
		return fill_avro(stream, batch, final, paused, err);
	return fill_text(stream, batch, final, paused, err);
}

bool
stream_next(
    struct stream *stream, bool final, struct message *message, bool *found, struct error *err)
{
	*message = (struct message){.count = 1, .source_time_ms = TIME_NONE};
	if (stream->avro)
		return next_avro(stream, final, message, found, err);
	return next_text(stream, final, message, found, err);
}

int64_t
stream_offset(const struct stream *stream)
{
	return stream->offset;
}

int64_t
stream_byte(const struct stream *stream)
{
	return stream->avro ? avro_container_byte(stream->avro) : text_records_byte(stream->text);
}

int64_t
stream_tail_bytes(const struct stream *stream)
{
	return stream->avro ? avro_container_tail_bytes(stream->avro)
			    : text_records_tail_bytes(stream->text);
}

bool
stream_tail_is_whole(const struct stream *stream)
{
	return !stream->avro && text_records_tail_is_whole(stream->text);
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
	return stream->text && text_records_is_unended(stream->text);
}

const struct message_schema *
stream_schema(const struct stream *stream)
{
	return stream->avro ? stream->avro_schema : text_records_schema(stream->text);
}

struct input *
stream_input(const struct stream *stream)
{
	return stream->input;
}

void
stream_rest(struct stream *stream)
{
	if (stream->avro)
		avro_container_rest(stream->avro);
	else
		text_records_rest(stream->text);
}
