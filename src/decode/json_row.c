/* SPDX-License-Identifier: Apache-2.0 */
/* JSON records: one object each, walked along the paths that are wanted. */
#include "base/json.h"
#include "base/memory.h"
#include "model/reason.h"
#include "paths.h"

struct plan {
	const struct wanted *wanted;
	size_t changes_max;
	struct paths paths;
	struct json_reader *reader;
	struct cell_change *changes;
	size_t change_capacity;
	struct named_cell *rest;
	size_t rest_capacity;
	uint8_t *rest_of; /* [place]: 1 + which of the rest's paths it is, 0: none; NULL: no rest */
};

struct json_walk {
	struct plan *plan;
	const struct json_node *nodes;
	struct row *row;
	struct row_problem *problem;
};

/* Which places are those of the rest, of a record that begins at a place; paths_init() has made them. */
static void
mark_rest(struct plan *plan, uint32_t record)
{
	const struct wanted *wanted = plan->wanted;
	size_t i;

	if (!wanted->rest_path_count)
		plan->rest_of[record] = 1;
	for (i = 0; i < wanted->rest_path_count; i++)
		plan->rest_of[paths_reach(&plan->paths, record, wanted->rest_paths[i])] =
		    (uint8_t)(i + 1);
}

static bool
json_row_open(const struct message_schema *schema, const struct wanted *wanted, size_t changes_max,
    struct plan **plan, struct row_problem *problem)
{
	struct plan *made = memory_get(sizeof(*made));

	made->wanted = wanted;
	made->changes_max = changes_max;
	made->reader = json_reader_open();
	paths_init(&made->paths, wanted);
	if (wanted->rest) {
		made->rest_of = memory_get_array(made->paths.place_count, 1);
		mark_rest(made, 0);
		if (wanted->wrapper.size)
			mark_rest(made, paths_reach(&made->paths, 0, wanted->wrapper));
	}
	*plan = made;
	return true;
}

static void
json_row_close(struct plan *plan)
{
	if (!plan)
		return;
	json_reader_close(plan->reader);
	paths_fini(&plan->paths);
	memory_free(plan->changes);
	memory_free(plan->rest);
	memory_free(plan->rest_of);
	memory_free(plan);
}

/* Member by member: a struct that is set in parts and copied whole at once waits for its parts. */
static inline void
set_cell(struct cell *cell, const struct json_node *node)
{
	switch (node->kind) {
	case NODE_NULL:
		cell->kind = CELL_NULL;
		break;
	case NODE_FALSE:
	case NODE_TRUE:
		cell->kind = CELL_BOOLEAN;
		cell->boolean = node->kind == NODE_TRUE;
		break;
	case NODE_LONG:
		cell->kind = CELL_LONG;
		cell->integer = node->integer;
		break;
	case NODE_DOUBLE:
		cell->kind = CELL_DOUBLE;
		cell->number = node->number;
		break;
	case NODE_TEXT:
		cell->kind = CELL_TEXT;
		cell->text.data = node->text.data;
		cell->text.size = node->text.size;
		break;
	default:
		cell->kind = CELL_OTHER;
	}
}

/* [field, old, new] */
static bool
change_of_array(struct json_walk *walk, uint32_t at, struct cell_change *change)
{
	const struct json_node *node = &walk->nodes[at], *items = node + 1;

	/* Three items and three nodes: none of them is a list or an object. */
	if (node->count != 3 || node->next != at + 4 || items[0].kind != NODE_TEXT)
		return false;
	change->field.data = items[0].text.data;
	change->field.size = items[0].text.size;
	set_cell(&change->old_value, &items[1]);
	set_cell(&change->new_value, &items[2]);
	return true;
}

/* {"field": …, "old": …, "new": …}; old and new may be left out, others are not looked at. */
static bool
change_of_object(struct json_walk *walk, uint32_t at, struct cell_change *change)
{
	const struct json_document document = {walk->nodes, 0};
	const struct json_node *field = json_member(&document, at, TEXT("field"));
	const struct json_node *old_value = json_member(&document, at, TEXT("old"));
	const struct json_node *new_value = json_member(&document, at, TEXT("new"));
	static const struct json_node null = {.kind = NODE_NULL};

	if (!field || field->kind != NODE_TEXT)
		return false;
	change->field = field->text;
	set_cell(&change->old_value, old_value ? old_value : &null);
	set_cell(&change->new_value, new_value ? new_value : &null);
	return true;
}

static bool
add_change(struct json_walk *walk, uint32_t at)
{
	struct plan *plan = walk->plan;
	struct row *row = walk->row;
	struct cell_change *change = &plan->changes[row->change_count];
	bool good = false;

	if (walk->nodes[at].kind == NODE_ARRAY)
		good = change_of_array(walk, at, change);
	else if (walk->nodes[at].kind == NODE_OBJECT)
		good = change_of_object(walk, at, change);
	if (!good || change->old_value.kind == CELL_OTHER || change->new_value.kind == CELL_OTHER)
		return row_problem_set(walk->problem, REASON_CHANGES,
		    "change %zu is not [field, old, new] of a name and two single values",
		    row->change_count + 1);
	row->change_count++;
	return true;
}

static bool
no_list(struct json_walk *walk, const struct json_node *list)
{
	const struct plan *plan = walk->plan;
	char shown[NAME_SHOWN_BYTES];

	text_show(plan->wanted->changes_path, NAME_SHOWN, shown, sizeof(shown));
	if (list->kind != NODE_ARRAY)
		return row_problem_set(
		    walk->problem, REASON_CHANGES, "field %s is not a list", shown);
	return row_problem_set(walk->problem, REASON_TOO_MANY,
	    "field %s: %u changes; %zu are allowed", shown, list->count, plan->changes_max);
}

static bool
read_changes(struct json_walk *walk, uint32_t at)
{
	const struct json_node *list = &walk->nodes[at];
	struct plan *plan = walk->plan;
	uint32_t item = at + 1, i;

	if (list->kind == NODE_NULL)
		return true;
	if (list->kind != NODE_ARRAY || list->count > plan->changes_max)
		return no_list(walk, list);
	memory_grow(&plan->changes, &plan->change_capacity, list->count, sizeof(*plan->changes));
	walk->row->has_changes = true;
	walk->row->change_count = 0;
	walk->row->changes = plan->changes;
	for (i = 0; i < list->count; i++, item = walk->nodes[item].next)
		if (!add_change(walk, item))
			return false;
	return true;
}

static bool
add_rest(struct json_walk *walk, uint32_t of, struct text name, const struct json_node *value)
{
	struct plan *plan = walk->plan;
	struct row *row = walk->row;

	if (value->kind == NODE_ARRAY || value->kind == NODE_OBJECT)
		return true;
	if (row->rest_count == ROW_REST_MAX)
		return row_problem_set(walk->problem, REASON_TOO_MANY,
		    "more than %d fields beside those mapped", ROW_REST_MAX);
	memory_grow(&plan->rest, &plan->rest_capacity, row->rest_count + 1, sizeof(*plan->rest));
	row->rest = plan->rest;
	row->rest[row->rest_count].name = name;
	row->rest[row->rest_count].of = of;
	set_cell(&row->rest[row->rest_count++].cell, value);
	return true;
}

static bool read_object(struct json_walk *walk, uint32_t at, uint32_t place);

/* nodes[at] is the value of a member that a step leads to. */
static inline bool
follow(struct json_walk *walk, const struct path_step *step, uint32_t at)
{
	if (step->leads_to < PATH_EXCEPT)
		set_cell(&walk->row->cells[step->leads_to], &walk->nodes[at]);
	else if (step->leads_to == PATH_CHANGES && !read_changes(walk, at))
		return false;
	return !step->deeper || walk->nodes[at].kind != NODE_OBJECT ||
	    read_object(walk, at, step->deeper);
}

/* No deeper than the longest path. */
static bool
read_object(struct json_walk *walk, uint32_t at, uint32_t place)
{
	const struct json_node *nodes = walk->nodes;
	uint32_t rest = walk->plan->rest_of ? walk->plan->rest_of[place] : 0;
	uint32_t key = at + 1, i;

	for (i = 0; i < nodes[at].count; i++, key = nodes[key + 1].next) {
		const struct path_step *step =
		    paths_find(&walk->plan->paths, place, nodes[key].text);

		if (step && !follow(walk, step, key + 1))
			return false;
		if (rest && (!step || step->leads_to == PATH_NOTHING) &&
		    !add_rest(walk, rest - 1, nodes[key].text, &nodes[key + 1]))
			return false;
	}
	return true;
}

static const char *
reason_of(enum json_problem problem)
{
	switch (problem) {
	case JSON_NOT_UTF8:
		return REASON_UTF8;
	case JSON_NUL:
		return REASON_NUL;
	case JSON_NUMBER:
		return REASON_NUMBER;
	case JSON_TOO_DEEP:
		return REASON_JSON_DEPTH;
	case JSON_TOO_LARGE:
		return REASON_TOO_LONG;
	default:
		return REASON_JSON;
	}
}

/* RFC 8259 section 8.1 lets a parser ignore a byte order mark; editors put it in front of a file. */
static struct text
without_mark(struct text payload)
{
	if (payload.size < 3 || memcmp(payload.data, "\xef\xbb\xbf", 3) != 0)
		return payload;
	return (struct text){payload.data + 3, payload.size - 3};
}

static bool
json_row_read(struct plan *plan, struct text payload, struct row *row, struct row_problem *problem)
{
	struct json_document document;
	struct json_walk walk;
	struct error err;

	row->has_changes = false;
	row->change_count = row->rest_count = 0;
	if (!json_parse_into(plan->reader, without_mark(payload), row->arena, &document, &err))
		return row_problem_set(
		    problem, reason_of(json_reader_problem(plan->reader)), "%s", err.text);
	if (document.nodes[0].kind != NODE_OBJECT)
		return row_problem_set(problem, REASON_JSON, "an object expected at byte 1");
	walk = (struct json_walk){plan, document.nodes, row, problem};
	return read_object(&walk, 0, 0);
}

const struct format_reader json_reader_format = {
    .open = json_row_open,
    .read = json_row_read,
    .close = json_row_close,
};
