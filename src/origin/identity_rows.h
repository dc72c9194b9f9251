/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of identity.db, as SQL. Private to origin; identity.c knows what
 * they mean, schemas/identity has the tables.
 *
 *   identity   one row an actor, appended     erased   one row an erased one, no way back
 *   by_lookup  the way to a row: identity_buckets.h; see identity_index.h for when it is written
 *   shorts     which short pseudonyms are given: identity_shorts.h
 *   meta       one row: whose keys these are, the last number given, how many rows there
 *              are, up to which number they are indexed, how many buckets are in use
 *
 * Deleted bytes are overwritten (secure_delete), commits are fsynced
 * (synchronous=FULL), pages carry checksums.
 */
#ifndef DYETRACE_ORIGIN_IDENTITY_ROWS_H
#define DYETRACE_ORIGIN_IDENTITY_ROWS_H

#include "base/buffer.h"
#include "base/error.h"
#include "model/origin.h"

#define LOOKUP_BYTES 16
#define BUCKET_ENTRY_BYTES 12
#define SHORTS_ENTRY_BYTES 8

struct identity_rows;

struct identity_row {
	uint32_t number;
	uint8_t lookup[LOOKUP_BYTES];
	struct pseudonym pseudonym;
	struct text sealed; /* from a find: borrowed until the next call */
};

struct identity_meta {
	uint8_t key_check[LOOKUP_BYTES];
	uint32_t last_number, indexed_to, buckets;
	uint64_t rows;
};

/* Failures of every function as in identity.h. */
MUST_USE bool
identity_rows_open(const char *path, bool create, struct identity_rows **rows, struct error *err);
void identity_rows_close(struct identity_rows *rows);

/* *found = false: a table just made; set it before the first commit */
MUST_USE bool identity_rows_meta(
    struct identity_rows *rows, struct identity_meta *meta, bool *found, struct error *err);
MUST_USE bool identity_rows_set_meta(
    struct identity_rows *rows, const struct identity_meta *meta, struct error *err);

/* Writes happen between these; begin while begun does nothing. */
MUST_USE bool identity_rows_begin(struct identity_rows *rows, struct error *err);
MUST_USE bool identity_rows_commit(struct identity_rows *rows, struct error *err);
/* Copies the log into the file and cuts it: no deleted byte is left. *done = false: somebody is reading, try later. */
MUST_USE bool identity_rows_cut_log(struct identity_rows *rows, bool *done, struct error *err);

MUST_USE bool identity_rows_get(struct identity_rows *rows, uint32_t number,
    struct identity_row *row, bool *found, struct error *err);
MUST_USE bool identity_rows_find_erased(struct identity_rows *rows, uint32_t short_bits,
    struct pseudonym *pseudonym, bool *found, struct error *err);
/* The row with the least number above `number`. */
MUST_USE bool identity_rows_next(struct identity_rows *rows, uint32_t number,
    struct identity_row *row, bool *found, struct error *err);
/* The least bits of an erased row above *last, from -1 on; becomes *last. */
MUST_USE bool identity_rows_next_erased(
    struct identity_rows *rows, int64_t *last, bool *found, struct error *err);

MUST_USE bool
identity_rows_add(struct identity_rows *rows, const struct identity_row *row, struct error *err);
/* Whole entries, none if the bucket is not there: *entries is overwritten. */
MUST_USE bool identity_rows_bucket(
    struct identity_rows *rows, uint32_t bucket, struct buffer *entries, struct error *err);
MUST_USE bool identity_rows_set_bucket(
    struct identity_rows *rows, uint32_t bucket, struct text entries, struct error *err);
/* The piece of shorts that ends behind *last, whole entries; its own last number becomes *last. */
MUST_USE bool identity_rows_next_shorts(struct identity_rows *rows, uint32_t *last,
    struct buffer *entries, bool *found, struct error *err);
MUST_USE bool identity_rows_add_shorts(
    struct identity_rows *rows, uint32_t last, struct text entries, struct error *err);
MUST_USE bool identity_rows_reseal(
    struct identity_rows *rows, uint32_t number, struct text sealed, struct error *err);
/* Moves a row to the erased ones, without its name; the buckets' entry is the caller's to remove. */
MUST_USE bool
identity_rows_erase(struct identity_rows *rows, const struct identity_row *row, struct error *err);
/* Says that the file is damaged, and how. Returns false. */
bool identity_rows_damaged(struct identity_rows *rows, const char *how, struct error *err);
/* SQLite's own check of every page and index, and that meta counts right. */
MUST_USE bool identity_rows_check(struct identity_rows *rows, struct error *err);

/* The first 8 bytes, as the index has them. */
static inline uint64_t
lookup_number(const uint8_t lookup[LOOKUP_BYTES])
{
	uint64_t number = 0;
	int i;

	for (i = 0; i < 8; i++)
		number = number << 8 | lookup[i];
	return number;
}

/* The 32 bits that people see. */
static inline uint32_t
pseudonym_short(const struct pseudonym *pseudonym)
{
	const uint8_t *bytes = pseudonym->bytes;

	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
	    bytes[3];
}

#endif
