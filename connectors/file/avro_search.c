/* SPDX-License-Identifier: Apache-2.0 */
/* From a damaged place to the next marker of the file, or to its end. */
#include "avro_container_inside.h"
#include "model/reason.h"

/* Keeps the first bytes of what is searched through. */
static void
pass(struct avro_container *container, size_t bytes)
{
	size_t room = AVRO_KEPT_BYTES - container->kept.size;

	buffer_add(
	    &container->kept, avro_input_front(&container->input), bytes < room ? bytes : room);
	avro_input_use(&container->input, bytes);
}

/* Passes on to the marker and over it; false: it is not in the bytes that are there. */
static bool
pass_marker(struct avro_container *container)
{
	struct avro_input *input = &container->input;
	size_t bytes = avro_input_bytes(input);
	const uint8_t *front = avro_input_front(input), *marker = NULL;

	if (bytes >= AVRO_MARKER_BYTES)
		marker = memmem(front, bytes, container->marker, AVRO_MARKER_BYTES);
	if (marker) {
		pass(container, (size_t)(marker - front));
		avro_input_use(input, AVRO_MARKER_BYTES);
	} else if (bytes >= AVRO_MARKER_BYTES) {
		/* Its beginning may be there already. */
		pass(container, bytes - (AVRO_MARKER_BYTES - 1));
	}
	return marker;
}

bool
container_search(struct avro_container *container, bool final, struct avro_frame *frame,
    bool *found, struct error *err)
{
	bool enough = true;

	while (enough && !pass_marker(container))
		if (!avro_input_fill(&container->input, AVRO_MARKER_BYTES, &enough, err))
			return false;
	*found = enough || final;
	if (!*found)
		return true;
	if (!enough)
		pass(container, avro_input_bytes(&container->input));
	container_broken(
	    container, container->kept.data, container->kept.size, REASON_AVRO_BLOCK, frame);
	container->kept.size = 0;
	container_place(container, 1, frame);
	container->gap = container->lost - 1;
	container->state = CONTAINER_BLOCK;
	return true;
}

void
container_begin_search(
    struct avro_container *container, const struct block_head *head, enum block_look seen)
{
	long long byte = (long long)avro_input_byte(&container->input),
		  count = (long long)head->count;

	container->state = CONTAINER_SEARCH;
	container->lost = seen != LOOK_NO_HEADER && head->count > 1 ? head->count : 1;
	container->kept.size = 0;
	if (seen == LOOK_NO_HEADER)
		container_detail(container, "at byte %lld no block begins", byte);
	else if (seen == LOOK_NO_MARKER)
		container_detail(container,
		    "the block of %lld records at byte %lld has no marker at its end", count, byte);
	else if (head->bytes)
		container_detail(container,
		    "the file ends inside the block of %lld records at byte %lld", count, byte);
	else
		container_detail(container, "the file ends inside the block at byte %lld", byte);
}
