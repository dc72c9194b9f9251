/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a container file: ordinals have no holes, the pieces in which
 * bytes come make no difference, and from any message on the same messages
 * come again.
 */
#include <stdio.h>

#include "avro_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool held, const char *what)
{
	if (held)
		return;
	fprintf(stderr, "%s\n", what);
	abort();
}

#define OFFSETS_MAX 64

/* All messages as lines; the ordinals at which the first of them begin. */
static size_t
read_all(struct text bytes, struct buffer *lines, int64_t offsets[OFFSETS_MAX])
{
	struct memory_file file = {bytes, 0, 0, false, false};
	struct avro_container *container = container_of_file(&file, 1000);
	struct avro_frame frame;
	int64_t next = 0;
	size_t count = 0;
	bool found = true;

	while (found && avro_container_next(container, true, &frame, &found, NULL) && found) {
		must(frame.offset == next && frame.count >= 1, "a hole between ordinals");
		must(frame.kind == MESSAGE_PAYLOAD || frame.reason,
		    "a broken record without a reason");
		must(frame.next_byte >= 0 && frame.next_byte <= (int64_t)bytes.size,
		    "a position outside the file");
		next += frame.count;
		if (count < OFFSETS_MAX)
			offsets[count++] = frame.offset;
	}
	avro_container_close(container);
	show_file(bytes, 0, false, true, lines);
	return count;
}

static const char *
line_of(const char *lines, size_t number)
{
	for (; number; number--)
		lines = strchr(lines, '\n') + 1;
	return lines;
}

static void
resume(struct text bytes, const char *expected, int64_t offset)
{
	struct memory_file file = {bytes, 0, 0, false, false};
	struct avro_container *container = container_of_file(&file, 1000);
	struct buffer lines = {0};
	bool there = false;

	must(avro_container_resume(container, offset, true, &there, NULL) && there,
	    "does not reach a record it gave");
	show_frames(container, &file, true, &lines);
	must(strcmp((char *)lines.data, expected) == 0, "gives something else when it resumes");
	avro_container_close(container);
	buffer_fini(&lines);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text bytes = {(const char *)data, size};
	struct buffer lines = {0}, pieces = {0};
	int64_t offsets[OFFSETS_MAX];
	size_t count = read_all(bytes, &lines, offsets), i;

	show_file(bytes, 1 + size % 13, size % 2, true, &pieces);
	must(text_equal(buffer_text(&lines), buffer_text(&pieces)),
	    "depends on the pieces in which bytes come");
	/* A few of them: the first, the last, some between. */
	for (i = 0; i < count; i += 1 + count / 6)
		resume(bytes, line_of((char *)lines.data, i), offsets[i]);
	buffer_fini(&lines);
	buffer_fini(&pieces);
	return 0;
}
