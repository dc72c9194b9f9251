/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The canonical leaf in pieces: those that many records of a block share are
 * encoded once and copied. Their order is leaf.avsc's: place, position (with
 * the id and entity of an event), shape, origin, changes.
 */
#ifndef LEDGER_LEAF_H
#define LEDGER_LEAF_H

#include "wire.h"

struct symbols;

/* source, partition, incarnation */
void leaf_add_place(const struct record *record, struct arena *scratch, struct buffer *out);
/* dataset, op, system, channel */
void leaf_add_shape(const struct event *event, const struct symbols *names, struct arena *scratch,
    struct buffer *out);
/* actor, actor_kind, team, event_team, rule, confidence */
void leaf_add_origin(const struct record *record, const struct symbols *names,
    struct arena *scratch, struct buffer *out);
/* The name of a changed field. */
void leaf_add_field(
    uint32_t field, const struct symbols *names, struct arena *scratch, struct buffer *out);
/* All of a record that is no event. */
void leaf_add_other(const struct record *record, struct arena *scratch, struct buffer *out);

/* offset … entity of an event: at most this many bytes and the two texts. */
#define LEAF_POSITION_BYTES (PAYLOAD_BYTES + 1 + 1 + 6 * LONG_BYTES)

static inline uint8_t *
leaf_put_position(uint8_t *p, const struct record *record, struct text id, struct text entity)
{
	p = put_long(p, record->offset);
	*p++ = record->replay;
	p = put_optional_time(p, record->source_time_ms);
	p = put_payload(p, record);
	p = put_long(p, record->event.time_ms);
	p = put_optional_text(p, id);
	return put_optional_text(p, entity);
}

#define LEAF_VALUE_BYTES (1 + TEXT_MAC_BYTES + LONG_BYTES)

static inline uint8_t *
leaf_put_text(uint8_t *p, const uint8_t mac[TEXT_MAC_BYTES], size_t size)
{
	*p++ = branch(LEAF_TEXT);
	memcpy(p, mac, TEXT_MAC_BYTES);
	return put_long(p + TEXT_MAC_BYTES, (int64_t)size);
}

#endif
