/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our route with the hashing for proofs left out: the linker leads the calls
 * of SHA-256 over leaves, nodes and contents through here. The leaves are still
 * encoded; macs and encryption of texts stay, they are no proofs.
 */
#ifndef DYETRACE_BENCH_BARE_H
#define DYETRACE_BENCH_BARE_H

#include <stdbool.h>

/* While set, what should be hashed is not looked at and digests are zero. */
extern bool bare_route;

#endif
