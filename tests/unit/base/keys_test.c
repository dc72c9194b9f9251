/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The key file as people get it wrong, and what is derived from it against
 * published vectors (RFC 5869, RFC 8032) and against bytes made by the openssl
 * program and Python's hmac: the ledger depends on them for good.
 */
#include "base/keys.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"

/* The pseudo-random key of RFC 5869 A.1, so that its output can be compared. */
#define STORE "store 077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5\n"
#define VAULT "vault 1 1111111111111111111111111111111111111111111111111111111111111111\n"
#define VAULT2 "vault 2 2222222222222222222222222222222222222222222222222222222222222222\n"
#define SIGN "sign 9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60\n"
#define HEAD "dyetrace-keys 1\n"

static char folder[] = "/tmp/dyetrace-keys-XXXXXX";
static char path[64];

static void
write_file(const char *content, unsigned mode)
{
	struct error err = {0};

	unlink(path);
	assert_true(file_replace(path, text_of(content), mode, &err));
}

static struct keys *
open_keys(void)
{
	struct error err = {0};
	struct keys *keys = NULL;

	if (!keys_open(path, &keys, &err))
		fail_msg("%s", err.text);
	return keys;
}

static void
says_what_is_wrong_with_a_file(void **state)
{
	static const struct {
		const char *content, *sentence;
	} cases[] = {
	    {"", "line 1: the file is empty"},
	    {"dyetrace-keys 2\n", "line 1: \"dyetrace-keys 1\" expected: this is no key file"},
	    {"\xef\xbb\xbf" HEAD STORE VAULT SIGN,
		"line 1: \"dyetrace-keys 1\" expected: this is no key file"},
	    {"dyetrace-keys 1\r\n", "line 1: \"dyetrace-keys 1\" expected: this is no key file"},
	    {HEAD, "no store key: the file is cut short; restore it from its copy"},
	    {HEAD STORE, "no vault key: the file is cut short; restore it from its copy"},
	    {HEAD STORE VAULT, "no sign key: the file is cut short; restore it from its copy"},
	    {HEAD STORE VAULT SIGN STORE, "line 5: a second store key; one is allowed"},
	    {HEAD STORE VAULT SIGN SIGN, "line 5: a second sign key; one is allowed"},
	    {HEAD STORE VAULT VAULT SIGN, "line 4: a second vault key of generation 1"},
	    {HEAD "store 0777\n", "line 2: 64 hex digits expected, 4 characters found"},
	    {HEAD "store\n", "line 2: 64 hex digits expected, 0 characters found"},
	    {HEAD "store g77709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5\n",
		"line 2: a character that is no hex digit"},
	    {HEAD "store 077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5 x\n",
		"line 2: something stands behind the key"},
	    {HEAD STORE "vault 0 11\n", "line 3: vault needs a generation from 1, then its key"},
	    {HEAD STORE "vault -1 11\n", "line 3: vault needs a generation from 1, then its key"},
	    {HEAD STORE "vault 4294967296 11\n",
		"line 3: vault needs a generation from 1, then its key"},
	    {HEAD STORE "vault\n", "line 3: vault needs a generation from 1, then its key"},
	    {HEAD STORE "\n# note\nsecret 1234\n", "line 5: store, vault or sign expected"},
	};
	char expected[256];
	size_t i;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		struct error err = {0};
		struct keys *keys = NULL;

		write_file(cases[i].content, 0600);
		assert_false(keys_open(path, &keys, &err));
		snprintf(expected, sizeof(expected), "key file %s: %s", path, cases[i].sentence);
		assert_string_equal(err.text, expected);
		assert_int_equal(err.kind, ERROR_MALFORMED);
		assert_null(keys);
	}
}

static void
reads_comments_any_order_and_a_last_line_without_end(void **state)
{
	struct keys *keys;

	write_file(HEAD "# a copy is in the safe\n" SIGN "\n" VAULT2 VAULT STORE, 0600);
	truncate(
	    path, (off_t)strlen(HEAD "# a copy is in the safe\n" SIGN "\n" VAULT2 VAULT STORE) - 1);
	keys = open_keys();
	assert_int_equal(keys_vault_generation(keys), 2);
	keys_close(keys);
}

static void
refuses_a_file_that_others_may_touch(void **state)
{
	static const unsigned modes[] = {0640, 0604, 0620, 0610, 0660, 0644, 0777};
	char expected[256];
	size_t i;

	for (i = 0; i < ARRAY_COUNT(modes); i++) {
		struct error err = {0};
		struct keys *keys = NULL;

		write_file(HEAD STORE VAULT SIGN, modes[i]);
		assert_false(keys_open(path, &keys, &err));
		snprintf(expected, sizeof(expected),
		    "key file %s: others may read or write it (mode %04o); run: chmod 600 %s", path,
		    modes[i], path);
		assert_string_equal(err.text, expected);
		assert_int_equal(err.kind, ERROR_REFUSED);
	}
	write_file(HEAD STORE VAULT SIGN, 0400);
	keys_close(open_keys());
}

static void
says_what_stands_in_place_of_a_file(void **state)
{
	struct error err = {0};
	struct keys *keys = NULL;
	struct buffer huge = {0};
	size_t i;

	unlink(path);
	assert_false(keys_open(path, &keys, &err));
	assert_int_equal(err.kind, ERROR_MISSING);
	assert_non_null(strstr(err.text, "not there; make one with `dyetrace keys create`"));
	assert_false(keys_open(folder, &keys, &err));
	assert_int_equal(err.kind, ERROR_IO);
	for (i = 0; i < 70000; i++)
		buffer_add_byte(&huge, '#');
	buffer_add_byte(&huge, 0);
	write_file((char *)huge.data, 0600);
	assert_false(keys_open(path, &keys, &err));
	assert_non_null(strstr(err.text, "longer than 65536 bytes"));
	buffer_fini(&huge);
}

static void
creates_once_and_for_its_owner_alone(void **state)
{
	struct error err = {0};
	struct keys *keys;
	struct stat stat_before;
	mode_t mask = umask(0);

	unlink(path);
	assert_true(keys_create(path, &err));
	umask(mask);
	assert_int_equal(stat(path, &stat_before), 0);
	assert_int_equal(stat_before.st_mode & 07777, 0600);
	keys = open_keys();
	assert_int_equal(keys_vault_generation(keys), 1);
	keys_close(keys);
	assert_false(keys_create(path, &err));
	assert_int_equal(err.kind, ERROR_REFUSED);
	assert_non_null(strstr(err.text, "is there already"));
}

static void
derives_as_rfc_5869(void **state)
{
	static const char info[] = "\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9";
	struct keys *keys;
	uint8_t secret[KEY_BYTES];
	char hex[2 * KEY_BYTES + 1];

	write_file(HEAD STORE VAULT SIGN, 0600);
	keys = open_keys();
	/* A.1: the first 32 of its 42 bytes are T(1). */
	keys_derive(keys, TEXT(info), secret);
	assert_string_equal(digest_hex(secret, KEY_BYTES, hex),
	    "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
	keys_close(keys);
}

static void
signs_as_rfc_8032(void **state)
{
	static const struct {
		const char *secret, *public_key, *signature;
		struct text message;
	} cases[] = {
	    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
		"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
		"e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc6"
		"1e39701cf9b46b"
		"d25bf5f0595bbe24655141438e7a100b",
		{"", 0}},
	    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
		"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
		"92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e45"
		"8f3613d0f11d8c"
		"387b2eaeb4302aeeb00d291612bb0c00",
		{"\x72", 1}},
	};
	char content[512], hex[2 * SIGNATURE_BYTES + 1];
	size_t i;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		uint8_t public_key[KEY_BYTES], signature[SIGNATURE_BYTES];
		struct keys *keys;

		snprintf(content, sizeof(content), "%s%s%ssign %s\n", HEAD, STORE, VAULT,
		    cases[i].secret);
		write_file(content, 0600);
		keys = open_keys();
		keys_public(keys, public_key);
		assert_string_equal(digest_hex(public_key, KEY_BYTES, hex), cases[i].public_key);
		keys_sign(keys, cases[i].message, signature);
		assert_string_equal(
		    digest_hex(signature, SIGNATURE_BYTES, hex), cases[i].signature);
		assert_true(signature_check(public_key, cases[i].message, signature));
		assert_false(signature_check(public_key, TEXT("another"), signature));
		signature[40] ^= 1;
		assert_false(signature_check(public_key, cases[i].message, signature));
		keys_close(keys);
	}
}

static void
hides_texts_as_other_programs_do(void **state)
{
	static const char plain[] = "a text longer than one block of sixteen";
	char bytes[sizeof(plain)], hex[2 * sizeof(plain) + 1];
	uint8_t mac[TEXT_MAC_BYTES];
	struct text_key key;
	struct keys *keys;

	write_file(HEAD STORE VAULT SIGN, 0600);
	keys = open_keys();
	keys_text_key(keys, TEXT("servicenow.incident"), TEXT("priority"), &key);
	keys_close(keys);
	memcpy(bytes, plain, sizeof(plain));
	text_key_mac(&key, TEXT(plain), mac);
	assert_string_equal(digest_hex(mac, sizeof(mac), hex), "317250aca34e64ad18c30c5a6ce681ca");
	text_key_cipher(&key, mac, bytes, sizeof(plain) - 1);
	assert_string_equal(digest_hex(bytes, sizeof(plain) - 1, hex),
	    "698bae8bdc88f182f5a4b4b6b65106dd26bbf77fd4e637b4d0edcb57220ba7761f28581258139c");
	text_key_cipher(&key, mac, bytes, sizeof(plain) - 1);
	assert_string_equal(bytes, plain);
	text_key_cipher(&key, mac, NULL, 0);
	text_key_fini(&key);
}

static void
keeps_text_keys_of_fields_apart(void **state)
{
	static const struct {
		struct text dataset, field;
	} cases[] = {
	    {{"a/b", 3}, {"c", 1}},
	    {{"a", 1}, {"b/c", 3}},
	    {{"a", 1}, {"c", 1}},
	    {{"", 0}, {"c", 1}},
	    {{"a/b", 3}, {"", 0}},
	};
	uint8_t macs[ARRAY_COUNT(cases)][TEXT_MAC_BYTES];
	struct keys *keys;
	size_t i, j;

	write_file(HEAD STORE VAULT SIGN, 0600);
	keys = open_keys();
	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		struct text_key key;

		keys_text_key(keys, cases[i].dataset, cases[i].field, &key);
		text_key_mac(&key, TEXT("same"), macs[i]);
		text_key_fini(&key);
		for (j = 0; j < i; j++)
			assert_memory_not_equal(macs[i], macs[j], TEXT_MAC_BYTES);
	}
	keys_close(keys);
}

static void
seals_and_unseals(void **state)
{
	static const struct text plains[] = {
	    {"", 0}, {"x", 1}, {"sixteen bytes...", 16}, {"a name\0with everything", 22}};
	struct error err = {0};
	struct keys *keys;
	size_t i;

	write_file(HEAD STORE VAULT SIGN, 0600);
	keys = open_keys();
	for (i = 0; i < ARRAY_COUNT(plains); i++) {
		struct buffer sealed = {0}, again = {0}, plain = {0};

		keys_seal(keys, TEXT("identity/1"), plains[i], &sealed);
		keys_seal(keys, TEXT("identity/1"), plains[i], &again);
		assert_int_equal(sealed.size, plains[i].size + SEAL_BYTES);
		assert_memory_not_equal(sealed.data, again.data, sealed.size);
		assert_int_equal(sealed_generation(buffer_text(&sealed)), 1);
		buffer_add_text(&plain, TEXT("in front: "));
		assert_true(
		    keys_unseal(keys, TEXT("identity/1"), buffer_text(&sealed), &plain, &err));
		assert_int_equal(plain.size, 10 + plains[i].size);
		assert_memory_equal(plain.data + 10, plains[i].data, plains[i].size);
		buffer_fini(&sealed);
		buffer_fini(&again);
		buffer_fini(&plain);
	}
	keys_close(keys);
}

static void
sees_every_altered_bit_and_a_moved_row(void **state)
{
	struct buffer sealed = {0}, plain = {0};
	struct error err = {0};
	struct keys *keys;
	size_t bit, size;

	write_file(HEAD STORE VAULT VAULT2 SIGN, 0600);
	keys = open_keys();
	keys_seal(keys, TEXT("row 1"), TEXT("Ada Lovelace"), &sealed);
	for (bit = 0; bit < sealed.size * 8; bit++) {
		sealed.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(keys_unseal(keys, TEXT("row 1"), buffer_text(&sealed), &plain, &err));
		assert_int_equal(err.kind, ERROR_DAMAGED);
		sealed.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (size = 0; size < sealed.size; size++)
		assert_false(keys_unseal(
		    keys, TEXT("row 1"), (struct text){(char *)sealed.data, size}, &plain, &err));
	assert_false(keys_unseal(keys, TEXT("row 2"), buffer_text(&sealed), &plain, &err));
	assert_string_equal(
	    err.text, "sealed with another key, moved from another row, or altered");
	assert_int_equal(plain.size, 0);
	assert_true(keys_unseal(keys, TEXT("row 1"), buffer_text(&sealed), &plain, &err));
	buffer_fini(&sealed);
	buffer_fini(&plain);
	keys_close(keys);
}

static void
rotates_and_forgets(void **state)
{
	struct buffer old = {0}, fresh = {0}, plain = {0};
	struct error err = {0};
	struct keys *keys;

	write_file(HEAD STORE VAULT SIGN, 0600);
	keys = open_keys();
	keys_seal(keys, TEXT("row"), TEXT("before"), &old);
	assert_true(keys_vault_rotate(keys, path, &err));
	assert_int_equal(keys_vault_generation(keys), 2);
	keys_seal(keys, TEXT("row"), TEXT("after"), &fresh);
	assert_int_equal(sealed_generation(buffer_text(&fresh)), 2);
	keys_close(keys);

	keys = open_keys();
	assert_int_equal(keys_vault_generation(keys), 2);
	assert_true(keys_unseal(keys, TEXT("row"), buffer_text(&old), &plain, &err));
	assert_true(keys_unseal(keys, TEXT("row"), buffer_text(&fresh), &plain, &err));
	assert_true(text_is(buffer_text(&plain), "beforeafter"));
	assert_true(keys_vault_forget(keys, path, &err));
	keys_close(keys);

	keys = open_keys();
	assert_false(keys_unseal(keys, TEXT("row"), buffer_text(&old), &plain, &err));
	assert_string_equal(err.text, "sealed with vault key 1, which the key file does not hold");
	assert_true(keys_unseal(keys, TEXT("row"), buffer_text(&fresh), &plain, &err));
	keys_close(keys);
	buffer_fini(&old);
	buffer_fini(&fresh);
	buffer_fini(&plain);
}

/* Enough that nonces are drawn again; the vault turns in the middle. */
static void
seals_many_with_one_sealer(void **state)
{
	struct buffer sealed[300] = {0}, plain = {0};
	struct sealer *sealer;
	struct error err = {0};
	struct keys *keys;
	int i, j;

	write_file(HEAD STORE VAULT SIGN, 0600);
	keys = open_keys();
	sealer = sealer_open(keys);
	for (i = 0; i < 300; i++) {
		if (i == 200)
			assert_true(keys_vault_rotate(keys, path, &err));
		sealer_seal(sealer, TEXT("row"), TEXT("Ada Lovelace"), &sealed[i]);
		assert_int_equal(sealed_generation(buffer_text(&sealed[i])), i < 200 ? 1 : 2);
		for (j = 0; j < i; j++)
			assert_memory_not_equal(sealed[i].data + 4, sealed[j].data + 4, 12);
	}
	sealer_close(sealer);
	for (i = 0; i < 300; i++) {
		plain.size = 0;
		assert_true(keys_unseal(keys, TEXT("row"), buffer_text(&sealed[i]), &plain, &err));
		assert_true(text_is(buffer_text(&plain), "Ada Lovelace"));
		assert_false(
		    keys_unseal(keys, TEXT("another"), buffer_text(&sealed[i]), &plain, &err));
		buffer_fini(&sealed[i]);
	}
	buffer_fini(&plain);
	keys_close(keys);
}

static void
does_not_write_over_a_file_that_changed(void **state)
{
	struct error err = {0};
	struct keys *keys;

	write_file(HEAD STORE VAULT SIGN, 0600);
	keys = open_keys();
	write_file(HEAD STORE VAULT VAULT2 SIGN, 0600);
	assert_false(keys_vault_rotate(keys, path, &err));
	assert_int_equal(err.kind, ERROR_REFUSED);
	assert_non_null(strstr(err.text, "changed since it was read"));
	assert_int_equal(keys_vault_generation(keys), 1);
	assert_false(keys_vault_forget(keys, path, &err));
	keys_close(keys);
	keys = open_keys();
	assert_int_equal(keys_vault_generation(keys), 2);
	keys_close(keys);
}

static void
rotates_until_the_file_is_full(void **state)
{
	struct error err = {0};
	struct buffer file = {0};
	struct keys *keys;
	int i;

	buffer_add_format(&file, "%s%s", HEAD, STORE);
	for (i = 1; i <= 512; i++)
		buffer_add_format(&file, "vault %d %064d\n", i, i);
	buffer_add_format(&file, "%s", SIGN);
	buffer_add_byte(&file, 0);
	write_file((char *)file.data, 0600);
	keys = open_keys();
	assert_false(keys_vault_rotate(keys, path, &err));
	assert_int_equal(err.kind, ERROR_LIMIT);
	assert_true(keys_vault_forget(keys, path, &err));
	assert_true(keys_vault_rotate(keys, path, &err));
	assert_int_equal(keys_vault_generation(keys), 513);
	keys_close(keys);
	buffer_fini(&file);
}

static int
make_folder(void **state)
{
	if (!mkdtemp(folder))
		return 1;
	snprintf(path, sizeof(path), "%s/dyetrace.key", folder);
	return 0;
}

static int
remove_folder(void **state)
{
	unlink(path);
	return rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(says_what_is_wrong_with_a_file),
	    cmocka_unit_test(reads_comments_any_order_and_a_last_line_without_end),
	    cmocka_unit_test(refuses_a_file_that_others_may_touch),
	    cmocka_unit_test(says_what_stands_in_place_of_a_file),
	    cmocka_unit_test(creates_once_and_for_its_owner_alone),
	    cmocka_unit_test(derives_as_rfc_5869),
	    cmocka_unit_test(signs_as_rfc_8032),
	    cmocka_unit_test(hides_texts_as_other_programs_do),
	    cmocka_unit_test(keeps_text_keys_of_fields_apart),
	    cmocka_unit_test(seals_and_unseals),
	    cmocka_unit_test(sees_every_altered_bit_and_a_moved_row),
	    cmocka_unit_test(rotates_and_forgets),
	    cmocka_unit_test(seals_many_with_one_sealer),
	    cmocka_unit_test(does_not_write_over_a_file_that_changed),
	    cmocka_unit_test(rotates_until_the_file_is_full),
	};

	return cmocka_run_group_tests_name("keys", tests, make_folder, remove_folder);
}
