/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the naive pipeline does for proofs: SHA-256 of each record as Avro
 * writes it, a Merkle tree of these (RFC 9162, its frontier only), and one
 * running SHA-256 over the payloads. EVP with contexts that are used again.
 */
#ifndef DYETRACE_BENCH_NAIVE_PROOFS_H
#define DYETRACE_BENCH_NAIVE_PROOFS_H

#include <avro.h>

struct naive_proofs;

struct naive_proofs *naive_proofs_open(void);
void naive_proofs_add(
    struct naive_proofs *proofs, avro_value_t *record, const char *payload, size_t size);
void naive_proofs_close(struct naive_proofs *proofs);

#endif
