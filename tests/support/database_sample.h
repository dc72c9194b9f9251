/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For tests that damage a database: opening it, a digest over all that can be
 * asked of it, its files put back byte by byte. What fails that should not ends
 * the test.
 */
#ifndef DYETRACE_TESTS_DATABASE_SAMPLE_H
#define DYETRACE_TESTS_DATABASE_SAMPLE_H

#include "base/buffer.h"
#include "base/database.h"
#include "base/digest.h"

/* Fails the test with the error's sentence. */
void well(bool done, const struct error *err);

/* tables: the one migration */
bool sample_open(const char *path, const char *tables, enum database_mode mode,
    struct database **database, struct error *err);
/* Each question gives a number and two texts a row; NULL ends them. */
bool sample_digest(struct database *database, const char *const *questions,
    uint8_t digest[SHA256_BYTES], struct error *err);

/* A file that is not there yet, of the first `size` bytes. */
void sample_put(const char *path, const struct buffer *bytes, size_t size);
/* Replaces what bytes holds. */
void sample_get(const char *path, struct buffer *bytes);

#endif
