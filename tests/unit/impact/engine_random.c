/* SPDX-License-Identifier: Apache-2.0 */
#include "engine_random.h"

#include <math.h>
#include <stdio.h>

#define PICK(chance, list) (list)[chance_below(chance, ARRAY_COUNT(list))]

uint32_t
chance_below(struct chance *chance, uint32_t end)
{
	uint64_t x = chance->seed += 0x9e3779b97f4a7c15u;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return (uint32_t)((x ^ x >> 31) % end);
}

static const char *const windows[] = {"", "", "window: {size: 4h, pane: 1h}",
    "window: {size: 2h, pane: 2h, lateness: 1h}", "window: {size: 1d, pane: 3h, lateness: 30m}"};

static void
root_line(struct chance *chance, uint32_t i, char *line, size_t room)
{
	static const char
	    *const numeric[] = {"last", "sum", "mean", "min", "max"},
		   *const plain[] = {"count", "distinct", "share", "rate"},
		   *const fields[] = {"field: a", "field: b", "fields: [a, b]"},
		   *const keys[] = {"entity", "entity", "team", "system", "channel", "actor",
		       "none", "field:k"},
		   *const filters[] = {"", "", "filter: [{field: channel, is: [Phone, null]}], ",
		       "filter: [{field: b, is: [x, 1, null]}], ",
		       "filter: [{field: team, is: [red, blue]}, {field: op, is: [update]}], "},
		   *const encodings[] = {"encode: numeric", "encode: numeric, other: -0.5",
		       "encode: {x: 4, '1': 2.5, 'null': -3}", "encode: {x: 4, y: 1}, other: 0"};
	const char *aggregate, *window = PICK(chance, windows), *more = "";
	bool by_number = chance_below(chance, 2);

	aggregate = by_number ? PICK(chance, numeric) : PICK(chance, plain);
	if (!strcmp(aggregate, "rate") && !*window)
		window = windows[2];
	if (!strcmp(aggregate, "share"))
		more = chance_below(chance, 2) ? "value: x, " : "value: null, ";
	if ((!strcmp(aggregate, "count") || !strcmp(aggregate, "rate")) && chance_below(chance, 2))
		snprintf(line, room, "name: f%u, dataset: %s, %skey: '%s', aggregate: %s%s%s", i,
		    chance_below(chance, 4) ? "d" : "e", PICK(chance, filters), PICK(chance, keys),
		    aggregate, *window ? ", " : "", window);
	else
		snprintf(line, room,
		    "name: f%u, dataset: %s, %s, %s%s%s%skey: '%s', aggregate: %s%s%s", i,
		    chance_below(chance, 4) ? "d" : "e", PICK(chance, fields),
		    by_number ? PICK(chance, encodings) : "", by_number ? ", " : "", more,
		    PICK(chance, filters), PICK(chance, keys), aggregate, *window ? ", " : "",
		    window);
}

static void
chain_line(struct chance *chance, uint32_t i, uint32_t source, char *line, size_t room)
{
	static const char *const aggregates[] = {"last", "count", "sum", "mean", "min", "max",
	    "rate"},
				 *const keys[] = {
				     "entity", "team", "system", "channel", "actor", "none"};
	const char *aggregate = PICK(chance, aggregates), *window = PICK(chance, windows);

	if (!strcmp(aggregate, "rate") && !*window)
		window = windows[3];
	snprintf(line, room, "name: f%u, feature: f%u, key: %s, aggregate: %s%s%s", i, source,
	    PICK(chance, keys), aggregate, *window ? ", " : "", window);
}

static void
make_line(struct random_lineage *lineage, struct chance *chance, uint32_t i)
{
	if (i < lineage->roots)
		root_line(chance, i, lineage->lines[i], sizeof(lineage->lines[i]));
	else
		chain_line(
		    chance, i, lineage->sources[i], lineage->lines[i], sizeof(lineage->lines[i]));
}

void
random_lineage(struct random_lineage *lineage, struct chance *chance)
{
	uint32_t i;

	*lineage = (struct random_lineage){.roots = 3 + chance_below(chance, 4)};
	lineage->count = lineage->roots + chance_below(chance, 5);
	for (i = 0; i < lineage->count; i++) {
		lineage->sources[i] = i < lineage->roots ? UINT32_MAX : chance_below(chance, i);
		make_line(lineage, chance, i);
	}
}

void
random_change(struct random_lineage *lineage, struct chance *chance)
{
	uint32_t i = chance_below(chance, lineage->count);

	if (chance_below(chance, 2))
		make_line(lineage, chance, i);
	else if (i)
		lineage->left_out[i] = !lineage->left_out[i];
}

static bool
stands(const struct random_lineage *lineage, uint32_t i)
{
	return !lineage->left_out[i] &&
	    (lineage->sources[i] == UINT32_MAX || stands(lineage, lineage->sources[i]));
}

static void
add_models(const struct random_lineage *lineage, struct chance *chance, struct buffer *yaml)
{
	static const char *const kinds[] = {"linear", "logistic", "opaque"};
	uint32_t i, model;

	buffer_add_format(yaml, "models:\n");
	for (model = 0; model < 3; model++) {
		buffer_add_format(yaml, "  - {name: m%u, version: '1', kind: %s, %sinputs: [",
		    model, kinds[model], model < 2 ? "intercept: 0.5, " : "");
		for (i = 0; i < lineage->count; i++)
			if (stands(lineage, i) && (!i || chance_below(chance, 3)))
				buffer_add_format(yaml,
				    model < 2 ? "%s{feature: f%u, weight: %u.25}"
					      : "%s{feature: f%u, sensitivity: %u.5, source: x, "
						"date: 2020-01-01}",
				    i ? ", " : "", i, chance_below(chance, 5));
		buffer_add_format(yaml, "]}\n");
	}
}

void
random_spells(struct random_lineage *lineage, const char *spells[RANDOM_FEATURES])
{
	char spell[sizeof(lineage->spells[0])] = "";
	uint32_t i, count = 0;

	for (i = 0; i < lineage->count; i++) {
		snprintf(spell, sizeof(spell), "%s <- %.1500s", lineage->lines[i],
		    lineage->sources[i] == UINT32_MAX ? "" : lineage->spells[lineage->sources[i]]);
		memcpy(lineage->spells[i], spell, sizeof(spell));
		if (stands(lineage, i))
			spells[count++] = lineage->spells[i];
	}
}

void
random_yaml(struct random_lineage *lineage, struct chance *chance, struct buffer *yaml,
    const char *spells[RANDOM_FEATURES])
{
	uint32_t i;

	yaml->size = 0;
	buffer_add_format(yaml, "version: 1\ndatasets: [{name: d}, {name: e}]\nfeatures:\n");
	for (i = 0; i < lineage->count; i++) {
		if (stands(lineage, i))
			buffer_add_format(yaml, "  - {%s}\n", lineage->lines[i]);
	}
	random_spells(lineage, spells);
	add_models(lineage, chance, yaml);
	buffer_add_byte(yaml, 0);
}

/* --- events ---------------------------------------------------------------------------------- */

static struct value
random_value(struct chance *chance)
{
	switch (chance_below(chance, 12)) {
	case 0:
		return (struct value){VALUE_NULL};
	case 1:
		return (struct value){VALUE_BOOLEAN, .boolean = chance_below(chance, 2)};
	case 2:
		return text_value("x");
	case 3:
		return text_value(chance_below(chance, 2) ? "y" : "null");
	case 4:
		return text_value(chance_below(chance, 2) ? "-7.5" : "07");
	case 5:
		return double_value(chance_below(chance, 2) ? NAN : -INFINITY);
	case 6:
		return double_value(-0.0);
	case 7:
	case 8:
		return double_value(((int)chance_below(chance, 4000) - 2000) * 0.25);
	default:
		return long_value((int)chance_below(chance, 7) - 3);
	}
}

static void
random_changes(struct chance *chance, struct happening *happening)
{
	static const char *const fields[] = {"a", "b", "k", "z"};
	uint32_t i;

	for (i = 0; i < ARRAY_COUNT(fields); i++) {
		if (!chance_below(chance, 3))
			continue;
		happening->changes[happening->change_count].field = fields[i];
		happening->changes[happening->change_count++].value =
		    i == 2 ? long_value(chance_below(chance, 3)) : random_value(chance);
	}
}

static int64_t
random_time(struct chance *chance)
{
	int64_t minute = 60000, hour = 60 * minute;

	switch (chance_below(chance, 40)) {
	case 0:
		return chance->now_ms + (31 + chance_below(chance, 40)) * 24 * hour;
	case 1:
		return chance->now_ms += chance_below(chance, 40) * hour;
	case 2:
	case 3:
	case 4:
		return chance->now_ms - chance_below(chance, 600) * minute;
	case 5:
		return chance->now_ms + chance_below(chance, 300) * minute;
	default:
		return chance->now_ms += chance_below(chance, 8 * 60) * 1000;
	}
}

void
random_happening(struct chance *chance, struct happening *happening)
{
	static const char *const entities[] = {NULL, "E1", "E2", "E3", "E4", "E5"},
				 *const teams[] = {NULL, "red", "blue", "green"},
				 *const channels[] = {NULL, "Phone", "Email"},
				 *const partitions[] = {"p", "p", "q", "r"};

	*happening = (struct happening){.time_ms = random_time(chance),
	    .offset = chance->offset++,
	    .partition = PICK(chance, partitions),
	    .incarnation = chance_below(chance, 10) ? 1 : 1 + chance_below(chance, 3),
	    .entity = PICK(chance, entities),
	    .team = PICK(chance, teams),
	    .system = chance_below(chance, 2) ? "web" : NULL,
	    .channel = PICK(chance, channels),
	    .op = chance_below(chance, 2) ? "update" : "create",
	    .actor = chance_below(chance, 4) * 0x01020304,
	    .dataset = chance_below(chance, 4) ? "d" : "e"};
	random_changes(chance, happening);
}
