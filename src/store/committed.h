/* SPDX-License-Identifier: Apache-2.0 */
/*
 * STORE/committed: how many records the catalog had after its last commit, noted
 * outside it, so that an old catalog.db put back beside newer segments is seen
 * before they are cut to it.
 *
 * One line of 38 bytes, overwritten in place: the count in 20 digits, a space, the
 * XXH3-64 of those digits in hex, a newline. Written after the commit and not
 * synced: it survives the process, and after a power cut it may say less than was
 * committed, never more.
 */
#ifndef DYETRACE_STORE_COMMITTED_H
#define DYETRACE_STORE_COMMITTED_H

#include "base/error.h"

#include <stdint.h>

MUST_USE bool committed_note(const char *store, uint64_t records, struct error *err);
/* What was noted last; 0 if nothing was, or what is there is no such line. */
uint64_t committed_records(const char *store);
/* Whether a catalog of so many records is one that was committed last; ERROR_DAMAGED with what to do. */
MUST_USE bool
committed_check(const char *store, uint64_t noted, uint64_t records, struct error *err);

#endif
