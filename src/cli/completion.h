/* SPDX-License-Identifier: Apache-2.0 */
/* Shell completions from the command table. */
#ifndef DYETRACE_CLI_COMPLETION_H
#define DYETRACE_CLI_COMPLETION_H

#include "cli/command.h"

void completion_bash(const struct program *program, FILE *out);
void completion_zsh(const struct program *program, FILE *out);

#endif
