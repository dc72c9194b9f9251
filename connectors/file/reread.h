/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A partition read once more from its start, for an independent count and
 * digest: struct source_type's reread.
 */
#ifndef DYETRACE_FILE_REREAD_H
#define DYETRACE_FILE_REREAD_H

#include "model/source.h"

/*
 * Visits every position below partition->next_offset, all kinds; stops early
 * (true) if the file ends before, and where visit returns false (false).
 *
 * ERROR_MISSING  neither the file nor one that rotation left beside it begins as the partition does
 * ERROR_IO, ERROR_MALFORMED  it cannot be read
 */
MUST_USE bool file_reread(const struct source_options *options, const struct partition *partition,
    bool (*visit)(void *context, const struct message *message), void *context, struct error *err);

#endif
