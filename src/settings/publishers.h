/* SPDX-License-Identifier: Apache-2.0 */
/* The list of publishers; used by settings.c, after the sources. */
#ifndef DYETRACE_SETTINGS_PUBLISHERS_H
#define DYETRACE_SETTINGS_PUBLISHERS_H

#include "settings/settings.h"

/* Fills settings->publishers with those that have a name and a type; adds every mistake. */
void publishers_read(const struct settings_options *options, const struct yaml_node *list,
    struct settings *settings, struct yaml_problems *problems);

#endif
