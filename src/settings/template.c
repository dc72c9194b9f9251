/* SPDX-License-Identifier: Apache-2.0 */
/* The file to start from: each row's sentence as a remark, then its line. */
#include <stdio.h>

#include "settings/table.h"

#define LINE_BYTES 88
#define SHAPE_COLUMN 22

/* Words as remark lines. */
static void
remark(const char *indent, const char *words, struct buffer *out)
{
	size_t used = 0;

	while (*words) {
		size_t size = strcspn(words, " ");

		if (used && used + 1 + size > LINE_BYTES) {
			buffer_add_byte(out, '\n');
			used = 0;
		}
		if (!used) {
			buffer_add_format(out, "%s# ", indent);
			used = strlen(indent) + 2;
		} else {
			buffer_add_byte(out, ' ');
			used++;
		}
		buffer_add(out, words, size);
		used += size;
		words += size;
		words += strspn(words, " ");
	}
	buffer_add_byte(out, '\n');
}

static void
value_line(const struct setting *row, const char *indent, struct buffer *out)
{
	const char *value = row->example ? row->example : row->value;
	size_t start = out->size;
	char shape[128];

	buffer_add_format(
	    out, "%s%s:%s%s", indent, setting_name(row), value ? " " : "", value ? value : "");
	setting_shape(row, shape, sizeof(shape));
	if (row->kind != SETTING_PATH && shape[0]) {
		while (out->size - start < SHAPE_COLUMN)
			buffer_add_byte(out, ' ');
		buffer_add_format(out, "  # %s", shape);
	}
	buffer_add_byte(out, '\n');
}

/* The rows of one source; what the example does not set is only explained. */
static void
source(struct buffer *out)
{
	const struct setting *row;
	bool first = true;

	for (row = settings_source_table; row->path; row++) {
		bool in_mapping = strncmp(row->path, "mapping.", 8) == 0;
		const char *indent = in_mapping ? "      " : "    ";
		char explained[1024];

		if (row->example && !row->example[0]) {
			snprintf(explained, sizeof(explained), "%s: %s",
			    in_mapping ? setting_name(row) : row->path, row->help);
			remark(indent, explained, out);
			continue;
		}
		remark(first ? "  " : indent, row->help, out);
		value_line(row, first ? "  - " : indent, out);
		first = false;
	}
}

void
settings_template(struct buffer *out)
{
	const struct setting *row;

	remark("",
	    "Settings of dyetrace. Every setting is here with its default; dyetrace.yaml(5) is the "
	    "manual. `dyetrace check` finds mistakes in this file and in the files it names.",
	    out);
	for (row = settings_table; row->path; row++) {
		const char *indent = setting_depth(row) ? "  " : "";

		if (!setting_depth(row))
			buffer_add_byte(out, '\n');
		remark(indent, row->help, out);
		value_line(row, indent, out);
		if (row->kind == SETTING_SOURCES)
			source(out);
	}
}
