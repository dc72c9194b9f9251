/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Roff is text whose lines must not begin with "." or "'", in which "\" is an
 * escape and "-" a typographic hyphen unless it is written "\-".
 */
#include "manual.h"

#include <errno.h>

#include "base/file.h"
#include "completion.h"
#include "help.h"
#include "settings/table.h"

/* A character beyond ASCII as \[uXXXX], which every roff reads; text is UTF-8. */
static size_t
roff_wide(FILE *out, const unsigned char *p, size_t left)
{
	size_t size = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4, i;
	uint32_t point = p[0] & (0xffu >> (size + 1));

	if (size > left)
		return left;
	for (i = 1; i < size; i++)
		point = point << 6 | (p[i] & 0x3f);
	fprintf(out, "\\[u%04X]", point);
	return size;
}

static void
roff(FILE *out, const char *text, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++) {
		if (text[i] == '\\')
			fputs("\\e", out);
		else if (text[i] == '-')
			fputs("\\-", out);
		else if (text[i] == '.' || text[i] == '\'')
			fprintf(out, "\\&%c", text[i]);
		else if ((unsigned char)text[i] >= 0x80)
			i += roff_wide(out, (const unsigned char *)text + i, size - i) - 1;
		else
			fputc(text[i], out);
	}
}

/* `code` in backquotes becomes bold; an empty line a new paragraph. */
static void
prose(FILE *out, const char *text)
{
	bool code = false;

	while (*text) {
		size_t size = strcspn(text, "`\n");

		roff(out, text, size);
		text += size;
		if (*text == '`') {
			code = !code;
			fputs(code ? "\\fB" : "\\fR", out);
			text++;
		} else if (strncmp(text, "\n\n", 2) == 0) {
			fputs("\n.PP\n", out);
			text += 2;
		} else if (*text) {
			fputc('\n', out);
			text++;
		}
	}
	fputc('\n', out);
}

static void
heading(FILE *out, const char *name)
{
	fprintf(out, ".SH %s\n", name);
}

static void
title(FILE *out, const char *page, int section, const struct program *program, const char *summary)
{
	fprintf(out, ".TH %s %d \"\" \"%s %s\" \"dyetrace manual\"\n", page, section, program->name,
	    program->version);
	heading(out, "NAME");
	roff(out, page, strlen(page));
	fputs(" \\- ", out);
	prose(out, summary);
}

/* A tagged paragraph: bold word, then what it is. */
static void
item(FILE *out, const char *word, const char *what)
{
	fputs(".TP\n\\fB", out);
	roff(out, word, strlen(word));
	fputs("\\fR\n", out);
	prose(out, what);
}

static void
option_item(void *context, const struct option *option)
{
	char text[64], sentence[512];
	const char *begin = option_text(option, text, sizeof(text));

	snprintf(sentence, sizeof(sentence), "%s.", option->help);
	if (sentence[0] >= 'a' && sentence[0] <= 'z')
		sentence[0] -= 'a' - 'A';
	item(context, begin + strspn(begin, " "), sentence);
}

static void
examples(FILE *out, const struct example *example)
{
	if (!example)
		return;
	heading(out, "EXAMPLES");
	for (; example->line; example++) {
		fputs(".TP\n", out);
		prose(out, example->what);
		fputs(".EX\n", out);
		roff(out, example->line, strlen(example->line));
		fputs("\n.EE\n", out);
	}
}

static void
exit_statuses(FILE *out)
{
	heading(out, "EXIT STATUS");
	item(out, "0", "Yes, or done.");
	item(out, "1",
	    "The answer is no: verify failed, something is unexplained, there is no such event.");
	item(out, "2", "The words or the settings are off.");
	item(out, "3",
	    "The environment: files, disk, permissions, or somebody else holds the store.");
	item(out, "4", "The store is damaged.");
}

static void
synopsis(FILE *out, const struct program *program, const struct command *group,
    const struct command *command)
{
	fprintf(out, "\\fB%s %s%s%s\\fR ", program->name, group ? group->name : "",
	    group ? " " : "", command->name);
	roff(out, command->usage, strlen(command->usage));
	fputs(command->usage[0] ? " [options]\n" : "[options]\n", out);
}

static void
parts(FILE *out, const struct program *program, const struct command *group)
{
	const struct command *const *part;

	for (part = group->parts; *part; part++) {
		char name[64];

		snprintf(name, sizeof(name), "\"%s %s\"", group->name, (*part)->name);
		fprintf(out, ".SS %s\n", name);
		synopsis(out, program, group, *part);
		fputs(".PP\n", out);
		prose(out, (*part)->description);
		options_each(*part, option_item, out);
	}
}

void
manual_command(const struct program *program, const struct command *command, FILE *out)
{
	const struct command *const *part;
	char page[64];

	snprintf(page, sizeof(page), "%s-%s", program->name, command->name);
	title(out, page, 1, program, command->summary);
	heading(out, "SYNOPSIS");
	if (!command->parts)
		synopsis(out, program, NULL, command);
	for (part = command->parts; part && *part; part++) {
		synopsis(out, program, command, *part);
		fputs(".br\n", out);
	}
	heading(out, "DESCRIPTION");
	prose(out, command->description);
	if (command->parts) {
		parts(out, program, command);
	} else {
		heading(out, "OPTIONS");
		options_each(command, option_item, out);
	}
	examples(out, command->examples);
	exit_statuses(out);
	heading(out, "SEE ALSO");
	fprintf(out, ".BR %s (1),\n.BR dyetrace.yaml (5)\n", program->name);
}

void
manual_program(const struct program *program, FILE *out)
{
	const struct command *const *command;

	title(out, program->name, 1, program,
	    "where data comes from and what it does to features and models");
	heading(out, "SYNOPSIS");
	fprintf(out, "\\fB%s\\fR COMMAND [options]\n", program->name);
	heading(out, "DESCRIPTION");
	prose(out,
	    PROGRAM_SENTENCE
	    "\n\nBegin with `dyetrace init DIR`: it writes a folder with settings, an org chart, a "
	    "lineage and a few events that work together.");
	heading(out, "COMMANDS");
	for (command = program->commands; *command; command++)
		item(out, (*command)->name, (*command)->summary);
	exit_statuses(out);
	heading(out, "ENVIRONMENT");
	item(out, "DYETRACE_STORE", "The store, where neither `-s` nor settings name one.");
	item(out, "NO_COLOR", "No colours if it is set to anything.");
	heading(out, "FILES");
	item(out, "dyetrace.yaml", "The settings, see `dyetrace.yaml`(5).");
	heading(out, "SEE ALSO");
	for (command = program->commands; *command; command++)
		fprintf(out, ".BR %s\\-%s (1)%s\n", program->name, (*command)->name,
		    command[1] ? "," : "");
}

static void
setting_item(FILE *out, const struct setting *row)
{
	char shape[128], text[1400];

	setting_shape(row, shape, sizeof(shape));
	if (row->value)
		snprintf(text, sizeof(text), "%s %c%s; `%s` if it is not set.", row->help,
		    shape[0] - 'a' + 'A', shape + 1, row->value);
	else if (shape[0])
		snprintf(text, sizeof(text), "%s %c%s; none if it is not set.", row->help,
		    shape[0] - 'a' + 'A', shape + 1);
	else
		snprintf(text, sizeof(text), "%s", row->help);
	item(out, row->path, text);
}

void
manual_settings(const struct program *program, FILE *out)
{
	const struct publisher_type *const *publisher;
	const struct source_type *const *type;
	const struct setting *row;

	title(out, "dyetrace.yaml", 5, program, "settings of dyetrace");
	heading(out, "DESCRIPTION");
	prose(out,
	    "A YAML file without anchors, aliases, tags and duplicate keys. Paths are relative to "
	    "it. Sizes are "
	    "written `64k`, `16M`, `1G` (powers of 1,024), counts `10k`, `2M` (thousands, "
	    "millions), durations "
	    "`200ms`, `90s`, `15m`, `36h`, `7d`, `2w`.\n\n`dyetrace check` says every mistake with "
	    "its line, "
	    "`dyetrace init` writes a file to start from.");
	heading(out, "SETTINGS");
	for (row = settings_table; row->path; row++)
		setting_item(out, row);
	heading(out, "SOURCES");
	prose(out, "Each item of `sources` has:");
	for (row = settings_source_table; row->path; row++)
		setting_item(out, row);
	heading(out, "TYPES OF SOURCE");
	for (type = program->sources; *type; type++)
		item(out, (*type)->name, (*type)->summary);
	heading(out, "PUBLISHERS");
	prose(out, "Each item of `publish` has:");
	for (row = settings_publisher_table; row->path; row++)
		setting_item(out, row);
	heading(out, "TYPES OF PUBLISHER");
	for (publisher = program->publishers; *publisher; publisher++)
		item(out, (*publisher)->name, (*publisher)->summary);
	heading(out, "SEE ALSO");
	fprintf(out, ".BR %s (1),\n.BR %s\\-check (1)\n", program->name, program->name);
}

/* One page written through a stream in memory, so that the file is replaced whole. */
struct page {
	char *text;
	size_t size;
	FILE *out;
};

static bool
page_begin(struct page *page, struct error *err)
{
	page->out = open_memstream(&page->text, &page->size);
	return page->out || error_system(err, ERROR_IO, "a stream in memory");
}

static bool
page_write(struct page *page, const char *folder, const char *name, struct error *err)
{
	char *path = file_join(folder, name);
	bool done;

	fclose(page->out);
	done = file_replace(path, (struct text){page->text, page->size}, 0644, err);
	memory_free(path);
	memory_free(page->text);
	*page = (struct page){0};
	return done;
}

static bool
write_commands(const struct program *program, const char *folder, struct error *err)
{
	const struct command *const *command;
	struct page page = {0};
	char name[128];

	for (command = program->commands; *command; command++) {
		if (!page_begin(&page, err))
			return false;
		manual_command(program, *command, page.out);
		snprintf(name, sizeof(name), "man1/%s-%s.1", program->name, (*command)->name);
		if (!page_write(&page, folder, name, err))
			return false;
	}
	return true;
}

typedef void page_printer(const struct program *program, FILE *out);

static bool
write_one(const struct program *program, page_printer *print, const char *folder, const char *name,
    struct error *err)
{
	struct page page = {0};

	if (!page_begin(&page, err))
		return false;
	print(program, page.out);
	return page_write(&page, folder, name, err);
}

static bool
make_folders(const char *folder, struct error *err)
{
	static const char *const names[] = {"man1", "man5", "completions"};
	bool done = true;
	size_t i;

	for (i = 0; done && i < ARRAY_COUNT(names); i++) {
		char *path = file_join(folder, names[i]);

		done = file_make_folder(path, err);
		memory_free(path);
	}
	return done;
}

bool
manual_pages(const struct program *program, const char *folder, struct error *err)
{
	return make_folders(folder, err) && write_commands(program, folder, err) &&
	    write_one(program, manual_program, folder, "man1/dyetrace.1", err) &&
	    write_one(program, manual_settings, folder, "man5/dyetrace.yaml.5", err) &&
	    write_one(program, completion_bash, folder, "completions/dyetrace", err) &&
	    write_one(program, completion_zsh, folder, "completions/_dyetrace", err);
}
