/* SPDX-License-Identifier: Apache-2.0 */
/* Every command there is; src/dyetrace/commands.c lists those of the program. */
#ifndef DYETRACE_CLI_COMMANDS_H
#define DYETRACE_CLI_COMMANDS_H

#include "cli/command.h"

extern const struct command command_check;
extern const struct command command_help;
extern const struct command command_init;
extern const struct command command_keys;
extern const struct command command_version;

#endif
