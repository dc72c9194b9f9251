/* SPDX-License-Identifier: Apache-2.0 */
#include "movement_model.h"

#include <math.h>

#define HOUR 3600000

static int64_t
floor_day(int64_t time_ms)
{
	return (int64_t)floor((double)time_ms / (24.0 * HOUR));
}

void
model_clock(struct movement_model *model, int64_t clock_ms)
{
	int64_t first = floor_day(clock_ms - HOUR);
	int subject;

	for (; model->first_day < first; model->first_day++)
		for (subject = 0; subject < MODEL_SUBJECTS; subject++)
			if (model->spreads[subject][model->first_day].count)
				model->scales[subject] =
				    spread_scale(&model->spreads[subject][model->first_day]);
}

static int64_t
place(const struct movement_model *model, int64_t time_ms, int *hour)
{
	int64_t day = floor_day(time_ms);

	*hour = (int)((time_ms - day * 24 * HOUR) / HOUR);
	if (day < model->first_day) {
		*hour = 0;
		return model->first_day;
	}
	if (day > model->first_day + 15) {
		*hour = 23;
		return model->first_day + 15;
	}
	return day;
}

static void
add(struct model_sums *sums, double moved)
{
	sums->count++;
	sums->magnitude += fabs(moved);
	sums->moved += moved;
}

static void
add_subject(struct movement_model *model, const struct model_event *event, uint32_t subject)
{
	bool touched = false;
	double moved = 0;
	uint32_t i, by;
	int hour;
	int64_t day = place(model, event->time_ms, &hour);

	for (i = 0; i < event->count; i++)
		if (event->moves[i].subject == subject) {
			moved += event->moves[i].moved;
			touched = true;
		}
	if (!touched)
		return;
	for (by = BY_TEAM; by <= BY_CHANNEL; by++)
		add(&model->cells[subject][day][hour][by][event->names[by]], moved);
	add(&model->actors[subject][day][event->actor], moved);
}

void
model_event(struct movement_model *model, const struct model_event *event)
{
	int hour;
	int64_t day = place(model, event->time_ms, &hour);
	uint32_t i;

	for (i = 0; i < MODEL_SUBJECTS; i++)
		add_subject(model, event, i);
	for (i = 0; i < event->count; i++) {
		uint32_t subject = event->moves[i].subject;

		add(&model->cells[subject][day][hour][BY_FIELD][event->moves[i].field],
		    event->moves[i].moved);
		if (event->moves[i].has_value)
			spread_add(&model->spreads[subject][day], event->moves[i].value);
	}
}

void
model_expiry(struct movement_model *model, uint32_t subject, int64_t moment_ms, double moved)
{
	int hour, by;
	int64_t day = place(model, moment_ms, &hour);

	for (by = 0; by < MOVEMENT_BY_COUNT; by++)
		add(&model->cells[subject][day][hour][by][MODEL_EXPIRY], moved);
}
