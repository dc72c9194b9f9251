/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The writer of facts.avsc, compiled by hand, and beside it the leaves of the
 * same records. Room is made once for each run of fields.
 */
#include <assert.h>

#include "builder.h"
#include "leaf.h"
#include "wire_upstream.h"

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

static uint8_t *
put_source_time(uint8_t *p, struct block_builder *builder, int64_t time_ms)
{
	if (time_ms == TIME_NONE) {
		*p++ = branch(OPTION_NULL);
		return p;
	}
	*p++ = branch(OPTION_SOME);
	p = put_long(p, wrapping_subtract(time_ms, builder->source_time_ms));
	builder->source_time_ms = time_ms;
	return p;
}

/* replay … entity */
static void
add_position(
    struct block_builder *builder, const struct record *record, struct text id, struct text entity)
{
	struct buffer *body = body_of(builder);
	uint8_t *p = wire_room(body, LEAF_POSITION_BYTES + id.size + entity.size);

	*p++ = record->replay;
	p = put_source_time(p, builder, record->source_time_ms);
	p = put_payload(p, record);
	p = put_long(p, record->event.time_ms - builder->time_ms);
	builder->time_ms = record->event.time_ms;
	p = put_optional_text(p, id);
	wire_done(body, put_optional_text(p, entity));
}

static inline uint8_t *
put_piece(uint8_t *p, const struct block_builder *builder, struct piece piece)
{
	return put_bytes(p, builder->pieces.data + piece.at, piece.size);
}

/* Where a change goes on: in the body and in the leaf. */
struct pens {
	uint8_t *body, *leaf;
};

#define FACT_VALUE_BYTES (1 + TEXT_MAC_BYTES + LONG_BYTES)

static inline struct pens
put_again(struct pens pens, struct text_place place, bool reads)
{
	*pens.body++ = branch(reads ? FACT_SEALED_AGAIN : FACT_HASHED_AGAIN);
	pens.body = put_long(pens.body, place.number >> 1);
	return pens;
}

static uint8_t *
put_hashed(uint8_t *p, const uint8_t mac[TEXT_MAC_BYTES], uint32_t size)
{
	*p++ = branch(FACT_HASHED);
	p = put_bytes(p, mac, TEXT_MAC_BYTES);
	return put_long(p, size);
}

static uint8_t *
put_sealed(uint8_t *p, struct block_builder *builder, struct known_text *known, struct text text)
{
	*p++ = branch(FACT_SEALED);
	p = put_bytes(p, known->mac, TEXT_MAC_BYTES);
	p = put_long(p, (int64_t)text.size);
	if (text.size)
		ledger_macs_hide(builder->macs, known, text, p);
	return p + text.size;
}

/* A text that has no number yet, or none that may be read. */
static struct pens
put_new_text(struct pens pens, struct block_builder *builder, struct known_text *known,
    struct text text, bool reads)
{
	struct text_place *place =
	    block_texts_find(builder->texts, builder->serial, known->mac, known->size);

	if (place->block == builder->serial && (place->number & 1 || !reads)) {
		known->place = *place;
		return put_again(pens, *place, reads);
	}
	*place = (struct text_place){builder->serial, builder->text_count++ << 1 | reads};
	known->place = *place;
	pens.body = reads ? put_sealed(pens.body, builder, known, text)
			  : put_hashed(pens.body, known->mac, known->size);
	return pens;
}

static struct pens
put_hashed_value(struct pens pens, struct block_builder *builder, const struct hashed_text *hashed)
{
	struct text_place *place =
	    block_texts_find(builder->texts, builder->serial, hashed->mac, hashed->size);

	if (place->block == builder->serial) {
		pens = put_again(pens, *place, false);
	} else {
		*place = (struct text_place){builder->serial, builder->text_count++ << 1};
		pens.body = put_hashed(pens.body, hashed->mac, hashed->size);
	}
	pens.leaf = leaf_put_text(pens.leaf, hashed->mac, hashed->size);
	return pens;
}

static inline struct pens
put_value(struct pens pens, struct block_builder *builder, const struct builder_shape *shape,
    const struct builder_field *field, const struct value *value)
{
	struct known_text *known;

	if (value->kind == VALUE_TEXT) {
		known = ledger_macs_find(
		    builder->macs, shape->dataset, field->symbol, field->seed, value->text);
		if (known->place.block == builder->serial &&
		    (known->place.number & 1 || !field->reads))
			pens = put_again(pens, known->place, field->reads);
		else
			pens = put_new_text(pens, builder, known, value->text, field->reads);
		pens.leaf = leaf_put_text(pens.leaf, known->mac, known->size);
		return pens;
	}
	if (value->kind == VALUE_HASHED)
		return put_hashed_value(pens, builder, &value->hashed);
	pens.body = put_scalar(pens.body, value);
	pens.leaf = put_scalar(pens.leaf, value);
	return pens;
}

static inline size_t
text_bytes(const struct value *value)
{
	return value->kind == VALUE_TEXT ? value->text.size : 0;
}

/* What the values of an event take in the body at most. */
static size_t
values_room(const struct event *event)
{
	size_t bytes = 0;
	uint32_t i;

	for (i = 0; i < event->change_count; i++)
		bytes += text_bytes(&event->changes[i].old_value) +
		    text_bytes(&event->changes[i].new_value);
	assert(bytes + event->id.size + event->entity.size <= BLOCK_RECORD_BYTES_MAX);
	return bytes + (size_t)event->change_count * 2 * FACT_VALUE_BYTES + LONG_BYTES + 1;
}

static struct pens
put_changes(struct pens pens, struct block_builder *builder, const struct event *event,
    const struct builder_shape *shape)
{
	const struct builder_field *field = builder->fields + shape->fields_at;
	uint32_t i;

	if (event->change_count) {
		pens.body = put_long(pens.body, (int64_t)event->change_count * 2);
		pens.leaf = put_long(pens.leaf, event->change_count);
	}
	for (i = 0; i < event->change_count; i++, field++) {
		pens.leaf = put_piece(pens.leaf, builder, field->name);
		pens = put_value(pens, builder, shape, field, &event->changes[i].old_value);
		pens = put_value(pens, builder, shape, field, &event->changes[i].new_value);
	}
	*pens.body++ = 0;
	*pens.leaf++ = 0;
	return pens;
}

/* Which object the event is, and where it was before, in the body and in the leaf. */
static void
add_object(struct block_builder *builder, const struct event *event)
{
	struct buffer *body = body_of(builder), *leaves = &builder->block->leaves;

	if (LIKELY(!event->upstream)) {
		buffer_add_byte(body, branch(OBJECT_EVENT));
		buffer_add_byte(leaves, branch(OBJECT_EVENT));
		return;
	}
	buffer_add_byte(body, branch(OBJECT_RELAYED));
	upstream_add(event->upstream, false, arena_of(builder), body);
	buffer_add_byte(leaves, branch(LEAF_RELAYED));
	upstream_add(event->upstream, true, arena_of(builder), leaves);
}

void
builder_write_event(struct block_builder *builder, const struct record *record,
    struct builder_partition *at, struct text id, struct text entity)
{
	struct buffer *body = body_of(builder), *leaves = &builder->block->leaves;
	const struct event *event = &record->event;
	const struct builder_shape *shape;
	const struct builder_origin *origin;
	struct pens pens;

	add_object(builder, event);
	builder_add_place(builder, record, at);
	add_position(builder, record, id, entity);
	shape = builder_add_shape(builder, event);
	origin = builder_add_origin(builder, record);
	pens.body = wire_room(body, values_room(event));
	pens.leaf = wire_room(leaves,
	    at->place.size + LEAF_POSITION_BYTES + id.size + entity.size + shape->piece.size +
		origin->piece.size + LONG_BYTES + shape->field_bytes +
		(size_t)event->change_count * 2 * LEAF_VALUE_BYTES + 1);
	pens.leaf = put_piece(pens.leaf, builder, at->place);
	pens.leaf = leaf_put_position(pens.leaf, record, id, entity);
	pens.leaf = put_piece(pens.leaf, builder, shape->piece);
	pens.leaf = put_piece(pens.leaf, builder, origin->piece);
	pens = put_changes(pens, builder, event, shape);
	wire_done(body, pens.body);
	wire_done(leaves, pens.leaf);
}

/* ["int", "string"] */
static void
add_reason(struct block_builder *builder, struct text reason)
{
	struct buffer *body = body_of(builder);
	uint32_t i, kept = builder->reason_count;

	if (kept > BUILDER_REASONS)
		kept = BUILDER_REASONS;
	for (i = 0; i < kept; i++)
		if (text_equal(builder->reasons[i], reason)) {
			buffer_add_byte(body, branch(REFERENCE_NUMBER));
			buffer_add_long(body, i);
			return;
		}
	if (kept < BUILDER_REASONS)
		builder->reasons[kept] = arena_text(arena_of(builder), reason);
	builder->reason_count++;
	buffer_add_byte(body, branch(REFERENCE_NEW));
	buffer_add_string(body, reason);
}

static void
add_optional_text(struct text text, struct buffer *out)
{
	uint8_t *p = wire_room(out, 1 + LONG_BYTES + text.size);

	wire_done(out, put_optional_text(p, text));
}

/* What a quarantined or filtered position or a gap has between place and reason. */
static void
add_particulars(struct block_builder *builder, const struct record *record)
{
	struct buffer *body = body_of(builder);
	uint8_t *p = wire_room(body, LONG_BYTES + 1 + LONG_BYTES + PAYLOAD_BYTES);

	if (record->kind == RECORD_GAP)
		p = put_long(p, record->count);
	else
		*p++ = record->replay;
	p = put_source_time(p, builder, record->source_time_ms);
	if (record->kind != RECORD_GAP)
		p = put_payload(p, record);
	wire_done(body, p);
}

void
builder_write_other(
    struct block_builder *builder, const struct record *record, struct builder_partition *at)
{
	static const uint8_t objects[] = {
	    [RECORD_QUARANTINED] = OBJECT_QUARANTINED,
	    [RECORD_FILTERED] = OBJECT_FILTERED,
	    [RECORD_GAP] = OBJECT_GAP,
	    [RECORD_NOTE] = OBJECT_NOTE,
	};
	struct text reason = recorded_text(record->reason, arena_of(builder));
	struct text detail = recorded_text(record->detail, arena_of(builder));

	assert(reason.size + detail.size <= BLOCK_RECORD_BYTES_MAX);
	buffer_add_byte(body_of(builder), branch(objects[record->kind]));
	if (record->kind == RECORD_NOTE) {
		buffer_add_string(body_of(builder), reason);
	} else {
		builder_add_place(builder, record, at);
		add_particulars(builder, record);
		add_reason(builder, reason);
	}
	add_optional_text(detail, body_of(builder));
	leaf_add_other(record, arena_of(builder), &builder->block->leaves);
}

static void
write_standing(struct buffer *body, const struct builder_partition *at)
{
	const struct partition *partition = at->partition;
	uint8_t *p = wire_room(body, 4 + 9 * LONG_BYTES + 8 + SHA256_SAVED_BYTES);

	*p++ = branch(OBJECT_MARK);
	*p++ = branch(REFERENCE_NUMBER);
	p = put_long(p, at->number);
	*p++ = partition->ended;
	p = put_long(p, partition->start);
	p = put_long(p, partition->next_offset);
	p = put_long(p, partition->next_byte);
	*p++ = branch(partition->has_first ? OPTION_SOME : OPTION_NULL);
	if (partition->has_first)
		p = put_identity(p, partition->first_payload);
	p = put_long(p, partition->recorded);
	p = put_long(p, partition->quarantined);
	p = put_long(p, partition->filtered);
	p = put_long(p, partition->gaps);
	p = put_optional_time(p, partition->max_time_ms);
	sha256_save(&partition->content, p);
	wire_done(body, p + SHA256_SAVED_BYTES);
}

void
builder_write_mark(struct block_builder *builder, const struct builder_partition *at, size_t *from)
{
	struct buffer *body = body_of(builder);
	struct text vouched;

	write_standing(body, at);
	vouched = (struct text){(char *)body->data + *from, body->size - *from};
	wire_done(body, put_identity(wire_room(body, 8), digest_identity(vouched)));
	*from = body->size;
}
