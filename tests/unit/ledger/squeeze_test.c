/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was deflated by either library is inflated, and of damaged bytes the answer
 * is zlib's alone: whether they are deflate at all, and what they hold.
 */
#include "squeeze.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <zlib.h>

#include "base/memory.h"

#define PLAIN_BYTES 40000
#define LIMIT 100000
#define DAMAGES 10000

static uint64_t random_state = 88172645463325252;

/* Source: G. Marsaglia, Xorshift RNGs, J. Stat. Softw. 8(14), 2003. */
static uint64_t
random_number(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	return random_state ^= random_state << 17;
}

/* Bytes that deflate somewhat, as blocks do. */
static void
make_plain(struct buffer *plain, size_t bytes)
{
	plain->size = 0;
	while (plain->size < bytes)
		buffer_add_format(plain, "%c%llx;", (int)(random_number() % 4),
		    (unsigned long long)random_number() >> random_number() % 64);
	plain->size = bytes;
}

static void
deflate_with(enum deflate_kind kind, struct text plain, struct buffer *out)
{
	struct squeezer *squeezer = NULL;
	struct error err = {0};

	assert_true(squeezer_open(kind, &squeezer, &err));
	out->size = 0;
	squeeze(squeezer, plain, out);
	squeezer_close(squeezer);
}

static void
comes_back(enum deflate_kind kind, size_t bytes)
{
	struct buffer plain = {0}, deflated = {0}, again = {0};
	struct error err = {0};

	make_plain(&plain, bytes);
	deflate_with(kind, buffer_text(&plain), &deflated);
	buffer_add_text(&again, TEXT("before"));
	if (!unsqueeze(buffer_text(&deflated), bytes, &again, &err))
		fail_msg("%zu bytes: %s", bytes, err.text);
	assert_int_equal(again.size, 6 + bytes);
	assert_memory_equal(again.data + 6, plain.data, bytes);
	again.size = 0;
	assert_true(!bytes || !unsqueeze(buffer_text(&deflated), bytes - 1, &again, &err));
	buffer_fini(&plain);
	buffer_fini(&deflated);
	buffer_fini(&again);
}

static void
what_was_deflated_comes_back(void **state)
{
	static const size_t sizes[] = {0, 1, 100, 4096, 65537, 3000000};
	size_t i;

	for (i = 0; i < ARRAY_COUNT(sizes); i++) {
		comes_back(DEFLATE_AUTO, sizes[i]);
		comes_back(DEFLATE_ZLIB, sizes[i]);
	}
}

/* zlib's answer; *size: how much it inflates to. */
static bool
zlib_reads(struct text deflated, uint8_t *out, size_t *size)
{
	z_stream stream = {.next_in = (uint8_t *)deflated.data,
	    .avail_in = (uInt)deflated.size,
	    .next_out = out,
	    .avail_out = LIMIT};
	int result;

	assert_int_equal(inflateInit2(&stream, -15), Z_OK);
	result = inflate(&stream, Z_FINISH);
	*size = stream.total_out;
	inflateEnd(&stream);
	return result == Z_STREAM_END && !stream.avail_in;
}

static void
damage(struct buffer *bytes)
{
	uint64_t times = 1 + random_number() % 3;

	while (times--)
		bytes->data[random_number() % bytes->size] ^= (uint8_t)(1u << random_number() % 8);
	if (random_number() % 4 == 0)
		bytes->size = 1 + random_number() % bytes->size;
}

static void
damaged_bytes_are_judged_as_zlib_does(void **state)
{
	struct buffer plain = {0}, deflated = {0}, bytes = {0}, ours = {0};
	uint8_t *theirs = memory_get(LIMIT);
	struct error err = {0};
	size_t size, good = 0;
	int i;

	for (i = 0; i < DAMAGES; i++) {
		if (i % 100 == 0) {
			make_plain(&plain, 1 + random_number() % PLAIN_BYTES);
			deflate_with(
			    i % 200 ? DEFLATE_ZLIB : DEFLATE_AUTO, buffer_text(&plain), &deflated);
		}
		bytes.size = ours.size = 0;
		buffer_add_text(&bytes, buffer_text(&deflated));
		damage(&bytes);
		assert_true(zlib_reads(buffer_text(&bytes), theirs, &size) ==
		    unsqueeze(buffer_text(&bytes), LIMIT, &ours, &err));
		if (!zlib_reads(buffer_text(&bytes), theirs, &size))
			continue;
		assert_int_equal(ours.size, size);
		assert_memory_equal(ours.data, theirs, size);
		good++;
	}
	assert_true(good > 0 && good < DAMAGES);
	buffer_fini(&plain);
	buffer_fini(&deflated);
	buffer_fini(&bytes);
	buffer_fini(&ours);
	memory_free(theirs);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_was_deflated_comes_back),
	    cmocka_unit_test(damaged_bytes_are_judged_as_zlib_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
