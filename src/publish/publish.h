/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All publishers of the settings at work, each in a thread of its own beside the
 * route (model/publisher.h). The caller's thread only starts, watches and ends them.
 */
#ifndef DYETRACE_PUBLISH_PUBLISH_H
#define DYETRACE_PUBLISH_PUBLISH_H

#include "settings/settings.h"

struct publishing;

/*
 * Starts them on the settings' store, which is there already (ingest_open()). What a sink lacks is
 * no error here: it is said in the log, and tried again.
 *
 * publishing  gives: ended by publishing_close(); NULL where the settings name no publisher
 * ERROR_DAMAGED, ERROR_IO  of a publisher's note of how far it came
 */
MUST_USE bool
publishing_open(const struct settings *settings, struct publishing **publishing, struct error *err);
/*
 * Waits until everything that is committed by now is delivered, as long as something is, at
 * least every patience_ms; NULL: nothing to wait for.
 *
 * ERROR_IO  what is not out yet, of which publisher and why; it goes out at the next start
 */
MUST_USE bool
publishing_finish(struct publishing *publishing, int64_t patience_ms, struct error *err);
/* Ends them where they are; at the next start they go on. Accepts NULL. */
void publishing_close(struct publishing *publishing);

/* Of one publisher, for metrics; any thread. */
struct publishing_counts {
	const char *name;
	uint64_t published; /* positions delivered, since the store's first */
	uint64_t waiting;   /* records handed to it and not known to be delivered */
	uint64_t lag;       /* records committed and not known to be delivered */
	uint64_t errors;    /* how often it could not go on, since the start */
	uint64_t dead;      /* what could never be delivered: STORE/published/NAME.dead */
	bool failing;       /* it waits to try again, or for its sink */
	char why[256];      /* what it said last, "" when all is well */
};
size_t publishing_count(const struct publishing *publishing); /* NULL: 0 */
void
publishing_counts(struct publishing *publishing, size_t which, struct publishing_counts *counts);
/* The figures that the publisher itself keeps, as they were at most a second ago. */
void publishing_measure(
    struct publishing *publishing, size_t which, const struct publisher_meter *meter);

#endif
