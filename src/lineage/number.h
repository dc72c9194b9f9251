/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers and spans as the canonical text writes them: the shortest decimal
 * that reads back to the same double. Private to the module.
 */
#ifndef DYETRACE_LINEAGE_NUMBER_H
#define DYETRACE_LINEAGE_NUMBER_H

#include <stdint.h>

#define NUMBER_BYTES 32

/* Whole numbers below 2^53 without a point: "5", "-0.25", "1e+300". Returns out. */
const char *number_text(double number, char out[NUMBER_BYTES]);
/* "7d", "36h", "1500ms": in the greatest unit that divides it. Returns out. */
const char *span_text(int64_t ms, char out[NUMBER_BYTES]);

#endif
