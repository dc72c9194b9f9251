/* SPDX-License-Identifier: Apache-2.0 */
#include "publish/publish.h"

#include <stdio.h>
#include <time.h>

#include "base/memory.h"
#include "courier.h"

#define WATCH_MS 20

struct publishing {
	size_t count;
	struct courier **couriers;
};

bool
publishing_open(const struct settings *settings, struct publishing **out, struct error *err)
{
	struct publishing *publishing;
	size_t i;

	*out = NULL;
	if (!settings->publisher_count)
		return true;
	publishing = memory_get(sizeof(*publishing));
	publishing->couriers =
	    memory_get_array(settings->publisher_count, sizeof(*publishing->couriers));
	for (i = 0; i < settings->publisher_count; i++) {
		if (!courier_open(
			settings, &settings->publishers[i], &publishing->couriers[i], err)) {
			publishing_close(publishing);
			return false;
		}
		publishing->count++;
	}
	*out = publishing;
	return true;
}

void
publishing_close(struct publishing *publishing)
{
	size_t i;

	if (!publishing)
		return;
	for (i = 0; i < publishing->count; i++)
		courier_close(publishing->couriers[i]);
	memory_free(publishing->couriers);
	memory_free(publishing);
}

/* --- the end --------------------------------------------------------------------------- */

/* *lag: what all of them have before them, which falls while they work. */
static bool
all_ended(struct publishing *publishing, uint64_t *lag)
{
	struct publishing_counts counts;
	bool ended = true;
	size_t i;

	*lag = 0;
	for (i = 0; i < publishing->count; i++) {
		courier_counts(publishing->couriers[i], &counts);
		*lag += counts.lag;
		ended = courier_ended(publishing->couriers[i]) && ended;
	}
	return ended;
}

static bool
say_late(struct publishing *publishing, struct error *err)
{
	struct publishing_counts counts;
	size_t i;

	for (i = 0; i < publishing->count; i++) {
		if (courier_ended(publishing->couriers[i]))
			continue;
		courier_counts(publishing->couriers[i], &counts);
		return error_set(err, ERROR_IO,
		    "publisher %s: %llu records are committed and not published yet%s%s; they go "
		    "out when the tracker runs again",
		    counts.name, (unsigned long long)counts.lag, *counts.why ? ": " : "",
		    counts.why);
	}
	return true;
}

bool
publishing_finish(struct publishing *publishing, int64_t patience_ms, struct error *err)
{
	const struct timespec pause = {.tv_nsec = WATCH_MS * 1000000};
	int64_t moved_ms = monotonic_ms();
	uint64_t lag, least = UINT64_MAX;
	size_t i;

	if (!publishing)
		return true;
	for (i = 0; i < publishing->count; i++)
		courier_finish(publishing->couriers[i]);
	while (!all_ended(publishing, &lag)) {
		if (lag < least) {
			least = lag;
			moved_ms = monotonic_ms();
		}
		if (monotonic_ms() - moved_ms > patience_ms)
			return say_late(publishing, err);
		nanosleep(&pause, NULL);
	}
	return true;
}

/* --- figures --------------------------------------------------------------------------- */

size_t
publishing_count(const struct publishing *publishing)
{
	return publishing ? publishing->count : 0;
}

void
publishing_counts(struct publishing *publishing, size_t which, struct publishing_counts *counts)
{
	courier_counts(publishing->couriers[which], counts);
}

void
publishing_measure(struct publishing *publishing, size_t which, const struct publisher_meter *meter)
{
	courier_measure(publishing->couriers[which], meter);
}
