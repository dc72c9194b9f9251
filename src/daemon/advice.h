/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What to do about a failure of the writer that lies outside of it. Whatever
 * failed, the store is as its last commit left it.
 */
#ifndef DYETRACE_DAEMON_ADVICE_H
#define DYETRACE_DAEMON_ADVICE_H

#include "base/error.h"

/* Adds the advice to an ERROR_IO that has none yet; returns false. */
bool advice_add(struct error *err);

#endif
