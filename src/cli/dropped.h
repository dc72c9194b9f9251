/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the settings' limits dropped, as lines and as a document: the same in
 * `run`, which says it at its end, and in `status`, which asks the running tracker.
 */
#ifndef DYETRACE_CLI_DROPPED_H
#define DYETRACE_CLI_DROPPED_H

#include <jansson.h>

#include "cli/receipt.h"
#include "ingest/ingest.h"

/* {"actors", "names", "entities", "headers", "keys"}; gives */
json_t *dropped_document(const struct ingest_dropped *dropped);
/* A line for each kind of which there was any; document: such a one, or null. */
void dropped_lines(struct receipt *receipt, const json_t *document);

#endif
