/* SPDX-License-Identifier: Apache-2.0 */
/* From argv to an exit status. */
#include "cli/cli.h"

#include "cli/document.h"
#include "help.h"
#include "parse.h"

static void
say(const struct program *program, const struct error *err)
{
	char sentence[4 * sizeof(err->text)];
	struct screen screen;

	screen_init(&screen, stderr);
	screen_print(&screen, INK_BAD, "%s:", program->name);
	/* Names and values come from outside: nothing in them may steer a terminal. */
	fprintf(stderr, " %s\n",
	    text_show(text_of(err->text), sizeof(err->text), sentence, sizeof(sentence)));
}

/* A program that asked for JSON gets one document in any case. */
static void
say_json(const struct call *call, const struct error *err)
{
	json_t *why = json_object(), *document = json_object();

	json_object_set_new(why, "kind", json_string(status_kind_name(err->kind)));
	json_object_set_new(why, "sentence", document_text(text_of(err->text)));
	json_object_set_new(document, "error", why);
	document_print(document, &call->out);
}

static enum status
failed(const struct call *call, const struct error *err)
{
	if (call->json)
		say_json(call, err);
	say(call->program, err);
	return call->status ? call->status : status_of(err);
}

/* What was printed must have arrived: a full disk under `> file` is no success. */
static enum status
flushed(const struct program *program, enum status status)
{
	struct error err = {0};

	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	error_system(&err, ERROR_IO, "standard output");
	say(program, &err);
	return status ? status : STATUS_ENVIRONMENT;
}

static enum status
run(struct call *call, int argc, const char *const *argv)
{
	struct error err = {0};
	bool help = false;

	if (!call_parse(call, argc, argv, &help, &err))
		return failed(call, &err);
	if (help) {
		help_command(&call->out, call->program, call->group, call->command);
		return STATUS_YES;
	}
	return call->command->run(call, &err) ? call->status : failed(call, &err);
}

static bool
asks_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

/* `keys`, alone or with what is none of its parts. */
static enum status
without_part(const struct call *call, const char *word)
{
	struct error err = {0};

	if (word && asks_help(word)) {
		help_command(&call->out, call->program, NULL, call->group);
		return STATUS_YES;
	}
	if (word && word[0] != '-') {
		command_unknown(call->program, call->group, word, &err);
		return failed(call, &err);
	}
	error_set(&err, ERROR_USAGE, "say what: `%s %s %s`, see `%s help %s`", call->program->name,
	    call->group->name, call->group->usage, call->program->name, call->group->name);
	return failed(call, &err);
}

static enum status
dispatch(struct call *call, const struct command *command, int argc, const char *const *argv)
{
	enum status status;

	call->command = command;
	if (command->parts) {
		call->group = command;
		call->command = argc ? command_find(command->parts, argv[0]) : NULL;
		if (!call->command)
			return without_part(call, argc ? argv[0] : NULL);
		argc--;
		argv++;
	}
	status = run(call, argc, argv);
	call_fini(call);
	return status;
}

static enum status
unknown(const struct program *program, const char *word)
{
	struct error err = {0};

	if (word[0] == '-')
		error_set(&err, ERROR_USAGE,
		    "%s stands where a command is expected: `%s COMMAND %s ...`, `%s help` lists "
		    "them",
		    word, program->name, word, program->name);
	else
		command_unknown(program, NULL, word, &err);
	say(program, &err);
	return STATUS_USAGE;
}

int
cli_main(const struct program *program, int argc, char **argv)
{
	struct call call = {.program = program};
	const struct command *command;
	const char *word = argc > 1 ? argv[1] : "";

	screen_init(&call.out, stdout);
	if (!word[0] || asks_help(word)) {
		help_program(&call.out, program);
		return flushed(program, word[0] ? STATUS_YES : STATUS_USAGE);
	}
	if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0)
		word = "version";
	command = command_find(program->commands, word);
	if (!command)
		return unknown(program, word);
	return flushed(program, dispatch(&call, command, argc - 2, (const char *const *)argv + 2));
}
