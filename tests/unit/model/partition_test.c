/* SPDX-License-Identifier: Apache-2.0 */
/* The content digest: what goes into it, and what does not stay in it. */
#include "model/partition.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/buffer.h"

static struct text
payload_of(size_t size, char out[300])
{
	memset(out, 'x', size);
	return (struct text){out, size};
}

/* The whole stream, put together by hand. */
static void
is_the_digest_of_length_payload_and_zeros(void **state)
{
	uint8_t expected[SHA256_BYTES], digest[SHA256_BYTES];
	struct buffer stream = {0};
	struct sha256 content;
	char bytes[300];
	size_t size;

	(void)state;
	sha256_init(&content);
	for (size = 0; size < sizeof(bytes); size++) {
		content_add(&content, payload_of(size, bytes));
		buffer_add_byte(&stream, 0);
		buffer_add_byte(&stream, 0);
		buffer_add_byte(&stream, (uint8_t)(size >> 8));
		buffer_add_byte(&stream, (uint8_t)size);
		buffer_add_text(&stream, payload_of(size, bytes));
		while (stream.size % 64)
			buffer_add_byte(&stream, 0);
		sha256_of(stream.data, stream.size, expected);
		sha256_now(&content, digest);
		assert_memory_equal(digest, expected, sizeof(digest));
	}
	buffer_fini(&stream);
}

/* The state is written into the ledger and the catalog, where no payload may stand. */
static void
keeps_no_byte_of_a_payload(void **state)
{
	static const uint8_t nothing[64];
	uint8_t saved[SHA256_SAVED_BYTES];
	struct sha256 content;
	char bytes[300];
	size_t size;

	(void)state;
	sha256_init(&content);
	for (size = 0; size < sizeof(bytes); size++) {
		content_add(&content, payload_of(size, bytes));
		sha256_save(&content, saved);
		assert_memory_equal(saved + 40, nothing, sizeof(nothing));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(is_the_digest_of_length_payload_and_zeros),
	    cmocka_unit_test(keeps_no_byte_of_a_payload),
	};

	return cmocka_run_group_tests_name("partition", tests, NULL, NULL);
}
