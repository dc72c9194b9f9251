/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract of a detector. Detectors are const structs in one explicit
 * table; each states its baseline and keeps bounded state.
 */
#ifndef DYETRACE_MODEL_DETECTOR_H
#define DYETRACE_MODEL_DETECTOR_H

#include "base/yaml.h"
#include "model/batch.h"
#include "model/finding.h"

struct detector;

/* Where a detector puts what it notices; copied before the call returns. */
struct finding_sink {
	void *context;
	void (*add)(void *context, const struct finding *finding);
};

struct detector_type {
	const char *name;
	const char *summary;    /* one sentence */
	const char *baseline;   /* what "usual" means here, and its null distribution */
	size_t state_bytes_max; /* per actor and field; what the bound drops is counted */
	bool (*open)(const struct symbols *names, const struct yaml_node *settings,
	    struct detector **detector, struct error *err);
	/* Every recorded event once, in ledger order; event time only; must not block. */
	void (*observe)(struct detector *detector, const struct event *event,
	    const struct origin *origin, const struct trace *trace, uint64_t record,
	    const struct finding_sink *sink);
	/* State as bytes, deterministic; restore(save()) continues bit for bit. */
	void (*save)(const struct detector *detector, struct buffer *out);
	bool (*restore)(struct detector *detector, struct text saved, struct error *err);
	void (*close)(struct detector *detector);
};

#endif
