/* SPDX-License-Identifier: Apache-2.0 */
/* Words of the command line to a call; used by cli.c. */
#ifndef DYETRACE_CLI_PARSE_H
#define DYETRACE_CLI_PARSE_H

#include "cli/command.h"

/* The options that many commands share, ended by a name NULL; parallel to the bits COMMON_…. */
extern const struct option common_options[];
/* Whether the command takes common_options[i]. */
bool command_takes(const struct command *command, size_t i);

/* NULL if there is none of that name */
const struct command *command_find(const struct command *const *commands, const char *name);
/* "there is no command `staus`: did you mean `status`?"; ERROR_USAGE. */
bool command_unknown(const struct program *program, const struct command *group, const char *typed,
    struct error *err);

/*
 * Takes apart what stands behind the command's name. help is set when --help
 * stands among the words; then nothing is missed.
 *
 * call   filled except program, group, command and out, which the caller has set;
 *	  ended by call_fini()
 *
 * ERROR_USAGE  with the nearest option, or what is missing
 */
MUST_USE bool
call_parse(struct call *call, int argc, const char *const *argv, bool *help, struct error *err);
void call_fini(struct call *call);

#endif
