/* SPDX-License-Identifier: Apache-2.0 */
#include "part.h"

#include <stdlib.h>

#include "model/reason.h"

static bool
text_of_cell(const struct part *part, const struct row *row, const struct text *paths,
    uint32_t cell, struct text *text, struct row_problem *problem)
{
	char shown[NAME_SHOWN_BYTES];

	if (row->cells[cell].kind == CELL_TEXT && row->cells[cell].text.size) {
		*text = row->cells[cell].text;
		return true;
	}
	if (cell_text(&row->cells[cell], row->arena, text))
		return true;
	return row_problem_set(problem, REASON_FIELD_TYPE, "%s: field %s holds a list or an object",
	    part->name, text_show(paths[cell], NAME_SHOWN, shown, sizeof(shown)));
}

/* One byte more than is allowed is kept, so that who looks at the size sees it. */
struct filled {
	char bytes[PART_BYTES_MAX + 1];
	size_t size;
};

static void
fill(struct filled *filled, struct text text)
{
	size_t room = sizeof(filled->bytes) - filled->size,
	       size = text.size < room ? text.size : room;

	if (size)
		memcpy(filled->bytes + filled->size, text.data, size);
	filled->size += size;
}

static bool
fill_template(const struct part *part, const struct row *row, const struct text *paths,
    struct text *text, struct row_problem *problem)
{
	struct filled filled;
	size_t i;

	filled.size = 0;
	for (i = 0; i < part->piece_count; i++) {
		fill(&filled, part->pieces[i].literal);
		if (part->pieces[i].cell == NO_CELL)
			continue;
		if (!text_of_cell(part, row, paths, part->pieces[i].cell, text, problem))
			return false;
		if (!text->data)
			return true;
		fill(&filled, *text);
	}
	*text = arena_text(row->arena, (struct text){filled.bytes, filled.size});
	return true;
}

static int
compare_pair(const void *key, const void *pair)
{
	return text_compare(*(const struct text *)key, ((const struct part_pair *)pair)->from);
}

static struct text
replaced(const struct part *part, struct text text)
{
	const struct part_pair *pair =
	    bsearch(&text, part->pairs, part->pair_count, sizeof(*part->pairs), compare_pair);

	return pair ? pair->to : text;
}

bool
part_text(const struct part *part, const struct row *row, const struct text *paths,
    struct text *text, struct row_problem *problem)
{
	*text = TEXT_NONE;
	if (part->kind == PART_VALUE)
		*text = part->value;
	else if (part->kind == PART_FIELD &&
	    !text_of_cell(part, row, paths, part->cell, text, problem))
		return false;
	else if (part->kind == PART_TEMPLATE && !fill_template(part, row, paths, text, problem))
		return false;
	if (text->data && part->pair_count)
		*text = replaced(part, *text);
	if (!text->data)
		*text = part->fallback;
	return true;
}
