/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Macs of texts, by dataset and field. Deriving a field's key costs more than
 * using it, so the last ones are kept; their number is fixed.
 */
#ifndef DYETRACE_DECODE_TEXT_MACS_H
#define DYETRACE_DECODE_TEXT_MACS_H

#include "base/keys.h"
#include "base/symbols.h"

struct text_macs;

/* keys, symbols: borrowed until close. gives: ended by text_macs_close(), which accepts NULL */
struct text_macs *text_macs_open(const struct keys *keys, const struct symbols *symbols);
void text_macs_close(struct text_macs *macs);

void text_mac(struct text_macs *macs, uint32_t dataset, uint32_t field, struct text text,
    uint8_t mac[TEXT_MAC_BYTES]);

#endif
