/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a tagged copy says of its record (docs/tags.md): the names of the headers,
 * for those who write them and those who look for them downstream.
 */
#ifndef DYETRACE_MODEL_TAG_H
#define DYETRACE_MODEL_TAG_H

#include "base/buffer.h"
#include "model/lineage.h"
#include "model/trace.h"

#define TAG_ID "dye-id"
#define TAG_ACTOR "dye-actor"
#define TAG_TEAM "dye-team"
#define TAG_SYSTEM "dye-system"
#define TAG_CHANNEL "dye-channel"
#define TAG_TIME "dye-time"
#define TAG_TRACE "dye-trace"
#define TAG_DISPOSITION "dye-disposition"
#define TAG_UPSTREAM "dye-upstream"

/* A trace that would be longer is told by numbers alone: "epoch=3;features=#812;models=#40". */
#define TAG_TRACE_BYTES_MAX 1024

/* "epoch=3;features=a,b;models=m"; appends. lineage: that the trace's indexes are of; NULL: it has none. */
void
tag_trace_text(const struct trace_class *trace, const struct lineage *lineage, struct buffer *out);

#endif
