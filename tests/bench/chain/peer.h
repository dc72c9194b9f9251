/* SPDX-License-Identifier: Apache-2.0 */
/* Members' values the obvious way. */
#ifndef BENCH_CHAIN_PEER_H
#define BENCH_CHAIN_PEER_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct peer;

struct peer *peer_open(uint32_t members);
void peer_close(struct peer *peer);
/* The member's value from now on, its first one included; the row's value before plus after. */
double peer_max(struct peer *peer, uint32_t member, double value);
double peer_sum(struct peer *peer, uint32_t member, double value);

#ifdef __cplusplus
}
#endif

#endif
