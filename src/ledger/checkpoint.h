/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signed statements about the ledger's roots, and proofs that stand on them.
 *
 * A checkpoint is a C2SP signed note (https://c2sp.org/tlog-checkpoint,
 * https://c2sp.org/signed-note), text, one value a line:
 *
 *   dyetrace/<store id>
 *   <records in the facts tree>
 *   <root of the facts, base64>
 *   conclusions <size> <root, base64>
 *   time <ISO 8601 of the newest event, or none>
 *   <empty line>
 *   — dyetrace/<store id> <base64 of 4 key-hash bytes and the Ed25519 signature>
 */
#ifndef DYETRACE_LEDGER_CHECKPOINT_H
#define DYETRACE_LEDGER_CHECKPOINT_H

#include "base/arena.h"
#include "base/keys.h"
#include "ledger/tree.h"

#define CHECKPOINT_BYTES_MAX 65536

struct checkpoint {
	char origin[128]; /* dyetrace/<store id, 32 hex> */
	uint64_t size, conclusions_size;
	struct tree_hash root, conclusions_root;
	int64_t time_ms; /* newest event time, TIME_NONE: none */
};

/* Appends the signed text. */
void
checkpoint_sign(const struct checkpoint *checkpoint, const struct keys *keys, struct buffer *out);
/*
 * Reads a note and checks its signature against public_key (NULL: only reads).
 * Signatures by others (witnesses) may stand beside; they are not looked at.
 *
 * ERROR_MALFORMED  line number and what was expected
 * ERROR_REFUSED    the signature does not match the key
 */
MUST_USE bool checkpoint_read(struct text note, const uint8_t public_key[KEY_BYTES],
    struct checkpoint *checkpoint, struct error *err);
/* The verifier key in C2SP form: "dyetrace/<store id>+<8 hex>+<base64>". */
void
checkpoint_verifier(const char *origin, const uint8_t public_key[KEY_BYTES], struct buffer *out);
MUST_USE bool checkpoint_verifier_parse(
    struct text text, char origin[128], uint8_t public_key[KEY_BYTES], struct error *err);

/*
 * A proof file: JSON, one document, everything needed without the store:
 * {"dyetrace_proof":1, "index", "size", "leaf":"base64", "record":{… the leaf shown …},
 *  "path":["base64",…], "checkpoint":"…the note…", "verifier":"…"}
 * and of a conclusion "of":"conclusions": index, size and path are those of their tree.
 */
struct proof {
	bool conclusion; /* the leaf is one of the tree of conclusions */
	uint64_t index;
	struct text leaf; /* canonical bytes */
	struct tree_path path;
	struct checkpoint checkpoint;
	struct text note, verifier; /* texts */
	struct text shown;          /* the leaf as JSON, re-derived from its bytes when read */
};
MUST_USE bool proof_write(const struct proof *proof, struct buffer *json, struct error *err);
/*
 * Reads and checks all of it: the path leads from the leaf to the checkpoint's
 * root, the signature is by the verifier key, `record` says what the leaf says.
 * expected_verifier: the key the reader trusts, which the file must name too;
 * absent: the file is only consistent with itself (the caller says so).
 *
 * ERROR_MALFORMED, ERROR_REFUSED (which of the checks failed, in words)
 */
MUST_USE bool proof_check(struct text json, struct text expected_verifier, struct arena *arena,
    struct proof *proof, struct error *err);

#endif
