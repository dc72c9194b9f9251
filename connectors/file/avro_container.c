/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small machine: the header; then, again and again, a block that is looked
 * at as a whole and its records; or, where a block's marker is missing, the
 * search for the next one.
 */
#include "avro_container.h"

#include "avro_container_inside.h"
#include "base/memory.h"

struct avro_container *
avro_container_open(const struct avro_container_options *options)
{
	struct avro_container *container = memory_get(sizeof(*container));

	container->input.read = options->read;
	container->input.context = options->context;
	container->record_bytes_max = options->record_bytes_max;
	return container;
}

void
avro_container_close(struct avro_container *container)
{
	if (!container)
		return;
	avro_walk_close(container->walk);
	avro_schema_close(container->schema);
	avro_input_fini(&container->input);
	avro_unpacker_fini(&container->unpacker);
	buffer_fini(&container->schema_text);
	buffer_fini(&container->kept);
	memory_free(container);
}

static bool
take_header(struct avro_container *container, const struct avro_header *header, struct error *err)
{
	if (!avro_schema_open(header->schema, &container->schema, err))
		return error_within(err, "its schema");
	buffer_add_text(&container->schema_text, header->schema);
	container->walk = avro_walk_open(container->schema, AVRO_WALK_FRAMES);
	container->number = avro_walk_add(container->walk, avro_schema_root(container->schema));
	container->codec = header->codec;
	memcpy(container->marker, header->marker, AVRO_MARKER_BYTES);
	avro_input_use(&container->input, header->bytes);
	container->state = CONTAINER_BLOCK;
	return true;
}

/* *whole false: not all of it is there now. */
static bool
read_header(struct avro_container *container, bool final, bool *whole, struct error *err)
{
	struct avro_header header;
	bool enough = true;

	for (*whole = false; !*whole && enough;) {
		/* Twice as much each time, so that bytes are not looked at over and over. */
		size_t need = container->tried ? container->tried * 2 : 4;

		if (!avro_input_fill(&container->input, need, &enough, err))
			return false;
		container->tried = avro_input_bytes(&container->input);
		if (!container->tried)
			return true;
		if (!avro_header_read(
			(struct text){
			    (const char *)avro_input_front(&container->input), container->tried},
			&header, whole, err))
			return false;
	}
	if (*whole)
		return take_header(container, &header, err);
	return !final || error_set(err, ERROR_MALFORMED, "it ends inside its header");
}

/* What begins here; *found: *frame is a block that cannot be read. *idle: there is nothing to go on with. */
static bool
begin_block(struct avro_container *container, bool final, struct avro_frame *frame, bool *found,
    bool *idle, struct error *err)
{
	struct block_head head;
	enum block_look seen;

	if (!container_look(container, &head, &seen, err))
		return false;
	if (seen == LOOK_MORE && (!final || !avro_input_bytes(&container->input))) {
		*idle = true;
	} else if (seen != LOOK_WHOLE) {
		container_begin_search(container, &head, seen);
	} else if (container->offset + head.count <= container->wanted) {
		container->offset += head.count;
		container_close_block(container);
	} else {
		*found = !container_open_block(container, &head, frame);
	}
	return true;
}

/* One move of the machine; *found: it gave a frame; *idle: it cannot move now. */
static bool
move(struct avro_container *container, bool final, struct avro_frame *frame, bool *found,
    bool *idle, struct error *err)
{
	*found = false;
	if (container->gap > 0) {
		container_take_gap(container, frame);
		*found = true;
		return true;
	}
	switch (container->state) {
	case CONTAINER_HEADER:
		if (!read_header(container, final, found, err))
			return false;
		*idle = !*found;
		*found = false;
		return true;
	case CONTAINER_BLOCK:
		return begin_block(container, final, frame, found, idle, err);
	case CONTAINER_RECORDS:
		*found = container->left > 0;
		if (*found)
			container_take_record(container, frame);
		else
			container_close_block(container);
		return true;
	case CONTAINER_SEARCH:
		if (!container_search(container, final, frame, found, err))
			return false;
		*idle = !*found;
		return true;
	}
	return true;
}

int64_t
avro_container_byte(const struct avro_container *container)
{
	int64_t used = 0;

	/* The block is done with its last record, though its bytes are still in use. */
	if (container->state == CONTAINER_RECORDS && !container->left && !container->gap)
		used = (int64_t)container->block_bytes;
	return avro_input_byte(&container->input) + used;
}

/* The part of a frame from the wanted record on; false: none. */
static bool
trim(const struct avro_container *container, struct avro_frame *frame)
{
	int64_t passed = container->wanted - frame->offset;

	if (passed >= frame->count)
		return false;
	if (passed > 0) {
		frame->offset += passed;
		frame->count -= passed;
	}
	return true;
}

bool
avro_container_next(struct avro_container *container, bool final, struct avro_frame *frame,
    bool *found, struct error *err)
{
	bool idle = false;

	*found = container->has_ahead;
	if (*found) {
		*frame = container->ahead;
		container->has_ahead = false;
		return true;
	}
	while (!*found && !idle) {
		*frame = (struct avro_frame){0};
		if (!move(container, final, frame, found, &idle, err))
			return false;
		*found = *found && trim(container, frame);
	}
	frame->next_byte = avro_container_byte(container);
	return true;
}

bool
avro_container_resume(
    struct avro_container *container, int64_t offset, bool final, bool *there, struct error *err)
{
	container->wanted = offset;
	if (!avro_container_next(container, final, &container->ahead, &container->has_ahead, err))
		return false;
	*there = container->has_ahead || container->offset >= offset;
	return true;
}

struct text
avro_container_schema(const struct avro_container *container)
{
	return container->schema ? buffer_text(&container->schema_text) : TEXT_NONE;
}

int64_t
avro_container_offset(const struct avro_container *container)
{
	return container->has_ahead ? container->ahead.offset : container->offset;
}

int64_t
avro_container_tail_bytes(const struct avro_container *container)
{
	return container->state == CONTAINER_RECORDS
	    ? 0
	    : (int64_t)(avro_input_bytes(&container->input) + container->kept.size);
}

void
avro_container_rest(struct avro_container *container)
{
	if (container->state == CONTAINER_RECORDS || container->has_ahead)
		return;
	buffer_fini(&container->unpacker.out);
	avro_input_rest(&container->input);
}
