/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far a publisher came: STORE/published/NAME, one JSON line, replaced whole and
 * synced. Beside it NAME.dead, a JSON line for each thing that could never be delivered.
 * Not of the catalog: `rebuild` leaves both as they are, since the ledger's indexes stay.
 */
#ifndef PUBLISH_CURSOR_H
#define PUBLISH_CURSOR_H

#include "base/error.h"
#include "base/text.h"
#include "store/store.h"

struct cursor {
	char *path, *dead_path;
	uint8_t store_id[STORE_ID_BYTES];
	bool there;         /* it was noted before */
	uint64_t record;    /* ledger index of the first fact that is not known to be delivered */
	uint64_t published; /* positions delivered, since the first */
	uint64_t dead;
	int64_t movement_day; /* days before it are final, and out; INT64_MIN: none */
};

/*
 * Reads the note, or begins a new one. Ended by cursor_fini().
 *
 * ERROR_DAMAGED  it is no such note, or of another store
 */
MUST_USE bool cursor_open(struct cursor *cursor, const char *store, const char *publisher,
    const uint8_t store_id[STORE_ID_BYTES], struct error *err);
void cursor_fini(struct cursor *cursor);
/* Durable when it returns. ERROR_IO */
MUST_USE bool cursor_note(struct cursor *cursor, struct error *err);
/* Adds a line to the dead ones and counts it; durable. ERROR_IO */
MUST_USE bool cursor_dead(struct cursor *cursor, uint64_t record, const char *what, struct text id,
    const char *reason, struct error *err);

#endif
