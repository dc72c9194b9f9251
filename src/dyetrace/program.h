/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of the program. */
#ifndef DYETRACE_PROGRAM_H
#define DYETRACE_PROGRAM_H

#include "cli/command.h"

extern const struct command *const program_commands[];
extern const struct source_type *const program_sources[];
extern const struct publisher_type *const program_publishers[];

#endif
