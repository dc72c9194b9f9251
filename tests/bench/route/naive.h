/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole pipeline as one would write it from well-known parts: jansson,
 * uthash, avro-c's file writer with deflate, SQLite with a row an event and
 * three indexes, a transaction per 1,000 events.
 */
#ifndef DYETRACE_BENCH_NAIVE_H
#define DYETRACE_BENCH_NAIVE_H

#include <stdint.h>

/* Reads canonical events of a file, leaves folder/naive.db and folder/naive.avro. Returns how many. */
uint64_t naive_run(const char *events, const char *folder);

#endif
