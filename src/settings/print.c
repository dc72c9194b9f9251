/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The effective settings as YAML. All of it reads back to the same settings;
 * the part that facts depend on is what the ledger records as a note, so that
 * a batch size or another folder does not change the ledger's root.
 */
#include "settings/table.h"

static void
print_sources(const struct settings *settings, struct buffer *out)
{
	size_t i;

	buffer_add_text(out, TEXT("sources:"));
	if (!settings->source_count)
		buffer_add_text(out, TEXT(" []"));
	buffer_add_byte(out, '\n');
	for (i = 0; i < settings->source_count; i++) {
		struct yaml_node *items[1] = {(struct yaml_node *)settings->sources[i].settings};
		struct yaml_node list = {.kind = YAML_LIST, .count = 1, .items = items};

		yaml_write(&list, 1, out);
	}
}

static void
print_row(const struct setting *row, const struct settings *settings, struct buffer *out)
{
	size_t before = out->size;

	buffer_add_format(out, "%s%s: ", setting_depth(row) ? "  " : "", setting_name(row));
	if (setting_print(row, settings, out))
		buffer_add_byte(out, '\n');
	else
		out->size = before;
}

void
settings_print(const struct settings *settings, enum settings_part part, struct buffer *out)
{
	const struct setting *row, *group = NULL;

	for (row = settings_table; row->path; row++) {
		if (row->kind == SETTING_GROUP) {
			group = row;
			continue;
		}
		if (part == SETTINGS_FACTS && !row->facts)
			continue;
		if (group && setting_depth(row))
			buffer_add_format(out, "%s:\n", group->path);
		group = NULL;
		if (row->kind == SETTING_SOURCES)
			print_sources(settings, out);
		else
			print_row(row, settings, out);
	}
}
