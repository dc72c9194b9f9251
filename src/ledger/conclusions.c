/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The writer of conclusions.avsc, compiled by hand, and beside it the leaves of
 * the same conclusions. Events of one trace class have one shape mostly, so a
 * shape is found again by its words: epoch, features with their status, models.
 */
#include <assert.h>

#include "conclusion_wire.h"

#define SHAPE_SLOTS 2048 /* twice the conclusions of a block */
#define BODY_BYTES_FULL ((size_t)1 << 20)
#define SPARE_BYTES_MAX (4 * BODY_BYTES_FULL)

struct kept_shape {
	uint64_t hash;
	size_t at; /* in words */
	uint32_t word_count;
};

struct conclusion_builder {
	struct conclusion_block *block; /* NULL: nothing was added since the last finish */
	struct conclusion_block *spare;
	size_t body_bytes, leaf_bytes; /* of the block before: what the next one reserves */
	uint32_t serial;               /* of the block, from 1 */
	uint32_t shape_count, influence_count;
	uint32_t counted; /* of the conclusion under way: influences with numbers */
	size_t word_count, word_capacity;
	uint64_t *words;
	struct kept_shape shapes[CONCLUSIONS_MAX];
	struct {
		uint32_t serial, shape;
	} slots[SHAPE_SLOTS];
};

struct conclusion_builder *
conclusion_builder_open(void)
{
	return memory_get(sizeof(struct conclusion_builder));
}

void
conclusion_builder_close(struct conclusion_builder *builder)
{
	if (!builder)
		return;
	conclusion_block_free(builder->block);
	conclusion_block_free(builder->spare);
	memory_free(builder->words);
	memory_free(builder);
}

void
conclusion_block_free(struct conclusion_block *block)
{
	if (!block)
		return;
	buffer_fini(&block->body);
	buffer_fini(&block->leaves);
	memory_free(block);
}

uint32_t
conclusion_builder_count(const struct conclusion_builder *builder)
{
	return builder->block ? builder->block->records : 0;
}

bool
conclusion_builder_full(const struct conclusion_builder *builder)
{
	const struct conclusion_block *block = builder->block;

	return block &&
	    (block->records == CONCLUSIONS_MAX || block->body.size > BODY_BYTES_FULL ||
		builder->influence_count > INFLUENCES_FULL);
}

void
conclusion_builder_reuse(struct conclusion_builder *builder, struct conclusion_block *block)
{
	if (!block)
		return;
	if (builder->spare || block->body.capacity + block->leaves.capacity > SPARE_BYTES_MAX) {
		conclusion_block_free(block);
		return;
	}
	block->body.size = block->leaves.size = 0;
	block->records = 0;
	builder->spare = block;
}

static void
begin_block(struct conclusion_builder *builder)
{
	struct conclusion_block *block = builder->spare;

	builder->spare = NULL;
	if (!block)
		block = memory_get(sizeof(*block));
	/* A quarter more than the block before took: rarely grown again. */
	buffer_reserve(&block->body, builder->body_bytes + builder->body_bytes / 4);
	buffer_reserve(&block->leaves, builder->leaf_bytes + builder->leaf_bytes / 4);
	builder->block = block;
	builder->serial++;
	builder->shape_count = builder->influence_count = 0;
	builder->word_count = 0;
}

/* Behind the words in use: those of the conclusion. Returns how many. */
static uint32_t
spell(struct conclusion_builder *builder, const struct conclusion *conclusion, uint64_t *hash)
{
	const struct influences *in = &conclusion->influences;
	uint32_t count = 2 + in->count + in->score_count, i;
	uint64_t *word, mixed = 0;

	memory_grow(&builder->words, &builder->word_capacity, builder->word_count + count,
	    sizeof(uint64_t));
	word = builder->words + builder->word_count;
	*word++ = (uint64_t)conclusion->epoch << 32 | in->count;
	*word++ = in->score_count;
	builder->counted = 0;
	for (i = 0; i < in->count; i++) {
		*word++ = (uint64_t)in->items[i].feature << 32 | in->items[i].status;
		builder->counted += is_counted(in->items[i].status);
	}
	for (i = 0; i < in->score_count; i++)
		*word++ = in->scores[i].model;
	for (i = 0; i < count; i++)
		mixed = ((mixed << 5 | mixed >> 59) ^ builder->words[builder->word_count + i]) *
		    UINT64_C(0x9e3779b97f4a7c15);
	*hash = mixed;
	return count;
}

static bool
is_shape(const struct conclusion_builder *builder, uint32_t number, uint64_t hash, uint32_t count)
{
	const struct kept_shape *shape = &builder->shapes[number];

	return shape->hash == hash && shape->word_count == count &&
	    memcmp(builder->words + shape->at, builder->words + builder->word_count,
		count * sizeof(uint64_t)) == 0;
}

/* Its number; one above the last: it is new. */
static uint32_t
find_shape(struct conclusion_builder *builder, const struct conclusion *conclusion)
{
	uint64_t hash;
	uint32_t count = spell(builder, conclusion, &hash), slot = (uint32_t)(hash >> 53);

	for (;; slot = (slot + 1) % SHAPE_SLOTS) {
		if (builder->slots[slot].serial != builder->serial)
			break;
		if (is_shape(builder, builder->slots[slot].shape, hash, count))
			return builder->slots[slot].shape;
	}
	builder->slots[slot].serial = builder->serial;
	builder->slots[slot].shape = builder->shape_count;
	builder->shapes[builder->shape_count] =
	    (struct kept_shape){hash, builder->word_count, count};
	builder->word_count += count;
	return builder->shape_count;
}

static uint8_t *
put_new_shape(uint8_t *p, const struct conclusion *conclusion)
{
	const struct influences *in = &conclusion->influences;
	uint32_t i;

	*p++ = branch(REFERENCE_NEW);
	p = put_long(p, conclusion->epoch);
	p = put_long(p, in->count);
	for (i = 0; i < in->count; i++) {
		p = put_long(p, in->items[i].feature);
		*p++ = branch(in->items[i].status);
	}
	*p++ = 0;
	if (in->score_count)
		p = put_long(p, in->score_count);
	for (i = 0; i < in->score_count; i++)
		p = put_long(p, in->scores[i].model);
	*p++ = 0;
	return p;
}

static uint8_t *
put_shape(uint8_t *p, struct conclusion_builder *builder, const struct conclusion *conclusion)
{
	uint32_t number = find_shape(builder, conclusion);

	if (number == builder->shape_count) {
		builder->shape_count++;
		return put_new_shape(p, conclusion);
	}
	*p++ = branch(REFERENCE_NUMBER);
	return put_long(p, number);
}

static uint8_t *
put_values(uint8_t *p, const struct conclusion_builder *builder, const struct influences *in)
{
	uint32_t i;

	if (builder->counted)
		p = put_long(p, (int64_t)builder->counted * 2);
	for (i = 0; i < in->count; i++)
		if (is_counted(in->items[i].status))
			p = put_pair(p, &in->items[i]);
	*p++ = 0;
	return p;
}

/* The end of the object: scores, and no check yet. */
static uint8_t *
put_end(uint8_t *p, const struct influences *in)
{
	uint32_t i;

	if (in->score_count)
		p = put_long(p, (int64_t)in->score_count * 2);
	for (i = 0; i < in->score_count; i++) {
		p = put_double(p, in->scores[i].before);
		p = put_double(p, in->scores[i].movement);
	}
	*p++ = 0;
	*p++ = branch(OPTION_NULL);
	return p;
}

static size_t
body_room(const struct influences *in)
{
	return 8 * LONG_BYTES + (size_t)in->count * (LONG_BYTES + 1 + 2 * MOVED_BYTES) +
	    (size_t)in->score_count * (LONG_BYTES + 16);
}

bool
conclusion_builder_takes(
    const struct conclusion_builder *builder, const struct conclusion *conclusion)
{
	const struct conclusion_block *block = builder->block;
	const struct influences *in = &conclusion->influences;

	return !block ||
	    (block->records < CONCLUSIONS_MAX &&
		builder->influence_count + in->count <= INFLUENCES_MAX &&
		block->body.size + body_room(in) + 8 <= BLOCK_BYTES_MAX);
}

void
conclusion_builder_add(struct conclusion_builder *builder, const struct conclusion *conclusion)
{
	const struct influences *in = &conclusion->influences;
	struct conclusion_block *block;
	uint8_t *body, *leaf;

	assert(conclusion_builder_takes(builder, conclusion));
	assert(in->count && in->count <= CONCLUSION_INFLUENCES_MAX &&
	    in->score_count <= CONCLUSION_INFLUENCES_MAX && conclusion->record <= INT64_MAX);
	if (!builder->block)
		begin_block(builder);
	block = builder->block;
	assert(!block->records || conclusion->record > block->last_fact);
	if (!block->records)
		block->first_fact = conclusion->record;
	body = wire_room(&block->body, body_room(in));
	leaf = wire_room(&block->leaves, leaf_room(in));
	body = put_long(body,
	    (int64_t)(block->records ? conclusion->record - block->last_fact : conclusion->record));
	body = put_shape(body, builder, conclusion);
	wire_done(&block->body, put_end(put_values(body, builder, in), in));
	wire_done(&block->leaves, put_leaf(leaf, conclusion));
	builder->influence_count += in->count;
	block->last_fact = conclusion->record;
	block->leaf_ends[block->records++] = (uint32_t)block->leaves.size;
}

struct conclusion_block *
conclusion_builder_finish(struct conclusion_builder *builder)
{
	struct conclusion_block *block = builder->block;
	struct buffer *body;

	if (!block)
		return NULL;
	/* The last one has a check in place of none. */
	body = &block->body;
	body->size--;
	buffer_reserve(body, 1 + sizeof(uint64_t));
	body->data[body->size] = branch(OPTION_SOME);
	put_identity(body->data + body->size + 1, digest_identity(buffer_text(body)));
	body->size += 1 + sizeof(uint64_t);
	builder->body_bytes = body->size;
	builder->leaf_bytes = block->leaves.size;
	builder->block = NULL;
	return block;
}
