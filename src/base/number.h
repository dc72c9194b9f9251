/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers as decimal text. */
#ifndef DYETRACE_BASE_NUMBER_H
#define DYETRACE_BASE_NUMBER_H

#define NUMBER_BYTES 32

/*
 * The fewest digits that read back to the same double, as "0.1", "-0.25", "1e+300";
 * whole numbers below 2^53 without a point: "5". Returns out.
 */
const char *number_text(double number, char out[NUMBER_BYTES]);

#endif
