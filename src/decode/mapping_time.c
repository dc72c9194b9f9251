/* SPDX-License-Identifier: Apache-2.0 */
/* When: a field, its format, and the zone of times that name none. */
#include "base/suggest.h"
#include "mapping_reading.h"

static const struct {
	const char *name;
	enum timestamp_format format;
} time_formats[] = {
    {"iso8601", TIMESTAMP_ISO8601},
    {"unix-s", TIMESTAMP_UNIX_S},
    {"unix-ms", TIMESTAMP_UNIX_MS},
    {"unix-us", TIMESTAMP_UNIX_US},
};

static void
read_pattern(struct reading *reading, const struct yaml_node *node, struct text text)
{
	struct timestamp_rule *rule = &reading->mapping->time;
	struct error err;
	char *pattern;

	pattern = arena_get_zero(&reading->mapping->arena, text.size + 1);
	memcpy(pattern, text.data, text.size);
	rule->format = TIMESTAMP_PATTERN;
	rule->pattern = pattern;
	if (!timestamp_pattern_check(pattern, &err))
		yaml_problem_add(reading->problems, reading->file, node, "%s", err.text);
}

static void
read_time_format(struct reading *reading, const struct yaml_node *node)
{
	struct suggestion suggestion;
	struct text text, best;
	char shown[NAME_SHOWN_BYTES];
	size_t i;

	if (!node || !mapping_name(reading, node, &text))
		return;
	if (memchr(text.data, '%', text.size)) {
		read_pattern(reading, node, text);
		return;
	}
	suggestion_init(&suggestion, text);
	for (i = 0; i < ARRAY_COUNT(time_formats); i++) {
		suggestion_try(&suggestion, text_of(time_formats[i].name));
		if (!text_is(text, time_formats[i].name))
			continue;
		reading->mapping->time.format = time_formats[i].format;
		return;
	}
	best = suggestion_best(&suggestion);
	text_show(text, NAME_SHOWN, shown, sizeof(shown));
	if (best.data)
		yaml_problem_add(reading->problems, reading->file, node,
		    "`%s` is no format of times: did you mean `%.*s`?", shown, TEXT_PRINT(best));
	else
		yaml_problem_add(reading->problems, reading->file, node,
		    "`%s` is no format of times: use iso8601, unix-s, unix-ms, unix-us or a "
		    "pattern such as "
		    "\"%%d/%%m/%%Y %%H:%%M\"",
		    shown);
}

static void
read_time_zone(struct reading *reading, const struct yaml_node *node)
{
	struct text text;
	struct error err;

	if (!node || !mapping_name(reading, node, &text))
		return;
	if (!timestamp_zone_parse(text, &reading->mapping->time.zone_minutes, &err))
		yaml_problem_add(reading->problems, reading->file, node,
		    "`zone` is UTC or an offset such as \"+01:00\"; zones with summer time are not "
		    "known here");
}

void
mapping_time(struct reading *reading, const struct yaml_node *mapping)
{
	static const char *const known[] = {"field", "format", "zone", NULL};
	const struct yaml_node *node = yaml_find(mapping, "time"), *field = node;

	if (!node && (reading->mapping->envelope || reading->unsure))
		return;
	if (!node) {
		yaml_problem_add(reading->problems, reading->file, mapping,
		    "the mapping needs `time`: when it happened, e.g. `time: {field: changed_at, "
		    "format: iso8601}`");
		return;
	}
	if (node->kind == YAML_MAP) {
		yaml_check_keys(reading->file, node, known, reading->problems);
		read_time_format(reading, yaml_find(node, "format"));
		read_time_zone(reading, yaml_find(node, "zone"));
		field = yaml_find(node, "field");
		if (!field)
			yaml_problem_add(
			    reading->problems, reading->file, node, "`time` needs `field`");
	}
	if (field)
		(void)mapping_field(reading, field, false, &reading->mapping->time_cell);
}
