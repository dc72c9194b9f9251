/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Movement added up the plain way: one array for all sums, and the rules of docs/influence.md read
 * word by word. For few subjects, names, actors and days.
 */
#ifndef DYETRACE_TESTS_MOVEMENT_MODEL_H
#define DYETRACE_TESTS_MOVEMENT_MODEL_H

#include "base/spread.h"
#include "model/movement.h"

#define MODEL_SUBJECTS 9
#define MODEL_DAYS 120
#define MODEL_NAMES 8 /* of each kind: 0 is unknown, the last is expiry */
#define MODEL_EXPIRY (MODEL_NAMES - 1)
#define MODEL_ACTORS 40

struct model_sums {
	uint64_t count;
	double magnitude, moved;
};

struct movement_model {
	struct model_sums cells[MODEL_SUBJECTS][MODEL_DAYS][24][MOVEMENT_BY_COUNT][MODEL_NAMES];
	struct model_sums actors[MODEL_SUBJECTS][MODEL_DAYS][MODEL_ACTORS];
	struct spread spreads[MODEL_SUBJECTS][MODEL_DAYS];
	double scales[MODEL_SUBJECTS];
	int64_t first_day;
};

struct model_event {
	int64_t time_ms;
	uint32_t names[3]; /* of team, system, channel */
	uint32_t actor;    /* 0..MODEL_ACTORS */
	uint32_t count;
	struct {
		uint32_t subject, field;
		double moved;
		bool has_value;
		double value;
	} moves[12];
};

void model_clock(struct movement_model *model, int64_t clock_ms);
void model_event(struct movement_model *model, const struct model_event *event);
void model_expiry(struct movement_model *model, uint32_t subject, int64_t moment_ms, double moved);

#endif
