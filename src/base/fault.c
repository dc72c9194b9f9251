/* SPDX-License-Identifier: Apache-2.0 */
/* Counting passes of one name; two threads may pass, so the count is atomic. */
#include "base/fault.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const fault_names[] = {
    "source-read",        /* a batch was read, nothing decoded */
    "identities-written", /* new pseudonyms are durable, no record names them yet */
    "quarantine-written", /* raw bytes are durable, no record names them yet */
    "block-half-written", /* part of a block is in the segment */
    "block-written",      /* a block is in the segment, not synced */
    "segment-synced",     /* blocks are durable, the catalog does not know them */
    "catalog-open",       /* inside the catalog's transaction */
    "catalog-committed",  /* committed, not acknowledged */
    "segment-created",    /* a new segment exists, nothing in it is known */
    "segment-sealed",
    "checkpoint-written",
    "snapshot-pages-written", /* a state's pages are durable, the snapshot before is in force */
    "snapshot-written",       /* the new one is */
    "published",              /* delivered by a publisher, its note does not say so yet */
    "copied",                 /* a copy was handed over, its position is not committed yet */
    NULL,
};

bool fault_armed;
static char armed_name[64];
static long armed_pass = 1;
static atomic_long passes;

void
fault_init(void)
{
	const char *wanted = getenv("DYETRACE_FAULT"), *colon;

	if (!wanted || !*wanted)
		return;
	colon = strchr(wanted, ':');
	snprintf(armed_name, sizeof(armed_name), "%.*s",
	    (int)(colon ? (size_t)(colon - wanted) : strlen(wanted)), wanted);
	if (colon)
		armed_pass = strtol(colon + 1, NULL, 10);
	fault_armed = true;
}

void
fault_pass(const char *name)
{
	if (strcmp(name, armed_name) == 0 && atomic_fetch_add(&passes, 1) + 1 == armed_pass)
		raise(SIGKILL);
}
