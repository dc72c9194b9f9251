/* SPDX-License-Identifier: Apache-2.0 */
/* What one event's receipt needs of the sums of movement. */
#include "moved_inside.h"

#include "catalog/movement.h"

#define DAY_MS INT64_C(86400000)

bool
inquiry_scale_at(
    struct inquiry *inquiry, struct text feature, uint64_t record, double *scale, struct error *err)
{
	struct catalog_scale row;
	uint32_t subject;
	bool found;

	*scale = 0;
	if (!catalog_subject(inquiry->catalog, MOVEMENT_FEATURE, feature, &subject, &found, err))
		return false;
	if (!found)
		return true;
	if (!catalog_scale_at(inquiry->catalog, subject, record, &row, &found, err))
		return false;
	if (found)
		*scale = row.scale;
	return true;
}

static bool
take_total(void *context, const struct catalog_movement_day *day)
{
	*(double *)context = day->total;
	return true;
}

bool
inquiry_day_total(struct inquiry *inquiry, enum movement_kind kind, struct text name,
    int64_t time_ms, double *total, struct error *err)
{
	int64_t day = inquiry_floor(time_ms, DAY_MS);
	uint32_t subject;
	bool found;

	*total = 0;
	if (!catalog_subject(inquiry->catalog, kind, name, &subject, &found, err))
		return false;
	return !found ||
	    catalog_movement_days(
		inquiry->catalog, subject, day, day, false, take_total, total, err);
}
