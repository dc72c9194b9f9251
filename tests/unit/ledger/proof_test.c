/* SPDX-License-Identifier: Apache-2.0 */
/* Proof files: what is written is accepted, whatever is altered is refused. */
#include "ledger/checkpoint.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <jansson.h>

#include "ledger/block.h"
#include "random_records.h"

#define MANY 200
#define ORIGIN "dyetrace/00112233445566778899aabbccddeeff"

static struct random_records world;
static struct buffer leaves[MANY];
static struct tree_hash hashes[MANY];
static struct checkpoint checkpoint;
static struct buffer note, verifier;

static bool
give_leaf(void *context, uint64_t leaf, struct tree_hash *hash, struct error *err)
{
	*hash = hashes[leaf];
	return true;
}

static int
make_ledger(void **state)
{
	uint8_t public_key[KEY_BYTES];
	struct partition *partition;
	struct record record;
	struct tree_hash chunk;
	struct tree tree;
	int i;

	random_records_init(&world, 5);
	tree_init(&tree);
	for (i = 0; i < MANY; i++) {
		random_record(&world, &record, &partition);
		leaf_encode(&record, world.names, world.keys, &leaves[i]);
		tree_leaf_hash(buffer_text(&leaves[i]), &hashes[i]);
		tree_add(&tree, &hashes[i], &chunk);
	}
	checkpoint = (struct checkpoint){.origin = ORIGIN, .size = MANY, .time_ms = 0};
	tree_root(&tree, &checkpoint.root);
	tree_init(&tree);
	tree_root(&tree, &checkpoint.conclusions_root);
	checkpoint_sign(&checkpoint, world.keys, &note);
	keys_public(world.keys, public_key);
	checkpoint_verifier(ORIGIN, public_key, &verifier);
	return 0;
}

static int
drop_ledger(void **state)
{
	int i;

	for (i = 0; i < MANY; i++)
		buffer_fini(&leaves[i]);
	buffer_fini(&note);
	buffer_fini(&verifier);
	random_records_fini(&world);
	return 0;
}

static void
make_proof(uint64_t index, struct buffer *json)
{
	struct tree_reader reader = {.leaf = give_leaf};
	struct proof proof = {
	    .index = index,
	    .leaf = buffer_text(&leaves[index]),
	    .checkpoint = checkpoint,
	    .note = buffer_text(&note),
	    .verifier = buffer_text(&verifier),
	};
	struct error err = {0};

	assert_true(tree_inclusion(&reader, index, MANY, &proof.path, &err));
	if (!proof_write(&proof, json, &err))
		fail_msg("%s", err.text);
}

static bool
check(struct text json, struct text trusted, struct error *err)
{
	struct proof proof;
	struct arena arena;
	bool good;

	arena_init(&arena);
	memset(err, 0, sizeof(*err));
	good = proof_check(json, trusted, &arena, &proof, err);
	if (!good)
		assert_true(err->kind == ERROR_MALFORMED || err->kind == ERROR_REFUSED);
	arena_fini(&arena);
	return good;
}

static void
every_record_can_be_proved(void **state)
{
	struct error err;
	uint64_t i;

	for (i = 0; i < MANY; i++) {
		struct buffer json = {0};

		make_proof(i, &json);
		if (!check(buffer_text(&json), buffer_text(&verifier), &err))
			fail_msg("record %d: %s", (int)i, err.text);
		assert_true(check(buffer_text(&json), TEXT_NONE, &err));
		buffer_fini(&json);
	}
}

static void
what_was_checked_is_given(void **state)
{
	struct buffer json = {0};
	struct error err = {0};
	struct proof proof;
	struct arena arena;

	arena_init(&arena);
	make_proof(17, &json);
	assert_true(proof_check(buffer_text(&json), TEXT_NONE, &arena, &proof, &err));
	assert_int_equal(proof.index, 17);
	assert_true(text_equal(proof.leaf, buffer_text(&leaves[17])));
	assert_int_equal(proof.checkpoint.size, MANY);
	assert_true(text_equal(proof.note, buffer_text(&note)));
	assert_non_null(memmem(proof.shown.data, proof.shown.size, "\"kind\"", 6));
	arena_fini(&arena);
	buffer_fini(&json);
}

/* Whether it is the same document: the 17th digit of a number may say nothing. */
static bool
is_same(const json_t *document, const char *text)
{
	json_t *other = json_loads(text, JSON_ALLOW_NUL, NULL);
	bool same = json_equal(document, other);

	json_decref(other);
	return same;
}

/* Written without white space, which means nothing. */
static void
no_byte_can_be_altered(void **state)
{
	struct buffer json = {0};
	struct error err;
	json_t *document;
	char *compact;
	size_t at, size;

	make_proof(3, &json);
	document = json_loadb((char *)json.data, json.size, JSON_ALLOW_NUL, NULL);
	compact = json_dumps(document, JSON_COMPACT);
	size = strlen(compact);
	assert_true(check((struct text){compact, size}, buffer_text(&verifier), &err));
	for (at = 0; at < size; at++) {
		compact[at] ^= 1;
		if (check((struct text){compact, size}, buffer_text(&verifier), &err) &&
		    !is_same(document, compact))
			fail_msg("byte %zu: %.40s", at, compact + at);
		compact[at] ^= 1;
		assert_false(check((struct text){compact, at}, buffer_text(&verifier), &err));
	}
	json_decref(document);
	free(compact);
	buffer_fini(&json);
}

/* A change to the document, as its owner might make it. */
struct alteration {
	const char *key;
	const char *json; /* its new value; NULL: removed */
	const char *sentence;
};

static void
each_part_is_checked_and_named(void **state)
{
	static const struct alteration cases[] = {
	    {"dyetrace_proof", "2", "a proof of form 2; this program reads form 1"},
	    {"dyetrace_proof", NULL, "`dyetrace_proof` is missing or no whole number"},
	    {"index", "4", "the path does not lead from the record to the checkpoint's root"},
	    {"index", "-1", "`index` is missing or no whole number"},
	    {"index", "3.0", "`index` is missing or no whole number"},
	    {"size", "201", "`size` is 201, the checkpoint's tree has 200 records"},
	    {"leaf", "\"AA\"", "`leaf` is no base64"},
	    {"leaf", "\"AAAA\"", "`leaf`: 3 bytes that are no leaf"},
	    {"leaf", "[]", "`leaf` is missing or no text"},
	    {"record", "{\"kind\":\"note\"}", "`record` does not say what the proven leaf says"},
	    {"record", "null", "`record` does not say what the proven leaf says"},
	    {"path", "[]", "the path does not lead from the record to the checkpoint's root"},
	    {"path", "[\"AAAA\"]", "`path`: hash 1 is not 32 bytes in base64"},
	    {"path", "7", "`path` is missing or longer than 64 hashes"},
	    {"checkpoint", "\"x\"", "`checkpoint`: line 1: missing, or without a newline"},
	    {"verifier", "\"x\"",
		"`verifier`: a verifier key is ORIGIN+HASH+KEY, as in STORE/verifier"},
	    {"extra", "1", "it has members that a proof has not"},
	    {"record", NULL, "it has members that a proof has not"},
	};
	struct buffer json = {0};
	size_t i;

	make_proof(3, &json);
	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		json_t *document = json_loadb((char *)json.data, json.size, JSON_ALLOW_NUL, NULL);
		struct error err;
		char *text;

		if (cases[i].json)
			json_object_set_new(document, cases[i].key,
			    json_loads(cases[i].json, JSON_DECODE_ANY, NULL));
		else
			json_object_del(document, cases[i].key);
		text = json_dumps(document, 0);
		assert_false(check(text_of(text), TEXT_NONE, &err));
		if (strcmp(err.text, cases[i].sentence) != 0)
			fail_msg("case %zu: %s", i, err.text);
		free(text);
		json_decref(document);
	}
	buffer_fini(&json);
}

static void
what_is_no_document_is_refused(void **state)
{
	static const char *const cases[] = {
	    "", "{", "[]", "null", "{\"a\":1,\"a\":2}", "\xff", "{\"dyetrace_proof\":1} x"};
	struct error err;
	size_t i;

	for (i = 0; i < ARRAY_COUNT(cases); i++)
		assert_false(check(text_of(cases[i]), TEXT_NONE, &err));
}

static void
another_store_s_key_is_refused(void **state)
{
	uint8_t other_key[KEY_BYTES] = {1};
	struct buffer json = {0}, other = {0};
	struct error err;

	make_proof(3, &json);
	checkpoint_verifier("dyetrace/ffff", other_key, &other);
	assert_false(check(buffer_text(&json), buffer_text(&other), &err));
	assert_int_equal(err.kind, ERROR_REFUSED);
	assert_string_equal(
	    err.text, "the proof is signed with another key than the one that is trusted: " ORIGIN);
	assert_false(check(buffer_text(&json), TEXT("nonsense"), &err));
	assert_int_equal(err.kind, ERROR_MALFORMED);
	buffer_fini(&json);
	buffer_fini(&other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_record_can_be_proved),
	    cmocka_unit_test(what_was_checked_is_given),
	    cmocka_unit_test(no_byte_can_be_altered),
	    cmocka_unit_test(each_part_is_checked_and_named),
	    cmocka_unit_test(what_is_no_document_is_refused),
	    cmocka_unit_test(another_store_s_key_is_refused),
	};

	return cmocka_run_group_tests(tests, make_ledger, drop_ledger);
}
