/* SPDX-License-Identifier: Apache-2.0 */
/* The commands, in the order in which `help` lists them. */
#include "cli/commands.h"

#include "program.h"

const struct command *const program_commands[] = {
    &command_init,
    &command_check,
    &command_run,
    &command_status,
    &command_trace,
    &command_feature,
    &command_model,
    &command_actor,
    &command_verify,
    &command_prove,
    &command_check_proof,
    &command_reconcile,
    &command_tag_check,
    &command_quarantine,
    &command_lineage,
    &command_without,
    &command_exclude,
    &command_export,
    &command_simulate,
    &command_rebuild,
    &command_doctor,
    &command_keys,
    &command_help,
    &command_version,
    NULL,
};
