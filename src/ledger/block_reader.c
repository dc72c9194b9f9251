/* SPDX-License-Identifier: Apache-2.0 */
/* The objects of a block, from bytes that may be anything. */
#include "reading.h"

static int64_t
take_difference(struct block_reading *in, int64_t *before)
{
	*before = wrapping_add(*before, take_long(&in->bytes));
	return *before;
}

static int64_t
take_source_time(struct block_reading *in)
{
	int64_t time_ms;

	if (take_branch(&in->bytes, 2) == OPTION_NULL)
		return TIME_NONE;
	time_ms = take_difference(in, &in->source_time_ms);
	if (time_ms == TIME_NONE)
		reading_refuse(in, "a source time out of range");
	return time_ms;
}

static uint64_t
take_identity(struct block_reading *in)
{
	return reader_u64(&in->bytes);
}

static void
take_payload(struct block_reading *in, struct record *record)
{
	struct text digest;

	if (take_branch(&in->bytes, 2) == PAYLOAD_SHA256) {
		digest = reading_keep(in, reader_take(&in->bytes, SHA256_BYTES));
		record->payload_sha256 = (const uint8_t *)digest.data;
	} else if (record->kind != RECORD_FILTERED) {
		record->payload = take_identity(in);
	}
}

/* partition and skip, and a gap's count */
static void
take_place(struct block_reading *in, struct record *record)
{
	struct read_partition *at = reading_partition(in);

	record->count = 1;
	if (!at)
		return;
	record->source = at->source;
	record->partition = at->name;
	record->incarnation = at->incarnation;
	record->offset = wrapping_add(at->expected, take_long(&in->bytes));
	if (record->kind == RECORD_GAP)
		record->count = take_long(&in->bytes);
	else
		record->replay = take_boolean(&in->bytes);
	if (record->offset < 0 || record->count < 1 || record->count > INT64_MAX - record->offset)
		reading_refuse(in, "an offset out of range");
	else if (!record->replay)
		at->expected = record->offset + record->count;
	record->source_time_ms = take_source_time(in);
}

static void
take_value(struct block_reading *in, uint32_t dataset, uint32_t field, struct value *value)
{
	const struct read_text *read = NULL;
	struct text plain;
	bool open = false;

	*value = (struct value){VALUE_NULL};
	switch (take_branch(&in->bytes, FACT_HASHED_AGAIN + 1)) {
	case FACT_BOOLEAN:
		*value = (struct value){VALUE_BOOLEAN, .boolean = take_boolean(&in->bytes)};
		return;
	case FACT_LONG:
		*value = (struct value){VALUE_LONG, .integer = take_long(&in->bytes)};
		return;
	case FACT_DOUBLE:
		*value = (struct value){VALUE_DOUBLE, .number = take_double(&in->bytes)};
		return;
	case FACT_SEALED:
		read = reading_new_text(in, dataset, field, true);
		open = true;
		break;
	case FACT_HASHED:
		read = reading_new_text(in, dataset, field, false);
		break;
	case FACT_SEALED_AGAIN:
		read = reading_sealed_again(in, dataset, field);
		open = true;
		break;
	case FACT_HASHED_AGAIN:
		read = reading_hashed_again(in);
		break;
	default:
		return;
	}
	if (!read || !reading_gives(in))
		return;
	plain = open ? reading_show(in, read) : TEXT_NONE;
	if (plain.data)
		*value = (struct value){VALUE_TEXT, .text = plain};
	else
		*value = (struct value){VALUE_HASHED, .hashed = read->hashed};
}

/* The changes of a record that nobody wants: what they write first is kept for later ones. */
static void
walk_changes(struct block_reading *in, const struct read_shape *shape)
{
	struct value unused;
	uint32_t i;

	for (i = 0; i < shape->field_count && !in->bytes.bad; i++) {
		take_value(in, shape->dataset, shape->fields[i], &unused);
		take_value(in, shape->dataset, shape->fields[i], &unused);
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
		take_value(in, shape->dataset, change->field, &change->old_value);
		take_value(in, shape->dataset, change->field, &change->new_value);
	}
}

static void
take_changes(struct block_reading *in, const struct read_shape *shape, struct event *event)
{
	uint64_t count = reading_array(in, BLOCK_RECORD_CHANGES_MAX * 2);

	if (count != (uint64_t)shape->field_count * 2)
		reading_refuse(
		    in, "%llu values of %u fields", (unsigned long long)count, shape->field_count);
	in->change_count += shape->field_count;
	if (in->change_count > BLOCK_CHANGES_MAX)
		reading_refuse(in, "more than %d changes in one block", BLOCK_CHANGES_MAX);
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

	take_place(in, record);
	take_payload(in, record);
	event->time_ms = take_difference(in, &in->time_ms);
	if (event->time_ms < TIME_MIN || event->time_ms > TIME_MAX)
		reading_refuse(in, "an event time out of range");
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

static struct text
take_reason(struct block_reading *in)
{
	struct text reason;
	size_t number;

	if (take_branch(&in->bytes, 2) == REFERENCE_NUMBER) {
		number = reading_number(in, in->reason_count, "reason");
		return in->bytes.bad ? TEXT_NONE : in->reasons[number];
	}
	reason = reading_keep(in, take_string(&in->bytes));
	if (in->bytes.bad)
		return TEXT_NONE;
	memory_grow(&in->reasons, &in->reason_capacity, in->reason_count + 1, sizeof(struct text));
	in->reasons[in->reason_count++] = reason;
	return reason;
}

static void
take_other(struct block_reading *in, struct record *record)
{
	if (record->kind == RECORD_NOTE) {
		record->source_time_ms = TIME_NONE;
		record->count = 1;
		record->reason = reading_keep(in, take_string(&in->bytes));
	} else {
		take_place(in, record);
		if (record->kind != RECORD_GAP)
			take_payload(in, record);
		record->reason = take_reason(in);
	}
	record->detail = reading_keep(in, take_optional_string(&in->bytes));
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
	uint64_t check = take_identity(in);

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
		mark->first_payload = take_identity(in);
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
	static const enum record_kind kinds[] = {
	    [OBJECT_EVENT] = RECORD_EVENT,
	    [OBJECT_QUARANTINED] = RECORD_QUARANTINED,
	    [OBJECT_FILTERED] = RECORD_FILTERED,
	    [OBJECT_GAP] = RECORD_GAP,
	    [OBJECT_NOTE] = RECORD_NOTE,
	};
	struct record *record = &content->records[content->record_count];

	if (content->mark_count) {
		reading_refuse(in, "a record behind a mark");
		return;
	}
	if (content->record_count == BLOCK_RECORDS_MAX) {
		reading_refuse(in, "more than %d records", BLOCK_RECORDS_MAX);
		return;
	}
	*record = (struct record){.kind = kinds[object]};
	content->record_count++;
	if (object == OBJECT_EVENT)
		take_event(in, record);
	else
		take_other(in, record);
}

static void
take_object(struct block_reading *in, struct block_content *content)
{
	unsigned object = take_branch(&in->bytes, OBJECT_MARK + 1);

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

/* What a record borrows from the block's bytes. */
static void
copy_texts(struct record *record, struct arena *arena)
{
	struct text *const texts[] = {&record->source, &record->partition, &record->reason,
	    &record->detail, &record->event.id, &record->event.entity};
	size_t i;

	for (i = 0; i < ARRAY_COUNT(texts); i++)
		*texts[i] = arena_text(arena, *texts[i]);
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
