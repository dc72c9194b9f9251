/* SPDX-License-Identifier: Apache-2.0 */
/* `dyetrace prove` and `check-proof`: a proof to hand on, and its check without a store. */
#include <stdlib.h>

#include "answer.h"
#include "base/arena.h"
#include "base/file.h"
#include "cli/commands.h"
#include "cli/document.h"
#include "cli/receipt.h"
#include "ledger/checkpoint.h"

#define PROOF_FILE_MAX ((size_t)256 << 20)

static bool
prove_run(struct call *call, struct error *err)
{
	struct question question;
	struct buffer proof = {0};
	bool done;

	if (!question_open(&question, call, err))
		return false;
	done = inquiry_prove(question.inquiry, text_of(call->arguments[0]),
	    call_flag(call, "influence"), &proof, err);
	if (!done && err->kind == ERROR_MISSING)
		call->status = STATUS_NO;
	if (done)
		fwrite(proof.data, 1, proof.size, call->out.file);
	buffer_fini(&proof);
	question_fini(&question);
	return done;
}

static const struct example prove_examples[] = {
    {"dyetrace prove events.jsonl:17 > proof.json", "a file that anyone can check"},
    {"dyetrace prove events.jsonl:17 --influence > moved.json",
	"which features and models it moved, and how far"},
    {NULL},
};

static const struct option prove_options[] = {
    {"influence", 0, NULL, "prove what the event moved, not the event"},
    {NULL},
};

const struct command command_prove = {
    .name = "prove",
    .summary = "a proof file that one event is in the ledger",
    .usage = "EVENT",
    .description =
	"Prints one JSON document: the event's record, the path of hashes from it to the root of "
	"the newest "
	"signed checkpoint, and that checkpoint. With `--influence` it is the conclusion that "
	"follows "
	"from the event, which features and models of which lineage epoch it moved and how far, by "
	"the path in the tree of conclusions. It discloses this one record and nothing else. "
	"`dyetrace check-proof` checks it, without the store. Where `ledger.payload-digest: "
	"sha256` was in force the record's `payload_sha256` is the SHA-256 of the original line "
	"without its line end: whoever has the line can compare it.",
    .common = COMMON_SETTINGS | COMMON_STORE | COMMON_JSON,
    .options = prove_options,
    .examples = prove_examples,
    .arguments_min = 1,
    .arguments_max = 1,
    .run = prove_run,
};

static bool
read_verifier(const struct call *call, struct buffer *verifier, struct error *err)
{
	const char *path = call_option(call, "verifier");

	return !path || file_read(path, 4096, verifier, err);
}

static void
answer_yes(struct call *call, const struct proof *proof, bool trusted)
{
	const struct checkpoint *checkpoint = &proof->checkpoint;
	uint64_t size = proof->conclusion ? checkpoint->conclusions_size : checkpoint->size;
	char root[2 * SHA256_BYTES + 1];
	struct receipt *receipt;
	json_error_t ignored;
	json_t *record = json_loadb(proof->shown.data, proof->shown.size, 0, &ignored);

	digest_hex(proof->conclusion ? checkpoint->conclusions_root.bytes : checkpoint->root.bytes,
	    SHA256_BYTES, root);
	if (call->json) {
		document_print(
		    json_pack("{s:b, s:b, s:I, s:I, s:s, s:s, s:o}", "proven", 1, "verifier_given",
			trusted, "index", (json_int_t)proof->index,
			proof->conclusion ? "conclusions" : "records", (json_int_t)size, "root",
			root, "origin", proof->checkpoint.origin, "record", record),
		    &call->out);
		return;
	}
	receipt = receipt_open(&call->out);
	receipt_ink(receipt, INK_GOOD, "proven", "yes: %s %llu of %llu",
	    proof->conclusion ? "conclusion" : "record", (unsigned long long)proof->index,
	    (unsigned long long)size);
	receipt_line(receipt, "ledger", "%s", proof->checkpoint.origin);
	receipt_line(receipt, "root", "%s", root);
	receipt_line(receipt, "key", "%s",
	    trusted ? "the one you gave"
		    : "the one in the file: compare it with the store's `verifier` before you "
		      "trust it");
	if (json_object_get(record, "payload_sha256"))
		receipt_line(receipt, "payload sha256",
		    "%s: compare `sha256sum` of the original line without its line end",
		    member_text(record, "payload_sha256"));
	receipt_line(
	    receipt, proof->conclusion ? "conclusion" : "record", "%.*s", TEXT_PRINT(proof->shown));
	receipt_close(receipt);
	json_decref(record);
}

static bool
check_proof_run(struct call *call, struct error *err)
{
	struct buffer file = {0}, verifier = {0};
	struct proof proof;
	struct arena arena;
	bool done;

	arena_init(&arena);
	done = read_verifier(call, &verifier, err) &&
	    file_read(call->arguments[0], PROOF_FILE_MAX, &file, err);
	if (done &&
	    !proof_check(buffer_text(&file), verifier.size ? buffer_text(&verifier) : TEXT_NONE,
		&arena, &proof, err)) {
		call->status = STATUS_NO;
		done = error_within(err, "%s is no proof", call->arguments[0]);
	}
	if (done)
		answer_yes(call, &proof, verifier.size > 0);
	arena_fini(&arena);
	buffer_fini(&file);
	buffer_fini(&verifier);
	return done;
}

static const struct option check_proof_options[] = {
    {"verifier", 0, "FILE", "the public key that you trust: a copy of the store's `verifier`"},
    {NULL},
};

static const struct example check_proof_examples[] = {
    {"dyetrace check-proof proof.json --verifier verifier",
	"against the key that you were given beforehand"},
    {NULL},
};

const struct command command_check_proof = {
    .name = "check-proof",
    .summary = "check a proof file; needs no store",
    .usage = "FILE",
    .description = "Checks that the record in the file is in the ledger that the checkpoint in the "
		   "file speaks of: the path "
		   "leads from the record to the root, the signature is good, and what people read "
		   "is what was proven. "
		   "Without `--verifier` the key in the file is used, which shows only that the "
		   "file agrees with itself.",
    .common = COMMON_JSON,
    .options = check_proof_options,
    .examples = check_proof_examples,
    .arguments_min = 1,
    .arguments_max = 1,
    .run = check_proof_run,
};
