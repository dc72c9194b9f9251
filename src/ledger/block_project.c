/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The objects of a block for somebody who wants little of them. Shapes, origins
 * and texts are kept as every reader keeps them, since later objects refer to them.
 */
#include "ledger/project.h"

#include "reading.h"
#include "text_plains.h"

#define UNWANTED UINT32_MAX

/* What was answered for a shape of the block. */
struct wanted {
	uint32_t asked; /* good if it is the projector's */
	struct projection projection;
	uint32_t *into; /* [field]: the change that takes its new value, or UNWANTED */
};

/* An event, given or under way: what is not given stays as it was opened. */
struct given {
	struct record record;
	struct change *changes;
	size_t change_capacity;
};

struct block_projector {
	struct block_projector_options options;
	struct block_reading in;
	struct text_plains *plains;
	struct arena arena; /* of the block */
	uint32_t asked;     /* goes up with blocks and notes */
	struct wanted *wanted;
	size_t wanted_capacity;
	struct given *given; /* [lasting + 1] */
	uint32_t under_way;  /* of them */
	bool stopped;
};

struct block_projector *
block_projector_open(const struct block_projector_options *options)
{
	struct block_projector *projector = memory_get(sizeof(*projector));
	uint32_t i;

	projector->options = *options;
	projector->given = memory_get_array((size_t)options->lasting + 1, sizeof(struct given));
	for (i = 0; i <= options->lasting; i++)
		projector->given[i].record.kind = RECORD_EVENT;
	arena_init(&projector->arena);
	if (options->keys)
		projector->plains = text_plains_open();
	projector->in = (struct block_reading){.wanted = EVERY_RECORD,
	    .names = options->names,
	    .keys = options->keys,
	    .plains = projector->plains,
	    .arena = &projector->arena};
	return projector;
}

void
block_projector_close(struct block_projector *projector)
{
	uint32_t i;

	if (!projector)
		return;
	reading_fini(&projector->in);
	text_plains_close(projector->plains);
	arena_fini(&projector->arena);
	memory_free(projector->wanted);
	for (i = 0; i <= projector->options.lasting; i++)
		memory_free(projector->given[i].changes);
	memory_free(projector->given);
	memory_free(projector);
}

/* --- shapes ---------------------------------------------------------------------------- */

static struct event
event_of_shape(struct block_projector *projector, const struct read_shape *shape)
{
	struct change *changes =
	    arena_get_zero(&projector->arena, shape->field_count * sizeof(struct change));
	uint32_t i;

	for (i = 0; i < shape->field_count; i++)
		changes[i].field = shape->fields[i];
	return (struct event){.time_ms = TIME_NONE,
	    .dataset = shape->dataset,
	    .op = shape->op,
	    .system = shape->system,
	    .channel = shape->channel,
	    .change_count = shape->field_count,
	    .changes = changes};
}

static void
ask(struct block_projector *projector, const struct read_shape *shape, struct wanted *wanted)
{
	struct event event = event_of_shape(projector, shape);
	const struct projection *projection = &wanted->projection;
	uint32_t i;

	*wanted = (struct wanted){.asked = projector->asked};
	projector->options.shape(
	    projector->options.context, &event, &projector->arena, &wanted->projection);
	if (!projection->change_count)
		return;
	wanted->into = arena_get(&projector->arena, shape->field_count * sizeof(uint32_t));
	for (i = 0; i < shape->field_count; i++)
		wanted->into[i] = UNWANTED;
	for (i = 0; i < projection->change_count; i++)
		wanted->into[projection->changes[i]] = i;
}

static const struct wanted *
wanted_of(struct block_projector *projector, const struct read_shape *shape)
{
	size_t number = (size_t)(shape - projector->in.shapes), before = projector->wanted_capacity;
	struct wanted *wanted;

	memory_grow(
	    &projector->wanted, &projector->wanted_capacity, number + 1, sizeof(struct wanted));
	if (projector->wanted_capacity > before)
		memset(projector->wanted + before, 0,
		    (projector->wanted_capacity - before) * sizeof(struct wanted));
	wanted = &projector->wanted[number];
	if (wanted->asked != projector->asked)
		ask(projector, shape, wanted);
	return wanted;
}

/* --- events ---------------------------------------------------------------------------- */

/* A string as it stands; absent: null. */
static struct text
take_unchecked_string(struct reader *bytes)
{
	if (take_branch(bytes, 2) == OPTION_NULL)
		return TEXT_NONE;
	return reader_take(bytes, take_count(bytes, reader_left(bytes)));
}

/* Over a varint; one that does not end is seen by whoever reads on. */
static const uint8_t *
over_varint(const uint8_t *next, const uint8_t *end)
{
	while (next < end && *next & 0x80)
		next++;
	return next + 1;
}

/*
 * Over a value that nobody wants and that nothing refers to: its bytes are not checked, only
 * not left. A text that is written here is kept, since others refer to it by its number.
 */
static void
walk_value(struct block_reading *in, uint32_t dataset, uint32_t field)
{
	const uint8_t *next = in->bytes.next, *end = in->bytes.end;
	struct value unused;

	if (next == end) {
		in->bytes.bad = true;
		return;
	}
	switch (*next++) {
	case FACT_NULL << 1:
		break;
	case FACT_BOOLEAN << 1:
		next++;
		break;
	case FACT_DOUBLE << 1:
		next += 8;
		break;
	case FACT_LONG << 1:
	case FACT_SEALED_AGAIN << 1:
	case FACT_HASHED_AGAIN << 1:
		next = over_varint(next, end);
		break;
	default:
		reading_event_value(in, dataset, field, false, &unused);
		return;
	}
	if (next > end)
		in->bytes.bad = true;
	else
		in->bytes.next = next;
}

static void
walk_values(struct block_reading *in, const struct read_shape *shape)
{
	uint32_t i;

	for (i = 0; i < shape->field_count && !in->bytes.bad; i++) {
		walk_value(in, shape->dataset, shape->fields[i]);
		walk_value(in, shape->dataset, shape->fields[i]);
	}
}

static void
give_values(struct block_projector *projector, const struct read_shape *shape,
    const struct wanted *wanted, struct given *given)
{
	struct block_reading *in = &projector->in;
	struct event *event = &given->record.event;
	uint32_t i;

	event->change_count = wanted->projection.change_count;
	memory_grow(
	    &given->changes, &given->change_capacity, event->change_count, sizeof(struct change));
	event->changes = given->changes;
	for (i = 0; i < shape->field_count && !in->bytes.bad; i++) {
		uint32_t into = wanted->into[i];

		walk_value(in, shape->dataset, shape->fields[i]);
		if (into == UNWANTED) {
			walk_value(in, shape->dataset, shape->fields[i]);
			continue;
		}
		event->changes[into].field = shape->fields[i];
		reading_event_value(
		    in, shape->dataset, shape->fields[i], true, &event->changes[into].new_value);
	}
}

static void
take_values(struct block_projector *projector, const struct read_shape *shape,
    const struct wanted *wanted, struct given *given)
{
	struct block_reading *in = &projector->in;
	uint64_t count = reading_values_begin(in, shape);

	if (wanted->into)
		give_values(projector, shape, wanted, given);
	else
		walk_values(in, shape);
	reading_array_end(in, count);
}

static void
take_event(struct block_projector *projector)
{
	struct block_reading *in = &projector->in;
	struct given *given = &projector->given[projector->under_way];
	struct record *record = &given->record;
	struct event *event = &record->event;
	const struct read_shape *shape;
	const struct read_origin *read;
	const struct wanted *wanted;
	struct text entity;

	reading_place(in, record);
	reading_payload(in, record);
	record->payload_sha256 = NULL;
	event->time_ms = reading_time(in);
	take_unchecked_string(&in->bytes);
	entity = take_unchecked_string(&in->bytes);
	shape = reading_shape(in);
	read = shape ? reading_origin(in) : NULL;
	if (!read)
		return;
	wanted = wanted_of(projector, shape);
	event->entity = wanted->projection.entity ? entity : TEXT_NONE;
	if (!text_is_utf8(event->entity))
		reading_refuse(in, "an entity that is no UTF-8");
	event->change_count = 0;
	record->origin = read->origin;
	event->team = read->event_team;
	event->dataset = shape->dataset;
	event->op = shape->op;
	event->system = shape->system;
	event->channel = shape->channel;
	take_values(projector, shape, wanted, given);
	if (in->bytes.bad)
		return;
	projector->under_way =
	    projector->under_way < projector->options.lasting ? projector->under_way + 1 : 0;
	projector->stopped = !projector->options.event(
	    projector->options.context, in->object, record, wanted->projection.mine, in->err);
}

static void
take_relayed(struct block_projector *projector)
{
	reading_upstream(&projector->in, false);
	if (!projector->in.bytes.bad)
		take_event(projector);
}

/* --- blocks ---------------------------------------------------------------------------- */

static void
take_other(struct block_projector *projector, unsigned object)
{
	const struct block_projector_options *options = &projector->options;
	struct record record = {.kind = reading_kind(object)};

	reading_other(&projector->in, &record);
	if (projector->in.bytes.bad)
		return;
	if (record.kind == RECORD_NOTE) {
		projector->stopped = !options->note(
		    options->context, projector->in.object, &record, projector->in.err);
		projector->asked++;
	} else if (options->other) {
		projector->stopped = !options->other(
		    options->context, projector->in.object, &record, projector->in.err);
	}
}

/* Marks end the records: nothing behind them is looked at. */
static bool
take_object(struct block_projector *projector)
{
	struct block_reading *in = &projector->in;
	unsigned object = take_branch(&in->bytes, OBJECT_COUNT);

	if (in->bytes.bad)
		reading_refuse(in, "no object that this format has");
	else if (object == OBJECT_MARK)
		return false;
	else if (object == OBJECT_RELAYED)
		take_relayed(projector);
	else if (object == OBJECT_EVENT)
		take_event(projector);
	else
		take_other(projector, object);
	if (in->bytes.bad)
		reading_refuse(in, "malformed or cut short before byte %td of the block",
		    in->bytes.next - in->start);
	return !in->bytes.bad && !projector->stopped;
}

bool
block_project(struct block_projector *projector, struct text body, uint32_t objects, uint32_t end,
    struct error *err)
{
	struct block_reading *in = &projector->in;
	struct error why = {0};

	if (objects > 2 * BLOCK_RECORDS_MAX || objects > body.size)
		return error_set(err, ERROR_DAMAGED, "%u objects in %zu bytes", objects, body.size);
	arena_reset(&projector->arena);
	reading_begin(in, body, &why);
	projector->asked++;
	projector->stopped = false;
	if (end > BLOCK_RECORDS_MAX)
		end = BLOCK_RECORDS_MAX;
	while (in->object < objects && in->object < end && take_object(projector))
		in->object++;
	return why.kind == ERROR_NONE || error_set(err, why.kind, "%s", why.text);
}
