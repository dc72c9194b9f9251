/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The effective settings as YAML. All of it reads back to the same settings;
 * the part that facts depend on is what the ledger records as a note, so that
 * a batch size or another folder does not change the ledger's root.
 */
#include "settings/table.h"

static void
print_list_head(const char *name, size_t count, struct buffer *out)
{
	buffer_add_format(out, "%s:%s\n", name, count ? "" : " []");
}

static void
print_item(const struct yaml_node *map, struct buffer *out)
{
	struct yaml_node *items[1] = {(struct yaml_node *)map};
	struct yaml_node list = {.kind = YAML_LIST, .count = 1, .items = items};

	yaml_write(&list, 1, out);
}

static void
print_sources(const struct settings *settings, struct buffer *out)
{
	size_t i;

	print_list_head("sources", settings->source_count, out);
	for (i = 0; i < settings->source_count; i++)
		print_item(settings->sources[i].settings, out);
}

static void
print_publishers(const struct settings *settings, struct buffer *out)
{
	size_t i;

	if (settings->publisher_count)
		print_list_head("publish", settings->publisher_count, out);
	for (i = 0; i < settings->publisher_count; i++)
		print_item(settings->publishers[i].settings, out);
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
		if ((part == SETTINGS_FACTS && !row->facts) ||
		    (part == SETTINGS_OPENED && row->live))
			continue;
		if (group && setting_depth(row))
			buffer_add_format(out, "%s:\n", group->path);
		group = NULL;
		if (row->kind == SETTING_SOURCES)
			print_sources(settings, out);
		else if (row->kind == SETTING_PUBLISH)
			print_publishers(settings, out);
		else
			print_row(row, settings, out);
	}
}
