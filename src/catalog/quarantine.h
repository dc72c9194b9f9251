/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The raw bytes of what could not be decoded: STORE/quarantine.db, encrypted
 * (base/keys.h keys_seal; the row's position is the context), so that they can
 * be looked at and replayed once the mapping is mended. Written durably before
 * the record that names the position.
 */
#ifndef DYETRACE_CATALOG_QUARANTINE_H
#define DYETRACE_CATALOG_QUARANTINE_H

#include "base/keys.h"
#include "base/buffer.h"
#include "base/error.h"
#include "model/message.h"

struct quarantine;

/* gives: ended by quarantine_close(), which forgets what was not committed. write: created if missing. keys: borrowed. */
MUST_USE bool quarantine_open(const char *path, bool write, const struct keys *keys,
    struct quarantine **quarantine, struct error *err);
void quarantine_close(struct quarantine *quarantine);

/* Keeps a message's payload, format, schema text and next_byte, and what lies beside it: key, headers,
 * source time, framing. Becomes durable with quarantine_commit(). Same position again: replaced. */
MUST_USE bool
quarantine_put(struct quarantine *quarantine, const struct message *message, struct error *err);
MUST_USE bool quarantine_commit(struct quarantine *quarantine, struct error *err);

struct quarantine_raw {
	enum message_format format;
	char delimiter;
	struct buffer payload, schema;
	/* What lay beside it; zeroed, with TIME_NONE, of what was put aside without. */
	int64_t source_time_ms;
	size_t framing;
	struct text key; /* borrows, as the headers do, from bytes of the row */
	struct message_header *headers;
	size_t header_count;
	struct buffer row; /* private */
};
void quarantine_raw_fini(struct quarantine_raw *raw);
/* ERROR_DAMAGED: altered or other key */
MUST_USE bool quarantine_get(struct quarantine *quarantine, uint32_t partition, int64_t offset,
    struct quarantine_raw *raw, bool *found, struct error *err);
/* Deletes the raw bytes of a position (replayed, or given up). Durable with commit. */
MUST_USE bool quarantine_drop(
    struct quarantine *quarantine, uint32_t partition, int64_t offset, struct error *err);
/* Re-encrypts under the newest vault generation, in bounded transactions; restartable. Commits first. progress: may be NULL. */
MUST_USE bool quarantine_rotate(struct quarantine *quarantine,
    void (*progress)(void *context, int64_t done, int64_t total), void *context, struct error *err);
MUST_USE bool
quarantine_bytes(struct quarantine *quarantine, int64_t *count, int64_t *bytes, struct error *err);

#endif
