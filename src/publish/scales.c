/* SPDX-License-Identifier: Apache-2.0 */
#include "scales.h"

struct scale_of {
	uint32_t subject; /* 0: not known yet */
	bool asked;       /* of this batch: what follows holds */
	bool changes;     /* within the batch */
	double scale;
};

void
scales_fini(struct scales *scales)
{
	memory_free(scales->items);
	*scales = (struct scales){0};
}

void
scales_forget(struct scales *scales)
{
	if (scales->capacity)
		memset(scales->items, 0, scales->capacity * sizeof(*scales->items));
}

void
scales_begin(struct scales *scales)
{
	size_t i;

	for (i = 0; i < scales->capacity; i++)
		scales->items[i].asked = false;
}

static struct scale_of *
item_of(struct scales *scales, uint32_t feature)
{
	size_t before = scales->capacity;

	memory_grow(&scales->items, &scales->capacity, (size_t)feature + 1, sizeof(*scales->items));
	if (scales->capacity > before)
		memset(scales->items + before, 0,
		    (scales->capacity - before) * sizeof(*scales->items));
	return &scales->items[feature];
}

/* In force at a record, and since when. */
static bool
ask(struct catalog *catalog, const struct scale_of *item, uint64_t record, double *scale,
    uint64_t *since, struct error *err)
{
	struct catalog_scale row;
	bool found = false;

	if (item->subject && !catalog_scale_at(catalog, item->subject, record, &row, &found, err))
		return false;
	*scale = found ? row.scale : 0;
	*since = found ? row.record : 0;
	return true;
}

bool
scales_at(struct scales *scales, struct catalog *catalog, const struct lineage *lineage,
    uint32_t feature, uint64_t record, uint64_t first, uint64_t end, double *scale,
    struct error *err)
{
	struct scale_of *item = item_of(scales, feature);
	uint64_t since;
	bool found;

	if (!item->subject &&
	    !catalog_subject(catalog, MOVEMENT_FEATURE, lineage->features[feature].name,
		&item->subject, &found, err))
		return false;
	if (!item->asked) {
		if (!ask(catalog, item, end - 1, &item->scale, &since, err))
			return false;
		item->changes = since > first;
		item->asked = true;
	}
	*scale = item->scale;
	return !item->changes || ask(catalog, item, record, scale, &since, err);
}
