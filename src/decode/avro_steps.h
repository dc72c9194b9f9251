/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The steps of a plan while they are being made, and the places in a record that
 * they speak of. Private to decode.
 */
#ifndef DYETRACE_DECODE_AVRO_STEPS_H
#define DYETRACE_DECODE_AVRO_STEPS_H

#include "avro_plan.h"

/* A name within a place; gives its number. The first place is the record itself, 0. */
uint32_t plan_place_add(struct plan *plan, uint32_t up, struct text name);
/* Adds a step at a place, to be followed by the next one; gives its number. */
uint32_t plan_emit(struct plan *plan, uint32_t place, struct plan_step step);
/* One more (or a more) of what the step before may be passing over already. */
void plan_emit_more(struct plan *plan, uint32_t place, enum plan_op op, uint32_t a);
/* Something goes on here: no step before is to be lengthened. */
void plan_mark_joint(struct plan *plan);
/* The number of the walk over a whole type. */
uint32_t plan_walk_over(struct plan *plan, const struct avro_node *node);
/* The steps stay where they are from now on. */
void plan_link_steps(struct plan *plan);

#endif
