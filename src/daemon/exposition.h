/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prometheus's text format, version 0.0.4: HELP and TYPE once per metric, then
 * its samples. Source: prometheus.io/docs/instrumenting/exposition_formats.
 */
#ifndef DYETRACE_DAEMON_EXPOSITION_H
#define DYETRACE_DAEMON_EXPOSITION_H

#include "base/buffer.h"

#define EXPOSITION_LABELS_MAX 3
/* Of a label's value; a longer one is cut. */
#define EXPOSITION_LABEL_BYTES 256

enum metric_kind {
	METRIC_COUNTER,
	METRIC_GAUGE,
	METRIC_HISTOGRAM
};

struct sample_label {
	const char *name, *value;
};

const char *metric_kind_name(enum metric_kind kind);
void exposition_head(const char *name, enum metric_kind kind, const char *help, struct buffer *out);
/* suffix: "", or "_bucket", "_sum", "_count" of a histogram; labels end with a name NULL; NULL: none. */
void exposition_sample(const char *name, const char *suffix, const struct sample_label *labels,
    double value, struct buffer *out);
/* Letters, digits and `_`, no digit first: what a metric's name may hold. */
bool exposition_name_good(const char *name);

#endif
