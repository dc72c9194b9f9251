/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way from a lookup to its row: buckets of entries of 12 bytes, the lookup's first
 * 8 and the row's number, both big-endian, in no order. A bucket is one row of SQL, so
 * that many entries go in with one statement. meta.buckets of them are in use; they
 * are added one at a time, each takes its share of one other.
 * Private to origin.
 *
 * Source: W. Litwin, Linear hashing: a new tool for file and table addressing, VLDB 1980.
 */
#ifndef DYETRACE_ORIGIN_IDENTITY_BUCKETS_H
#define DYETRACE_ORIGIN_IDENTITY_BUCKETS_H

#include "identity_rows.h"

#define BUCKET_ENTRIES 160 /* on average: the fullest then still fit a page */

struct index_entry {
	uint64_t lookup;             /* its first 8 bytes */
	uint32_t short_bits, number; /* number 0: erased meanwhile */
};

struct identity_buckets {
	struct identity_rows *rows;
	struct identity_meta *meta;  /* the caller's */
	struct buffer read, written; /* a bucket each */
};

void identity_buckets_init(
    struct identity_buckets *buckets, struct identity_rows *rows, struct identity_meta *meta);
void identity_buckets_fini(struct identity_buckets *buckets);

/* The bucket of a lookup while there are `count`, at least one. */
uint32_t identity_bucket_of(uint64_t lookup, uint32_t count);
/* Writes happen in a transaction, meta's as well. One more bucket. */
MUST_USE bool identity_buckets_split(struct identity_buckets *buckets, struct error *err);
/* Entries of one bucket; those that are there already, and erased ones, are passed over. */
MUST_USE bool identity_buckets_add(struct identity_buckets *buckets,
    const struct index_entry *entries, size_t count, struct error *err);
MUST_USE bool identity_buckets_remove(
    struct identity_buckets *buckets, const struct identity_row *row, struct error *err);
/* A row that is indexed. */
MUST_USE bool identity_buckets_find(struct identity_buckets *buckets,
    const uint8_t lookup[LOOKUP_BYTES], struct identity_row *row, bool *found, struct error *err);

#endif
