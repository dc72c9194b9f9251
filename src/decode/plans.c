/* SPDX-License-Identifier: Apache-2.0 */
#include "plans.h"

#include "model/reason.h"

static const struct format_reader *const readers[] = {
    [FORMAT_JSON] = &json_reader_format,
    [FORMAT_CSV] = &csv_reader_format,
    [FORMAT_AVRO] = &avro_reader_format,
};

void
plans_fini(struct plans *plans)
{
	size_t i;

	for (i = 0; i < plans->count; i++)
		plans->items[i].reader->close(plans->items[i].plan);
}

/* The place of a plan: a free one, or the one that is next in turn. */
static struct known_plan *
place_for(struct plans *plans)
{
	if (plans->count < PLANS_MAX) {
		plans->last = plans->count++;
	} else {
		plans->last = (plans->last + 1) % PLANS_MAX;
		plans->items[plans->last].reader->close(plans->items[plans->last].plan);
	}
	return &plans->items[plans->last];
}

static struct known_plan *
make(struct plans *plans, const struct message_schema *schema, enum message_format format,
    enum view view)
{
	struct known_plan *known = place_for(plans);

	*known = (struct known_plan){.schema = schema ? schema->id : 0,
	    .kind = plan_kind(format, view),
	    .reader = readers[format]};
	if (format == FORMAT_AVRO && !schema)
		row_problem_set(
		    &known->problem, REASON_AVRO_SCHEMA, "an Avro record without a schema");
	else if (!known->reader->open(schema, &plans->mapping->views[view], plans->changes_max,
		     &known->plan, &known->problem))
		known->plan = NULL;
	return known;
}

struct known_plan *
plans_find(struct plans *plans, const struct message_schema *schema, enum message_format format,
    enum view view)
{
	uint64_t id = schema ? schema->id : 0;
	size_t i;

	for (i = 0; i < plans->count; i++) {
		if (plans->items[i].schema != id || plans->items[i].kind != plan_kind(format, view))
			continue;
		plans->last = i;
		return &plans->items[i];
	}
	return make(plans, schema, format, view);
}
