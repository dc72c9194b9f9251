/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a file source may be told:
 *
 *   path: events/2016.jsonl   one path, a pattern (with * ? or [a-z]), a list of them, or "-": standard input
 *   format: jsonl             jsonl | csv | avro
 *   compression: auto         auto (by its first bytes) | none | gzip
 *   csv: {delimiter: ",", header: true, lines: 1000}
 *                             lines: that many one quoted row may span
 */
#ifndef DYETRACE_FILE_SETTINGS_H
#define DYETRACE_FILE_SETTINGS_H

#include "base/yaml.h"
#include "frames.h"
#include "input.h"

struct file_path {
	char *text;    /* as in the settings, "./" and doubled slashes removed; owned */
	uint32_t line; /* in the settings file */
};

struct file_settings {
	struct file_path *paths;
	size_t path_count;
	enum message_format format;
	enum compression compression;
	bool header;
	struct framing framing;
};

/*
 * Reads the source's map, adding every mistake. settings are ended by
 * file_settings_fini(), whatever is returned; framing.record_bytes_max is the caller's.
 *
 * false: at least one problem was added
 */
bool file_settings_read(const char *settings_file, const struct yaml_node *map,
    struct file_settings *settings, struct yaml_problems *problems);
void file_settings_fini(struct file_settings *settings);

/* What the map, and `csv` in it, may hold; NULL ends them. name, type and mapping are any source's. */
extern const char *const file_source_keys[], *const file_csv_keys[];

/* "jsonl", "csv", "avro" */
const char *file_format_name(enum message_format format);

#endif
