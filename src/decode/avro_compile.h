/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From types to steps. The compiling functions call each other along wanted
 * paths, at most PLAN_SEGMENTS_MAX names deep, and through unfolded small
 * types; whatever else is not wanted becomes one walk of base/avro_walk.h.
 * Private to decode.
 */
#ifndef DYETRACE_DECODE_AVRO_COMPILE_H
#define DYETRACE_DECODE_AVRO_COMPILE_H

#include "avro_steps.h"
#include "avro_wants.h"

/* The steps that read what is wanted of a value of a type. */
void
plan_compile(struct plan *plan, uint32_t place, const struct avro_node *node, struct wants wants);
/* The steps that pass over it (avro_compile_skip.c). */
void plan_skip(struct plan *plan, uint32_t place, const struct avro_node *node);

/* One value to one cell (avro_compile_cell.c). */
void plan_compile_cell(
    struct plan *plan, uint32_t place, const struct avro_node *node, const struct want *want);
/* How a value of a kind without a logical type fills a cell; null up to string. */
enum plan_op plan_op_of(enum avro_kind kind);

/* Unions (avro_compile_union.c). null: the branch that is null, of two. */
void plan_compile_nullable(struct plan *plan, uint32_t place, const struct avro_node *node,
    uint32_t null, struct wants wants);
/* A union of plain values, all for one cell, as a step of its own; false: it is not one. */
bool plan_compile_plain_union(
    struct plan *plan, uint32_t place, const struct avro_node *node, struct wants wants);
void plan_compile_union(
    struct plan *plan, uint32_t place, const struct avro_node *node, struct wants wants);

/* What is read item by item (avro_compile_loop.c). */
void plan_compile_map(
    struct plan *plan, uint32_t place, const struct avro_node *node, struct wants wants);
void plan_compile_list(struct plan *plan, uint32_t place, const struct avro_node *node);

/* The branch of a union of two that is null, 2 if it is no such union. */
static inline uint32_t
plan_null_of_two(const struct avro_node *node)
{
	if (node->kind != AVRO_KIND_UNION || node->count != 2)
		return 2;
	if (node->inside[0]->kind == AVRO_KIND_NULL)
		return 0;
	return node->inside[1]->kind == AVRO_KIND_NULL ? 1 : 2;
}

static inline bool
plan_is_text(const struct avro_node *node)
{
	return node->kind == AVRO_KIND_STRING || node->kind == AVRO_KIND_BYTES;
}

static inline bool
plan_is_single(const struct avro_node *node)
{
	return node->kind != AVRO_KIND_RECORD && node->kind < AVRO_KIND_ARRAY;
}

#endif
