/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A block read twice, whole and for a few fields, and the two compared: what a
 * projection gives must be what block_read() gives. For the unit test and the fuzzer.
 */
#ifndef DYETRACE_TESTS_PROJECTED_H
#define DYETRACE_TESTS_PROJECTED_H

#include <assert.h>

#include "ledger/project.h"

struct projected {
	const struct block_content *content; /* of block_read(); NULL: it refused */
	uint32_t next;                       /* record that should come */
	uint32_t shapes, events, notes, stop_after;
};

static inline void
projected_same_text(struct text a, struct text b)
{
	assert(!a.data == !b.data && text_equal(a, b));
}

static inline void
projected_same_value(const struct value *a, const struct value *b)
{
	assert(a->kind == b->kind);
	if (a->kind == VALUE_BOOLEAN)
		assert(a->boolean == b->boolean);
	else if (a->kind == VALUE_LONG || a->kind == VALUE_DOUBLE)
		assert(a->integer == b->integer);
	else if (a->kind == VALUE_TEXT)
		projected_same_text(a->text, b->text);
	else if (a->kind == VALUE_HASHED)
		assert(a->hashed.size == b->hashed.size &&
		    memcmp(a->hashed.mac, b->hashed.mac, TEXT_MAC_BYTES) == 0);
}

/* Of a shape with an odd dataset nothing; else every second field, the last one first. */
static inline void
projected_shape(
    void *context, struct event *event, struct arena *arena, struct projection *projection)
{
	struct projected *projected = context;
	uint32_t *changes = arena_get(arena, (event->change_count + 1) * sizeof(*changes)), i;

	projected->shapes++;
	projection->mine = event->change_count ? &event->changes[0].field : NULL;
	if (event->dataset % 2)
		return;
	projection->entity = true;
	for (i = event->change_count; i > 0; i--)
		if (i % 2)
			changes[projection->change_count++] = i - 1;
	projection->changes = changes;
}

static inline void
projected_changes(const struct event *event, const struct event *whole)
{
	uint32_t i, at = 0;

	if (whole->dataset % 2) {
		assert(!event->change_count && !event->entity.data);
		return;
	}
	projected_same_text(event->entity, whole->entity);
	for (i = whole->change_count; i > 0; i--) {
		if (i % 2 == 0)
			continue;
		assert(event->changes[at].field == whole->changes[i - 1].field);
		projected_same_value(
		    &event->changes[at].new_value, &whole->changes[i - 1].new_value);
		at++;
	}
	assert(at == event->change_count);
}

/* The record of that number, those between which are neither events nor notes. */
static inline const struct record *
projected_next(struct projected *projected, uint32_t number)
{
	const struct record *records = projected->content->records;

	for (; projected->next < number; projected->next++)
		assert(records[projected->next].kind != RECORD_EVENT &&
		    records[projected->next].kind != RECORD_NOTE);
	assert(projected->next == number && number < projected->content->record_count);
	return &records[projected->next++];
}

static inline bool
projected_event(
    void *context, uint32_t number, struct record *record, const void *mine, struct error *err)
{
	struct projected *projected = context;
	const struct record *whole;

	(void)err;
	projected->events++;
	if (!projected->content)
		return projected->events != projected->stop_after;
	whole = projected_next(projected, number);
	assert(whole->kind == RECORD_EVENT && record->kind == RECORD_EVENT);
	projected_same_text(record->source, whole->source);
	projected_same_text(record->partition, whole->partition);
	assert(record->incarnation == whole->incarnation && record->offset == whole->offset);
	assert(record->replay == whole->replay);
	assert(record->event.time_ms == whole->event.time_ms);
	assert(record->event.dataset == whole->event.dataset);
	assert(record->event.op == whole->event.op && record->event.team == whole->event.team);
	assert(record->event.system == whole->event.system);
	assert(record->event.channel == whole->event.channel);
	assert(record->origin.team == whole->origin.team);
	assert(memcmp(&record->origin.actor, &whole->origin.actor, PSEUDONYM_BYTES) == 0);
	assert(!mine == !whole->event.change_count);
	assert(!mine || *(const uint32_t *)mine == whole->event.changes[0].field);
	projected_changes(&record->event, &whole->event);
	return projected->events != projected->stop_after;
}

static inline bool
projected_note(void *context, uint32_t number, struct record *record, struct error *err)
{
	struct projected *projected = context;
	const struct record *whole;

	(void)err;
	projected->notes++;
	if (!projected->content)
		return true;
	whole = projected_next(projected, number);
	assert(whole->kind == RECORD_NOTE);
	projected_same_text(record->reason, whole->reason);
	projected_same_text(record->detail, whole->detail);
	return true;
}

static inline struct block_projector *
projected_open(struct projected *projected, struct symbols *names, const struct keys *keys)
{
	return block_projector_open(&(struct block_projector_options){.names = names,
	    .keys = keys,
	    .context = projected,
	    .shape = projected_shape,
	    .event = projected_event,
	    .note = projected_note});
}

#endif
