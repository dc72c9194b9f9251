/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All that one read of the sources gave, on its way along the route. Organs
 * never call each other; each reads and fills its own column here.
 *
 *   messages[i]  by the source           outcomes[i]  by decode
 *   events[i]    by decode               origins[i]   by origin
 *   traces[i]    by lineage              influences[i]  by impact
 *   findings, alerts: by later organs
 *
 * events[i], origins[i], traces[i] and influences[i] hold only where outcomes[i] is RECORDED.
 */
#ifndef DYETRACE_MODEL_BATCH_H
#define DYETRACE_MODEL_BATCH_H

#include "base/arena.h"
#include "model/event.h"
#include "model/influence.h"
#include "model/message.h"
#include "model/origin.h"
#include "model/trace.h"

enum disposition {
	DISPOSITION_RECORDED,
	DISPOSITION_QUARANTINED,
	DISPOSITION_FILTERED,
	DISPOSITION_GAP
};

struct outcome {
	enum disposition disposition;
	const char *reason; /* a code of model/reason.h; NULL where recorded */
	struct text detail; /* the particulars, no personal text: "column time: …" */
};

struct batch {
	struct arena arena;
	size_t count, capacity; /* messages */
	size_t bytes_max;       /* a source stops adding when the payloads reach it */
	size_t bytes;           /* payloads so far */
	struct message *messages;
	struct outcome *outcomes;
	struct event *events;
	struct origin *origins;
	struct trace *traces;
	struct influences *influences;
};

void batch_init(struct batch *batch, size_t capacity, size_t bytes_max);
void batch_fini(struct batch *batch);
void batch_reset(struct batch *batch);
bool batch_full(const struct batch *batch);
/* The next message's place, zeroed, counted; the caller has checked batch_full(). */
struct message *batch_add(struct batch *batch);
/* Records why message i is no event. detail: formatted into the arena. */
void batch_put_aside(struct batch *batch, size_t i, enum disposition disposition,
    const char *reason, const char *format, ...) PRINTF_LIKE(5, 6);

#endif
