/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names as small numbers: datasets, fields, teams, systems, channels, kinds of
 * operation. A number is good for the life of one table (one process) and is
 * never written down; what leaves the process is the text.
 *
 * Linear probing over 8-byte slots {32-bit tag, 32-bit number}; texts stand in
 * one growing pool. Not for text that grows without bound (entities): the
 * table only grows.
 */
#ifndef DYETRACE_BASE_SYMBOLS_H
#define DYETRACE_BASE_SYMBOLS_H

#include "base/text.h"

#define SYMBOL_NONE 0u /* absent; real numbers start at 1 */

struct symbols;

/* gives: ended by symbols_close() */
struct symbols *symbols_open(void);
void symbols_close(struct symbols *symbols);

/* The number of text, made on first sight. An absent text gives SYMBOL_NONE. */
uint32_t symbols_add(struct symbols *symbols, struct text text);
/* SYMBOL_NONE if it was never added */
uint32_t symbols_find(const struct symbols *symbols, struct text text);
/* It will be looked for soon: where it would stand is fetched into the cache. */
void symbols_prefetch(const struct symbols *symbols, struct text text);
/* borrowed until close (the bytes never move; NUL-terminated); absent for SYMBOL_NONE */
struct text symbols_text(const struct symbols *symbols, uint32_t symbol);
/* one more than the greatest number given */
uint32_t symbols_count(const struct symbols *symbols);

#endif
