/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole pipeline as one would write it from well-known parts: jansson,
 * uthash, avro-c's file writer with deflate, SQLite with a row an event and
 * three indexes. It is as durable as our route: every 65,536 events or 200 ms
 * both files are synced. With proofs it also hashes each record into a Merkle
 * tree and each payload into one digest, by libcrypto's EVP.
 */
#ifndef DYETRACE_BENCH_NAIVE_H
#define DYETRACE_BENCH_NAIVE_H

#include <stdbool.h>
#include <stdint.h>

struct lineage;

/*
 * Reads canonical events of a file, makes folder/naive.db and folder/naive.avro, which must not be
 * there. lineage: influences are computed and kept, too, and magnitudes are filled, both as
 * naive_influence.h says; NULL: not. Returns how many events.
 */
uint64_t naive_run(const char *events, const char *folder, bool proofs,
    const struct lineage *lineage, double *magnitudes);
/* How many events the two files hold, once both have been read back; 0 if they differ. */
uint64_t naive_count(const char *folder);

#endif
