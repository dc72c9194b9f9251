/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One case per command; an option's argument completes to files, folders or
 * the words between its bars.
 */
#include "completion.h"

#include "help.h"

/* Whether every letter is small or a bar: "bash|zsh". */
static bool
is_words(const char *argument)
{
	return strchr(argument, '|') &&
	    !argument[strspn(argument, "abcdefghijklmnopqrstuvwxyz0123456789-|")];
}

static void
spaced(FILE *out, const char *words)
{
	for (; *words; words++)
		fputc(*words == '|' ? ' ' : *words, out);
}

static void
bash_option(void *context, const struct option *option)
{
	fprintf(context, "--%s ", option->name);
}

/* What stands behind an option that has an argument. */
static void
bash_value(void *context, const struct option *option)
{
	FILE *out = context;

	if (!option->argument)
		return;
	fprintf(out, "\t\t--%s", option->name);
	if (option->letter)
		fprintf(out, "|-%c", option->letter);
	fputs(") ", out);
	if (is_words(option->argument)) {
		fputs("COMPREPLY=($(compgen -W \"", out);
		spaced(out, option->argument);
		fputs("\" -- \"$word\"))", out);
	} else if (strcmp(option->argument, "DIR") == 0) {
		fputs("COMPREPLY=($(compgen -d -- \"$word\"))", out);
	} else if (strcmp(option->argument, "FILE") == 0) {
		fputs("COMPREPLY=($(compgen -f -- \"$word\"))", out);
	} else {
		fputs("COMPREPLY=()", out);
	}
	fputs("; return;;\n", out);
}

static void
bash_names(const struct command *const *commands, FILE *out)
{
	for (; *commands; commands++)
		fprintf(out, "%s ", (*commands)->name);
}

/* more: commands that may stand behind it, as behind `help`; NULL: none */
static void
bash_case(const struct command *group, const struct command *command,
    const struct command *const *more, FILE *out)
{
	fprintf(out, "\t\"%s%s%s\")\n\t\tcase $before in\n", group ? group->name : "",
	    group ? " " : "", command->name);
	options_each(command, bash_value, out);
	fputs("\t\tesac\n\t\twords=\"", out);
	if (more)
		bash_names(more, out);
	options_each(command, bash_option, out);
	fprintf(out, "\"%s;;\n", command->arguments_max && !more ? "" : "; files=");
}

static void
bash_parts(const struct command *group, FILE *out)
{
	const struct command *const *part;

	for (part = group->parts; *part; part++)
		bash_case(group, *part, NULL, out);
	fprintf(out, "\t\"%s \"*) words=\"", group->name);
	bash_names(group->parts, out);
	fputs("\"; files=;;\n", out);
}

void
completion_bash(const struct program *program, FILE *out)
{
	const struct command *const *command;

	fprintf(out, "# bash completion for %s\n_%s()\n{\n", program->name, program->name);
	fputs("\tlocal word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} words= "
	      "files=yes name\n"
	      "\tif [ \"$COMP_CWORD\" -eq 1 ]; then\n\t\tCOMPREPLY=($(compgen -W \"",
	    out);
	bash_names(program->commands, out);
	fputs("--help --version\" -- "
	      "\"$word\"))\n\t\treturn\n\tfi\n\tname=${COMP_WORDS[1]}\n\tcase $name in\n\t",
	    out);
	for (command = program->commands; *command; command++)
		if ((*command)->parts)
			fprintf(out, "%s|", (*command)->name);
	fputs("-) if [ \"$COMP_CWORD\" -gt 2 ]; then name=\"$name ${COMP_WORDS[2]}\"; else "
	      "name=\"$name \"; fi;;\n"
	      "\tesac\n\tcase $name in\n",
	    out);
	for (command = program->commands; *command; command++)
		if ((*command)->parts)
			bash_parts(*command, out);
		else
			bash_case(NULL, *command,
			    strcmp((*command)->name, "help") == 0 ? program->commands : NULL, out);
	fprintf(out,
	    "\tesac\n"
	    "\tCOMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
	    "\tif [ \"$files\" ] && [[ $word != -* ]]; then\n"
	    "\t\tCOMPREPLY+=($(compgen -f -- \"$word\"))\n\tfi\n"
	    "}\ncomplete -o filenames -F _%s %s\n",
	    program->name, program->name);
}

/* Inside single quotes and brackets. */
static void
zsh_text(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\'')
			fputs("'\\''", out);
		else if (strchr("[]:\\", *text))
			fprintf(out, "\\%c", *text);
		else
			fputc(*text, out);
	}
}

static void
zsh_action(FILE *out, const char *argument)
{
	fprintf(out, ":%s:", argument);
	if (is_words(argument)) {
		fputc('(', out);
		spaced(out, argument);
		fputc(')', out);
	} else if (strcmp(argument, "DIR") == 0) {
		fputs("_files -/", out);
	} else if (strcmp(argument, "FILE") == 0) {
		fputs("_files", out);
	}
}

static void
zsh_option(void *context, const struct option *option)
{
	FILE *out = context;

	fputs(" \\\n\t\t\t", out);
	if (option->letter)
		fprintf(out, "'(-%c --%s)'{-%c,--%s}", option->letter, option->name, option->letter,
		    option->name);
	else
		fprintf(out, "'--%s", option->name);
	fputs(option->letter ? "'[" : "[", out);
	zsh_text(out, option->help);
	fputc(']', out);
	if (option->argument)
		zsh_action(out, option->argument);
	fputc('\'', out);
}

static void
zsh_describe(const struct command *const *commands, const char *what, FILE *out)
{
	fputs("\tlocal -a names=(\n", out);
	for (; *commands; commands++) {
		fprintf(out, "\t\t'%s:", (*commands)->name);
		zsh_text(out, (*commands)->summary);
		fputs("'\n", out);
	}
	fprintf(out, "\t)\n\t_describe '%s' names\n", what);
}

static void
zsh_case(const struct command *command, const char *pattern, FILE *out)
{
	fprintf(out, "\t\t%s) _arguments", pattern);
	options_each(command, zsh_option, out);
	fputs(command->arguments_max ? " \\\n\t\t\t'*:file:_files';;\n" : ";;\n", out);
}

static void
zsh_group(const struct program *program, const struct command *group, FILE *out)
{
	const struct command *const *part;

	fprintf(out, "_%s_%s()\n{\n\tif (( CURRENT == 2 )); then\n", program->name, group->name);
	zsh_describe(group->parts, "part", out);
	fputs("\telse\n\t\tshift words; (( CURRENT-- ))\n\t\tcase $words[1] in\n", out);
	for (part = group->parts; *part; part++)
		zsh_case(*part, (*part)->name, out);
	fputs("\t\tesac\n\tfi\n}\n", out);
}

void
completion_zsh(const struct program *program, FILE *out)
{
	const struct command *const *command;

	fprintf(out, "#compdef %s\n# zsh completion for %s\n", program->name, program->name);
	for (command = program->commands; *command; command++)
		if ((*command)->parts)
			zsh_group(program, *command, out);
	fprintf(out, "_%s()\n{\n\tif (( CURRENT == 2 )); then\n", program->name);
	zsh_describe(program->commands, "command", out);
	fputs("\telse\n\t\tshift words; (( CURRENT-- ))\n\t\tcase $words[1] in\n", out);
	for (command = program->commands; *command; command++)
		if ((*command)->parts)
			fprintf(out, "\t\t%s) _%s_%s;;\n", (*command)->name, program->name,
			    (*command)->name);
		else
			zsh_case(*command, (*command)->name, out);
	fprintf(out, "\t\tesac\n\tfi\n}\n_%s \"$@\"\n", program->name);
}
