/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a record, as every reader of blocks takes them. */
#include "reading.h"

static int64_t
take_difference(struct block_reading *in, int64_t *before)
{
	*before = wrapping_add(*before, take_long(&in->bytes));
	return *before;
}

int64_t
reading_time(struct block_reading *in)
{
	int64_t time_ms = take_difference(in, &in->time_ms);

	if (time_ms < TIME_MIN || time_ms > TIME_MAX)
		reading_refuse(in, "an event time out of range");
	return time_ms;
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

void
reading_payload(struct block_reading *in, struct record *record)
{
	struct text digest;

	if (take_branch(&in->bytes, 2) == PAYLOAD_SHA256) {
		digest = reading_keep(in, reader_take(&in->bytes, SHA256_BYTES));
		record->payload_sha256 = (const uint8_t *)digest.data;
	} else if (record->kind != RECORD_FILTERED) {
		record->payload = reader_u64(&in->bytes);
	}
}

void
reading_place(struct block_reading *in, struct record *record)
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

void
reading_event_value(
    struct block_reading *in, uint32_t dataset, uint32_t field, bool gives, struct value *value)
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
	if (!read || !gives)
		return;
	plain = open ? reading_show(in, read) : TEXT_NONE;
	if (plain.data)
		*value = (struct value){VALUE_TEXT, .text = plain};
	else
		*value = (struct value){VALUE_HASHED, .hashed = read->hashed};
}

const struct upstream *
reading_upstream(struct block_reading *in, bool gives)
{
	uint64_t count = reading_array(in, UPSTREAM_TAG_COUNT), i, tag, next = 0;
	struct upstream *upstream = gives ? arena_get_zero(in->arena, sizeof(*upstream)) : NULL;
	struct text text;

	if (!count)
		reading_refuse(in, "no tags of what is upstream, where there are some");
	for (i = 0; i < count && !in->bytes.bad; i++) {
		tag = take_count(&in->bytes, UPSTREAM_TAG_COUNT - 1);
		text = take_string(&in->bytes);
		if (!in->bytes.bad && (tag < next || !text.size)) {
			reading_refuse(in, "tags of what is upstream out of order, or empty");
			return NULL;
		}
		next = tag + 1;
		if (upstream)
			upstream->tags[tag] = reading_keep(in, text);
	}
	reading_array_end(in, count);
	return in->bytes.bad ? NULL : upstream;
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

void
reading_other(struct block_reading *in, struct record *record)
{
	if (record->kind == RECORD_NOTE) {
		record->source_time_ms = TIME_NONE;
		record->count = 1;
		record->reason = reading_keep(in, take_string(&in->bytes));
	} else {
		reading_place(in, record);
		if (record->kind != RECORD_GAP)
			reading_payload(in, record);
		record->reason = take_reason(in);
	}
	record->detail = reading_keep(in, take_optional_string(&in->bytes));
}

uint64_t
reading_values_begin(struct block_reading *in, const struct read_shape *shape)
{
	uint64_t count = reading_array(in, BLOCK_RECORD_CHANGES_MAX * 2);

	if (count != (uint64_t)shape->field_count * 2)
		reading_refuse(
		    in, "%llu values of %u fields", (unsigned long long)count, shape->field_count);
	in->change_count += shape->field_count;
	if (in->change_count > BLOCK_CHANGES_MAX)
		reading_refuse(in, "more than %d changes in one block", BLOCK_CHANGES_MAX);
	return count;
}
