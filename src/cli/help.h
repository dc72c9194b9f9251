/* SPDX-License-Identifier: Apache-2.0 */
/* What --help and `help` print, from the command table. */
#ifndef DYETRACE_CLI_HELP_H
#define DYETRACE_CLI_HELP_H

#include "cli/command.h"

#define PROGRAM_SENTENCE                                                                           \
	"dyetrace tags every event with its origin, traces which model features it flows into "    \
	"and how far it moves them, and keeps a record that can be verified."

void help_program(const struct screen *screen, const struct program *program);
/* group: `keys` of `keys create`, else NULL */
void help_command(const struct screen *screen, const struct program *program,
    const struct command *group, const struct command *command);

/* Visits the command's own options and the common ones that it takes, then --help. */
void options_each(const struct command *command,
    void (*visit)(void *context, const struct option *option), void *context);
/* "-s, --store DIR" or "    --json". Returns out. */
const char *option_text(const struct option *option, char *out, size_t out_bytes);

#endif
