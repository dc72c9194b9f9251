/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as settings. What parses as YAML must write itself so that it reads
 * back to the same, and settings without mistakes must print themselves so that
 * they read back to the same.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "settings/settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_file(const char *file, const struct yaml_node *settings, struct yaml_problems *problems)
{
	static const char *const known[] = {
	    "name", "type", "path", "format", "csv", "mapping", NULL};

	yaml_check_keys(file, settings, known, problems);
}

static const struct source_type file_type = {.name = "file", .check = check_file};
static const struct source_type *const types[] = {&file_type, NULL};

static void
must(bool held, const char *what, struct text text)
{
	if (held)
		return;
	fprintf(stderr, "%s:\n%.*s\n", what, TEXT_PRINT(text));
	abort();
}

static void
tree(struct text bytes)
{
	struct yaml_document *document, *again;
	struct buffer first = {0}, second = {0};
	struct error err = {0};

	if (!yaml_parse("fuzz", bytes, &document, &err))
		return;
	if (document->root) {
		yaml_write(document->root, 0, &first);
		must(yaml_parse("fuzz", buffer_text(&first), &again, &err), err.text,
		    buffer_text(&first));
		yaml_write(again->root, 0, &second);
		must(text_equal(buffer_text(&first), buffer_text(&second)),
		    "differs when written again", buffer_text(&first));
		yaml_close(again);
	}
	yaml_close(document);
	buffer_fini(&first);
	buffer_fini(&second);
}

static void
settings(struct text bytes)
{
	struct settings_options options = {"folder/fuzz", types, NULL};
	struct settings *settings, *again;
	struct yaml_problems problems = {0};
	struct buffer first = {0}, second = {0};

	if (settings_parse(&options, bytes, &settings, &problems)) {
		settings_print(settings, SETTINGS_ALL, &first);
		must(settings_parse(&options, buffer_text(&first), &again, &problems),
		    "is refused when printed", buffer_text(&first));
		settings_print(again, SETTINGS_ALL, &second);
		must(text_equal(buffer_text(&first), buffer_text(&second)),
		    "differs when printed again", buffer_text(&first));
		settings_close(again);
	}
	settings_close(settings);
	yaml_problems_fini(&problems);
	buffer_fini(&first);
	buffer_fini(&second);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text bytes = {(const char *)data, size};

	tree(bytes);
	settings(bytes);
	return 0;
}
