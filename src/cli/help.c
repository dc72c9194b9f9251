/* SPDX-License-Identifier: Apache-2.0 */
/* `dyetrace help`: the list, one command, and everything that is made from the table. */
#include "help.h"

#include "cli/commands.h"
#include "completion.h"
#include "daemon/metrics.h"
#include "manual.h"
#include "parse.h"

static const struct option help_option = {"help", 'h', NULL, "this text"};

void
options_each(const struct command *command,
    void (*visit)(void *context, const struct option *option), void *context)
{
	const struct option *option;
	size_t i;

	for (option = command->options; option && option->name; option++)
		visit(context, option);
	for (i = 0; common_options[i].name; i++)
		if (command_takes(command, i))
			visit(context, &common_options[i]);
	visit(context, &help_option);
}

const char *
option_text(const struct option *option, char *out, size_t out_bytes)
{
	char letter[8] = "    ";

	if (option->letter)
		snprintf(letter, sizeof(letter), "-%c, ", option->letter);
	snprintf(out, out_bytes, "%s--%s%s%s", letter, option->name, option->argument ? " " : "",
	    option->argument ? option->argument : "");
	return out;
}

/* name and summary side by side, the summary's further lines below itself. */
static void
print_pair(const struct screen *screen, const char *name, const char *what, size_t columns)
{
	fputs("  ", screen->file);
	screen_pad(screen, INK_NAME, text_of(name), columns);
	if (text_columns(text_of(name)) > columns)
		fprintf(screen->file, "\n%*s", (int)columns + 2, "");
	fputs("  ", screen->file);
	screen_flow(screen, columns + 4, columns + 4, screen_prose_width(screen), what);
}

static void
print_commands(const struct screen *screen, const struct command *const *commands)
{
	const struct command *const *command;
	size_t columns = 0;

	for (command = commands; *command; command++)
		if (strlen((*command)->name) > columns)
			columns = strlen((*command)->name);
	for (command = commands; *command; command++)
		print_pair(screen, (*command)->name, (*command)->summary, columns);
}

void
help_program(const struct screen *screen, const struct program *program)
{
	screen_wrap(screen, 0, PROGRAM_SENTENCE);
	screen_print(screen, INK_STRONG, "\nusage");
	fprintf(screen->file, "  %s COMMAND [options]\n\n", program->name);
	print_commands(screen, program->commands);
	fprintf(screen->file, "\n`%s help COMMAND` says more. To begin: `%s init my-tracker`.\n",
	    program->name, program->name);
}

static void
print_option(void *context, const struct option *option)
{
	char text[64];

	print_pair(context, option_text(option, text, sizeof(text)), option->help, 24);
}

/* Paragraphs are divided by an empty line. */
static void
print_paragraphs(const struct screen *screen, const char *text)
{
	char paragraph[2048];

	while (*text) {
		const char *end = strstr(text, "\n\n");
		size_t size = end ? (size_t)(end - text) : strlen(text);

		snprintf(paragraph, sizeof(paragraph), "%.*s", (int)size, text);
		fputc('\n', screen->file);
		screen_wrap(screen, 0, paragraph);
		text += size + (end ? 2 : 0);
	}
}

static void
print_examples(const struct screen *screen, const struct example *example)
{
	screen_print(screen, INK_STRONG, "\nexamples\n");
	for (; example->line; example++) {
		screen_print(screen, INK_FAINT, "  # %s\n", example->what);
		fprintf(screen->file, "  %s\n", example->line);
	}
}

void
help_command(const struct screen *screen, const struct program *program,
    const struct command *group, const struct command *command)
{
	screen_print(screen, INK_STRONG, "usage");
	fprintf(screen->file, "  %s %s%s%s%s%s%s\n", program->name, group ? group->name : "",
	    group ? " " : "", command->name, command->usage[0] ? " " : "", command->usage,
	    command->parts ? "" : " [options]");
	print_paragraphs(screen, command->description);
	if (command->parts) {
		fputc('\n', screen->file);
		print_commands(screen, command->parts);
		fprintf(screen->file, "\n`%s help %s PART` says more of each.\n", program->name,
		    command->name);
	} else {
		screen_print(screen, INK_STRONG, "\noptions\n");
		options_each(command, print_option, (void *)screen);
	}
	if (command->examples)
		print_examples(screen, command->examples);
}

/* The command that `help a b` names. */
static bool
find(const struct call *call, const struct command **group, const struct command **command,
    struct error *err)
{
	const struct program *program = call->program;

	*group = NULL;
	*command = command_find(program->commands, call->arguments[0]);
	if (!*command)
		return command_unknown(program, NULL, call->arguments[0], err);
	if (call->count < 2)
		return true;
	if (!(*command)->parts)
		return error_set(err, ERROR_USAGE, "`%s` has no parts: `%s help %s`",
		    (*command)->name, program->name, (*command)->name);
	*group = *command;
	*command = command_find((*group)->parts, call->arguments[1]);
	return *command || command_unknown(program, *group, call->arguments[1], err);
}

static bool
help_completion(struct call *call, struct error *err)
{
	static const char *const shells[] = {"bash", "zsh", NULL};
	size_t shell = 0;

	if (!call_choice(call, "completion", shells, &shell, err))
		return false;
	if (shell == 0)
		completion_bash(call->program, call->out.file);
	else
		completion_zsh(call->program, call->out.file);
	return true;
}

static bool
help_manual(struct call *call, struct error *err)
{
	const struct command *command;

	if (!call->count)
		manual_program(call->program, call->out.file);
	else if (strcmp(call->arguments[0], "dyetrace.yaml") == 0)
		manual_settings(call->program, call->out.file);
	else if (!(command = command_find(call->program->commands, call->arguments[0])))
		return command_unknown(call->program, NULL, call->arguments[0], err);
	else
		manual_command(call->program, command, call->out.file);
	return true;
}

static void
help_metrics(const struct call *call)
{
	struct buffer out = {0};

	metrics_document(call->program->sources, call->program->publishers, &out);
	fwrite(out.data, 1, out.size, call->out.file);
	buffer_fini(&out);
}

static bool
help_run(struct call *call, struct error *err)
{
	const struct command *group, *command;

	if (call_option(call, "completion"))
		return help_completion(call, err);
	if (call_option(call, "pages"))
		return manual_pages(call->program, call_option(call, "pages"), err);
	if (call_flag(call, "metrics")) {
		help_metrics(call);
		return true;
	}
	if (call_flag(call, "man"))
		return help_manual(call, err);
	if (!call->count) {
		help_program(&call->out, call->program);
		return true;
	}
	if (!find(call, &group, &command, err))
		return false;
	help_command(&call->out, call->program, group, command);
	return true;
}

static const struct option options[] = {
    {"man", 0, NULL, "print the manual page as roff, of dyetrace.yaml too: pipe it to `man -l -`"},
    {"completion", 0, "bash|zsh", "print the completion for a shell"},
    {"metrics", 0, NULL, "print the table of metrics that `run` serves at /metrics, as Markdown"},
    {"pages", 0, "DIR", "write all manual pages and completions into a folder, as installing does"},
    {NULL},
};

static const struct example examples[] = {
    {"dyetrace help run", "one command in full"},
    {"dyetrace help --man dyetrace.yaml | man -l -", "every setting explained"},
    {"source <(dyetrace help --completion bash)", "complete words in this shell"},
    {NULL},
};

const struct command command_help = {
    .name = "help",
    .summary = "what a command does and its options; manual pages, completions",
    .usage = "[COMMAND]",
    .description =
	"Without a command: the list of them. With one: what it does, its options and examples.\n\n"
	"Manual pages and shell completions are made from the same table of commands.",
    .options = options,
    .examples = examples,
    .arguments_max = 2,
    .run = help_run,
};
