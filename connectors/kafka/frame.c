/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One record: the headers, else the first bytes, name a schema or say JSON.
 * Nearly every record is Avro in Confluent's framing with a number that was seen
 * a moment ago: these are kept apart by number, and need one look.
 */
#include "frame.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/avro_schema.h"
#include "base/memory.h"
#include "frame_headers.h"
#include "frame_schemas.h"
#include "model/reason.h"

#define MAGIC_BYTES 5          /* 00 and an id of 4 bytes */
#define MAGIC_APICURIO_BYTES 9 /* 00 and one of 8 */

/* A power of two; a number has one place, the last that came there has it. */
#define RECENT 64

/* An Avro schema by Confluent's number. */
struct recent {
	uint32_t id;
	const struct message_schema *schema; /* NULL: none */
};

struct frames {
	struct recent recent[RECENT];
	struct registry *registry;
	struct frame_schemas schemas;
	char *bare_text;
	const struct message_schema *bare; /* NULL: none */
};

static bool
open_bare(struct frames *frames, struct text bare, struct error *err)
{
	struct avro_schema *tree;

	if (!avro_schema_open(bare, &tree, err))
		return false;
	avro_schema_close(tree);
	frames->bare_text = memory_text_n(bare.data, bare.size);
	frames->bare =
	    frame_schemas_text(&frames->schemas, (struct text){frames->bare_text, bare.size});
	return true;
}

bool
frames_open(struct registry *registry, struct text bare, struct frames **frames, struct error *err)
{
	struct frames *made = memory_get(sizeof(*made));

	made->registry = registry;
	frame_schemas_init(&made->schemas);
	if (!bare.data || open_bare(made, bare, err)) {
		*frames = made;
		return true;
	}
	frames_close(made);
	return false;
}

void
frames_close(struct frames *frames)
{
	if (!frames)
		return;
	frame_schemas_fini(&frames->schemas);
	memory_free(frames->bare_text);
	memory_free(frames);
}

void
frames_learn(struct frames *frames, const struct registry_schema *schema)
{
	if (!frame_schemas_find(&frames->schemas, schema->key))
		frame_schemas_add(&frames->schemas, schema);
}

static inline uint32_t
number_at(struct text payload, size_t at)
{
	const unsigned char *p = (const unsigned char *)payload.data + at;

	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* One record on its way through. */
struct reading {
	struct frames *frames;
	struct frame_topic *topic;
	struct message *message;
	struct arena *arena;
};

static enum frame_answer refuse(const struct reading *reading, enum frame_answer answer,
    const char *reason, const char *format, ...) PRINTF_LIKE(4, 5);

static enum frame_answer
refuse(const struct reading *reading, enum frame_answer answer, const char *reason,
    const char *format, ...)
{
	struct message *message = reading->message;
	char text[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	message->kind = MESSAGE_BROKEN;
	message->reason = reason;
	message->detail = arena_text(reading->arena, text_of(text));
	message->framing = 0;
	message->schema = NULL;
	return answer;
}

static inline enum frame_answer
accept(const struct reading *reading, enum frame_kind kind, size_t framing,
    const struct message_schema *schema)
{
	struct message *message = reading->message;

	message->format = schema ? FORMAT_AVRO : FORMAT_JSON;
	message->framing = framing;
	message->schema = schema;
	reading->topic->kind = kind;
	if (UNLIKELY(!(reading->topic->told >> kind & 1)))
		reading->topic->fresh = kind;
	return FRAME_GOOD;
}

static enum frame_answer
refuse_unknown(const struct reading *reading, struct schema_key key)
{
	char name[SCHEMA_KEY_BYTES], why[900];

	registry_why(reading->frames->registry, key, why, sizeof(why));
	return refuse(reading, FRAME_UNKNOWN, REASON_SCHEMA_UNKNOWN, "%s: %s",
	    schema_key_text(key, name), why);
}

/* Sets *entry when the answer is FRAME_GOOD. */
static enum frame_answer
find_schema(const struct reading *reading, struct schema_key key, const struct frame_entry **entry)
{
	struct frames *frames = reading->frames;
	const struct registry_schema *schema = NULL;
	char name[SCHEMA_KEY_BYTES];

	*entry = frame_schemas_find(&frames->schemas, key);
	if (*entry)
		return FRAME_GOOD;
	if (!frames->registry)
		return refuse(reading, FRAME_UNKNOWN, REASON_SCHEMA_UNKNOWN,
		    "%s, and the source's settings have no schema.registry.url",
		    schema_key_text(key, name));
	switch (registry_find(frames->registry, key, &schema)) {
	case REGISTRY_KNOWN:
		*entry = frame_schemas_add(&frames->schemas, schema);
		return FRAME_GOOD;
	case REGISTRY_UNKNOWN:
		return refuse_unknown(reading, key);
	case REGISTRY_WAIT:
	case REGISTRY_DOWN:
		break;
	}
	return FRAME_WAIT;
}

/* avro, json: what kind of frame it is, by the schema's type. */
static enum frame_answer
read_with(const struct reading *reading, struct schema_key key, size_t framing,
    enum frame_kind avro, enum frame_kind json)
{
	const struct frame_entry *entry = reading->topic->entry;
	char name[SCHEMA_KEY_BYTES];
	enum frame_answer answer;

	if (UNLIKELY(!entry || entry->key.low != key.low || entry->key.kind != key.kind ||
		entry->key.high != key.high)) {
		answer = find_schema(reading, key, &entry);
		if (answer != FRAME_GOOD)
			return answer;
		reading->topic->entry = entry;
	}
	if (UNLIKELY(entry->why != NULL))
		return refuse(reading, FRAME_BROKEN, REASON_SCHEMA_REFUSED, "%s", entry->why);
	if (entry->schema && avro == FRAME_CONFLUENT_AVRO)
		reading->frames->recent[key.low % RECENT] =
		    (struct recent){(uint32_t)key.low, entry->schema};
	if (entry->schema)
		return accept(reading, avro, framing, entry->schema);
	if (reading->topic->format == FRAME_AVRO)
		return refuse(reading, FRAME_BROKEN, REASON_SCHEMA_REFUSED,
		    "%s is of JSON, the settings say format: avro", schema_key_text(key, name));
	return accept(reading, json, framing, NULL);
}

static bool
is_json_at(struct text payload, size_t at)
{
	return at < payload.size && payload.data[at] && strchr("{[ \t\r\n", payload.data[at]);
}

/* Known to be JSON: which schema it was checked against does not matter here. */
static enum frame_answer
read_framed_json(const struct reading *reading)
{
	struct text payload = reading->message->payload;

	if (is_json_at(payload, MAGIC_BYTES))
		return accept(reading, FRAME_CONFLUENT_JSON, MAGIC_BYTES, NULL);
	if (number_at(payload, 1) == 0 && is_json_at(payload, MAGIC_APICURIO_BYTES))
		return accept(reading, FRAME_APICURIO_JSON, MAGIC_APICURIO_BYTES, NULL);
	return refuse(reading, FRAME_BROKEN, REASON_FRAMING,
	    "a frame with schema %" PRIu32
	    " and no JSON behind it, where the settings say format: json",
	    number_at(payload, 1));
}

static enum frame_answer
read_magic(const struct reading *reading)
{
	struct text payload = reading->message->payload;
	uint32_t id;

	if (UNLIKELY(payload.size < MAGIC_BYTES))
		return refuse(reading, FRAME_BROKEN, REASON_FRAMING,
		    "%zu bytes that begin with 0: a frame with a schema's number has at least %d",
		    payload.size, MAGIC_BYTES);
	if (reading->topic->format == FRAME_JSON)
		return read_framed_json(reading);
	id = number_at(payload, 1);
	if (UNLIKELY(id > INT32_MAX))
		return refuse(reading, FRAME_BROKEN, REASON_FRAMING,
		    "a frame with schema %" PRIu32 ": numbers end at %d", id, INT32_MAX);
	if (LIKELY(id))
		return read_with(reading, (struct schema_key){SCHEMA_ID, 0, id}, MAGIC_BYTES,
		    FRAME_CONFLUENT_AVRO, FRAME_CONFLUENT_JSON);
	if (payload.size < MAGIC_APICURIO_BYTES || !number_at(payload, MAGIC_BYTES))
		return refuse(reading, FRAME_BROKEN, REASON_FRAMING,
		    "a frame with schema 0: numbers begin at 1");
	return read_with(reading,
	    (struct schema_key){SCHEMA_GLOBAL_ID, 0, number_at(payload, MAGIC_BYTES)},
	    MAGIC_APICURIO_BYTES, FRAME_APICURIO_AVRO, FRAME_APICURIO_JSON);
}

static enum frame_answer
read_value(const struct reading *reading)
{
	struct text payload = reading->message->payload;
	enum frame_format format = reading->topic->format;

	if (reading->frames->bare && format != FRAME_JSON)
		return accept(reading, FRAME_AVRO_BARE, 0, reading->frames->bare);
	if (UNLIKELY(!payload.size))
		return refuse(reading, FRAME_BROKEN, REASON_FRAMING, "an empty value");
	if (LIKELY(!payload.data[0]))
		return read_magic(reading);
	if (format == FRAME_AVRO)
		return refuse(reading, FRAME_BROKEN, REASON_FRAMING,
		    "begins with 0x%02x, not with the 0 of a frame: Avro without a frame is read "
		    "where the source's settings name its `schema`",
		    (unsigned char)payload.data[0]);
	if (format == FRAME_JSON || is_json_at(payload, 0))
		return accept(reading, FRAME_JSON_BARE, 0, NULL);
	return refuse(reading, FRAME_BROKEN, REASON_FRAMING,
	    "begins with 0x%02x: neither JSON nor a frame with a schema's number",
	    (unsigned char)payload.data[0]);
}

static enum frame_answer
read_headers(const struct reading *reading)
{
	const struct message_header *broken = NULL;
	struct schema_key key;

	switch (frame_headers_read(reading->message, &key, &broken)) {
	case FRAME_HEADER_NONE:
		break;
	case FRAME_HEADER_KEY:
		return read_with(reading, key, 0, FRAME_HEADER_AVRO, FRAME_HEADER_JSON);
	case FRAME_HEADER_PLAIN:
		return accept(reading, FRAME_HEADER_JSON, 0, NULL);
	case FRAME_HEADER_BROKEN:
		return refuse(reading, FRAME_BROKEN, REASON_FRAMING,
		    "the header %.*s has %zu bytes that are no schema's number",
		    TEXT_PRINT(broken->name), broken->value.size);
	}
	return read_value(reading);
}

/*
 * That the topic was told of as Confluent's Avro says that neither its format nor a bare schema
 * keeps it from being that. False: nothing was done.
 */
static inline bool
read_recent(const struct frames *frames, struct frame_topic *topic, struct message *message)
{
	const struct recent *recent;
	uint32_t id;

	if (!(topic->told & 1u << FRAME_CONFLUENT_AVRO) || message->payload.size < MAGIC_BYTES ||
	    message->payload.data[0])
		return false;
	id = number_at(message->payload, 1);
	recent = &frames->recent[id % RECENT];
	if (UNLIKELY(recent->id != id || !recent->schema))
		return false;
	message->format = FORMAT_AVRO;
	message->framing = MAGIC_BYTES;
	message->schema = recent->schema;
	topic->kind = FRAME_CONFLUENT_AVRO;
	return true;
}

static enum frame_answer
read_slowly(
    struct frames *frames, struct frame_topic *topic, struct message *message, struct arena *arena)
{
	struct reading reading = {frames, topic, message, arena};

	return message->header_count ? read_headers(&reading) : read_value(&reading);
}

enum frame_answer
frame_read(
    struct frames *frames, struct frame_topic *topic, struct message *message, struct arena *arena)
{
	if (LIKELY(!frame_headers_any(message) && read_recent(frames, topic, message)))
		return FRAME_GOOD;
	return read_slowly(frames, topic, message, arena);
}

static const char *const kind_sentences[FRAME_KINDS] = {
    [FRAME_JSON_BARE] = "JSON",
    [FRAME_CONFLUENT_AVRO] = "Avro in Confluent's framing",
    [FRAME_CONFLUENT_JSON] = "JSON in Confluent's framing",
    [FRAME_APICURIO_AVRO] = "Avro in Apicurio's framing of 8 bytes",
    [FRAME_APICURIO_JSON] = "JSON in Apicurio's framing of 8 bytes",
    [FRAME_HEADER_AVRO] = "Avro, its schema named in a header",
    [FRAME_HEADER_JSON] = "JSON, so said in a header",
    [FRAME_AVRO_BARE] = "Avro without framing, read with the settings' schema",
};

bool
frame_notice(struct frame_topic *topic, const char *name, char *sentence, size_t sentence_bytes)
{
	char schema[SCHEMA_KEY_BYTES] = "";
	enum frame_kind kind = topic->fresh;
	bool numbered = kind >= FRAME_CONFLUENT_AVRO && kind <= FRAME_HEADER_AVRO && topic->entry;

	if (kind == FRAME_UNSEEN)
		return false;
	if (numbered)
		schema_key_text(topic->entry->key, schema);
	snprintf(sentence, sentence_bytes, "topic %s: %s%s%s", name, kind_sentences[kind],
	    numbered ? ", " : "", schema);
	topic->told |= 1u << kind;
	topic->fresh = FRAME_UNSEEN;
	return true;
}
