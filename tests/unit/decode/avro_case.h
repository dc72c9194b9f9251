/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One reading of one datum, from words: bytes as hex with text in quotes
 * ("06'abc'"), what is wanted as names with marks:
 *   a.b   a path      +a.b    one that the schema must have
 *                     @list   the list of changes
 *   *     the rest    !name   but not this one
 */
#ifndef DYETRACE_TESTS_AVRO_CASE_H
#define DYETRACE_TESTS_AVRO_CASE_H

#include <stdio.h>
#include <stdlib.h>

#include "avro_row.h"
#include "base/digest.h"
#include "base/memory.h"
#include "model/message.h"

#define CASE_NAMES_MAX 16

struct avro_case {
	const char *schema, *wanted, *bytes, *row;
};

struct case_wanted {
	struct wanted wanted;
	struct text paths[CASE_NAMES_MAX], except[CASE_NAMES_MAX];
	bool may_lack[CASE_NAMES_MAX];
};

static inline void
case_want(struct case_wanted *made, const char *words)
{
	struct wanted *wanted = &made->wanted;

	*made = (struct case_wanted){.wanted = {.paths = made->paths, .except = made->except}};
	wanted->may_lack = made->may_lack;
	while (*words) {
		size_t size = strcspn(words, " ");

		if (*words == '*')
			wanted->rest = true;
		else if (*words == '@')
			wanted->changes_path = (struct text){words + 1, size - 1};
		else if (*words == '!')
			made->except[wanted->except_count++] = (struct text){words + 1, size - 1};
		else if (size) {
			bool must = *words == '+';

			made->may_lack[wanted->count] = !must;
			made->paths[wanted->count++] = (struct text){words + must, size - must};
		}
		words += size + (words[size] == ' ');
	}
}

static inline void
case_bytes(const char *words, struct buffer *out)
{
	for (; *words; words++) {
		uint8_t byte;

		if (*words == ' ')
			continue;
		if (*words == '\'') {
			size_t size = strcspn(words + 1, "'");

			buffer_add(out, words + 1, size);
			words += size + 1;
			continue;
		}
		if (!digest_from_hex((struct text){words, 2}, &byte, 1))
			abort();
		buffer_add_byte(out, byte);
		words++;
	}
}

#define CASE_CHANGES_MAX 8

/* What a plan gives of a datum as a line; "reason: detail" where it is refused. */
static inline void
case_read_with(
    struct plan *plan, const struct wanted *wanted, struct text datum, struct buffer *line)
{
	struct cell cells[CASE_NAMES_MAX] = {{.kind = CELL_ABSENT}};
	struct row_problem problem = {0};
	struct arena arena;
	struct row row = {.cells = cells, .arena = &arena};
	char *exact = malloc(datum.size ? datum.size : 1); /* so that a read past the end is seen */

	arena_init(&arena);
	memcpy(exact, datum.data, datum.size);
	if (avro_reader_format.read(plan, (struct text){exact, datum.size}, &row, &problem))
		show_row(wanted, &row, line);
	else
		buffer_add_format(line, "%s: %s", problem.reason, problem.detail);
	buffer_add_byte(line, 0);
	arena_fini(&arena);
	free(exact);
}

static inline void
case_read(const char *schema, const char *words, struct text datum, struct buffer *line)
{
	struct message_schema message = {.format = FORMAT_AVRO, .text = text_of(schema)};
	struct row_problem problem = {0};
	struct case_wanted made;
	struct plan *plan;

	case_want(&made, words);
	if (!avro_reader_format.open(&message, &made.wanted, CASE_CHANGES_MAX, &plan, &problem)) {
		buffer_add_format(line, "%s: %s", problem.reason, problem.detail);
		buffer_add_byte(line, 0);
		return;
	}
	case_read_with(plan, &made.wanted, datum, line);
	avro_reader_format.close(plan);
}

#endif
