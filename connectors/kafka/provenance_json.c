/* SPDX-License-Identifier: Apache-2.0 */
/* The form without a registry: JSON, with everything said where it is needed. docs/tags.md */
#include "base/json_print.h"
#include "base/timestamp.h"
#include "json_members.h"
#include "provenance_inside.h"

static void
add_symbol(struct provenance *provenance, struct buffer *out, const char *key, uint32_t symbol)
{
	members_text(out, key, symbols_text(provenance->batch->names, symbol));
}

static void
add_id(struct buffer *out, const struct record *fact)
{
	char id[PUBLICATION_ID_BYTES];

	members_text(out, "id", publication_id(fact, id));
}

static void
add_origin(struct provenance *provenance, struct buffer *out, const struct origin *origin)
{
	static const struct pseudonym nobody;
	char hex[2 * PSEUDONYM_BYTES + 1];
	bool known = memcmp(&origin->actor, &nobody, sizeof(nobody)) != 0;

	members_text(out, "actor",
	    known ? text_of(digest_hex(origin->actor.bytes, PSEUDONYM_BYTES, hex)) : TEXT_NONE);
	members_text(out, "kind", text_of(actor_kind_name(origin->kind)));
	add_symbol(provenance, out, "team", origin->team);
	members_text(out, "rule", text_of(origin_rule_name(origin->rule)));
	members_long(out, "confidence", origin->confidence);
}

static void
add_reach(struct provenance *provenance, struct buffer *out, const struct trace_class *trace)
{
	const struct lineage *lineage = provenance->batch->lineage;
	uint32_t i;

	add_symbol(provenance, out, "dataset", trace->dataset);
	members_key(out, "features");
	buffer_add_byte(out, '[');
	for (i = 0; i < trace->feature_count; i++) {
		if (i)
			buffer_add_byte(out, ',');
		json_print_text(lineage->features[trace->features[i]].name, out);
	}
	buffer_add_byte(out, ']');
	members_key(out, "models");
	buffer_add_byte(out, '[');
	for (i = 0; i < trace->model_count; i++) {
		if (i)
			buffer_add_byte(out, ',');
		json_print_text(lineage->models[trace->models[i]].name, out);
	}
	buffer_add_byte(out, ']');
}

static void
add_event(struct provenance *provenance, struct buffer *out, const struct publication *item)
{
	const struct record *fact = item->fact;
	char time[TIMESTAMP_TEXT_BYTES];

	buffer_add_byte(out, '{');
	add_id(out, fact);
	members_long(out, "offset", fact->offset);
	members_text(out, "time", text_of(timestamp_text(fact->event.time_ms, time)));
	add_origin(provenance, out, &fact->origin);
	add_symbol(provenance, out, "system", fact->event.system);
	add_symbol(provenance, out, "channel", fact->event.channel);
	add_reach(provenance, out, item->trace);
	buffer_add_byte(out, '}');
}

static void
add_other(struct buffer *out, const struct record *fact)
{
	buffer_add_byte(out, '{');
	add_id(out, fact);
	members_long(out, "offset", fact->offset);
	members_long(out, "count", fact->count);
	members_text(out, "disposition", text_of(publication_disposition(fact)));
	members_text(out, "reason", fact->reason);
	buffer_add_byte(out, '}');
}

/* The events of the piece, or its other positions. */
static void
add_items(struct provenance *provenance, const struct piece *piece, bool events, struct buffer *out)
{
	uint32_t at = piece->first, i, written = 0;

	members_key(out, events ? "events" : "others");
	buffer_add_byte(out, '[');
	for (i = 0; i < piece->count; i++, at = provenance->runs.next[at]) {
		const struct publication *item = &provenance->batch->items[at];

		if (events != (item->trace != NULL))
			continue;
		if (written++)
			buffer_add_byte(out, ',');
		if (events)
			add_event(provenance, out, item);
		else
			add_other(out, item->fact);
	}
	buffer_add_byte(out, ']');
}

static int64_t
end_of(const struct provenance *provenance, const struct piece *piece)
{
	const struct record *last = NULL;
	uint32_t at = piece->first, i;

	for (i = 0; i < piece->count; i++, at = provenance->runs.next[at])
		last = provenance->batch->items[at].fact;
	return last->offset + last->count;
}

void
provenance_json(struct provenance *provenance, const struct piece *piece, struct buffer *out)
{
	const struct record *first = provenance->batch->items[piece->first].fact;

	buffer_add_byte(out, '{');
	members_text(out, "source", first->source);
	members_text(out, "partition", first->partition);
	members_long(out, "incarnation", first->incarnation);
	members_long(out, "first", first->offset);
	members_long(out, "end", end_of(provenance, piece));
	members_true(out, "replayed", first->replay);
	members_long(out, "epoch", provenance->batch->epoch);
	add_items(provenance, piece, true, out);
	add_items(provenance, piece, false, out);
	buffer_add_byte(out, '}');
}
