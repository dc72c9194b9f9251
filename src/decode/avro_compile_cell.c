/* SPDX-License-Identifier: Apache-2.0 */
/* How a value that is one cell fills it: by its kind, or by its logical type. */
#include "avro_compile.h"

enum plan_op
plan_op_of(enum avro_kind kind)
{
	static const enum plan_op plain[] = {PLAN_NULL, PLAN_BOOLEAN, PLAN_INT, PLAN_LONG,
	    PLAN_FLOAT, PLAN_DOUBLE, PLAN_TEXT, PLAN_TEXT};

	return plain[kind];
}

/* How many of a moment's units are in a millisecond; 0: it is no moment. */
static uint32_t
units_of(enum avro_logical logical)
{
	switch (logical) {
	case AVRO_LOGICAL_TIMESTAMP_MILLIS:
		return 1;
	case AVRO_LOGICAL_TIMESTAMP_MICROS:
		return 1000;
	case AVRO_LOGICAL_TIMESTAMP_NANOS:
		return 1000000;
	default:
		return 0;
	}
}

static void
cell_of_fixed(const struct avro_node *node, struct plan_step *step)
{
	step->a = node->size_bytes;
	step->b = node->scale;
	if (node->logical == AVRO_LOGICAL_DECIMAL)
		step->op = PLAN_DECIMAL_FIXED;
	else
		step->op = node->logical == AVRO_LOGICAL_UUID ? PLAN_UUID_FIXED : PLAN_FIXED;
}

void
plan_compile_cell(
    struct plan *plan, uint32_t place, const struct avro_node *node, const struct want *want)
{
	struct plan_step step = {
	    .base = (uint16_t)want->base, .offset = want->offset, .b = node->scale};

	if (node->kind == AVRO_KIND_ENUM) {
		step.op = PLAN_SYMBOL;
		step.a = node->count;
		step.symbols = node->symbols;
	} else if (node->kind == AVRO_KIND_FIXED)
		cell_of_fixed(node, &step);
	else if (node->logical == AVRO_LOGICAL_DECIMAL)
		step.op = PLAN_DECIMAL;
	else if (node->logical == AVRO_LOGICAL_DATE)
		step.op = PLAN_DATE;
	else if ((step.a = units_of(node->logical)))
		step.op = PLAN_TIME;
	else
		step.op = (uint16_t)plan_op_of(node->kind);
	plan_emit(plan, place, step);
}
