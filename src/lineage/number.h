/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Spans as the canonical text writes them. Private to the module.
 */
#ifndef DYETRACE_LINEAGE_NUMBER_H
#define DYETRACE_LINEAGE_NUMBER_H

#include <stdint.h>

#include "base/number.h"

/* "7d", "36h", "1500ms": in the greatest unit that divides it. Returns out. */
const char *span_text(int64_t ms, char out[NUMBER_BYTES]);

#endif
