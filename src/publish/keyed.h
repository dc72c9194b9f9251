/* SPDX-License-Identifier: Apache-2.0 */
/* Conclusions of a block as publications carry them: each influence with key, movement and scale. */
#ifndef PUBLISH_KEYED_H
#define PUBLISH_KEYED_H

#include "base/arena.h"
#include "catalog/catalog.h"
#include "ledger/conclusions.h"
#include "ledger/segment.h"
#include "model/publisher.h"
#include "replay/replay.h"
#include "scales.h"

struct keyed {
	struct ledger_reader *reader; /* NULL: the store has no conclusions yet */
	struct arena arena;           /* of the block read last */
	struct conclusion *items;
	uint32_t count, next; /* next: that may be of the next fact */
	uint64_t first, end;  /* of the batch */
	struct scales scales;
};

/* ERROR_IO, ERROR_DAMAGED */
MUST_USE bool keyed_open(struct keyed *keyed, const char *store, struct error *err);
void keyed_fini(struct keyed *keyed);
/* Conclusions of a block of facts, of which records [first, end) are the batch. */
MUST_USE bool keyed_begin(struct keyed *keyed, struct catalog *catalog, uint64_t block,
    uint64_t first, uint64_t end, struct error *err);
/* Sets what followed from an event; events in ledger order. Lives until the next keyed_begin(). */
MUST_USE bool
keyed_add(struct keyed *keyed, struct catalog *catalog, const struct replayed *replayed,
    const struct symbols *names, struct publication *publication, struct error *err);

#endif
