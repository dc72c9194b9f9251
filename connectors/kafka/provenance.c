/* SPDX-License-Identifier: Apache-2.0 */
/* Batches to runs, runs to pieces, pieces to messages. */
#include "provenance_inside.h"

struct provenance *
provenance_open(const struct outgoing_topic *topic, uint32_t events, size_t bytes)
{
	struct provenance *provenance = memory_get(sizeof(*provenance));

	provenance->topic = topic;
	provenance->events_max = events;
	provenance->bytes_max = bytes;
	return provenance;
}

static void
array_fini(struct array *array)
{
	buffer_fini(&array->bytes);
}

void
provenance_close(struct provenance *provenance)
{
	if (!provenance)
		return;
	runs_fini(&provenance->runs);
	numbered_fini(&provenance->name_numbers);
	numbered_fini(&provenance->origin_numbers);
	numbered_fini(&provenance->trace_numbers);
	array_fini(&provenance->names);
	array_fini(&provenance->origins);
	array_fini(&provenance->traces);
	array_fini(&provenance->events);
	array_fini(&provenance->others);
	memory_free(provenance->seen);
	memory_free(provenance);
}

static void
add_message(struct provenance *provenance, const struct piece *piece, struct outgoing *outgoing)
{
	const struct publication *item = &provenance->batch->items[piece->first];
	char id[PUBLICATION_ID_BYTES];

	outgoing_begin(outgoing, provenance->topic, PRODUCED_PROVENANCE, item->record);
	buffer_add_text(&outgoing->bytes, publication_id(item->fact, id));
	outgoing_value(outgoing);
	if (provenance->topic->avro)
		provenance_avro(provenance, piece, &outgoing->bytes);
	else
		provenance_json(provenance, piece, &outgoing->bytes);
	outgoing_end(outgoing);
}

/* What is too large goes in two messages; one event alone goes as it is, and the broker decides. */
static void
add_piece(struct provenance *provenance, struct piece piece, struct outgoing *outgoing)
{
	struct piece half = piece;
	uint32_t i;

	add_message(provenance, &piece, outgoing);
	if (outgoing_value_bytes(outgoing) <= provenance->bytes_max || piece.count == 1)
		return;
	outgoing_undo(outgoing);
	half.count = piece.count / 2;
	add_piece(provenance, half, outgoing);
	for (i = 0; i < half.count; i++)
		piece.first = provenance->runs.next[piece.first];
	piece.count -= half.count;
	add_piece(provenance, piece, outgoing);
}

static void
add_run(struct provenance *provenance, const struct run *run, struct outgoing *outgoing)
{
	uint32_t at = run->first, left = run->count, i;

	while (left) {
		struct piece piece = {
		    at, left < provenance->events_max ? left : provenance->events_max};

		add_piece(provenance, piece, outgoing);
		for (i = 0; i < piece.count; i++)
			at = provenance->runs.next[at];
		left -= piece.count;
	}
}

void
provenance_add(
    struct provenance *provenance, const struct publication_batch *batch, struct outgoing *outgoing)
{
	size_t i;

	provenance->batch = batch;
	runs_of(&provenance->runs, batch);
	for (i = 0; i < provenance->runs.count; i++)
		add_run(provenance, &provenance->runs.runs[i], outgoing);
}
