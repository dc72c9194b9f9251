/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A leaf's bytes as a JSON document. The bytes may come from anybody: whatever
 * is not exactly what the writer makes is refused.
 */
#include "base/json_print.h"
#include "json_number.h"
#include "ledger/block.h"
#include "wire.h"

struct showing {
	struct reader bytes;
	json_t *json; /* the object that is being filled */
};

static void
set(struct showing *show, const char *name, json_t *value)
{
	json_object_set_new(show->json, name, value);
}

static json_t *
json_of(struct text text)
{
	return text.data ? json_stringn(text.data, text.size) : json_null();
}

static void
show_text(struct showing *show, const char *name)
{
	set(show, name, json_of(take_string(&show->bytes)));
}

static void
show_optional_text(struct showing *show, const char *name)
{
	set(show, name, json_of(take_optional_string(&show->bytes)));
}

static void
show_count(struct showing *show, const char *name, uint64_t max)
{
	set(show, name, json_integer((json_int_t)take_count(&show->bytes, max)));
}

static json_t *
json_moment(int64_t time_ms)
{
	char text[TIMESTAMP_TEXT_BYTES];

	return json_string(timestamp_text(time_ms, text));
}

/* Twice: for people, and exactly. */
static void
show_time(struct showing *show, const char *name, const char *exact_name)
{
	int64_t time_ms = take_long(&show->bytes);

	set(show, name, json_moment(time_ms));
	set(show, exact_name, json_integer(time_ms));
}

static void
show_source_time(struct showing *show)
{
	if (take_branch(&show->bytes, 2) == OPTION_SOME)
		show_time(show, "source_time", "source_time_ms");
}

static json_t *
json_hex(struct reader *bytes, size_t size)
{
	char hex[2 * SHA256_BYTES + 1];
	struct text text = reader_take(bytes, size);

	return text.data ? json_string(digest_hex(text.data, size, hex)) : json_null();
}

/* source … offset */
static void
show_place(struct showing *show)
{
	show_text(show, "source");
	show_text(show, "partition");
	show_count(show, "incarnation", UINT32_MAX);
	show_count(show, "offset", INT64_MAX);
}

static void
show_replay(struct showing *show)
{
	set(show, "replay", json_boolean(take_boolean(&show->bytes)));
}

/* The name says how it was made; absent of a filtered position of which none is kept. */
static void
show_payload(struct showing *show, unsigned object)
{
	if (take_branch(&show->bytes, 2) == PAYLOAD_SHA256)
		set(show, "payload_sha256", json_hex(&show->bytes, SHA256_BYTES));
	else if (object != OBJECT_FILTERED)
		set(show, "payload_xxh3", json_hex(&show->bytes, 8));
}

static void
show_actor(struct showing *show)
{
	struct pseudonym actor = {{0}};
	char text[PSEUDONYM_TEXT_BYTES], hex[2 * PSEUDONYM_BYTES + 1];
	struct text bytes;

	if (take_branch(&show->bytes, 2) == OPTION_SOME) {
		bytes = reader_take(&show->bytes, PSEUDONYM_BYTES);
		if (bytes.data)
			memcpy(actor.bytes, bytes.data, PSEUDONYM_BYTES);
		set(show, "actor", json_string(pseudonym_text(&actor, text)));
		set(show, "pseudonym", json_string(digest_hex(actor.bytes, PSEUDONYM_BYTES, hex)));
	} else {
		set(show, "actor", json_string("unknown"));
		set(show, "pseudonym", json_null());
	}
	show_text(show, "actor_kind");
}

static json_t *
json_hidden(struct reader *bytes)
{
	json_t *text = json_object();

	json_object_set_new(text, "mac", json_hex(bytes, TEXT_MAC_BYTES));
	json_object_set_new(
	    text, "length", json_integer((json_int_t)take_count(bytes, UINT32_MAX)));
	return text;
}

static json_t *
json_value(struct reader *bytes)
{
	switch (take_branch(bytes, LEAF_TEXT + 1)) {
	case LEAF_BOOLEAN:
		return json_boolean(take_boolean(bytes));
	case LEAF_LONG:
		return json_integer(take_long(bytes));
	case LEAF_DOUBLE:
		/* Texts are never strings here, so what JSON has no number for is not taken for one. */
		return json_number_of(take_double(bytes));
	case LEAF_TEXT:
		return json_hidden(bytes);
	default:
		return json_null();
	}
}

static void
show_changes(struct showing *show)
{
	uint64_t count = take_count(&show->bytes, BLOCK_RECORD_CHANGES_MAX), i;
	json_t *changes = json_array();

	for (i = 0; i < count && !show->bytes.bad; i++) {
		json_t *change = json_object();

		json_object_set_new(change, "field", json_of(take_string(&show->bytes)));
		json_object_set_new(change, "old", json_value(&show->bytes));
		json_object_set_new(change, "new", json_value(&show->bytes));
		json_array_append_new(changes, change);
	}
	if (count && take_long(&show->bytes) != 0)
		show->bytes.bad = true;
	set(show, "changes", changes);
}

static void
show_event(struct showing *show)
{
	show_place(show);
	show_replay(show);
	show_source_time(show);
	show_payload(show, OBJECT_EVENT);
	show_time(show, "time", "time_ms");
	show_optional_text(show, "id");
	show_optional_text(show, "entity");
	show_optional_text(show, "dataset");
	show_optional_text(show, "op");
	show_optional_text(show, "system");
	show_optional_text(show, "channel");
	show_actor(show);
	show_optional_text(show, "team");
	show_optional_text(show, "event_team");
	show_text(show, "rule");
	show_count(show, "confidence", 100);
	show_changes(show);
}

/* Each tag once, in their order. */
static void
show_upstream(struct showing *show)
{
	uint64_t count = take_count(&show->bytes, UPSTREAM_TAG_COUNT), i;
	json_t *upstream = json_object();
	unsigned tag = 0;

	show->bytes.bad = show->bytes.bad || !count;
	for (i = 0; i < count && !show->bytes.bad; i++) {
		struct text name = take_string(&show->bytes), value = take_string(&show->bytes);

		while (tag < UPSTREAM_TAG_COUNT && !text_is(name, upstream_tag_name(tag)))
			tag++;
		if (tag++ >= UPSTREAM_TAG_COUNT || !value.size)
			show->bytes.bad = true;
		else
			json_object_set_new(upstream, upstream_tag_name(tag - 1), json_of(value));
	}
	if (take_long(&show->bytes) != 0)
		show->bytes.bad = true;
	set(show, "upstream", upstream);
}

static void
show_other(struct showing *show, unsigned object)
{
	if (object == OBJECT_NOTE) {
		show_text(show, "what");
		show_optional_text(show, "body");
		return;
	}
	show_place(show);
	if (object == OBJECT_GAP)
		show_count(show, "count", INT64_MAX);
	else
		show_replay(show);
	show_source_time(show);
	if (object != OBJECT_GAP)
		show_payload(show, object);
	show_text(show, "reason");
	show_optional_text(show, "detail");
}

bool
leaf_show(struct text leaf, struct buffer *json, struct error *err)
{
	static const char *const kinds[] = {
	    "event", "quarantined", "filtered", "gap", "note", "event"};
	struct showing show = {reader_of(leaf), json_object()};
	unsigned object = take_branch(&show.bytes, ARRAY_COUNT(kinds));
	bool done;

	set(&show, "kind", json_string(kinds[object]));
	if (object == LEAF_RELAYED)
		show_upstream(&show);
	if (object == OBJECT_EVENT || object == LEAF_RELAYED)
		show_event(&show);
	else
		show_other(&show, object);
	done = !show.bytes.bad && !reader_left(&show.bytes);
	if (done)
		json_print(show.json, 0, json);
	else
		error_set(err, ERROR_MALFORMED, "%zu bytes that are no leaf", leaf.size);
	json_decref(show.json);
	return done;
}
