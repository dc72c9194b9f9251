/* SPDX-License-Identifier: Apache-2.0 */
/* Our route from a settings file to a durable store, in one call. */
#ifndef DYETRACE_BENCH_OUR_ROUTE_H
#define DYETRACE_BENCH_OUR_ROUTE_H

#include <stdint.h>

#include "base/error.h"

/*
 * Reads what the settings name to its end and signs a checkpoint, as `dyetrace
 * run --until-end` does. Returns how many events were recorded; ends the
 * program where that cannot be done.
 */
uint64_t our_route(const char *settings);
void bench_fail(const struct error *err);

#endif
