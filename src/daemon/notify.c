/* SPDX-License-Identifier: Apache-2.0 */
/* sd_notify() does nothing where $NOTIFY_SOCKET is not set. */
#include "notify.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "base/timestamp.h"

#define STATUS_EVERY_MS 5000

void
notify_init(struct notify *notify)
{
	uint64_t watchdog_us = 0;

	*notify = (struct notify){.fed_ms = INT64_MIN / 2, .said_ms = INT64_MIN / 2};
	if (sd_watchdog_enabled(0, &watchdog_us) > 0)
		notify->watchdog_ms = (int64_t)(watchdog_us / 1000);
}

void
notify_long(const struct notify *notify, int64_t ms)
{
	sd_notifyf(0, "EXTEND_TIMEOUT_USEC=%lld", (long long)ms * 1000);
	if (notify->watchdog_ms && ms > notify->watchdog_ms)
		sd_notifyf(0, "WATCHDOG_USEC=%lld\nWATCHDOG=1", (long long)ms * 1000);
}

void
notify_long_over(const struct notify *notify)
{
	if (notify->watchdog_ms)
		sd_notifyf(
		    0, "WATCHDOG_USEC=%lld\nWATCHDOG=1", (long long)notify->watchdog_ms * 1000);
}

void
notify_ready(struct notify *notify, const char *status)
{
	sd_notifyf(0, "READY=1\nSTATUS=%s", status);
	snprintf(notify->status, sizeof(notify->status), "%s", status);
	notify->said_ms = monotonic_ms();
}

void
notify_reloading(struct notify *notify)
{
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld\nSTATUS=reloading",
	    (long long)monotonic_ms() * 1000);
	notify->status[0] = '\0';
}

void
notify_stopping(struct notify *notify)
{
	sd_notify(0, "STOPPING=1\nSTATUS=draining");
	notify->status[0] = '\0';
}

void
notify_status(struct notify *notify, const char *format, ...)
{
	char status[sizeof(notify->status)];
	int64_t now = monotonic_ms();
	va_list args;

	if (now - notify->said_ms < STATUS_EVERY_MS)
		return;
	va_start(args, format);
	vsnprintf(status, sizeof(status), format, args);
	va_end(args);
	notify->said_ms = now;
	if (strcmp(status, notify->status) == 0)
		return;
	memcpy(notify->status, status, sizeof(status));
	sd_notifyf(0, "STATUS=%s", status);
}

/* Three times within the watchdog's time, so that one that comes late does no harm. */
void
notify_alive(struct notify *notify)
{
	int64_t now = monotonic_ms();

	if (!notify->watchdog_ms || now - notify->fed_ms < notify->watchdog_ms / 3)
		return;
	notify->fed_ms = now;
	sd_notify(0, "WATCHDOG=1");
}
