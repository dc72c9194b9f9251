/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts that were shown, by their macs, over many blocks: categories come again
 * in each, and showing one takes two rounds of cipher and HMAC. Holds a bounded number
 * of texts of bounded length; what it forgets is shown again.
 */
#ifndef LEDGER_TEXT_PLAINS_H
#define LEDGER_TEXT_PLAINS_H

#include "base/keys.h"

struct text_plains;

/* gives: ended (and wiped) by text_plains_close() */
struct text_plains *text_plains_open(void);
void text_plains_close(struct text_plains *plains); /* accepts NULL */
/* What `hidden` with its mac is, if it was kept; absent: it was not. Borrowed until the next keep. */
struct text text_plains_find(const struct text_plains *plains, uint32_t dataset, uint32_t field,
    const uint8_t mac[TEXT_MAC_BYTES], struct text hidden);
/* plain: as long as hidden; its mac was compared */
void text_plains_keep(struct text_plains *plains, uint32_t dataset, uint32_t field,
    const uint8_t mac[TEXT_MAC_BYTES], struct text hidden, struct text plain);

#endif
