/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a block refers to by number, read from bytes that may be anything: each
 * number is checked against what was written before it, and nothing is
 * allocated that the bytes do not pay for.
 */
#include "reading.h"

#include <stdarg.h>
#include <stdio.h>

void
reading_refuse(struct block_reading *in, const char *format, ...)
{
	char what[256];
	va_list args;

	in->bytes.bad = true;
	if (in->said)
		return;
	in->said = true;
	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	error_set(in->err, ERROR_DAMAGED, "object %u: %s", in->object, what);
}

size_t
reading_number(struct block_reading *in, size_t count, const char *what)
{
	int64_t number = take_long(&in->bytes);

	if (in->bytes.bad)
		return 0;
	if (number < 0 || (uint64_t)number >= count) {
		reading_refuse(in, "%s %lld is referred to, and %zu were written", what,
		    (long long)number, count);
		return 0;
	}
	return (size_t)number;
}

/* The number of a name written here. */
static size_t
new_name(struct block_reading *in)
{
	struct text text = take_string(&in->bytes);

	if (in->bytes.bad)
		return 0;
	memory_grow(&in->symbols, &in->name_capacity, in->name_count + 1, sizeof(uint32_t));
	in->symbols[in->name_count] = symbols_add(in->names, text);
	return in->name_count++;
}

static uint32_t
take_name(struct block_reading *in)
{
	size_t number;

	switch (take_branch(&in->bytes, 3)) {
	case NAME_NUMBER:
		number = reading_number(in, in->name_count, "name");
		break;
	case NAME_NEW:
		number = new_name(in);
		break;
	default:
		return SYMBOL_NONE;
	}
	return in->bytes.bad ? SYMBOL_NONE : in->symbols[number];
}

static struct read_partition *
new_partition(struct block_reading *in)
{
	struct text source = take_string(&in->bytes), name = take_string(&in->bytes);
	uint32_t incarnation = (uint32_t)take_count(&in->bytes, UINT32_MAX);

	if (in->bytes.bad)
		return NULL;
	memory_grow(&in->partitions, &in->partition_capacity, in->partition_count + 1,
	    sizeof(struct read_partition));
	in->partitions[in->partition_count] = (struct read_partition){
	    reading_keep(in, source), reading_keep(in, name), incarnation, 0};
	return &in->partitions[in->partition_count++];
}

struct read_partition *
reading_any_partition(struct block_reading *in)
{
	size_t number;

	if (take_branch(&in->bytes, 2) == REFERENCE_NEW)
		return new_partition(in);
	number = reading_number(in, in->partition_count, "partition");
	return in->bytes.bad ? NULL : &in->partitions[number];
}

/* Whether the shape that is being read has the field already. */
static bool
is_second(struct block_reading *in, uint32_t symbol)
{
	uint32_t shape = (uint32_t)in->shape_count + 1;
	size_t before = in->seen_capacity;
	bool second;

	memory_grow(&in->seen_in, &in->seen_capacity, (size_t)symbol + 1, sizeof(uint32_t));
	if (in->seen_capacity > before)
		memset(in->seen_in + before, 0, (in->seen_capacity - before) * sizeof(uint32_t));
	second = in->seen_in[symbol] == shape;
	in->seen_in[symbol] = shape;
	return second;
}

static uint32_t
take_field(struct block_reading *in)
{
	size_t number = take_branch(&in->bytes, 2) == REFERENCE_NEW
	    ? new_name(in)
	    : reading_number(in, in->name_count, "name");

	if (in->bytes.bad)
		return SYMBOL_NONE;
	if (is_second(in, in->symbols[number]))
		reading_refuse(in, "a shape names a field twice");
	return in->symbols[number];
}

uint64_t
reading_array(struct block_reading *in, uint64_t max)
{
	uint64_t count = take_count(&in->bytes, max);

	/* Each item takes a byte at least. */
	if (count > reader_left(&in->bytes))
		in->bytes.bad = true;
	return in->bytes.bad ? 0 : count;
}

void
reading_array_end(struct block_reading *in, uint64_t count)
{
	if (count && take_long(&in->bytes) != 0)
		in->bytes.bad = true;
}

static struct read_shape *
new_shape(struct block_reading *in)
{
	struct read_shape shape = {0};
	uint32_t i;

	shape.dataset = take_name(in);
	shape.op = take_name(in);
	shape.system = take_name(in);
	shape.channel = take_name(in);
	shape.field_count = (uint32_t)reading_array(in, BLOCK_RECORD_CHANGES_MAX);
	shape.fields = arena_get(in->arena, shape.field_count * sizeof(uint32_t));
	for (i = 0; i < shape.field_count && !in->bytes.bad; i++)
		shape.fields[i] = take_field(in);
	reading_array_end(in, shape.field_count);
	if (in->bytes.bad)
		return NULL;
	memory_grow(
	    &in->shapes, &in->shape_capacity, in->shape_count + 1, sizeof(struct read_shape));
	in->shapes[in->shape_count] = shape;
	return &in->shapes[in->shape_count++];
}

const struct read_shape *
reading_any_shape(struct block_reading *in)
{
	size_t number;

	if (take_branch(&in->bytes, 2) == REFERENCE_NEW)
		return new_shape(in);
	number = reading_number(in, in->shape_count, "shape");
	return in->bytes.bad ? NULL : &in->shapes[number];
}

static void
take_actor(struct block_reading *in, struct pseudonym *actor)
{
	static const struct pseudonym nobody;
	struct text bytes;

	*actor = nobody;
	if (take_branch(&in->bytes, 2) == OPTION_NULL)
		return;
	bytes = reader_take(&in->bytes, PSEUDONYM_BYTES);
	if (in->bytes.bad)
		return;
	memcpy(actor->bytes, bytes.data, PSEUDONYM_BYTES);
	if (memcmp(actor, &nobody, sizeof(nobody)) == 0)
		reading_refuse(in, "an actor of zeros");
}

static struct read_origin *
new_origin(struct block_reading *in)
{
	struct read_origin read = {0};

	take_actor(in, &read.origin.actor);
	read.origin.kind = take_branch(&in->bytes, ACTOR_SERVICE + 1);
	read.origin.team = take_name(in);
	read.origin.event_team = read.event_team = take_name(in);
	read.origin.rule = take_branch(&in->bytes, ORIGIN_RULE_COUNT);
	read.origin.confidence = (uint8_t)take_count(&in->bytes, 100);
	if (in->bytes.bad)
		return NULL;
	memory_grow(
	    &in->origins, &in->origin_capacity, in->origin_count + 1, sizeof(struct read_origin));
	in->origins[in->origin_count] = read;
	return &in->origins[in->origin_count++];
}

const struct read_origin *
reading_any_origin(struct block_reading *in)
{
	size_t number;

	if (take_branch(&in->bytes, 2) == REFERENCE_NEW)
		return new_origin(in);
	number = reading_number(in, in->origin_count, "origin");
	return in->bytes.bad ? NULL : &in->origins[number];
}

/* Shows a sealed text and checks it against its mac. */
static struct text
unseal(struct block_reading *in, const struct read_text *read, size_t number)
{
	struct text hidden = read->hidden;
	const struct text_key *key;
	uint8_t mac[TEXT_MAC_BYTES];
	char *plain;

	if (in->plains) {
		struct text known = text_plains_find(
		    in->plains, read->dataset, read->field, read->hashed.mac, hidden);

		if (known.data)
			return arena_text(in->arena, known);
	}
	if (!in->text_keys)
		in->text_keys = text_keys_open(in->keys, in->names);
	key = text_keys_of(in->text_keys, read->dataset, read->field);
	plain = arena_get(in->arena, hidden.size);
	memcpy(plain, hidden.data, hidden.size);
	if (hidden.size)
		text_key_cipher(key, read->hashed.mac, plain, hidden.size);
	text_key_mac(key, (struct text){plain, hidden.size}, mac);
	if (memcmp(mac, read->hashed.mac, sizeof(mac)) != 0)
		reading_refuse(
		    in, "text %zu does not match its mac: altered, or another store's key", number);
	else if (in->plains)
		text_plains_keep(in->plains, read->dataset, read->field, read->hashed.mac, hidden,
		    (struct text){plain, hidden.size});
	return (struct text){plain, hidden.size};
}

struct text
reading_show(struct block_reading *in, const struct read_text *read)
{
	size_t number = (size_t)(read - in->texts);

	if (in->keys && !read->plain.data)
		in->texts[number].plain = unseal(in, read, number);
	return read->plain;
}

const struct read_text *
reading_new_text(struct block_reading *in, uint32_t dataset, uint32_t field, bool sealed)
{
	struct read_text read = {dataset, field, sealed};
	struct text mac = reader_take(&in->bytes, TEXT_MAC_BYTES), hidden = TEXT_NONE;
	uint64_t size = take_count(&in->bytes, UINT32_MAX);

	if (sealed)
		hidden = reader_take(&in->bytes, size);
	if (in->bytes.bad)
		return NULL;
	memcpy(read.hashed.mac, mac.data, TEXT_MAC_BYTES);
	read.hashed.size = (uint32_t)size;
	read.hidden = hidden;
	memory_grow(&in->texts, &in->text_capacity, in->text_count + 1, sizeof(struct read_text));
	in->texts[in->text_count++] = read;
	return &in->texts[in->text_count - 1];
}

const struct read_text *
reading_sealed_again(struct block_reading *in, uint32_t dataset, uint32_t field)
{
	size_t number = reading_number(in, in->text_count, "text");
	const struct read_text *read;

	if (in->bytes.bad)
		return NULL;
	read = &in->texts[number];
	if (!read->sealed || read->dataset != dataset || read->field != field) {
		reading_refuse(in, "text %zu is not sealed with this field's key", number);
		return NULL;
	}
	return read;
}

const struct read_text *
reading_hashed_again(struct block_reading *in)
{
	size_t number = reading_number(in, in->text_count, "text");

	return in->bytes.bad ? NULL : &in->texts[number];
}

void
reading_begin(struct block_reading *in, struct text body, struct error *err)
{
	in->bytes = reader_of(body);
	in->start = in->vouched = in->bytes.next;
	in->err = err;
	in->said = false;
	in->object = in->change_count = 0;
	in->time_ms = in->source_time_ms = 0;
	in->name_count = in->reason_count = in->partition_count = 0;
	in->shape_count = in->origin_count = in->text_count = 0;
	if (in->seen_capacity)
		memset(in->seen_in, 0, in->seen_capacity * sizeof(uint32_t));
}

void
reading_fini(struct block_reading *in)
{
	memory_free(in->symbols);
	memory_free(in->reasons);
	memory_free(in->partitions);
	memory_free(in->shapes);
	memory_free(in->origins);
	memory_free(in->texts);
	memory_free(in->seen_in);
	text_keys_close(in->text_keys);
}
