/* SPDX-License-Identifier: Apache-2.0 */
/* Looks at YAML that the parts of a lineage share: names, words, lists, values. */
#include "reading.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/suggest.h"
#include "number.h"

#define SHOWN 80
#define SUGGESTED_PROBLEMS 200
#define SPAN_MAX_DAYS 36525 /* a century */
#define DAY_MS ((int64_t)86400000)

void *
reading_memory(struct reading *reading, size_t count, size_t bytes_each)
{
	/* Counts are of YAML nodes, so at most YAML_NODES_MAX. */
	return arena_get_zero(&reading->lineage->arena, count * bytes_each);
}

struct text
reading_keep(struct reading *reading, struct text text)
{
	return arena_text(&reading->lineage->arena, text);
}

bool
reading_suggests(const struct reading *reading)
{
	return reading->problems->count < SUGGESTED_PROBLEMS;
}

const struct yaml_node *
reading_need(
    struct reading *reading, const struct yaml_node *map, const char *key, const char *remedy)
{
	const struct yaml_node *node = yaml_find(map, key);

	if (!node)
		yaml_problem_add(
		    reading->problems, reading->file, map, "`%s` is missing: %s", key, remedy);
	return node;
}

const struct yaml_node *
reading_list(struct reading *reading, const struct yaml_node *node, const char *what)
{
	if (!node)
		return NULL;
	if (node->kind == YAML_LIST && node->count)
		return node;
	yaml_problem_add(reading->problems, reading->file, node,
	    node->kind == YAML_LIST
		? "an empty list stands where %s is expected: fill it, or remove the key"
		: "%s is expected here",
	    what);
	return NULL;
}

bool
reading_map(struct reading *reading, const struct yaml_node *node, const char *what,
    const char *const *known)
{
	if (node->kind == YAML_MAP) {
		yaml_check_keys(reading->file, node, known, reading->problems);
		return true;
	}
	yaml_problem_add(reading->problems, reading->file, node,
	    "%s is expected here, as a map of `key: value`", what);
	return false;
}

/* Whether it can be printed in one line: no C0, DEL or C1 control, no line or paragraph separator. */
static bool
is_plain(struct text text)
{
	const unsigned char *p = (const unsigned char *)text.data;
	size_t i;

	for (i = 0; i < text.size; i++) {
		if (p[i] < 0x20 || p[i] == 0x7f)
			return false;
		if (p[i] == 0xc2 && p[i + 1] < 0xa0)
			return false;
		if (p[i] == 0xe2 && p[i + 1] == 0x80 && (p[i + 2] == 0xa8 || p[i + 2] == 0xa9))
			return false;
	}
	return true;
}

static bool
keep_name(
    struct reading *reading, const struct yaml_node *node, struct text text, struct text *name)
{
	if (text.size && text.size <= LINEAGE_NAME_BYTES && is_plain(text)) {
		*name = reading_keep(reading, text);
		return true;
	}
	yaml_problem_add(reading->problems, reading->file, node,
	    "a name has 1 to %d bytes and no control characters: choose another",
	    LINEAGE_NAME_BYTES);
	return false;
}

bool
reading_name(struct reading *reading, const struct yaml_node *node, struct text *name)
{
	struct text text;

	return yaml_text(reading->file, node, &text, reading->problems) &&
	    keep_name(reading, node, text, name);
}

bool
reading_field_name(
    struct reading *reading, const struct yaml_node *node, bool *prefixed, struct text *name)
{
	static const struct text prefix = {"field:", 6};
	struct text text;

	if (!yaml_text(reading->file, node, &text, reading->problems))
		return false;
	*prefixed = text.size >= prefix.size && memcmp(text.data, prefix.data, prefix.size) == 0;
	if (*prefixed)
		text = (struct text){text.data + prefix.size, text.size - prefix.size};
	return keep_name(reading, node, text, name);
}

/* A plain number is compared as events write it, so `5.0` would never be met. */
static bool
check_plain_number(struct reading *reading, const struct yaml_node *node)
{
	char written[NUMBER_BYTES], *end, shown[SHOWN];
	double number;

	if (node->quoted || !node->text.size || !strchr("+-.0123456789", node->text.data[0]))
		return true;
	number = strtod(node->text.data, &end);
	if (end != node->text.data + node->text.size || !isfinite(number))
		return true;
	number_text(number, written);
	if (fabs(number) >= 0x1p53 || text_is(node->text, written))
		return true;
	text_show(node->text, 40, shown, sizeof(shown));
	yaml_problem_add(reading->problems, reading->file, node,
	    "the number %s is compared as %s: write %s, or \"%s\" in quotes for that very text",
	    shown, written, written, shown);
	return false;
}

bool
reading_value(struct reading *reading, const struct yaml_node *node, bool *null, struct text *value)
{
	struct text text;

	*null = yaml_is_null(node) && node->text.size;
	if (*null)
		return true;
	if (!yaml_text(reading->file, node, &text, reading->problems) ||
	    !check_plain_number(reading, node))
		return false;
	if (text.size <= LINEAGE_NAME_BYTES) {
		*value = reading_keep(reading, text);
		return true;
	}
	yaml_problem_add(reading->problems, reading->file, node,
	    "a value has at most %d bytes: shorten it", LINEAGE_NAME_BYTES);
	return false;
}

/* "a, b, c" */
static const char *
listed(const char *const *words, char *out, size_t bytes)
{
	size_t used = 0;

	for (out[0] = '\0'; *words && used < bytes; words++)
		used +=
		    (size_t)snprintf(out + used, bytes - used, "%s%s", used ? ", " : "", *words);
	return out;
}

bool
reading_choice(struct reading *reading, const struct yaml_node *node, const char *what,
    const char *const *words, unsigned *choice)
{
	struct suggestion suggestion;
	struct text text;
	char all[256], remedy[300];
	unsigned i;

	if (!yaml_text(reading->file, node, &text, reading->problems))
		return false;
	suggestion_init(&suggestion, text);
	for (i = 0; words[i]; i++) {
		if (text_is(text, words[i])) {
			*choice = i;
			return true;
		}
		suggestion_try(&suggestion, text_of(words[i]));
	}
	snprintf(remedy, sizeof(remedy), "use one of %s", listed(words, all, sizeof(all)));
	reading_unknown(reading, node, what, text, suggestion_best(&suggestion), remedy);
	return false;
}

void
reading_unknown(struct reading *reading, const struct yaml_node *node, const char *what,
    struct text typed, struct text best, const char *remedy)
{
	char shown[SHOWN];

	text_show(typed, 60, shown, sizeof(shown));
	if (best.data)
		yaml_problem_add(reading->problems, reading->file, node,
		    "`%s` is no %s: did you mean `%.*s`?", shown, what, TEXT_PRINT(best));
	else
		yaml_problem_add(reading->problems, reading->file, node, "`%s` is no %s: %s", shown,
		    what, remedy);
}

bool
reading_span(struct reading *reading, const struct yaml_node *node, const char *empty, int64_t *ms)
{
	if (!yaml_duration(reading->file, node, ms, reading->problems))
		return false;
	if (*ms > SPAN_MAX_DAYS * DAY_MS) {
		yaml_problem_add(reading->problems, reading->file, node,
		    "longer than %d days: shorten it", SPAN_MAX_DAYS);
		return false;
	}
	if (*ms > 0 || !empty)
		return true;
	yaml_problem_add(reading->problems, reading->file, node, "%s", empty);
	return false;
}

static void
add_name(struct reading *reading, struct reading_names *names, const struct yaml_node *item,
    uint32_t index, const struct yaml_node *list, const char *noun)
{
	const struct yaml_node *node = reading_need(reading, item, "name", "give it one");
	struct text *name = &names->texts[index];
	uint32_t symbol;
	char shown[SHOWN];

	if (!node || !reading_name(reading, node, name))
		return;
	symbol = symbols_add(names->symbols, *name);
	if (names->indexes[symbol] == LINEAGE_NONE) {
		names->indexes[symbol] = index;
		return;
	}
	yaml_problem_add(reading->problems, reading->file, node,
	    "there is another %s `%s` in line %u: rename one of the two", noun,
	    text_show(*name, 60, shown, sizeof(shown)), list->items[names->indexes[symbol]]->line);
}

void
reading_names_init(struct reading *reading, struct reading_names *names,
    const struct yaml_node *list, const char *noun)
{
	uint32_t count = list ? (uint32_t)list->count : 0, i;

	names->symbols = symbols_open();
	names->texts = memory_get_array(count, sizeof(*names->texts));
	names->indexes = memory_get_array((size_t)count + 1, sizeof(*names->indexes));
	for (i = 0; i <= count; i++)
		names->indexes[i] = LINEAGE_NONE;
	for (i = 0; i < count; i++)
		if (list->items[i]->kind == YAML_MAP)
			add_name(reading, names, list->items[i], i, list, noun);
}

void
reading_names_fini(struct reading_names *names)
{
	symbols_close(names->symbols);
	memory_free(names->texts);
	memory_free(names->indexes);
}

uint32_t
reading_names_find(const struct reading_names *names, struct text name)
{
	uint32_t symbol = symbols_find(names->symbols, name);

	return symbol ? names->indexes[symbol] : LINEAGE_NONE;
}
