/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --name=value, --name value, -s value, -svalue; options and arguments in any
 * order; everything behind -- is an argument; a lone - is one too.
 */
#include "parse.h"

#include <assert.h>
#include <stdio.h>

#include "base/memory.h"
#include "base/suggest.h"

const struct option common_options[] = {
    {"settings", 'c', "FILE", "the settings file, if it is not ./dyetrace.yaml"},
    {"store", 's', "DIR",
	"the store, if it is not the one of the settings, $DYETRACE_STORE or ./dyetrace-store"},
    {"json", 0, NULL, "answer with one JSON document"},
    {NULL},
};

bool
command_takes(const struct command *command, size_t i)
{
	return command->common >> i & 1;
}

const struct command *
command_find(const struct command *const *commands, const char *name)
{
	for (; *commands; commands++)
		if (strcmp((*commands)->name, name) == 0)
			return *commands;
	return NULL;
}

bool
command_unknown(const struct program *program, const struct command *group, const char *typed,
    struct error *err)
{
	const struct command *const *command = group ? group->parts : program->commands;
	const char *space = group ? " " : "", *name = group ? group->name : "";
	struct suggestion suggestion;
	struct text best;
	char shown[64];

	suggestion_init(&suggestion, text_of(typed));
	for (; *command; command++)
		suggestion_try(&suggestion, text_of((*command)->name));
	best = suggestion_best(&suggestion);
	text_show(text_of(typed), 40, shown, sizeof(shown));
	if (best.data)
		return error_set(err, ERROR_USAGE,
		    "there is no command `%s%s%s`: did you mean `%s%s%.*s`?", name, space, shown,
		    name, space, TEXT_PRINT(best));
	return error_set(err, ERROR_USAGE, "there is no command `%s%s%s`: `%s help%s%s` lists them",
	    name, space, shown, program->name, space, name);
}

static size_t
option_count(const struct option *options)
{
	size_t count = 0;

	while (options && options[count].name)
		count++;
	return count;
}

/* What one option is called on the line, and where its value goes. */
struct match {
	const struct option *option;
	const char **value;
	const char *attached; /* behind "=" or the letter; NULL: none */
};

static void
common_value(struct call *call, size_t i, struct match *match)
{
	const char **values[] = {&call->settings, &call->store, &call->json_word};

	assert(i < ARRAY_COUNT(values));
	match->option = &common_options[i];
	match->value = values[i];
}

static bool
same_name(const struct option *option, struct text name)
{
	return text_is(name, option->name);
}

static bool
find_option(struct call *call, struct text name, char letter, struct match *match)
{
	const struct option *own = call->command->options;
	size_t i;

	for (i = 0; i < option_count(own); i++)
		if (letter ? own[i].letter == letter : same_name(&own[i], name)) {
			match->option = &own[i];
			match->value = &call->values[i];
			return true;
		}
	for (i = 0; common_options[i].name; i++)
		if (command_takes(call->command, i) &&
		    (letter ? common_options[i].letter == letter
			    : same_name(&common_options[i], name))) {
			common_value(call, i, match);
			return true;
		}
	return false;
}

static bool
unknown_option(const struct call *call, const char *word, struct text name, struct error *err)
{
	const struct option *own = call->command->options;
	struct suggestion suggestion;
	struct text best;
	char command[64], shown[64];
	size_t i;

	suggestion_init(&suggestion, name);
	for (i = 0; i < option_count(own); i++)
		suggestion_try(&suggestion, text_of(own[i].name));
	for (i = 0; common_options[i].name; i++)
		if (command_takes(call->command, i))
			suggestion_try(&suggestion, text_of(common_options[i].name));
	suggestion_try(&suggestion, TEXT("help"));
	best = word[1] == '-' ? suggestion_best(&suggestion) : TEXT_NONE;
	call_name(call, command, sizeof(command));
	text_show(
	    (struct text){word, (size_t)(name.data - word) + name.size}, 40, shown, sizeof(shown));
	if (best.data)
		return error_set(err, ERROR_USAGE, "`%s` has no option %s: did you mean --%.*s?",
		    command, shown, TEXT_PRINT(best));
	return error_set(err, ERROR_USAGE, "`%s` has no option %s: `%s help %s` lists them",
	    command, shown, call->program->name, command);
}

/* Which option a word that begins with - is. */
static bool
match_option(struct call *call, const char *word, struct match *match, struct error *err)
{
	const char *equals = strchr(word, '=');
	bool letter = word[1] != '-';
	struct text name = text_of(word + 2);

	if (letter) {
		name = (struct text){word + 1, 1};
		match->attached = word[2] ? word + 2 : NULL;
	} else if (equals) {
		name.size = (size_t)(equals - name.data);
		match->attached = equals + 1;
	}
	if (find_option(call, name, letter ? word[1] : 0, match))
		return true;
	unknown_option(call, word, name, err);
	return false;
}

/* Takes the option at argv[*at] and, if it has one, its value. */
static bool
take_option(struct call *call, int argc, const char *const *argv, int *at, struct error *err)
{
	struct match match = {0};
	const char *value;

	if (!match_option(call, argv[*at], &match, err))
		return false;
	if (!match.option->argument) {
		if (match.attached)
			return error_set(err, ERROR_USAGE, "--%s takes no value: write it alone",
			    match.option->name);
		*match.value = "";
		return true;
	}
	value = match.attached;
	if (!value && *at + 1 < argc)
		value = argv[++*at];
	if (!value || !*value)
		return error_set(err, ERROR_USAGE, "--%s needs a value: --%s %s",
		    match.option->name, match.option->name, match.option->argument);
	*match.value = value;
	return true;
}

static bool
check_count(const struct call *call, struct error *err)
{
	const struct command *command = call->command;
	char name[64], shown[64];

	call_name(call, name, sizeof(name));
	if (call->count < command->arguments_min)
		return error_set(err, ERROR_USAGE, "something is missing: `%s %s %s`",
		    call->program->name, name, command->usage);
	if (call->count > command->arguments_max)
		return error_set(err, ERROR_USAGE, "`%s` is one word too many: `%s %s%s%s`",
		    text_show(
			text_of(call->arguments[command->arguments_max]), 40, shown, sizeof(shown)),
		    call->program->name, name, command->usage[0] ? " " : "", command->usage);
	return true;
}

static bool
take_words(struct call *call, int argc, const char *const *argv, bool *help, struct error *err)
{
	bool only_arguments = false;
	int at;

	for (at = 0; at < argc; at++) {
		const char *word = argv[at];

		if (only_arguments || word[0] != '-' || !word[1])
			call->arguments[call->count++] = word;
		else if (strcmp(word, "--") == 0)
			only_arguments = true;
		else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
			*help = true;
		else if (!take_option(call, argc, argv, &at, err))
			return false;
	}
	return true;
}

bool
call_parse(struct call *call, int argc, const char *const *argv, bool *help, struct error *err)
{
	bool taken;

	*help = false;
	call->arguments = memory_get_array((size_t)argc + 1, sizeof(*call->arguments));
	call->values =
	    memory_get_array(option_count(call->command->options) + 1, sizeof(*call->values));
	taken = take_words(call, argc, argv, help, err);
	/* Also when the words are off: the mistake is then said in JSON. */
	call->json = call->json_word;
	return taken && (*help || check_count(call, err));
}

void
call_fini(struct call *call)
{
	memory_free(call->arguments);
	memory_free(call->values);
	call->arguments = NULL;
	call->values = NULL;
}
