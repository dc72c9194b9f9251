/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same documents, whole and mutilated, to our reader and to jansson: both
 * say yes or both say no.
 */
#include "base/json.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "base/compiler.h"

static const char *const seeds[] = {
    ("{\"id\":\"INC/0\",\"time\":\"2016-02-29T01:23\",\"team\":null,\"op\":\"create\",\"changes\":"
     "[[\"state\",null,\"New\"],[\"count\",0,17],[\"sla\",true,false],[\"score\",-1.5e-3,12.25E+2]]"
     "}"),
    "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00 "
    "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\",[],{},[[{}]],0,-0,1e5]",
    "{\"a\":{\"b\":{\"a\":1,\"b\":2}},\"b\":9223372036854775807,\"ab\":-9223372036854775808,\"\":1."
    "0}",
};
/* What mutations put in: what JSON is made of, and what breaks it. */
static const char palette[] =
    "{}[]:,\"\\ \t\n0123456789+-.eEu/truefalsn\xc3\xa9\xed\xa0\x80\xf0\x9f\x01\x7f\xff";

static uint32_t
roll(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33);
}

static size_t
mutate(char *bytes, size_t size, uint64_t *seed)
{
	uint32_t times = roll(seed) % 4;

	while (times-- && size > 1) {
		size_t at = roll(seed) % size;

		switch (roll(seed) % 4) {
		case 0: /* another byte */
			bytes[at] = palette[roll(seed) % (sizeof(palette) - 1)];
			break;
		case 1: /* one byte less */
			memmove(bytes + at, bytes + at + 1, --size - at);
			break;
		case 2: /* one byte more */
			memmove(bytes + at + 1, bytes + at, size++ - at);
			bytes[at] = palette[roll(seed) % (sizeof(palette) - 1)];
			break;
		default: /* a byte from elsewhere */
			bytes[at] = bytes[roll(seed) % size];
		}
	}
	return size;
}

static void
both_say_the_same(void **state)
{
	struct json_reader *reader = json_reader_open();
	uint64_t seed = 7;
	int round, accepted = 0;

	for (round = 0; round < 300000; round++) {
		const char *from = seeds[roll(&seed) % ARRAY_COUNT(seeds)];
		char bytes[512];
		size_t size = strlen(from);
		struct json_document document;
		struct error err = {0};
		json_error_t peer_err;
		json_t *peer;
		bool good;

		memcpy(bytes, from, size);
		size = mutate(bytes, size, &seed);
		peer = json_loadb(bytes, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &peer_err);
		good = json_parse(reader, (struct text){bytes, size}, &document, &err);
		if (good != !!peer)
			fail_msg("%.*s\nours: %s\npeer: %s", (int)size, bytes,
			    good ? "yes" : err.text, peer ? "yes" : peer_err.text);
		accepted += good;
		json_decref(peer);
	}
	json_reader_close(reader);
	/* Neither all nor none. */
	assert_in_range(accepted, 50000, 250000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(both_say_the_same)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
