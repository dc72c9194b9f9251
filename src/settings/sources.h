/* SPDX-License-Identifier: Apache-2.0 */
/* The list of sources; used by settings.c. */
#ifndef DYETRACE_SETTINGS_SOURCES_H
#define DYETRACE_SETTINGS_SOURCES_H

#include "settings/settings.h"

/* Fills settings->sources with those that have a name and a type; adds every mistake. */
void sources_read(const struct settings_options *options, const struct yaml_node *list,
    struct settings *settings, struct yaml_problems *problems);

/* Up to 63 small letters, digits and `-`: what a source and a publisher may be called. */
bool source_well_named(struct text name);

#endif
