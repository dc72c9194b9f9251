/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The key file and what is derived from it.
 *
 * The file (mode 0600 or it is refused) is text, one key a line, hex:
 *
 *   dyetrace-keys 1
 *   store <64 hex>              never changes: MACs and hidden texts in the ledger, lookups
 *   vault <generation> <64 hex> encrypts the side stores; the greatest generation
 *                               writes, the older ones still read until `keys rotate` ends
 *   sign <64 hex>               Ed25519 seed: signs checkpoints
 *
 * Empty lines and lines that start with '#' say nothing.
 *
 * Source of the derivation: HKDF-Expand with SHA-256, RFC 5869 section 2.3.
 */
#ifndef DYETRACE_BASE_KEYS_H
#define DYETRACE_BASE_KEYS_H

#include "base/buffer.h"
#include "base/digest.h"
#include "base/error.h"

#define KEY_BYTES 32
#define SIGNATURE_BYTES 64

struct keys;

/* Makes a new key file, 0600. ERROR_REFUSED: it exists; ERROR_IO. */
MUST_USE bool keys_create(const char *path, struct error *err);
/*
 * gives: ended (and wiped) by keys_close()
 *
 * ERROR_MISSING    no such file
 * ERROR_REFUSED    group or others may read or write it; the sentence says `chmod 600 …`
 * ERROR_MALFORMED  with the line number; never shows key material
 */
MUST_USE bool keys_open(const char *path, struct keys **keys, struct error *err);
void keys_close(struct keys *keys);

/* Once open, a struct keys is only read (rotate and forget apart): threads may share it. */

/* A 32-byte secret for one purpose, from the store key. label: e.g. "text/servicenow.incident/priority" */
void keys_derive(const struct keys *keys, struct text label, uint8_t secret[KEY_BYTES]);

/* The generation that keys_seal() uses. */
uint32_t keys_vault_generation(const struct keys *keys);
/*
 * Adds a generation, in the file and in force; the old stay readable. No other
 * thread may use keys meanwhile.
 *
 * ERROR_REFUSED  the file is not the one that was opened any more
 * ERROR_LIMIT    it holds as many as it may
 * ERROR_IO
 */
MUST_USE bool keys_vault_rotate(struct keys *keys, const char *path, struct error *err);
/* Drops all generations but the greatest, once nothing is encrypted with them. The same failures. */
MUST_USE bool keys_vault_forget(struct keys *keys, const char *path, struct error *err);

/*
 * Encrypts for a side store: AES-256-GCM, random 96-bit nonce, generation and
 * nonce in front, tag behind. context is authenticated, not stored (say what
 * the row is, e.g. "identity/<lookup>"). Appended to sealed. A generation is
 * good for 2^32 seals (NIST SP 800-38D section 8.3).
 */
#define SEAL_BYTES 32 /* what sealing adds */
void
keys_seal(const struct keys *keys, struct text context, struct text plain, struct buffer *sealed);
/*
 * The same for many in a row: one cipher is set up for all, and nonces are drawn many at
 * once. One thread at a time; keys is borrowed until close and may be rotated meanwhile.
 */
struct sealer;
struct sealer *sealer_open(const struct keys *keys);
void sealer_close(struct sealer *sealer);
void
sealer_seal(struct sealer *sealer, struct text context, struct text plain, struct buffer *sealed);

/* The generation that a sealed text names; 0: it is none. Not authenticated. */
uint32_t sealed_generation(struct text sealed);
/* Appends to plain. ERROR_DAMAGED: wrong key, wrong context or altered bytes */
MUST_USE bool keys_unseal(const struct keys *keys, struct text context, struct text sealed,
    struct buffer *plain, struct error *err);

/*
 * Text that the ledger keeps readable to the key's holder and comparable by
 * everyone: deterministic (the same text of a field gives the same bytes).
 * mac = first 16 bytes of HMAC-SHA-256(field key, text); the text is encrypted
 * with AES-256-CTR, the mac as its initial counter: the SIV construction
 * (RFC 5297 section 2.6) with HMAC as its pseudo-random function; all 128 bits
 * count, none is cleared.
 */
#define TEXT_MAC_BYTES 16
struct text_key {
	struct hmac_key mac;              /* text_key_mac(): any thread */
	struct evp_cipher_ctx_st *cipher; /* text_key_cipher(): one thread at a time */
};
/* dataset and field as named in the lineage. key: the caller's place, ended by text_key_fini() */
void keys_text_key(
    const struct keys *keys, struct text dataset, struct text field, struct text_key *key);
void text_key_fini(struct text_key *key);
void text_key_mac(const struct text_key *key, struct text plain, uint8_t mac[TEXT_MAC_BYTES]);
/* XORs the key stream over `bytes` in place: hides and shows alike. */
void text_key_cipher(
    const struct text_key *key, const uint8_t mac[TEXT_MAC_BYTES], void *bytes, size_t size);

/* Ed25519 (RFC 8032). */
void keys_sign(const struct keys *keys, struct text message, uint8_t signature[SIGNATURE_BYTES]);
void keys_public(const struct keys *keys, uint8_t public_key[KEY_BYTES]);
bool signature_check(const uint8_t public_key[KEY_BYTES], struct text message,
    const uint8_t signature[SIGNATURE_BYTES]);

/* From the system's generator; aborts if that fails. */
void random_fill(void *bytes, size_t size);

#endif
