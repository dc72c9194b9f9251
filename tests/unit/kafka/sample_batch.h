/* SPDX-License-Identifier: Apache-2.0 */
/* Publications made by hand: events of some partitions, actors and traces. */
#ifndef DYETRACE_TESTS_SAMPLE_BATCH_H
#define DYETRACE_TESTS_SAMPLE_BATCH_H

#include "model/publisher.h"

#define SAMPLE_MAX 1024

struct sample_batch {
	struct symbols *names;
	struct lineage lineage;
	struct lineage_feature features[2];
	struct lineage_model models[1];
	struct trace_class traces[2];
	struct record facts[SAMPLE_MAX];
	struct publication items[SAMPLE_MAX];
	struct publication_batch batch;
};

/* Two features, one model; traces[0] reaches a feature, traces[1] both and the model. */
void sample_init(struct sample_batch *sample);
void sample_fini(struct sample_batch *sample);
/* Begins a batch whose first record has this ledger index. */
void sample_begin(struct sample_batch *sample, uint64_t first);
/* Adds an event; its fact may be changed. partition: a literal, the same one for the same partition. actor 0: unknown. */
struct record *
sample_event(struct sample_batch *sample, const char *partition, int64_t offset, uint8_t actor);
/* Adds a position that is no event. */
struct record *sample_other(struct sample_batch *sample, const char *partition, int64_t offset,
    enum record_kind kind, int64_t count);

#endif
