/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How large a schema is when each name is replaced by what it names, how deep,
 * and the least bytes of a value. A node is measured when all that it is made
 * of is; only a name of a record that is still open is not, and counts as one
 * type and one byte. That is never too much: between such a record and its own
 * name stands a union, array or map, which takes a byte; or else the record
 * always contains itself and has no value at all.
 */
#include "avro_build.h"

static uint32_t
children(const struct avro_node *node)
{
	return node->kind == AVRO_KIND_ENUM ? 0 : node->count;
}

static const struct avro_node *
child(const struct avro_node *node, uint32_t i)
{
	return node->kind == AVRO_KIND_RECORD ? node->fields[i].type : node->inside[i];
}

static uint64_t
child_min(const struct avro_node *node, uint32_t i)
{
	const struct avro_node *inside = child(node, i);

	return inside->order == AVRO_ORDER_OPEN ? 1 : inside->min_bytes;
}

/* Sums stay far below 2^64: each is a count of at most AVRO_EXPANDED_MAX types
 * of at most AVRO_FIXED_BYTES_MAX bytes. */
static uint64_t
min_of(const struct avro_node *node)
{
	uint64_t min = UINT64_MAX, sum = 0;
	uint32_t i;

	switch (node->kind) {
	case AVRO_KIND_NULL:
		return 0;
	case AVRO_KIND_FLOAT:
		return 4;
	case AVRO_KIND_DOUBLE:
		return 8;
	case AVRO_KIND_FIXED:
		return node->size_bytes;
	case AVRO_KIND_RECORD:
		for (i = 0; i < node->count; i++)
			sum += child_min(node, i);
		return sum;
	case AVRO_KIND_UNION:
		for (i = 0; i < node->count; i++)
			min = child_min(node, i) < min ? child_min(node, i) : min;
		return node->count ? min + 1 : 1;
	default:
		return 1;
	}
}

bool
avro_measure(struct avro_build *build, uint32_t at, struct avro_node *node)
{
	uint32_t i;

	node->expanded = 1;
	node->depth = 1;
	for (i = 0; i < children(node); i++) {
		const struct avro_node *inside = child(node, i);
		bool open = inside->order == AVRO_ORDER_OPEN;
		uint32_t depth = open ? 2 : inside->depth + 1;

		node->expanded += open ? 1 : inside->expanded;
		node->depth = depth > node->depth ? depth : node->depth;
		if (node->expanded > AVRO_EXPANDED_MAX)
			return avro_refuse(build, at, ERROR_LIMIT,
			    "more than %d types when each name is replaced by what it names",
			    AVRO_EXPANDED_MAX);
		if (node->depth > AVRO_DEPTH_MAX)
			return avro_refuse(build, at, ERROR_LIMIT,
			    "types within types deeper than %d", AVRO_DEPTH_MAX);
	}
	node->min_bytes = min_of(node);
	return true;
}
