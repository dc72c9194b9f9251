/* SPDX-License-Identifier: Apache-2.0 */
/* Asking the writer of a store, running or not (daemon/daemon.h daemon_ask). */
#ifndef DYETRACE_CLI_REQUEST_H
#define DYETRACE_CLI_REQUEST_H

#include <jansson.h>

#include "cli/command.h"

/*
 * takes request. gives: the answer, which says "ok"; NULL with err when it does
 * not, or when nobody could be asked.
 */
MUST_USE json_t *request_do(const struct call *call, json_t *request, struct error *err);

#endif
