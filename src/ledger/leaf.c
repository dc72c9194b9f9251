/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One record as its proof discloses it: Avro with the schema leaf.avsc, nothing
 * relative, nothing referred to. The bytes depend on the record alone, so that
 * the same record gives the same leaf out of any block.
 */
#include "leaf.h"

#include <assert.h>

#include "ledger/block.h"
#include "text_keys.h"
#include "wire_upstream.h"

static void
add_text(struct text text, struct arena *scratch, struct buffer *out)
{
	buffer_add_string(out, recorded_text(text, scratch));
}

static void
add_optional_text(struct text text, struct arena *scratch, struct buffer *out)
{
	buffer_add_byte(out, branch(text.data ? OPTION_SOME : OPTION_NULL));
	if (text.data)
		add_text(text, scratch, out);
}

static void
add_name(uint32_t symbol, const struct symbols *names, struct arena *scratch, struct buffer *out)
{
	add_optional_text(symbols_text(names, symbol), scratch, out);
}

void
leaf_add_place(const struct record *record, struct arena *scratch, struct buffer *out)
{
	add_text(record->source, scratch, out);
	add_text(record->partition, scratch, out);
	buffer_add_long(out, record->incarnation);
}

void
leaf_add_shape(const struct event *event, const struct symbols *names, struct arena *scratch,
    struct buffer *out)
{
	add_name(event->dataset, names, scratch, out);
	add_name(event->op, names, scratch, out);
	add_name(event->system, names, scratch, out);
	add_name(event->channel, names, scratch, out);
}

static bool
is_unknown(const struct pseudonym *actor)
{
	static const struct pseudonym nobody;

	return memcmp(actor, &nobody, sizeof(nobody)) == 0;
}

void
leaf_add_origin(const struct record *record, const struct symbols *names, struct arena *scratch,
    struct buffer *out)
{
	const struct origin *origin = &record->origin;
	const char *kind = actor_kind_name(origin->kind), *rule = origin_rule_name(origin->rule);

	assert(kind && rule);
	buffer_add_byte(out, branch(is_unknown(&origin->actor) ? OPTION_NULL : OPTION_SOME));
	if (!is_unknown(&origin->actor))
		buffer_add(out, origin->actor.bytes, PSEUDONYM_BYTES);
	buffer_add_string(out, text_of(kind));
	add_name(origin->team, names, scratch, out);
	add_name(record->event.team, names, scratch, out);
	buffer_add_string(out, text_of(rule));
	buffer_add_long(out, origin->confidence);
}

void
leaf_add_field(
    uint32_t field, const struct symbols *names, struct arena *scratch, struct buffer *out)
{
	assert(field != SYMBOL_NONE);
	add_text(symbols_text(names, field), scratch, out);
}

static void
add_optional_time(int64_t time_ms, struct buffer *out)
{
	wire_done(out, put_optional_time(wire_room(out, 1 + LONG_BYTES), time_ms));
}

static void
add_payload(const struct record *record, struct buffer *out)
{
	wire_done(out, put_payload(wire_room(out, PAYLOAD_BYTES), record));
}

/* Where a record that is no event and no note stands. */
static void
add_position(const struct record *record, struct arena *scratch, struct buffer *out)
{
	leaf_add_place(record, scratch, out);
	buffer_add_long(out, record->offset);
	if (record->kind == RECORD_GAP)
		buffer_add_long(out, record->count);
	else
		buffer_add_byte(out, record->replay);
	add_optional_time(record->source_time_ms, out);
	if (record->kind != RECORD_GAP)
		add_payload(record, out);
}

void
leaf_add_other(const struct record *record, struct arena *scratch, struct buffer *out)
{
	static const uint8_t objects[] = {
	    [RECORD_QUARANTINED] = OBJECT_QUARANTINED,
	    [RECORD_FILTERED] = OBJECT_FILTERED,
	    [RECORD_GAP] = OBJECT_GAP,
	    [RECORD_NOTE] = OBJECT_NOTE,
	};

	assert(record->kind > RECORD_EVENT && record->kind < ARRAY_COUNT(objects));
	buffer_add_byte(out, branch(objects[record->kind]));
	if (record->kind != RECORD_NOTE)
		add_position(record, scratch, out);
	add_text(record->reason, scratch, out);
	add_optional_text(record->detail, scratch, out);
}

struct leaf_values {
	const struct symbols *names;
	const struct keys *keys;
	uint32_t dataset, field;
};

static void
add_value(const struct leaf_values *in, const struct value *value, struct buffer *out)
{
	uint8_t *p = wire_room(out, LEAF_VALUE_BYTES), mac[TEXT_MAC_BYTES];
	struct text_keys *keys;

	if (value->kind == VALUE_HASHED) {
		p = leaf_put_text(p, value->hashed.mac, value->hashed.size);
	} else if (value->kind == VALUE_TEXT) {
		assert(in->keys);
		keys = text_keys_open(in->keys, in->names);
		text_key_mac(text_keys_of(keys, in->dataset, in->field), value->text, mac);
		text_keys_close(keys);
		p = leaf_put_text(p, mac, value->text.size);
	} else {
		p = put_scalar(p, value);
	}
	wire_done(out, p);
}

static void
add_changes(const struct record *record, const struct symbols *names, const struct keys *keys,
    struct arena *scratch, struct buffer *out)
{
	const struct event *event = &record->event;
	struct leaf_values in = {names, keys, event->dataset, 0};
	uint32_t i;

	if (event->change_count)
		buffer_add_long(out, event->change_count);
	for (i = 0; i < event->change_count; i++) {
		in.field = event->changes[i].field;
		leaf_add_field(in.field, names, scratch, out);
		add_value(&in, &event->changes[i].old_value, out);
		add_value(&in, &event->changes[i].new_value, out);
	}
	buffer_add_long(out, 0);
}

static void
add_event(const struct record *record, const struct symbols *names, const struct keys *keys,
    struct arena *scratch, struct buffer *out)
{
	struct text id = recorded_text(record->event.id, scratch);
	struct text entity = recorded_text(record->event.entity, scratch);
	uint8_t *p;

	buffer_add_byte(out, branch(record->event.upstream ? LEAF_RELAYED : OBJECT_EVENT));
	if (record->event.upstream)
		upstream_add(record->event.upstream, true, scratch, out);
	leaf_add_place(record, scratch, out);
	p = wire_room(out, LEAF_POSITION_BYTES + id.size + entity.size);
	wire_done(out, leaf_put_position(p, record, id, entity));
	leaf_add_shape(&record->event, names, scratch, out);
	leaf_add_origin(record, names, scratch, out);
	add_changes(record, names, keys, scratch, out);
}

void
leaf_encode(const struct record *record, const struct symbols *names, const struct keys *keys,
    struct buffer *out)
{
	struct arena scratch;

	arena_init(&scratch);
	if (record->kind == RECORD_EVENT)
		add_event(record, names, keys, &scratch, out);
	else
		leaf_add_other(record, &scratch, out);
	arena_fini(&scratch);
}
