/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The proof file. Reading trusts nothing: what people read (`record`) is
 * derived anew from the leaf's bytes and must be what the file says.
 */
#include <jansson.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/base64.h"
#include "base/json_print.h"
#include "ledger/block.h"
#include "ledger/checkpoint.h"
#include "ledger/conclusions.h"

#define PROOF_BYTES_MAX ((size_t)256 << 20)
#define OF_CONCLUSIONS "conclusions"

static json_t *
coded(const void *bytes, size_t size)
{
	struct buffer text = {0};
	json_t *string;

	base64_add(&text, bytes, size);
	string = json_stringn((char *)text.data, text.size);
	buffer_fini(&text);
	return string;
}

static bool
show(const struct proof *proof, struct buffer *text, struct error *err)
{
	return proof->conclusion ? conclusion_leaf_show(proof->leaf, text, err)
				 : leaf_show(proof->leaf, text, err);
}

static json_t *
shown(const struct proof *proof, struct error *err)
{
	struct buffer text = {0};
	json_error_t why;
	json_t *record = NULL;

	if (show(proof, &text, err)) {
		record = json_loadb((char *)text.data, text.size, JSON_ALLOW_NUL, &why);
		if (!record)
			error_set(err, ERROR_MALFORMED, "the record cannot be shown: %s", why.text);
	}
	buffer_fini(&text);
	return record;
}

static uint64_t
size_of(const struct proof *proof)
{
	return proof->conclusion ? proof->checkpoint.conclusions_size : proof->checkpoint.size;
}

bool
proof_write(const struct proof *proof, struct buffer *json, struct error *err)
{
	json_t *record = shown(proof, err), *path, *document;
	uint32_t i;

	if (!record)
		return false;
	path = json_array();
	for (i = 0; i < proof->path.count; i++)
		json_array_append_new(path, coded(proof->path.hashes[i].bytes, SHA256_BYTES));
	document = json_pack("{s:i, s:I, s:I, s:o, s:o, s:o, s:o, s:o}", "dyetrace_proof", 1,
	    "index", (json_int_t)proof->index, "size", (json_int_t)size_of(proof), "record", record,
	    "leaf", coded(proof->leaf.data, proof->leaf.size), "path", path, "checkpoint",
	    json_stringn(proof->note.data, proof->note.size), "verifier",
	    json_stringn(proof->verifier.data, proof->verifier.size));
	if (!document)
		return error_set(err, ERROR_MALFORMED, "the proof cannot be written as JSON");
	if (proof->conclusion)
		json_object_set_new(document, "of", json_string(OF_CONCLUSIONS));
	json_print(document, 2, json);
	buffer_add_byte(json, '\n');
	json_decref(document);
	return true;
}

static bool
text_member(const json_t *document, const char *key, struct text *text, struct error *err)
{
	const json_t *value = json_object_get(document, key);

	if (!json_is_string(value))
		return error_set(err, ERROR_MALFORMED, "`%s` is missing or no text", key);
	*text = (struct text){json_string_value(value), json_string_length(value)};
	return true;
}

static bool
number_member(const json_t *document, const char *key, uint64_t *number, struct error *err)
{
	const json_t *value = json_object_get(document, key);

	if (!json_is_integer(value) || json_integer_value(value) < 0)
		return error_set(err, ERROR_MALFORMED, "`%s` is missing or no whole number", key);
	*number = (uint64_t)json_integer_value(value);
	return true;
}

static bool
read_leaf(const json_t *document, struct arena *arena, struct proof *proof, struct error *err)
{
	struct buffer bytes = {0};
	struct text text = TEXT_NONE;
	bool good = text_member(document, "leaf", &text, err);

	if (good && !base64_read(text, &bytes))
		good = error_set(err, ERROR_MALFORMED, "`leaf` is no base64");
	if (good)
		proof->leaf = arena_text(arena, buffer_text(&bytes));
	buffer_fini(&bytes);
	return good;
}

static bool
read_path(const json_t *document, struct proof *proof, struct error *err)
{
	const json_t *path = json_object_get(document, "path");
	size_t i, count = json_array_size(path);

	if (!json_is_array(path) || count > TREE_DEPTH_MAX)
		return error_set(err, ERROR_MALFORMED, "`path` is missing or longer than %d hashes",
		    TREE_DEPTH_MAX);
	for (i = 0; i < count; i++) {
		const json_t *item = json_array_get(path, i);
		struct buffer bytes = {0};
		bool good = json_is_string(item) &&
		    base64_read(
			(struct text){json_string_value(item), json_string_length(item)}, &bytes) &&
		    bytes.size == SHA256_BYTES;

		if (good)
			memcpy(proof->path.hashes[i].bytes, bytes.data, SHA256_BYTES);
		buffer_fini(&bytes);
		if (!good)
			return error_set(err, ERROR_MALFORMED,
			    "`path`: hash %zu is not 32 bytes in base64", i + 1);
	}
	proof->path.count = (uint32_t)count;
	return true;
}

/* The same document, to the last bit of a number. */
static bool
same(const json_t *a, const json_t *b)
{
	const size_t how = JSON_COMPACT | JSON_SORT_KEYS;
	char *x = json_dumps(a, how), *y = b ? json_dumps(b, how | JSON_ENCODE_ANY) : NULL;
	bool equal = x && y && strcmp(x, y) == 0;

	free(x);
	free(y);
	return equal;
}

static bool
check_record(const json_t *document, struct arena *arena, struct proof *proof, struct error *err)
{
	json_t *ours = shown(proof, err);
	struct buffer text = {0};
	bool good;

	if (!ours)
		return error_within(err, "`leaf`");
	good = same(ours, json_object_get(document, "record"));
	json_print(ours, 2, &text);
	proof->shown = arena_text(arena, buffer_text(&text));
	buffer_fini(&text);
	json_decref(ours);
	return good ||
	    error_set(err, ERROR_REFUSED, "`record` does not say what the proven leaf says");
}

static bool
check_note(struct text expected_verifier, struct proof *proof, struct error *err)
{
	uint8_t public_key[KEY_BYTES], trusted_key[KEY_BYTES];
	char origin[128], trusted_origin[128];

	if (!checkpoint_verifier_parse(proof->verifier, origin, public_key, err))
		return error_within(err, "`verifier`");
	if (expected_verifier.data &&
	    !checkpoint_verifier_parse(expected_verifier, trusted_origin, trusted_key, err))
		return error_within(err, "the key that is trusted");
	if (expected_verifier.data &&
	    (strcmp(origin, trusted_origin) != 0 ||
		memcmp(public_key, trusted_key, KEY_BYTES) != 0))
		return error_set(err, ERROR_REFUSED,
		    "the proof is signed with another key than the one that is trusted: %s",
		    origin);
	if (!checkpoint_read(proof->note, public_key, &proof->checkpoint, err))
		return error_within(err, "`checkpoint`");
	if (strcmp(origin, proof->checkpoint.origin) != 0)
		return error_set(err, ERROR_REFUSED,
		    "the checkpoint is of %s, the verifier key of %s", proof->checkpoint.origin,
		    origin);
	return true;
}

/* The eight members that each has, and which tree it is of. */
static bool
read_form(const json_t *document, struct proof *proof, struct error *err)
{
	const json_t *of = json_object_get(document, "of");
	uint64_t version = 0;

	if (!number_member(document, "dyetrace_proof", &version, err))
		return false;
	if (version != 1)
		return error_set(err, ERROR_MALFORMED,
		    "a proof of form %llu; this program reads form 1", (unsigned long long)version);
	if (json_object_size(document) != 8 + (of != NULL))
		return error_set(err, ERROR_MALFORMED, "it has members that a proof has not");
	proof->conclusion = of != NULL;
	if (of && !(json_is_string(of) && strcmp(json_string_value(of), OF_CONCLUSIONS) == 0))
		return error_set(
		    err, ERROR_MALFORMED, "`of` says something else than `" OF_CONCLUSIONS "`");
	return true;
}

static bool
check_inclusion(const struct proof *proof, uint64_t size, struct error *err)
{
	const struct checkpoint *checkpoint = &proof->checkpoint;
	struct tree_hash leaf;

	if (size != size_of(proof))
		return error_set(err, ERROR_REFUSED,
		    "`size` is %llu, the checkpoint's tree has %llu records",
		    (unsigned long long)size, (unsigned long long)size_of(proof));
	tree_leaf_hash(proof->leaf, &leaf);
	return tree_check_inclusion(&leaf, proof->index, size, &proof->path,
		   proof->conclusion ? &checkpoint->conclusions_root : &checkpoint->root) ||
	    error_set(err, ERROR_REFUSED,
		"the path does not lead from the record to the checkpoint's root");
}

static bool
check_document(const json_t *document, struct text expected_verifier, struct arena *arena,
    struct proof *proof, struct error *err)
{
	struct text note = TEXT_NONE, verifier = TEXT_NONE;
	uint64_t size = 0;

	if (!read_form(document, proof, err) ||
	    !number_member(document, "index", &proof->index, err) ||
	    !number_member(document, "size", &size, err) ||
	    !text_member(document, "checkpoint", &note, err) ||
	    !text_member(document, "verifier", &verifier, err) ||
	    !read_leaf(document, arena, proof, err) || !read_path(document, proof, err))
		return false;
	proof->note = arena_text(arena, note);
	proof->verifier = arena_text(arena, verifier);
	return check_note(expected_verifier, proof, err) &&
	    check_record(document, arena, proof, err) && check_inclusion(proof, size, err);
}

bool
proof_check(struct text json, struct text expected_verifier, struct arena *arena,
    struct proof *proof, struct error *err)
{
	json_error_t why;
	json_t *document;
	bool good;

	*proof = (struct proof){0};
	if (json.size > PROOF_BYTES_MAX)
		return error_set(err, ERROR_MALFORMED, "longer than %zu bytes", PROOF_BYTES_MAX);
	document = json_loadb(json.data, json.size, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &why);
	if (!document)
		return error_set(
		    err, ERROR_MALFORMED, "line %d, column %d: %s", why.line, why.column, why.text);
	good = json_is_object(document)
	    ? check_document(document, expected_verifier, arena, proof, err)
	    : error_set(err, ERROR_MALFORMED, "a proof is a JSON object");
	json_decref(document);
	return good;
}
