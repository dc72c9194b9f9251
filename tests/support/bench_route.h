/* SPDX-License-Identifier: Apache-2.0 */
/* Our route from a settings file to a durable store, in one call. */
#ifndef DYETRACE_TESTS_BENCH_ROUTE_H
#define DYETRACE_TESTS_BENCH_ROUTE_H

#include <stdint.h>

#include "base/error.h"
#include "settings/settings.h"

/*
 * Reads what the settings name to its end and signs a checkpoint, as `dyetrace
 * run --until-end` does. Returns how many events were recorded; ends the
 * program where that cannot be done.
 */
uint64_t bench_route(const char *settings);
/* The settings alone: gives, ended by settings_close(); ends the program if they cannot be used. */
struct settings *bench_settings(const char *path);
void bench_fail(const struct error *err);

#endif
