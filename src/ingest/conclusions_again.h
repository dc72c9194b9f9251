/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The segments of conclusions, read beside the facts' by `rebuild`: a block of
 * facts has one block of conclusions or none. They are written first, so a
 * block of facts that is whole has its own; those behind the last fact were
 * never committed.
 */
#ifndef DYETRACE_INGEST_CONCLUSIONS_AGAIN_H
#define DYETRACE_INGEST_CONCLUSIONS_AGAIN_H

#include "ledger/conclusions.h"
#include "ledger/segment.h"

struct conclusions_again;

/*
 * gives: ended by conclusions_again_close(). Looks at every block of STORE/<name>. A
 * store without such a folder has none. ERROR_DAMAGED, ERROR_IO
 */
MUST_USE bool conclusions_again_open(
    const char *store, const char *name, struct conclusions_again **again, struct error *err);
void conclusions_again_close(struct conclusions_again *again); /* accepts NULL */
/*
 * Those of the facts [first_record, first_record + records), as they were when they were
 * written; *block NULL: there are none. Blocks of facts in order. block: gives;
 * ended by conclusion_block_free().
 *
 * ERROR_DAMAGED  they are of facts of several blocks, or follow on none
 */
MUST_USE bool
conclusions_again_next(struct conclusions_again *again, uint64_t first_record, uint32_t records,
    struct conclusion_block **block, struct block_place *place, struct error *err);
int64_t conclusions_again_bytes(const struct conclusions_again *again);

#endif
