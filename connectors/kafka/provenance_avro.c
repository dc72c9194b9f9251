/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Avro form, schemas/provenance.avsc: arrays are written each in a buffer of
 * its own while the items are walked once, then put together.
 */
#include "provenance_inside.h"

#define LONG_BYTES 10
#define EVENT_BYTES (6 * LONG_BYTES)

static uint8_t *
put_long(uint8_t *p, int64_t value)
{
	uint64_t rest = ((uint64_t)value << 1) ^ (uint64_t)(value >> 63);

	for (; rest >= 0x80; rest >>= 7)
		*p++ = (uint8_t)(rest | 0x80);
	*p++ = (uint8_t)rest;
	return p;
}

/* --- what is said once ----------------------------------------------------------------- */

static int64_t
add_name(struct provenance *provenance, uint64_t key, struct text name)
{
	bool fresh;
	uint32_t number = numbered_of(&provenance->name_numbers, key, &fresh);

	if (fresh) {
		buffer_add_string(&provenance->names.bytes, name);
		provenance->names.count++;
	}
	return number;
}

/* By its address: the same text elsewhere stands there twice, which is no harm. */
static int64_t
name_of(struct provenance *provenance, struct text name)
{
	return name.data ? add_name(provenance, (uint64_t)(uintptr_t)name.data << 1, name) : -1;
}

static int64_t
symbol_name(struct provenance *provenance, uint32_t symbol)
{
	bool fresh;
	uint32_t number;

	if (symbol == SYMBOL_NONE)
		return -1;
	number = numbered_of(&provenance->name_numbers, (uint64_t)symbol << 1 | 1, &fresh);
	if (fresh) {
		buffer_add_string(
		    &provenance->names.bytes, symbols_text(provenance->batch->names, symbol));
		provenance->names.count++;
	}
	return number;
}

static bool
same_origin(const struct origin *a, const struct origin *b)
{
	return memcmp(&a->actor, &b->actor, sizeof(a->actor)) == 0 && a->team == b->team &&
	    a->kind == b->kind && a->rule == b->rule && a->confidence == b->confidence;
}

static void
write_origin(struct provenance *provenance, const struct origin *origin)
{
	static const struct pseudonym nobody;
	struct buffer *out = &provenance->origins.bytes;
	bool known = memcmp(&origin->actor, &nobody, sizeof(nobody)) != 0;
	const char *rule = origin_rule_name(origin->rule);

	buffer_add_long(out, known);
	if (known)
		buffer_add(out, origin->actor.bytes, PSEUDONYM_BYTES);
	buffer_add_long(out, origin->kind);
	buffer_add_long(out, symbol_name(provenance, origin->team));
	buffer_add_long(out, name_of(provenance, text_of(rule)));
	buffer_add_long(out, origin->confidence);
	provenance->origins.count++;
}

static uint32_t
origin_of(struct provenance *provenance, const struct origin *origin)
{
	uint64_t key;
	uint32_t number;
	bool fresh;

	/* Pseudonyms are random; what two keys have in common by chance is told apart by looking. */
	memcpy(&key, origin->actor.bytes, sizeof(key));
	key ^= (uint64_t)origin->team << 24 | (uint64_t)origin->rule << 16 |
	    (uint64_t)origin->kind << 8 | origin->confidence;
	for (;; key++) {
		number = numbered_of(&provenance->origin_numbers, key, &fresh);
		if (fresh || same_origin(&provenance->seen[number], origin))
			break;
	}
	if (fresh) {
		memory_grow(&provenance->seen, &provenance->seen_capacity, (size_t)number + 1,
		    sizeof(*provenance->seen));
		provenance->seen[number] = *origin;
		write_origin(provenance, origin);
	}
	return number;
}

static void
write_trace(struct provenance *provenance, const struct trace_class *trace)
{
	const struct lineage *lineage = provenance->batch->lineage;
	struct buffer *out = &provenance->traces.bytes;
	uint32_t i;

	buffer_add_long(out, symbol_name(provenance, trace->dataset));
	if (trace->feature_count)
		buffer_add_long(out, trace->feature_count);
	for (i = 0; i < trace->feature_count; i++)
		buffer_add_long(
		    out, name_of(provenance, lineage->features[trace->features[i]].name));
	buffer_add_long(out, 0);
	if (trace->model_count)
		buffer_add_long(out, trace->model_count);
	for (i = 0; i < trace->model_count; i++)
		buffer_add_long(out, name_of(provenance, lineage->models[trace->models[i]].name));
	buffer_add_long(out, 0);
	provenance->traces.count++;
}

static uint32_t
trace_of(struct provenance *provenance, const struct trace_class *trace)
{
	bool fresh;
	uint32_t number =
	    numbered_of(&provenance->trace_numbers, (uint64_t)(uintptr_t)trace, &fresh);

	if (fresh)
		write_trace(provenance, trace);
	return number;
}

/* --- positions ------------------------------------------------------------------------- */

static void
write_event(struct provenance *provenance, const struct publication *item)
{
	const struct record *fact = item->fact;
	uint32_t origin = origin_of(provenance, &fact->origin);
	uint32_t trace = trace_of(provenance, item->trace);
	int64_t system = symbol_name(provenance, fact->event.system);
	int64_t channel = symbol_name(provenance, fact->event.channel);
	struct buffer *out = &provenance->events.bytes;
	uint8_t *p;

	if (!provenance->events.count++)
		provenance->time_ms = fact->event.time_ms;
	buffer_reserve(out, EVENT_BYTES);
	p = out->data + out->size;
	p = put_long(p, fact->offset - provenance->first);
	p = put_long(p, fact->event.time_ms - provenance->time_ms);
	p = put_long(p, origin);
	p = put_long(p, trace);
	p = put_long(p, system);
	p = put_long(p, channel);
	out->size = (size_t)(p - out->data);
}

static void
write_other(struct provenance *provenance, const struct record *fact)
{
	struct buffer *out = &provenance->others.bytes;

	buffer_add_long(out, fact->offset - provenance->first);
	buffer_add_long(out, fact->count);
	buffer_add_long(out,
	    fact->kind == RECORD_QUARANTINED    ? 0
		: fact->kind == RECORD_FILTERED ? 1
						: 2);
	buffer_add_long(out, name_of(provenance, fact->reason));
	provenance->others.count++;
}

/* --- the message ----------------------------------------------------------------------- */

static void
array_clear(struct array *array)
{
	array->bytes.size = 0;
	array->count = 0;
}

static void
begin(struct provenance *provenance, const struct record *first)
{
	numbered_clear(&provenance->name_numbers);
	numbered_clear(&provenance->origin_numbers);
	numbered_clear(&provenance->trace_numbers);
	array_clear(&provenance->names);
	array_clear(&provenance->origins);
	array_clear(&provenance->traces);
	array_clear(&provenance->events);
	array_clear(&provenance->others);
	provenance->first = first->offset;
	provenance->time_ms = 0;
}

static void
put_array(struct buffer *out, const struct array *array)
{
	if (array->count) {
		buffer_add_long(out, array->count);
		buffer_add_text(out, buffer_text(&array->bytes));
	}
	buffer_add_long(out, 0);
}

static void
put_all(struct provenance *provenance, const struct record *first, int64_t end, struct buffer *out)
{
	buffer_add_string(out, first->source);
	buffer_add_string(out, first->partition);
	buffer_add_long(out, first->incarnation);
	buffer_add_long(out, first->offset);
	buffer_add_long(out, end);
	buffer_add_byte(out, first->replay);
	buffer_add_long(out, provenance->time_ms);
	buffer_add_long(out, provenance->batch->epoch);
	put_array(out, &provenance->names);
	put_array(out, &provenance->origins);
	put_array(out, &provenance->traces);
	put_array(out, &provenance->events);
	put_array(out, &provenance->others);
}

void
provenance_avro(struct provenance *provenance, const struct piece *piece, struct buffer *out)
{
	const struct record *first = provenance->batch->items[piece->first].fact;
	uint32_t at = piece->first, i;
	int64_t end = first->offset;

	begin(provenance, first);
	for (i = 0; i < piece->count; i++) {
		const struct publication *item = &provenance->batch->items[at];

		if (item->trace)
			write_event(provenance, item);
		else
			write_other(provenance, item->fact);
		end = item->fact->offset + item->fact->count;
		at = provenance->runs.next[at];
	}
	put_all(provenance, first, end, out);
}
