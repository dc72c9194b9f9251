/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The key file's lines in memory, and back. Private to base: what the keys are
 * for is in keys.h, which also explains the format.
 *
 * Valid is: the first line names the format and version; then one store, one
 * sign and at least one vault line, no generation twice, in any order; lines
 * that are empty or start with '#' say nothing. The last line may lack its end.
 * It is written with sign last, so that a file cut short is seen to be.
 */
#ifndef DYETRACE_BASE_KEY_FILE_H
#define DYETRACE_BASE_KEY_FILE_H

#include "base/error.h"
#include "base/keys.h"

#define KEY_FILE_BYTES_MAX 65536
#define KEY_GENERATIONS_MAX 512

struct vault_key {
	uint32_t generation; /* from 1 */
	uint8_t secret[KEY_BYTES];
};

struct key_file {
	uint8_t store[KEY_BYTES], sign[KEY_BYTES];
	size_t vault_count;
	struct vault_key vaults[KEY_GENERATIONS_MAX]; /* ascending generations */
};

/* ERROR_MALFORMED "line 3: …"; never shows what stands there */
MUST_USE bool key_file_parse(struct text bytes, struct key_file *file, struct error *err);
/*
 * Reads and parses.
 *
 * ERROR_MISSING, ERROR_REFUSED (mode), ERROR_MALFORMED, ERROR_IO
 */
MUST_USE bool key_file_read(const char *path, struct key_file *file, struct error *err);
/* What key_file_parse() reads; out holds KEY_FILE_BYTES_MAX. Returns the bytes written. */
size_t key_file_print(const struct key_file *file, char *out);

#endif
