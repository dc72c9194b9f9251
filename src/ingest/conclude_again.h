/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Segments of conclusions made again from the facts: those that were lost or damaged,
 * or of facts that were recorded by a version that concluded nothing.
 */
#ifndef DYETRACE_INGEST_CONCLUDE_AGAIN_H
#define DYETRACE_INGEST_CONCLUDE_AGAIN_H

#include "base/keys.h"
#include "settings/settings.h"

/*
 * Writes them into STORE/<name>, made anew; durable when it returns. Each block of facts
 * gets its block of conclusions or none. progress: may be NULL.
 *
 * ERROR_DAMAGED, ERROR_IO  of the facts
 * ERROR_LIMIT              what follows from one block of facts is more than a block holds
 */
MUST_USE bool
conclude_again(const struct settings *settings, const struct keys *keys, const char *name,
    void (*progress)(void *context, int64_t done, int64_t total), void *context, struct error *err);
/* Puts STORE/<name> in the place of the store's conclusions; what was there is gone. */
MUST_USE bool conclude_again_replace(const char *store, const char *name, struct error *err);

#endif
