/* SPDX-License-Identifier: Apache-2.0 */
/* Every command there is; src/dyetrace/commands.c lists those of the program. */
#ifndef DYETRACE_CLI_COMMANDS_H
#define DYETRACE_CLI_COMMANDS_H

#include "cli/command.h"

extern const struct command command_actor;
extern const struct command command_check;
extern const struct command command_feature;
extern const struct command command_help;
extern const struct command command_init;
extern const struct command command_keys;
extern const struct command command_version;
extern const struct command command_check_proof;
extern const struct command command_doctor;
extern const struct command command_exclude;
extern const struct command command_export;
extern const struct command command_lineage;
extern const struct command command_model;
extern const struct command command_prove;
extern const struct command command_quarantine;
extern const struct command command_rebuild;
extern const struct command command_reconcile;
extern const struct command command_run;
extern const struct command command_simulate;
extern const struct command command_status;
extern const struct command command_tag_check;
extern const struct command command_trace;
extern const struct command command_verify;
extern const struct command command_without;

#endif
