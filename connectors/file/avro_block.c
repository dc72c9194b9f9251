/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks: what a header says and whether that can be; the records of one. */
#include "avro_container_inside.h"
#include "model/reason.h"

/* RFC 1951: no more than 258 bytes come of 2 bits. */
#define DEFLATE_RATIO_MAX 1032
/* Of a schema whose values take no bytes. */
#define EMPTY_RECORDS_MAX AVRO_EMPTY_MAX

/* Whether so many records can be in a block of so many bytes. */
static bool
is_plausible(const struct avro_container *container, const struct block_head *head)
{
	uint64_t min_bytes = avro_schema_root(container->schema)->min_bytes,
		 room = (uint64_t)head->size;

	if (head->count < 0 || head->size < 0 || head->size > (int64_t)AVRO_BLOCK_BYTES_MAX)
		return false;
	if (container->codec == AVRO_CODEC_DEFLATE)
		room *= DEFLATE_RATIO_MAX;
	room = room < AVRO_BLOCK_BYTES_MAX ? room : AVRO_BLOCK_BYTES_MAX;
	return (uint64_t)head->count <= (min_bytes ? room / min_bytes : EMPTY_RECORDS_MAX);
}

static enum block_look
look_at_head(const struct avro_container *container, struct block_head *head)
{
	const uint8_t *begin = avro_input_front(&container->input),
		      *end = begin + avro_input_bytes(&container->input);
	struct avro_piece count = avro_long(begin, end), size = {NULL, AVRO_FAULT_CUT};

	if (count.next)
		size = avro_long(count.next, end);
	if (!size.next) {
		enum avro_fault fault = (enum avro_fault)(count.next ? size.value : count.value);

		return fault == AVRO_FAULT_CUT ? LOOK_MORE : LOOK_NO_HEADER;
	}
	*head = (struct block_head){count.value, size.value, (size_t)(size.next - begin)};
	return is_plausible(container, head) ? LOOK_WHOLE : LOOK_NO_HEADER;
}

bool
container_look(struct avro_container *container, struct block_head *head, enum block_look *seen,
    struct error *err)
{
	bool enough;

	*head = (struct block_head){0};
	if (!avro_input_fill(&container->input, 20, &enough, err))
		return false;
	*seen = look_at_head(container, head);
	if (*seen != LOOK_WHOLE)
		return true;
	container->block_bytes = head->bytes + (size_t)head->size + AVRO_MARKER_BYTES;
	if (!avro_input_fill(&container->input, container->block_bytes, &enough, err))
		return false;
	if (!enough)
		*seen = LOOK_MORE;
	else if (memcmp(avro_input_front(&container->input) + head->bytes + head->size,
		     container->marker, AVRO_MARKER_BYTES) != 0)
		*seen = LOOK_NO_MARKER;
	return true;
}

bool
container_open_block(
    struct avro_container *container, const struct block_head *head, struct avro_frame *frame)
{
	const uint8_t *bytes = avro_input_front(&container->input) + head->bytes;
	const char *wrong;

	container->state = CONTAINER_RECORDS;
	container->left = head->count;
	container->p = bytes;
	container->end = bytes + head->size;
	if (container->codec == AVRO_CODEC_NULL)
		return true;
	if (avro_unpack(&container->unpacker, bytes, (size_t)head->size, &wrong)) {
		container->p = container->unpacker.out.data;
		container->end = container->p + container->unpacker.out.size;
		return true;
	}
	container_detail(container, "the block of %lld records at byte %lld %s",
	    (long long)head->count, (long long)avro_input_byte(&container->input), wrong);
	container_broken(container, bytes, (size_t)head->size, REASON_AVRO_BLOCK, frame);
	container_place(container, 1, frame);
	container->gap = head->count - 1;
	container->left = 0;
	return false;
}

void
container_close_block(struct avro_container *container)
{
	avro_input_use(&container->input, container->block_bytes);
	container->state = CONTAINER_BLOCK;
}

/* The rest of the block cannot be framed; the detail says why. */
static void
break_block(struct avro_container *container, struct avro_frame *frame)
{
	container_broken(container, container->p, (size_t)(container->end - container->p),
	    REASON_AVRO_BLOCK, frame);
	container_place(container, 1, frame);
	container->gap = container->left - 1;
	container->left = 0;
}

static void
break_at_record(
    struct avro_container *container, const struct avro_spot *spot, struct avro_frame *frame)
{
	container_detail(container,
	    "the block at byte %lld: %s (byte %zu of the record); %lld records behind it "
	    "are lost",
	    (long long)avro_input_byte(&container->input), avro_fault_sentence(spot->fault),
	    (size_t)(spot->at - container->p) + 1, (long long)container->left - 1);
	break_block(container, frame);
}

static void
break_behind_records(struct avro_container *container, size_t bytes, struct avro_frame *frame)
{
	container_detail(container, "the block at byte %lld: %zu bytes behind its last record",
	    (long long)avro_input_byte(&container->input), bytes);
	break_block(container, frame);
}

static void
break_long_record(struct avro_container *container, struct avro_frame *frame)
{
	struct text record = frame->payload;

	container_detail(
	    container, "%zu bytes; at most %zu are read", record.size, container->record_bytes_max);
	container_broken(
	    container, (const uint8_t *)record.data, record.size, REASON_TOO_LONG, frame);
}

void
container_take_record(struct avro_container *container, struct avro_frame *frame)
{
	const uint8_t *begin = container->p, *next;
	struct avro_spot spot;

	next = avro_walk_run(container->walk, container->number, begin, container->end, &spot);
	if (UNLIKELY(!next)) {
		break_at_record(container, &spot, frame);
		return;
	}
	if (UNLIKELY(container->left == 1 && next != container->end)) {
		break_behind_records(container, (size_t)(container->end - next), frame);
		return;
	}
	container->p = next;
	container->left--;
	frame->kind = MESSAGE_PAYLOAD;
	frame->payload = (struct text){(const char *)begin, (size_t)(next - begin)};
	container_place(container, 1, frame);
	if (UNLIKELY(frame->payload.size > container->record_bytes_max))
		break_long_record(container, frame);
}
