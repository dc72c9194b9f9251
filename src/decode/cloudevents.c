/* SPDX-License-Identifier: Apache-2.0 */
#include "cloudevents.h"

#include <strings.h>

#include "base/base64.h"
#include "model/reason.h"

/* Whether a media type is this one, whatever its case and parameters. */
static bool
is_type(struct text type, const char *name)
{
	size_t size = strlen(name);

	return type.size >= size && strncasecmp(type.data, name, size) == 0 &&
	    (type.size == size || type.data[size] == ';' || type.data[size] == ' ');
}

static bool
begins(struct text type, const char *with)
{
	size_t size = strlen(with);

	return type.size >= size && strncasecmp(type.data, with, size) == 0;
}

static enum cloudevents_mode
neither(struct text type, struct row_problem *problem)
{
	char shown[NAME_SHOWN_BYTES];

	if (begins(type, "application/cloudevents-batch"))
		row_problem_set(problem, REASON_BATCHED, "%s", "");
	else
		row_problem_set(problem, REASON_ENVELOPE,
		    "content-type %s: the event format is not read, only application/cloudevents+"
		    "json is",
		    text_show(type, NAME_SHOWN, shown, sizeof(shown)));
	return CLOUDEVENTS_NEITHER;
}

enum cloudevents_mode
cloudevents_mode(const struct message *message, struct row_problem *problem)
{
	const struct message_header *type = address_header(message, "content-type");

	if (!type || !begins(type->value, "application/cloudevents"))
		return address_header(message, "ce_specversion") ? CLOUDEVENTS_BINARY
								 : CLOUDEVENTS_STRUCTURED;
	if (is_type(type->value, "application/cloudevents+json") ||
	    is_type(type->value, "application/cloudevents"))
		return CLOUDEVENTS_STRUCTURED;
	return neither(type->value, problem);
}

bool
cloudevents_attributes(const struct mapping *mapping, const struct message *message,
    struct cell *cells, struct row_problem *problem)
{
	size_t i;

	for (i = 0; i < mapping->attribute_count; i++)
		if (!address_fill(&mapping->attributes[i], message, cells, problem))
			return false;
	return true;
}

static bool
lacks(const struct cell *cells, uint32_t cell)
{
	return cells[cell].kind != CELL_TEXT || !cells[cell].text.size;
}

bool
cloudevents_check(
    const struct mapping *mapping, const struct cell *cells, struct row_problem *problem)
{
	const struct cloudevents_cells *known = &mapping->cloudevents;
	const struct {
		uint32_t cell;
		const char *name;
	} needed[] = {{known->id, "id"}, {known->source, "source"}, {known->type, "type"}};
	char shown[NAME_SHOWN_BYTES];
	struct text version;
	size_t i;

	if (lacks(cells, known->specversion))
		return row_problem_set(problem, REASON_ENVELOPE,
		    "neither a CloudEvent's headers nor `specversion` in the record");
	version = cells[known->specversion].text;
	if (!text_is(version, "1.0"))
		return row_problem_set(problem, REASON_ENVELOPE,
		    "specversion %s: CloudEvents of version 1.0 are read",
		    text_show(version, NAME_SHOWN, shown, sizeof(shown)));
	for (i = 0; i < ARRAY_COUNT(needed); i++)
		if (lacks(cells, needed[i].cell))
			return row_problem_set(
			    problem, REASON_ENVELOPE, "a CloudEvent without `%s`", needed[i].name);
	return true;
}

/* Without its parameters. */
static struct text
media_type(struct text type)
{
	const char *end = memchr(type.data, ';', type.size);

	if (end)
		type.size = (size_t)(end - type.data);
	while (type.size && type.data[type.size - 1] == ' ')
		type.size--;
	return type;
}

/* Source: CloudEvents JSON event format 1.0.2, section 3.1. */
bool
cloudevents_is_json(
    const struct mapping *mapping, const struct cell *cells, struct row_problem *problem)
{
	const struct cell *cell = &cells[mapping->cloudevents.content_type];
	char shown[NAME_SHOWN_BYTES];
	struct text type, end;

	if (cell->kind != CELL_TEXT || !cell->text.size)
		return true;
	type = media_type(cell->text);
	end = type.size > 5 ? (struct text){type.data + type.size - 5, 5} : TEXT_NONE;
	if (end.data && (begins(end, "+json") || begins(end, "/json")))
		return true;
	return row_problem_set(problem, REASON_ENVELOPE,
	    "data of type %s: only JSON and Avro are read",
	    text_show(type, NAME_SHOWN, shown, sizeof(shown)));
}

bool
cloudevents_base64(const struct mapping *mapping, const struct row *row, struct text *data,
    bool *there, struct row_problem *problem)
{
	const struct cell *cell = &row->cells[mapping->cloudevents.data_base64];
	struct buffer bytes = {0};

	*there = cell->kind != CELL_ABSENT && cell->kind != CELL_NULL;
	if (!*there)
		return true;
	if (cell->kind != CELL_TEXT || !base64_read(cell->text, &bytes)) {
		buffer_fini(&bytes);
		return row_problem_set(problem, REASON_ENVELOPE, "data_base64 is no base64");
	}
	*data = arena_text(row->arena, buffer_text(&bytes));
	buffer_fini(&bytes);
	return true;
}
