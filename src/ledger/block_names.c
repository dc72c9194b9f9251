/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a block writes once and then refers to by number: names, partitions,
 * shapes of events, origins. What they look like in a leaf is kept beside.
 */
#include <assert.h>

#include "builder.h"
#include "leaf.h"

static struct buffer *
body_of(struct block_builder *builder)
{
	return &builder->block->body;
}

static struct arena *
arena_of(struct block_builder *builder)
{
	return &builder->block->arena;
}

/* What was appended to the pieces since `before`. */
static struct piece
piece_since(const struct block_builder *builder, size_t before)
{
	return (struct piece){(uint32_t)before, (uint32_t)(builder->pieces.size - before)};
}

static struct builder_name *
name_slot(struct block_builder *builder, uint32_t symbol)
{
	size_t before = builder->name_capacity;

	memory_grow(&builder->names, &builder->name_capacity, (size_t)symbol + 1,
	    sizeof(struct builder_name));
	if (builder->name_capacity > before)
		memset(builder->names + before, 0,
		    (builder->name_capacity - before) * sizeof(struct builder_name));
	return &builder->names[symbol];
}

/* A name that is there, as its number or as text; `first` is the branch of the number. */
static void
add_known_name(struct block_builder *builder, uint32_t symbol, unsigned first)
{
	struct builder_name *slot = name_slot(builder, symbol);
	struct buffer *body = body_of(builder);

	if (slot->block == builder->serial) {
		buffer_add_byte(body, branch(first));
		buffer_add_long(body, slot->number);
		return;
	}
	*slot = (struct builder_name){builder->serial, builder->name_count++};
	buffer_add_byte(body, branch(first + 1));
	buffer_add_string(
	    body, recorded_text(symbols_text(builder->options.names, symbol), arena_of(builder)));
}

/* ["null", "int", "string"] */
static void
add_name(struct block_builder *builder, uint32_t symbol)
{
	if (symbol == SYMBOL_NONE)
		buffer_add_byte(body_of(builder), branch(NAME_NULL));
	else
		add_known_name(builder, symbol, NAME_NUMBER);
}

static void
define_partition(
    struct block_builder *builder, const struct record *record, struct builder_partition *at)
{
	struct buffer *body = body_of(builder);
	size_t before = builder->pieces.size;

	assert(text_is(record->source, at->partition->source) &&
	    text_is(record->partition, at->partition->name) &&
	    record->incarnation == at->partition->incarnation);
	at->block = builder->serial;
	at->number = builder->partition_count;
	at->expected = 0;
	at->span = 0;
	builder->touched[builder->partition_count++] = at->partition->number;
	buffer_add_byte(body, branch(REFERENCE_NEW));
	buffer_add_string(body, recorded_text(record->source, arena_of(builder)));
	buffer_add_string(body, recorded_text(record->partition, arena_of(builder)));
	buffer_add_long(body, record->incarnation);
	leaf_add_place(record, arena_of(builder), &builder->pieces);
	at->place = piece_since(builder, before);
}

void
builder_add_place(
    struct block_builder *builder, const struct record *record, struct builder_partition *at)
{
	struct buffer *body = body_of(builder);
	uint8_t *p;

	if (at->block != builder->serial)
		define_partition(builder, record, at);
	else {
		p = wire_room(body, 1 + LONG_BYTES);
		*p++ = branch(REFERENCE_NUMBER);
		wire_done(body, put_long(p, at->number));
	}
	p = wire_room(body, LONG_BYTES);
	wire_done(body, put_long(p, wrapping_subtract(record->offset, at->expected)));
	if (!record->replay)
		at->expected = record->offset + record->count;
}

static uint64_t
shape_hash(const struct event *event)
{
	uint64_t hash =
	    pair_hash(event->dataset, event->op) + pair_hash(event->system, event->channel) * 3;
	uint32_t i;

	for (i = 0; i < event->change_count; i++)
		hash = (hash ^ event->changes[i].field) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ hash >> 32;
}

static bool
is_shape(const struct block_builder *builder, const struct builder_shape *shape,
    const struct event *event)
{
	const struct builder_field *fields = builder->fields + shape->fields_at;
	uint32_t i;

	if (shape->dataset != event->dataset || shape->op != event->op ||
	    shape->system != event->system || shape->channel != event->channel ||
	    shape->field_count != event->change_count)
		return false;
	for (i = 0; i < event->change_count; i++)
		if (fields[i].symbol != event->changes[i].field)
			return false;
	return true;
}

/* The slot that holds the event's shape, or the free one where it belongs. */
static struct builder_slot *
shape_slot(struct block_builder *builder, const struct event *event)
{
	uint64_t at = shape_hash(event);
	struct builder_slot *slot;

	for (;; at++) {
		slot = &builder->shape_slots[at % BUILDER_SLOTS];
		if (slot->block != builder->serial ||
		    is_shape(builder, &builder->shapes[slot->number], event))
			return slot;
	}
}

/* One field of a new shape: its name in the body, its place among the fields. */
static void
add_field(struct block_builder *builder, struct builder_shape *shape, uint32_t symbol)
{
	size_t before = builder->pieces.size;

	leaf_add_field(symbol, builder->options.names, arena_of(builder), &builder->pieces);
	builder->fields[builder->field_count++] = (struct builder_field){
	    .symbol = symbol,
	    .seed = pair_hash(shape->dataset, symbol),
	    .name = piece_since(builder, before),
	};
	shape->field_bytes += (uint32_t)(builder->pieces.size - before);
	add_known_name(builder, symbol, REFERENCE_NUMBER);
}

static void
define_shape(struct block_builder *builder, const struct event *event, struct builder_shape *shape)
{
	struct buffer *body = body_of(builder);
	size_t before = builder->pieces.size;
	uint32_t i;

	*shape = (struct builder_shape){
	    .dataset = event->dataset,
	    .op = event->op,
	    .system = event->system,
	    .channel = event->channel,
	    .fields_at = (uint32_t)builder->field_count,
	    .field_count = event->change_count,
	};
	leaf_add_shape(event, builder->options.names, arena_of(builder), &builder->pieces);
	shape->piece = piece_since(builder, before);
	memory_grow(&builder->fields, &builder->field_capacity,
	    builder->field_count + event->change_count, sizeof(struct builder_field));
	buffer_add_byte(body, branch(REFERENCE_NEW));
	add_name(builder, event->dataset);
	add_name(builder, event->op);
	add_name(builder, event->system);
	add_name(builder, event->channel);
	if (event->change_count)
		buffer_add_long(body, event->change_count);
	for (i = 0; i < event->change_count; i++)
		add_field(builder, shape, event->changes[i].field);
	buffer_add_byte(body, 0);
}

/* Asks again which fields are read. */
static void
ask(struct block_builder *builder, struct builder_shape *shape)
{
	const struct block_builder_options *options = &builder->options;
	struct builder_field *fields = builder->fields + shape->fields_at;
	uint32_t i;

	for (i = 0; i < shape->field_count; i++)
		fields[i].reads = options->reads_text &&
		    options->reads_text(options->context, shape->dataset, fields[i].symbol);
	shape->asked = builder->asking;
}

const struct builder_shape *
builder_add_shape(struct block_builder *builder, const struct event *event)
{
	struct builder_slot *slot = shape_slot(builder, event);
	struct buffer *body = body_of(builder);
	struct builder_shape *shape;
	uint8_t *p;

	if (slot->block == builder->serial) {
		p = wire_room(body, 1 + LONG_BYTES);
		*p++ = branch(REFERENCE_NUMBER);
		wire_done(body, put_long(p, slot->number));
	} else {
		*slot = (struct builder_slot){builder->serial, builder->shape_count++};
		define_shape(builder, event, &builder->shapes[slot->number]);
	}
	shape = &builder->shapes[slot->number];
	if (shape->asked != builder->asking)
		ask(builder, shape);
	return shape;
}

static bool
is_origin(const struct builder_origin *known, const struct record *record)
{
	const struct origin *origin = &record->origin;

	return memcmp(&known->origin.actor, &origin->actor, PSEUDONYM_BYTES) == 0 &&
	    known->origin.team == origin->team && known->event_team == record->event.team &&
	    known->origin.kind == origin->kind && known->origin.rule == origin->rule &&
	    known->origin.confidence == origin->confidence;
}

static struct builder_slot *
origin_slot(struct block_builder *builder, const struct record *record)
{
	struct builder_slot *slot;
	uint64_t at;

	memcpy(&at, record->origin.actor.bytes, sizeof(at)); /* random bits */
	at ^= pair_hash(record->origin.team, record->event.team);
	at ^= at >> 32;
	for (;; at++) {
		slot = &builder->origin_slots[at % BUILDER_SLOTS];
		if (slot->block != builder->serial ||
		    is_origin(&builder->origins[slot->number], record))
			return slot;
	}
}

static void
define_origin(
    struct block_builder *builder, const struct record *record, struct builder_origin *known)
{
	static const struct pseudonym nobody;
	const struct origin *origin = &record->origin;
	struct buffer *body = body_of(builder);
	size_t before = builder->pieces.size;
	bool unknown = memcmp(&origin->actor, &nobody, sizeof(nobody)) == 0;

	assert(origin->confidence <= 100);
	known->origin = *origin;
	known->event_team = record->event.team;
	leaf_add_origin(record, builder->options.names, arena_of(builder), &builder->pieces);
	known->piece = piece_since(builder, before);
	buffer_add_byte(body, branch(REFERENCE_NEW));
	buffer_add_byte(body, branch(unknown ? OPTION_NULL : OPTION_SOME));
	if (!unknown)
		buffer_add(body, origin->actor.bytes, PSEUDONYM_BYTES);
	buffer_add_byte(body, branch(origin->kind));
	add_name(builder, origin->team);
	add_name(builder, record->event.team);
	buffer_add_byte(body, branch(origin->rule));
	buffer_add_long(body, origin->confidence);
}

const struct builder_origin *
builder_add_origin(struct block_builder *builder, const struct record *record)
{
	struct builder_slot *slot = origin_slot(builder, record);
	struct buffer *body = body_of(builder);
	uint8_t *p;

	if (slot->block == builder->serial) {
		p = wire_room(body, 1 + LONG_BYTES);
		*p++ = branch(REFERENCE_NUMBER);
		wire_done(body, put_long(p, slot->number));
	} else {
		*slot = (struct builder_slot){builder->serial, builder->origin_count++};
		define_origin(builder, record, &builder->origins[slot->number]);
	}
	return &builder->origins[slot->number];
}
