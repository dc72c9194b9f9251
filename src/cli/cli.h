/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The face that speaks terminal: finds the command, parses its words, runs it,
 * says what went wrong, and gives the exit status.
 */
#ifndef DYETRACE_CLI_CLI_H
#define DYETRACE_CLI_CLI_H

#include "cli/command.h"

/* What main() returns. */
int cli_main(const struct program *program, int argc, char **argv);

#endif
