/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the process is told by signals. SIGTERM, SIGINT: drain, within
 * DRAIN_SECONDS, and end; a second one ends it where it is. SIGHUP: reload, or, of a
 * terminal that was closed, end.
 */
#ifndef DYETRACE_DAEMON_SIGNALS_H
#define DYETRACE_DAEMON_SIGNALS_H

#include <stdbool.h>

/* What is not drained by then is read again at the next start. */
#define DRAIN_SECONDS 30

void signals_catch(void);
bool signals_stop(void);
/* Whether a reload was asked for since the last call. */
bool signals_reload(void);
/* Everything is drained: the time limit is off. */
void signals_drained(void);

#endif
