/* SPDX-License-Identifier: Apache-2.0 */
/* The parts that are text: a field's name, or a map of where it comes from and what becomes of it. */
#include <stdlib.h>

#include "mapping_reading.h"

static const struct {
	const char *name;
	const char *what; /* of a part that is needed */
	bool needed, may_hash;
} part_rows[PART_COUNT] = {
    [PART_DATASET] = {"dataset", "what the events belong to, e.g. `dataset: {value: crm.ticket}`",
	true, false},
    [PART_ID] = {"id", NULL, false, true},
    [PART_ACTOR] = {"actor", NULL, false, false},
    [PART_ENTITY] = {"entity", NULL, false, true},
    [PART_OP] = {"op", NULL, false, false},
    [PART_TEAM] = {"team", NULL, false, false},
    [PART_SYSTEM] = {"system", NULL, false, false},
    [PART_CHANNEL] = {"channel", NULL, false, false},
};

/* Up to the next brace that is not doubled; doubled ones are made single. */
static struct text
read_literal(struct reading *reading, const char **p, const char *end)
{
	char *start = arena_get(&reading->mapping->arena, (size_t)(end - *p)), *out = start;

	for (; *p < end; *out++ = *(*p)++) {
		if (**p != '{' && **p != '}')
			continue;
		if (*p + 1 == end || (*p)[1] != **p)
			break;
		++*p;
	}
	return (struct text){start, (size_t)(out - start)};
}

/* *p stands at "{field}". */
static bool
read_braces(struct reading *reading, const struct yaml_node *node, const char **p, const char *end,
    bool may_lack, uint32_t *cell)
{
	const char *close = memchr(*p, '}', (size_t)(end - *p));
	struct text path = {*p + 1, close ? (size_t)(close - *p - 1) : 0};

	if (**p != '{' || !path.size || memchr(path.data, '{', path.size)) {
		yaml_problem_add(reading->problems, reading->file, node,
		    "braces that do not hold a field's name: write {number}, or {{ and }} for "
		    "braces");
		return false;
	}
	*p = close + 1;
	*cell = mapping_want(reading, node, path, may_lack);
	return true;
}

static void
read_template(struct reading *reading, const struct yaml_node *node, struct part *part)
{
	struct text text;
	const char *p, *end;
	size_t fields = 0;

	if (!yaml_text(reading->file, node, &text, reading->problems))
		return;
	part->kind = PART_TEMPLATE;
	part->pieces = mapping_array(reading, text.size + 1, sizeof(*part->pieces));
	for (p = text.data, end = p + text.size; p < end;) {
		struct template_piece *piece = &part->pieces[part->piece_count++];

		piece->literal = read_literal(reading, &p, end);
		piece->cell = NO_CELL;
		if (p == end)
			break;
		if (!read_braces(reading, node, &p, end, part->fallback.data != NULL, &piece->cell))
			return;
		fields++;
	}
	if (!fields)
		yaml_problem_add(reading->problems, reading->file, node,
		    "a template without a {field} is always the same: use `value`");
}

static int
compare_pairs(const void *a, const void *b)
{
	return text_compare(
	    ((const struct part_pair *)a)->from, ((const struct part_pair *)b)->from);
}

/* A text mapped to nothing is as if it were not there. */
static void
read_pairs(struct reading *reading, const struct yaml_node *node, struct part *part)
{
	size_t i;

	if (!node)
		return;
	if (node->kind != YAML_MAP) {
		yaml_problem_add(reading->problems, reading->file, node,
		    "`map` is a map from what the source writes to what is meant: {from: to}");
		return;
	}
	part->pairs = mapping_array(reading, node->count, sizeof(*part->pairs));
	for (i = 0; i < node->count; i++) {
		const struct yaml_member *member = &node->members[i];
		struct text to = TEXT_NONE;

		if (!yaml_is_null(member->value) && !mapping_name(reading, member->value, &to))
			continue;
		part->pairs[part->pair_count++] =
		    (struct part_pair){arena_text(&reading->mapping->arena, member->key), to};
	}
	qsort(part->pairs, part->pair_count, sizeof(*part->pairs), compare_pairs);
}

static void
read_keep(struct reading *reading, const struct yaml_node *node, struct part *part)
{
	if (!node)
		return;
	part->hash = node->kind == YAML_SCALAR && text_is(node->text, "hash");
	if (!part->hash)
		yaml_problem_add(reading->problems, reading->file, node,
		    "`keep` can only be `hash`; without it the text is kept as it is");
}

/* The one member of map that says where a part's text comes from; NULL after adding a problem. */
static const struct yaml_node *
read_source_of_part(
    struct reading *reading, const struct yaml_node *map, const char *part, const char **kind)
{
	static const char *const kinds[] = {"field", "value", "template"};
	const struct yaml_node *found = NULL, *node;
	size_t i;

	for (i = 0; i < ARRAY_COUNT(kinds); i++) {
		node = yaml_find(map, kinds[i]);
		if (node && found) {
			yaml_problem_add(reading->problems, reading->file, node,
			    "`%s` has both `%s` and `%s`: keep one", part, *kind, kinds[i]);
			return NULL;
		}
		if (node) {
			found = node;
			*kind = kinds[i];
		}
	}
	if (!found)
		yaml_problem_add(reading->problems, reading->file, map,
		    "`%s` needs one of `field`, `value` and `template`", part);
	return found;
}

static void
read_part_map(
    struct reading *reading, const struct yaml_node *map, struct part *part, bool may_hash)
{
	static const char *const known[] = {"field", "value", "template", "default", "map", NULL};
	static const char *const known_hash[] = {
	    "field", "value", "template", "default", "map", "keep", NULL};
	const char *kind = NULL;
	const struct yaml_node *source, *fallback = yaml_find(map, "default");

	yaml_check_keys(reading->file, map, may_hash ? known_hash : known, reading->problems);
	if (fallback && !mapping_name(reading, fallback, &part->fallback))
		part->fallback = TEXT_NONE;
	read_pairs(reading, yaml_find(map, "map"), part);
	if (may_hash)
		read_keep(reading, yaml_find(map, "keep"), part);
	source = read_source_of_part(reading, map, part->name, &kind);
	if (!source)
		return;
	if (kind[0] == 't')
		read_template(reading, source, part);
	else if (kind[0] == 'v' && mapping_name(reading, source, &part->value))
		part->kind = PART_VALUE;
	else if (kind[0] == 'f' &&
	    mapping_field(reading, source, part->fallback.data != NULL, &part->cell))
		part->kind = PART_FIELD;
}

void
mapping_part(struct reading *reading, const struct yaml_node *mapping, enum part_number number)
{
	struct part *part = &reading->mapping->parts[number];
	const struct yaml_node *node = yaml_find(mapping, part_rows[number].name);

	part->name = part_rows[number].name;
	part->cell = NO_CELL;
	if (!node) {
		if (part_rows[number].needed && !reading->unsure &&
		    reading->mapping->envelope != ENVELOPE_DEBEZIUM)
			yaml_problem_add(reading->problems, reading->file, mapping,
			    "the mapping needs `%s`: %s", part->name, part_rows[number].what);
	} else if (node->kind == YAML_MAP) {
		read_part_map(reading, node, part, part_rows[number].may_hash);
	} else if (mapping_field(reading, node, false, &part->cell)) {
		part->kind = PART_FIELD;
	}
}
