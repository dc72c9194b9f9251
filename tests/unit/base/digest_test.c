/* SPDX-License-Identifier: Apache-2.0 */
/* What is hashed in step is hashed right. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/digest.h"

#define LONGEST 2500

/* Bytes that differ from place to place. */
static uint8_t bytes[1 + LONGEST];

static int
fill(void **state)
{
	size_t i;

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 167 + (i >> 8) * 31);
	return 0;
}

static void
check(uint8_t prefix, size_t first_size, size_t second_size)
{
	struct text first = {(const char *)bytes + 1, first_size};
	struct text second = {(const char *)bytes + 1 + LONGEST - second_size, second_size};
	uint8_t one[SHA256_BYTES], two[SHA256_BYTES], expected[SHA256_BYTES];
	struct sha256 sha;

	sha256_two(prefix, first, second, one, two);
	sha256_init(&sha);
	sha256_add(&sha, &prefix, 1);
	sha256_add(&sha, first.data, first.size);
	sha256_now(&sha, expected);
	assert_memory_equal(one, expected, SHA256_BYTES);
	sha256_init(&sha);
	sha256_add(&sha, &prefix, 1);
	sha256_add(&sha, second.data, second.size);
	sha256_now(&sha, expected);
	assert_memory_equal(two, expected, SHA256_BYTES);
}

static void
two_messages_of_any_lengths_are_hashed_as_one_by_one(void **state)
{
	size_t first, second;

	for (first = 0; first <= 300; first++)
		for (second = 0; second <= 300; second += first % 7 + 1)
			check((uint8_t)first, first, second);
	for (first = 0; first <= LONGEST; first++)
		check(0, first, LONGEST - first);
	for (first = 900; first <= 1100; first++)
		check(1, first, 3);
}

/* Source: FIPS 180-2 appendix B.1: "abc", here 'a' in front of "bc". */
static void
abc_has_the_digest_of_the_standard(void **state)
{
	uint8_t one[SHA256_BYTES], two[SHA256_BYTES];
	char hex[2 * SHA256_BYTES + 1];

	sha256_two('a', TEXT("bc"), TEXT("bc"), one, two);
	assert_string_equal(digest_hex(one, sizeof(one), hex),
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_memory_equal(one, two, SHA256_BYTES);
}

static void
digests_may_overwrite_their_messages(void **state)
{
	uint8_t messages[2][SHA256_BYTES], one[SHA256_BYTES], two[SHA256_BYTES];
	struct text first = {(const char *)messages[0], SHA256_BYTES};
	struct text second = {(const char *)messages[1], SHA256_BYTES};

	memcpy(messages, bytes, sizeof(messages));
	sha256_two(1, first, second, one, two);
	/* Each the place of the other. */
	sha256_two(1, first, second, messages[1], messages[0]);
	assert_memory_equal(messages[1], one, SHA256_BYTES);
	assert_memory_equal(messages[0], two, SHA256_BYTES);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(two_messages_of_any_lengths_are_hashed_as_one_by_one),
	    cmocka_unit_test(abc_has_the_digest_of_the_standard),
	    cmocka_unit_test(digests_may_overwrite_their_messages),
	};

	return cmocka_run_group_tests(tests, fill, NULL);
}
