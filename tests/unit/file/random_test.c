/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whatever the size of batches, however often the process is restarted or
 * killed, and however a file grows between runs: the same messages.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "world.h"

#define LIMIT 200
#define ROUNDS 40

static uint64_t seed;

/* Source: S. Vigna, splitmix64, 2015, public domain algorithm. */
static uint32_t
draw(uint32_t below)
{
	uint64_t z = (seed += 0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return (uint32_t)((z ^ z >> 31) >> 32) % below;
}

static const char *
line_end(void)
{
	return draw(4) ? "\n" : "\r\n";
}

static void
add_json_line(struct buffer *out)
{
	switch (draw(12)) {
	case 0:
		buffer_add_format(out, "%s%s", draw(2) ? "" : " \t", line_end());
		return;
	case 1: /* about as long as may be */
		buffer_add_format(
		    out, "{\"x\":\"%0*d\"}%s", LIMIT - 12 + (int)draw(8), 7, line_end());
		return;
	case 2: /* far too long */
		buffer_add_format(
		    out, "{\"x\":\"%0*d\"}%s", 1000 + (int)draw(100000), 7, line_end());
		return;
	default:
		buffer_add_format(out, "{\"n\":%u,\"o\":{\"p\":[%u]},\"q\":\"}\\\"%u\"}%s",
		    draw(1000000), draw(10), draw(10), line_end());
	}
}

static void
add_csv_row(struct buffer *out)
{
	static const char *const cells[] = {"", "1", "abc", "\"\"", "\"a,b\"", "\"a\nb\"",
	    "\"a\r\nb\n\nc\"", "\"\"\"q\"\"\"", "5\"", "\"open", "\"x\"y", " \"z\"", "\n",
	    "\"\n\n\n\n\n\n\n\n\n\""};
	uint32_t i, count = 1 + draw(5);

	if (!draw(20))
		buffer_add_format(out, "%0*d", LIMIT - 4 + (int)draw(8), 1);
	for (i = 0; i < count; i++)
		buffer_add_format(
		    out, "%s%s", i ? "," : "", cells[draw(draw(3) ? 8 : ARRAY_COUNT(cells))]);
	buffer_add_format(out, "%s", line_end());
}

static void
make(bool csv, struct buffer *out)
{
	uint32_t i, count = 20 + draw(400);

	if (!draw(3))
		buffer_add(out, "\xef\xbb\xbf", 3);
	if (csv)
		buffer_add_format(out, "x,\"y\nz\",u%s", line_end());
	for (i = 0; i < count; i++) {
		if (csv)
			add_csv_row(out);
		else
			add_json_line(out);
	}
}

static void
begin(struct world *world)
{
	world_open(world);
	world->record_bytes_max = LIMIT;
	world->full_payloads = true;
}

/* All of it in one batch. */
static void
read_at_once(struct world *world, const char *yaml, struct text bytes, const char *name)
{
	begin(world);
	world->capacity = 100000;
	world->bytes_max = (size_t)1 << 28;
	world_write_bytes(world, name, bytes);
	assert_true(world_run(world, yaml));
}

/* Batches of random sizes, some of them lost with the process, restarts in between. */
static void
read_in_pieces(struct world *world, const char *yaml)
{
	enum source_state state = SOURCE_MORE;
	bool crash;

	while (state != SOURCE_END) {
		if (!world->source || !draw(4))
			assert_true(world_start(world, yaml, true));
		world->capacity = 1 + draw(draw(2) ? 5 : 300);
		world->bytes_max = 1 + draw(draw(2) ? 100 : 10000);
		crash = !draw(6);
		if (!world_read(world, crash, &state))
			fail_msg("%s", world->err.text);
		if (crash) {
			world_stop(world);
			state = SOURCE_MORE;
		}
	}
	world_stop(world);
}

static void
expect_same(struct world *pieces, struct world *whole, uint64_t round_seed)
{
	size_t i = 0;

	assert_true(whole->given.size > 0);
	while (i < pieces->given.size && i < whole->given.size &&
	    pieces->given.data[i] == whole->given.data[i])
		i++;
	if (i < pieces->given.size || i < whole->given.size)
		fail_msg(
		    "seed %llu: differs at byte %zu of the transcript: '%.60s', at once '%.60s'",
		    (unsigned long long)round_seed, i, (char *)pieces->given.data + i,
		    (char *)whole->given.data + i);
}

/* A gzip file whose members end anywhere. */
static void
pack(struct world *world, const char *name, struct text bytes)
{
	char *pieces[64] = {NULL};
	size_t count = 0, size;

	while (bytes.size && count < 62) {
		size = count == 61 ? bytes.size : 1 + draw((uint32_t)bytes.size);
		pieces[count++] = strndup(bytes.data, size);
		bytes.data += size;
		bytes.size -= size;
	}
	world_write_gzip(world, name, (const char *const *)pieces);
	while (count)
		free(pieces[--count]);
}

static void
check(const char *yaml, bool csv, bool gzip)
{
	int round;

	for (round = 0; round < ROUNDS; round++) {
		struct world whole, pieces;
		struct buffer bytes = {0};
		uint64_t round_seed = seed = (uint64_t)round * 7919 + csv + 2u * gzip;

		make(csv, &bytes);
		read_at_once(&whole, yaml, buffer_text(&bytes), "a");
		begin(&pieces);
		if (gzip)
			pack(&pieces, "a", buffer_text(&bytes));
		else
			world_write_bytes(&pieces, "a", buffer_text(&bytes));
		read_in_pieces(&pieces, yaml);
		expect_same(&pieces, &whole, round_seed);
		world_close(&whole);
		world_close(&pieces);
		buffer_fini(&bytes);
	}
}

static void
lines_do_not_depend_on_batches(void **state)
{
	check("{path: a, format: jsonl}", false, false);
}

static void
rows_do_not_depend_on_batches(void **state)
{
	check("{path: a, format: csv, csv: {lines: 8}}", true, false);
}

static void
gzip_does_not_depend_on_batches(void **state)
{
	check("{path: a, format: jsonl}", false, true);
	check("{path: a, format: csv, csv: {lines: 8}}", true, true);
}

/* The file grows by any number of bytes between runs to its end. */
static void
lines_do_not_depend_on_when_they_were_written(void **state)
{
	int round;

	for (round = 0; round < ROUNDS; round++) {
		struct world whole, pieces;
		struct buffer bytes = {0};
		uint64_t round_seed = seed = (uint64_t)round * 104729;
		size_t at = 0, step;

		make(false, &bytes);
		read_at_once(&whole, "{path: a, format: jsonl}", buffer_text(&bytes), "a");
		begin(&pieces);
		while (at < bytes.size) {
			step = 1 + draw(draw(2) ? 100 : 20000);
			step = step < bytes.size - at ? step : bytes.size - at;
			world_append_bytes(
			    &pieces, "a", (struct text){(char *)bytes.data + at, step});
			at += step;
			read_in_pieces(&pieces, "{path: a, format: jsonl}");
		}
		expect_same(&pieces, &whole, round_seed);
		world_close(&whole);
		world_close(&pieces);
		buffer_fini(&bytes);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lines_do_not_depend_on_batches),
	    cmocka_unit_test(rows_do_not_depend_on_batches),
	    cmocka_unit_test(gzip_does_not_depend_on_batches),
	    cmocka_unit_test(lines_do_not_depend_on_when_they_were_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
