/* SPDX-License-Identifier: Apache-2.0 */
/* Manual pages as roff (man macros), from the tables of commands and settings. */
#ifndef DYETRACE_CLI_MANUAL_H
#define DYETRACE_CLI_MANUAL_H

#include "cli/command.h"

void manual_program(const struct program *program, FILE *out); /* dyetrace(1) */
void manual_command(const struct program *program, const struct command *command, FILE *out);
void manual_settings(const struct program *program, FILE *out); /* dyetrace.yaml(5) */

/* Writes DIR/man1, DIR/man5 and DIR/completions. ERROR_IO. */
MUST_USE bool manual_pages(const struct program *program, const char *folder, struct error *err);

#endif
