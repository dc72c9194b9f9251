/* SPDX-License-Identifier: Apache-2.0 */
/* The objects of a block, from bytes that may be anything. */
#include "reading.h"

/* The changes of a record that nobody wants: what they write first is kept for later ones. */
static void
walk_changes(struct block_reading *in, const struct read_shape *shape)
{
	struct value unused;
	uint32_t i;

	for (i = 0; i < shape->field_count && !in->bytes.bad; i++) {
		reading_event_value(in, shape->dataset, shape->fields[i], false, &unused);
		reading_event_value(in, shape->dataset, shape->fields[i], false, &unused);
	}
}

static void
give_changes(struct block_reading *in, const struct read_shape *shape, struct event *event)
{
	uint32_t i;

	event->change_count = shape->field_count;
	event->changes = arena_get(in->arena, shape->field_count * sizeof(struct change));
	for (i = 0; i < shape->field_count && !in->bytes.bad; i++) {
		struct change *change = &event->changes[i];

		change->field = shape->fields[i];
		reading_event_value(in, shape->dataset, change->field, true, &change->old_value);
		reading_event_value(in, shape->dataset, change->field, true, &change->new_value);
	}
}

static void
take_changes(struct block_reading *in, const struct read_shape *shape, struct event *event)
{
	uint64_t count = reading_values_begin(in, shape);

	if (in->bytes.bad)
		return;
	if (reading_gives(in))
		give_changes(in, shape, event);
	else
		walk_changes(in, shape);
	reading_array_end(in, count);
}

static void
take_event(struct block_reading *in, struct record *record)
{
	struct event *event = &record->event;
	const struct read_shape *shape;
	const struct read_origin *read;

	reading_place(in, record);
	reading_payload(in, record);
	event->time_ms = reading_time(in);
	event->id = reading_keep(in, take_optional_string(&in->bytes));
	event->entity = reading_keep(in, take_optional_string(&in->bytes));
	shape = reading_shape(in);
	read = shape ? reading_origin(in) : NULL;
	if (!read)
		return;
	record->origin = read->origin;
	event->dataset = shape->dataset;
	event->op = shape->op;
	event->system = shape->system;
	event->channel = shape->channel;
	event->team = read->event_team;
	take_changes(in, shape, event);
}

static void
take_content(struct block_reading *in, struct block_mark *mark)
{
	struct text content = reader_take(&in->bytes, SHA256_SAVED_BYTES);

	if (content.data)
		memcpy(mark->content, content.data, SHA256_SAVED_BYTES);
}

#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
#define FUZZING true
#else
#define FUZZING false
#endif

/* No leaf covers a mark, and a flipped bit still inflates: the catalog that is rebuilt from it would be wrong. */
static void
compare_check(struct block_reading *in)
{
	const uint8_t *from = in->vouched, *to = in->bytes.next;
	uint64_t check = reader_u64(&in->bytes);

	in->vouched = in->bytes.next;
	if (in->bytes.bad || FUZZING)
		return;
	if (check != digest_identity((struct text){(const char *)from, (size_t)(to - from)}))
		reading_refuse(in, "bytes %td to %td of the block are not those that were written",
		    from - in->start, to - in->start);
}

static void
take_mark(struct block_reading *in, struct block_mark *mark)
{
	const struct read_partition *at = reading_partition(in);

	*mark = (struct block_mark){0};
	if (!at)
		return;
	mark->source = at->source;
	mark->name = at->name;
	mark->incarnation = at->incarnation;
	mark->ended = take_boolean(&in->bytes);
	mark->start = (int64_t)take_count(&in->bytes, INT64_MAX);
	mark->next_offset = (int64_t)take_count(&in->bytes, INT64_MAX);
	mark->next_byte = (int64_t)take_count(&in->bytes, INT64_MAX);
	mark->has_first = take_branch(&in->bytes, 2) == OPTION_SOME;
	if (mark->has_first)
		mark->first_payload = reader_u64(&in->bytes);
	mark->recorded = (int64_t)take_count(&in->bytes, INT64_MAX);
	mark->quarantined = (int64_t)take_count(&in->bytes, INT64_MAX);
	mark->filtered = (int64_t)take_count(&in->bytes, INT64_MAX);
	mark->gaps = (int64_t)take_count(&in->bytes, INT64_MAX);
	mark->max_time_ms =
	    take_branch(&in->bytes, 2) == OPTION_NULL ? TIME_NONE : take_long(&in->bytes);
	take_content(in, mark);
	compare_check(in);
}

static void
take_record(struct block_reading *in, unsigned object, struct block_content *content)
{
	struct record *record = &content->records[content->record_count];

	if (content->mark_count) {
		reading_refuse(in, "a record behind a mark");
		return;
	}
	if (content->record_count == BLOCK_RECORDS_MAX) {
		reading_refuse(in, "more than %d records", BLOCK_RECORDS_MAX);
		return;
	}
	*record = (struct record){.kind = reading_kind(object)};
	content->record_count++;
	if (object == OBJECT_RELAYED)
		record->event.upstream = reading_upstream(in, reading_gives(in));
	if (record->kind == RECORD_EVENT)
		take_event(in, record);
	else
		reading_other(in, record);
}

static void
take_object(struct block_reading *in, struct block_content *content)
{
	unsigned object = take_branch(&in->bytes, OBJECT_COUNT);

	if (in->bytes.bad)
		reading_refuse(in, "no object that this format has");
	else if (object == OBJECT_MARK && in->wanted != EVERY_RECORD)
		reading_refuse(in, "a mark, where a record is wanted");
	else if (object == OBJECT_MARK)
		take_mark(in, &content->marks[content->mark_count++]);
	else
		take_record(in, object, content);
	if (in->bytes.bad)
		reading_refuse(in, "malformed or cut short before byte %td of the block",
		    in->bytes.next - in->start);
}

/* Room for what the objects may be: each is a record or a mark of a partition. */
static bool
make_room(struct block_reading *in, uint32_t objects, struct block_content *content)
{
	uint32_t most = objects < BLOCK_RECORDS_MAX ? objects : BLOCK_RECORDS_MAX;

	if (objects > 2 * BLOCK_RECORDS_MAX || objects > reader_left(&in->bytes))
		return error_set(in->err, ERROR_DAMAGED, "%u objects in %zu bytes", objects,
		    reader_left(&in->bytes));
	content->records = arena_get(in->arena, most * sizeof(struct record));
	content->marks = arena_get(in->arena, objects * sizeof(struct block_mark));
	return true;
}

bool
block_read(struct text body, uint32_t objects, struct symbols *names, const struct keys *keys,
    struct arena *arena, struct block_content *content, struct error *err)
{
	struct block_reading in = {
	    .bytes = reader_of(body),
	    .wanted = EVERY_RECORD,
	    .names = names,
	    .keys = keys,
	    .arena = arena,
	    .err = err,
	};

	in.start = in.vouched = in.bytes.next;
	*content = (struct block_content){0};
	if (!make_room(&in, objects, content))
		return false;
	for (; in.object < objects && !in.bytes.bad; in.object++)
		take_object(&in, content);
	if (!in.bytes.bad && reader_left(&in.bytes))
		reading_refuse(&in, "%zu bytes behind the last one", reader_left(&in.bytes));
	reading_fini(&in);
	return !in.bytes.bad;
}

static const struct upstream *
copy_upstream(const struct upstream *upstream, struct arena *arena)
{
	struct upstream *copy = arena_get(arena, sizeof(*copy));
	size_t i;

	for (i = 0; i < UPSTREAM_TAG_COUNT; i++)
		copy->tags[i] = arena_text(arena, upstream->tags[i]);
	return copy;
}

/* What a record borrows from the block's bytes. */
static void
copy_texts(struct record *record, struct arena *arena)
{
	struct text *const texts[] = {&record->source, &record->partition, &record->reason,
	    &record->detail, &record->event.id, &record->event.entity};
	size_t i;

	for (i = 0; i < ARRAY_COUNT(texts); i++)
		*texts[i] = arena_text(arena, *texts[i]);
	if (record->event.upstream)
		record->event.upstream = copy_upstream(record->event.upstream, arena);
	if (record->payload_sha256)
		record->payload_sha256 =
		    memcpy(arena_get(arena, SHA256_BYTES), record->payload_sha256, SHA256_BYTES);
}

bool
block_read_one(struct text body, uint32_t objects, uint32_t number, struct symbols *names,
    const struct keys *keys, struct arena *arena, struct record *record, struct error *err)
{
	struct block_reading in = {
	    .bytes = reader_of(body),
	    .wanted = number,
	    .names = names,
	    .keys = keys,
	    .arena = arena,
	    .err = err,
	};
	struct block_content content = {.records = record};

	in.start = in.vouched = in.bytes.next;
	if (number >= objects || number >= BLOCK_RECORDS_MAX)
		return error_set(err, ERROR_DAMAGED, "record %u of %u objects", number, objects);
	for (; in.object <= number && !in.bytes.bad; in.object++) {
		content.record_count = 0;
		take_object(&in, &content);
	}
	if (!in.bytes.bad)
		copy_texts(record, arena);
	reading_fini(&in);
	return !in.bytes.bad;
}
