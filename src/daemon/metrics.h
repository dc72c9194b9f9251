/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every metric, once: the row is what a scrape prints, the line of docs/metrics.md
 * (a test compares them) and what dashboards may ask for.
 */
#ifndef DYETRACE_DAEMON_METRICS_H
#define DYETRACE_DAEMON_METRICS_H

#include "base/buffer.h"
#include "model/publisher.h"
#include "model/source.h"

/* Appends the table as Markdown: the tracker's own metrics, then those of each type; either list may be NULL. */
void metrics_document(const struct source_type *const *sources,
    const struct publisher_type *const *publishers, struct buffer *out);

#endif
