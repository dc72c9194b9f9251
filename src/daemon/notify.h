/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the service manager is told (sd_notify(3)); without one, nothing. The
 * watchdog is fed by notify_alive(), which the loop calls when it got on or had
 * nothing to do.
 */
#ifndef DYETRACE_DAEMON_NOTIFY_H
#define DYETRACE_DAEMON_NOTIFY_H

#include <stdint.h>

#include "base/compiler.h"

struct notify {
	int64_t watchdog_ms; /* 0: nobody watches */
	int64_t fed_ms, said_ms;
	char status[256];
};

void notify_init(struct notify *notify);
/* Starting, reloading or stopping, or a request of an operator: what comes may take this long. */
void notify_long(const struct notify *notify, int64_t ms);
/* It is over: the watchdog's own time counts again. */
void notify_long_over(const struct notify *notify);
void notify_ready(struct notify *notify, const char *status);
void notify_reloading(struct notify *notify);
void notify_stopping(struct notify *notify);
/* Shown by `systemctl status`; said when it changed, every few seconds at most. */
void notify_status(struct notify *notify, const char *format, ...) PRINTF_LIKE(2, 3);
void notify_alive(struct notify *notify);

#endif
