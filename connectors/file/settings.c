/* SPDX-License-Identifier: Apache-2.0 */
/* The source's map to struct file_settings. */
#include "settings.h"

#include "base/memory.h"

#define ROW_LINES_DEFAULT 1000
#define ROW_LINES_MAX 1000000

const char *const file_source_keys[] = {
    "name", "type", "path", "format", "compression", "csv", "mapping", NULL};
const char *const file_csv_keys[] = {"delimiter", "header", "lines", NULL};

/* The order is that of the enums. */
static const char *const formats[] = {"jsonl", "csv", "avro", NULL};
static const char *const compressions[] = {"auto", "none", "gzip", NULL};

const char *
file_format_name(enum message_format format)
{
	return formats[format];
}

/* "./a//b" and "a/b" are one file and must be one name. gives */
static char *
tidy_path(struct text path)
{
	char *tidy = memory_get(path.size + 1);
	size_t i = 0, used = 0;

	while (i < path.size) {
		bool at_start = used == 0 || tidy[used - 1] == '/';

		if (at_start && path.data[i] == '.' && i + 1 < path.size && path.data[i + 1] == '/')
			i += 2;
		else if (used && at_start && path.data[i] == '/')
			i++;
		else if (!used && i && path.data[i] == '/')
			i++; /* "./" in front of a further slash */
		else
			tidy[used++] = path.data[i++];
	}
	return tidy;
}

static void
add_path(const char *file, const struct yaml_node *node, struct file_settings *settings,
    struct yaml_problems *problems)
{
	struct text path;

	if (!yaml_text(file, node, &path, problems))
		return;
	if (!path.size || memchr(path.data, '\0', path.size)) {
		yaml_problem_add(problems, file, node,
		    "path is empty: name a file, a pattern, or \"-\" for standard input");
		return;
	}
	settings->paths[settings->path_count++] = (struct file_path){tidy_path(path), node->line};
}

static void
read_paths(const char *file, const struct yaml_node *map, struct file_settings *settings,
    struct yaml_problems *problems)
{
	const struct yaml_node *node = yaml_find(map, "path");
	size_t i;

	if (!node) {
		yaml_problem_add(problems, file, map,
		    "path is missing: a file, a pattern like events/*.jsonl, a list of them, or "
		    "\"-\" for standard input");
		return;
	}
	if (node->kind != YAML_LIST) {
		settings->paths = memory_get_array(1, sizeof(*settings->paths));
		add_path(file, node, settings, problems);
		return;
	}
	if (!node->count)
		yaml_problem_add(
		    problems, file, node, "path is an empty list: name at least one file");
	settings->paths = memory_get_array(node->count, sizeof(*settings->paths));
	for (i = 0; i < node->count; i++)
		add_path(file, node->items[i], settings, problems);
}

static void
read_delimiter(const char *file, const struct yaml_node *node, struct file_settings *settings,
    struct yaml_problems *problems)
{
	struct text text;

	if (!yaml_text(file, node, &text, problems))
		return;
	if (text.size == 1 && !strchr("\"\r\n", text.data[0]))
		settings->framing.delimiter = text.data[0];
	else
		yaml_problem_add(problems, file, node,
		    "delimiter is one character, as \",\" \";\" \"|\" or \"\\t\", no quote and no "
		    "line end");
}

static void
read_csv(const char *file, const struct yaml_node *map, struct file_settings *settings,
    struct yaml_problems *problems)
{
	const struct yaml_node *csv = yaml_find(map, "csv");
	int64_t lines;

	if (!csv)
		return;
	if (settings->format != FORMAT_CSV) {
		yaml_problem_add(problems, file, csv,
		    "csv settings, but format is %s: set `format: csv` or leave csv out",
		    file_format_name(settings->format));
		return;
	}
	if (csv->kind != YAML_MAP) {
		yaml_problem_add(
		    problems, file, csv, "csv is a map: {delimiter: \",\", header: true}");
		return;
	}
	yaml_check_keys(file, csv, file_csv_keys, problems);
	read_delimiter(file, yaml_find(csv, "delimiter"), settings, problems);
	yaml_boolean(file, yaml_find(csv, "header"), &settings->header, problems);
	if (yaml_long(file, yaml_find(csv, "lines"), 1, ROW_LINES_MAX, &lines, problems))
		settings->framing.row_lines_max = (size_t)lines;
}

bool
file_settings_read(const char *settings_file, const struct yaml_node *map,
    struct file_settings *settings, struct yaml_problems *problems)
{
	const struct yaml_node *format = yaml_find(map, "format");
	size_t before = problems->count;
	int chosen = FORMAT_JSON, compression = COMPRESSION_AUTO;

	*settings = (struct file_settings){
	    .header = true, .framing = {.delimiter = ',', .row_lines_max = ROW_LINES_DEFAULT}};
	yaml_check_keys(settings_file, map, file_source_keys, problems);
	read_paths(settings_file, map, settings, problems);
	if (!format)
		yaml_problem_add(
		    problems, settings_file, map, "format is missing: jsonl, csv or avro");
	yaml_choice(
	    settings_file, format, "format", formats, "jsonl, csv or avro", &chosen, problems);
	settings->format = settings->framing.format = (enum message_format)chosen;
	yaml_choice(settings_file, yaml_find(map, "compression"), "compression", compressions,
	    "auto, none or gzip", &compression, problems);
	settings->compression = (enum compression)compression;
	read_csv(settings_file, map, settings, problems);
	return problems->count == before;
}

void
file_settings_fini(struct file_settings *settings)
{
	size_t i;

	for (i = 0; i < settings->path_count; i++)
		memory_free(settings->paths[i].text);
	memory_free(settings->paths);
	*settings = (struct file_settings){0};
}
