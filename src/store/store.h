/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store's folder: what lies where, and who may write.
 *
 *   lock            flock: held by the one writer, its process id inside
 *   catalog.db      what may be asked (SQLite)
 *   identity.db     pseudonyms and sealed names
 *   quarantine.db   sealed raw bytes of what could not be decoded
 *   facts/          the ledger's segments
 *   conclusions/    segments of what follows from them
 *   state/          the last snapshot of what impact remembers (base/image_file.h)
 *   checkpoint      the newest signed root; checkpoints: all of them, in order
 *   verifier        the public key that checks them
 *   committed       how many records the last commit left (committed.h)
 *   published/      how far each publisher came, and what it could never deliver
 *   control.sock    where the running tracker takes requests
 */
#ifndef DYETRACE_STORE_STORE_H
#define DYETRACE_STORE_STORE_H

#include "base/error.h"
#include "base/keys.h"

#define STORE_CATALOG "catalog.db"
#define STORE_IDENTITY "identity.db"
#define STORE_QUARANTINE "quarantine.db"
#define STORE_FACTS "facts"
#define STORE_CONCLUSIONS "conclusions"
#define STORE_STATE "state"
#define STORE_CHECKPOINT "checkpoint"
#define STORE_CHECKPOINTS "checkpoints"
#define STORE_VERIFIER "verifier"
#define STORE_COMMITTED "committed"
#define STORE_PUBLISHED "published"
#define STORE_CONTROL "control.sock"

#define STORE_ID_BYTES 16

/* gives: "folder/name" */
char *store_path(const char *folder, const char *name);
/* Whether the folder looks like a store (it has a catalog or facts). */
bool store_exists(const char *folder);

/*
 * A store is known by its key file: 16 bytes derived from the store key. They
 * name it in checkpoints, and tell that a key file belongs to another store.
 */
void store_id(const struct keys *keys, uint8_t id[STORE_ID_BYTES]);
/* "dyetrace/<32 hex>": the origin line of its checkpoints */
void store_origin(const struct keys *keys, char origin[128]);

/*
 * Takes the writer's lock; the folder is made if it is missing. *lock: a
 * descriptor, ended by store_unlock().
 *
 * ERROR_BUSY  another process holds it: names its process id
 * ERROR_IO
 */
MUST_USE bool store_lock(const char *folder, int *lock, struct error *err);
void store_unlock(int lock);
/* The process that writes to the store now, 0 if none does. */
long store_holder(const char *folder);

#endif
