/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checkpoints: the text is the C2SP form, and no byte of it can be changed. The
 * signature and key hash were compared with Python's cryptography and hashlib.
 */
#include "ledger/checkpoint.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "random_records.h"

#define ORIGIN "dyetrace/00112233445566778899aabbccddeeff"
#define DASH "\xe2\x80\x94 "
#define EMPTY_ROOT "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
#define ROOT "AQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define BODY ORIGIN "\n12345\n" ROOT "\nconclusions 0 " EMPTY_ROOT "\ntime 2016-02-29T00:23:00Z\n"
#define SIGNATURE                                                                                  \
	"E2831DeqqckbPbJ80nX+hTvL3aNqoa7FrRZbu7BTNwWDD9s4sjIUU/Whlerk"                             \
	"Uoo6D4MvE1u+SWc4hu+/dpat4HxpSgg="
#define NOTE BODY "\n" DASH ORIGIN " " SIGNATURE "\n"
#define VERIFIER ORIGIN "+136f37d4+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea"

static struct keys *keys;
static uint8_t public_key[KEY_BYTES];

static struct checkpoint
sample(void)
{
	struct checkpoint checkpoint = {
	    .origin = ORIGIN, .size = 12345, .time_ms = INT64_C(1456705380000)};

	memcpy(checkpoint.root.bytes, "\1\2\3", 3);
	sha256_of("", 0, checkpoint.conclusions_root.bytes);
	return checkpoint;
}

static int
open_keys(void **state)
{
	keys = random_keys();
	keys_public(keys, public_key);
	return 0;
}

static int
close_keys(void **state)
{
	keys_close(keys);
	return 0;
}

static void
a_note_is_written_as_promised(void **state)
{
	struct checkpoint checkpoint = sample(), again;
	struct buffer note = {0}, verifier = {0};
	struct error err = {0};

	checkpoint_sign(&checkpoint, keys, &note);
	buffer_add_byte(&note, 0);
	assert_string_equal((char *)note.data, NOTE);
	checkpoint_verifier(ORIGIN, public_key, &verifier);
	buffer_add_byte(&verifier, 0);
	assert_string_equal((char *)verifier.data, VERIFIER);
	assert_true(checkpoint_read(TEXT(NOTE), public_key, &again, &err));
	assert_string_equal(again.origin, ORIGIN);
	assert_int_equal(again.size, 12345);
	assert_int_equal(again.conclusions_size, 0);
	assert_true(again.time_ms == checkpoint.time_ms);
	assert_memory_equal(again.root.bytes, checkpoint.root.bytes, 32);
	assert_memory_equal(again.conclusions_root.bytes, checkpoint.conclusions_root.bytes, 32);
	buffer_fini(&note);
	buffer_fini(&verifier);
}

static void
a_ledger_without_events_has_no_time(void **state)
{
	struct checkpoint checkpoint = sample(), again;
	struct buffer note = {0};
	struct error err = {0};

	checkpoint.time_ms = TIME_NONE;
	checkpoint.size = 0;
	checkpoint_sign(&checkpoint, keys, &note);
	assert_true(checkpoint_read(buffer_text(&note), public_key, &again, &err));
	assert_true(again.time_ms == TIME_NONE);
	assert_int_equal(again.size, 0);
	buffer_fini(&note);
}

static void
no_byte_can_be_altered(void **state)
{
	char note[] = NOTE;
	struct checkpoint checkpoint;
	size_t at, size = sizeof(NOTE) - 1;
	int bit;

	for (at = 0; at < size; at++)
		for (bit = 0; bit < 8; bit++) {
			struct error err = {0};

			note[at] ^= (char)(1 << bit);
			if (checkpoint_read(
				(struct text){note, size}, public_key, &checkpoint, &err))
				fail_msg("bit %d of byte %zu", bit, at);
			assert_true(err.kind == ERROR_MALFORMED || err.kind == ERROR_REFUSED);
			note[at] ^= (char)(1 << bit);
		}
	for (at = 0; at < size; at++) {
		struct error err = {0};

		assert_false(
		    checkpoint_read((struct text){note, at}, public_key, &checkpoint, &err));
		assert_int_equal(err.kind, ERROR_MALFORMED);
	}
}

static void
what_is_no_note_is_told_by_its_line(void **state)
{
	static const struct {
		const char *note, *sentence;
	} cases[] = {
	    {"", "line 1: missing, or without a newline"},
	    {ORIGIN, "line 1: missing, or without a newline"},
	    {"elsewhere/1\n", "line 1: expected the origin, dyetrace/ and the store's id"},
	    {"dyetrace/\n", "line 1: expected the origin, dyetrace/ and the store's id"},
	    {"dyetrace/a b\n", "line 1: expected the origin, dyetrace/ and the store's id"},
	    {"dyetrace/a+b\n", "line 1: expected the origin, dyetrace/ and the store's id"},
	    {ORIGIN "\n-1\n", "line 2: expected how many records the tree has"},
	    {ORIGIN "\n007\n", "line 2: expected how many records the tree has"},
	    {ORIGIN "\n99999999999999999999\n", "line 2: expected how many records the tree has"},
	    {ORIGIN "\n1\nAAAA\n", "line 3: expected the root, 32 bytes in base64"},
	    {ORIGIN "\n1\n" ROOT "\nconclusions 0\n",
		"line 4: expected conclusions, their number and their root in base64"},
	    {ORIGIN "\n1\n" ROOT "\nconclusions 0 " ROOT "\ntime 2016-02-29\n",
		"line 5: expected time and a moment in ISO 8601, or none"},
	    {ORIGIN "\n1\n" ROOT "\nconclusions 0 " ROOT "\ntime none\nmore\n",
		"line 6: expected an empty line in front of the signature"},
	    {BODY "\n", "line 7: missing, or without a newline"},
	    {BODY "\n- " ORIGIN " " SIGNATURE "\n",
		"line 7: expected a dash, a name and a signature in base64"},
	    {BODY "\n" DASH ORIGIN "\n",
		"line 7: expected a dash, a name and a signature in base64"},
	    {BODY "\n" DASH ORIGIN " AAAA\n",
		"line 7: expected a dash, a name and a signature in base64"},
	    {NOTE "more\n", "line 8: expected a dash, a name and a signature in base64"},
	    {NOTE "\n", "line 8: expected a dash, a name and a signature in base64"},
	    {BODY "\n" DASH "witness.example AAAAAAAA\n",
		"not signed by this key, or altered since it was"},
	};
	struct checkpoint checkpoint;
	size_t i;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		struct error err = {0};

		assert_false(
		    checkpoint_read(text_of(cases[i].note), public_key, &checkpoint, &err));
		if (strcmp(err.text, cases[i].sentence) != 0)
			fail_msg("case %zu: %s", i, err.text);
	}
}

static void
a_witness_may_sign_beside(void **state)
{
	struct checkpoint checkpoint;
	struct error err = {0};

	assert_true(checkpoint_read(
	    TEXT(NOTE DASH "witness.example AAAAAAAA\n"), public_key, &checkpoint, &err));
	assert_true(checkpoint_read(
	    TEXT(BODY "\n" DASH "witness.example AAAAAAAA\n" DASH ORIGIN " " SIGNATURE "\n"),
	    public_key, &checkpoint, &err));
}

static void
another_key_is_refused_and_none_only_reads(void **state)
{
	uint8_t other[KEY_BYTES];
	struct checkpoint checkpoint;
	struct error err = {0};

	memcpy(other, public_key, KEY_BYTES);
	other[0] ^= 1;
	assert_false(checkpoint_read(TEXT(NOTE), other, &checkpoint, &err));
	assert_int_equal(err.kind, ERROR_REFUSED);
	assert_true(checkpoint_read(TEXT(NOTE), NULL, &checkpoint, &err));
}

static void
a_longer_note_is_refused_unread(void **state)
{
	static char note[CHECKPOINT_BYTES_MAX + 1];
	struct checkpoint checkpoint;
	struct error err = {0};

	assert_false(
	    checkpoint_read((struct text){note, sizeof(note)}, public_key, &checkpoint, &err));
	assert_string_equal(err.text, "longer than 65536 bytes");
}

static void
a_verifier_key_is_read_or_refused(void **state)
{
	char text[] = VERIFIER, origin[128];
	uint8_t key[KEY_BYTES];
	struct error err = {0};
	size_t at, size = sizeof(VERIFIER) - 1;

	assert_true(checkpoint_verifier_parse(TEXT(VERIFIER "\n"), origin, key, &err));
	assert_string_equal(origin, ORIGIN);
	assert_memory_equal(key, public_key, KEY_BYTES);
	for (at = 0; at < size; at++) {
		assert_false(checkpoint_verifier_parse((struct text){text, at}, origin, key, &err));
		text[at] ^= 1;
		assert_false(
		    checkpoint_verifier_parse((struct text){text, size}, origin, key, &err));
		assert_int_equal(err.kind, ERROR_MALFORMED);
		text[at] ^= 1;
	}
	/* One key has one spelling. */
	at = strcspn(text, "+") + 1 + strcspn(strchr(text, '+') + 1, "abcdef");
	assert_true(islower((unsigned char)text[at]));
	text[at] = (char)toupper((unsigned char)text[at]);
	assert_false(checkpoint_verifier_parse((struct text){text, size}, origin, key, &err));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_note_is_written_as_promised),
	    cmocka_unit_test(a_ledger_without_events_has_no_time),
	    cmocka_unit_test(no_byte_can_be_altered),
	    cmocka_unit_test(what_is_no_note_is_told_by_its_line),
	    cmocka_unit_test(a_witness_may_sign_beside),
	    cmocka_unit_test(another_key_is_refused_and_none_only_reads),
	    cmocka_unit_test(a_longer_note_is_refused_unread),
	    cmocka_unit_test(a_verifier_key_is_read_or_refused),
	};

	return cmocka_run_group_tests(tests, open_keys, close_keys);
}
