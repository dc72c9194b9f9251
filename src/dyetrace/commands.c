/* SPDX-License-Identifier: Apache-2.0 */
/* The commands, in the order in which `help` lists them. */
#include "cli/commands.h"

#include "program.h"

const struct command *const program_commands[] = {
	&command_init,
	&command_check,
	&command_keys,
	&command_help,
	&command_version,
	NULL,
};
