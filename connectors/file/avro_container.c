/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small machine: the header; then, again and again, a block that is looked
 * at as a whole and its records; or, where a block's marker is missing, the
 * search for the next one.
 */
#include "avro_container.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#include "avro_header.h"
#include "base/avro_walk.h"
#include "base/buffer.h"
#include "base/memory.h"
#include "model/reason.h"

/* Writers that take zlib's format and cut its ends off leave some of its checksum behind; Java passes over it. */
#define CHECKSUM_BYTES 4
#define CHUNK_BYTES ((size_t)64 << 10)
/* RFC 1951: no more than 258 bytes come of 2 bits. */
#define DEFLATE_RATIO_MAX 1032
/* Of a schema whose values take no bytes. */
#define EMPTY_RECORDS_MAX AVRO_EMPTY_MAX

enum container_state {
	CONTAINER_HEADER,  /* the header is not all there */
	CONTAINER_BLOCK,   /* a block begins at in.data + at */
	CONTAINER_RECORDS, /* inside a whole block: the next record is at p */
	CONTAINER_SEARCH,  /* a block without its marker: looking for the next marker */
};

struct avro_container {
	struct avro_container_options options;
	enum container_state state;
	struct buffer in; /* bytes of the file from in_byte on; those before `at` are used */
	size_t at;
	int64_t in_byte;
	size_t tried; /* bytes of the header when it was looked at last */

	struct buffer schema_text;
	struct avro_schema *schema;
	struct avro_walk *walk;
	uint32_t number; /* of the walk over one record */
	enum avro_codec codec;
	uint8_t marker[AVRO_MARKER_BYTES];
	z_stream inflater;
	bool has_inflater;

	int64_t offset;     /* ordinal of the next record */
	int64_t wanted;     /* what lies before it is passed over */
	int64_t left;       /* records of the block that are still to come */
	size_t block_bytes; /* of the block in `in`, with its header and marker */
	const uint8_t *p, *end;
	struct buffer out; /* the block unpacked */

	struct buffer kept; /* in a search: the first bytes of the block */
	int64_t lost; /* ordinals that the BROKEN record takes along: a GAP of lost - 1 follows */
	int64_t gap;  /* ordinals of a gap that comes next */
	char detail[256];

	struct avro_frame ahead; /* read by resume, not given yet */
	bool has_ahead;
};

/* What a block's header says. */
struct block_head {
	int64_t count, size;
	size_t bytes; /* of the header itself */
};

enum block_look {
	LOOK_MORE,
	LOOK_WHOLE,
	LOOK_NO_MARKER,
	LOOK_NO_HEADER
};

struct avro_container *
avro_container_open(const struct avro_container_options *options)
{
	struct avro_container *container = memory_get(sizeof(*container));

	container->options = *options;
	return container;
}

void
avro_container_close(struct avro_container *container)
{
	if (!container)
		return;
	if (container->has_inflater)
		inflateEnd(&container->inflater);
	avro_walk_close(container->walk);
	avro_schema_close(container->schema);
	buffer_fini(&container->in);
	buffer_fini(&container->schema_text);
	buffer_fini(&container->out);
	buffer_fini(&container->kept);
	memory_free(container);
}

static size_t
available(const struct avro_container *container)
{
	return container->in.size - container->at;
}

static const uint8_t *
front(const struct avro_container *container)
{
	return container->in.data + container->at;
}

/* Forgets bytes at the front. */
static void
use(struct avro_container *container, size_t bytes)
{
	struct buffer *in = &container->in;

	container->at += bytes;
	assert(container->at <= in->size);
	if (container->at < in->size && container->at < CHUNK_BYTES)
		return;
	memmove(in->data, in->data + container->at, in->size - container->at);
	in->size -= container->at;
	container->in_byte += (int64_t)container->at;
	container->at = 0;
}

/* Reads on until `need` bytes are there; *enough false: there are no more now. */
static bool
fill(struct avro_container *container, size_t need, bool *enough, struct error *err)
{
	struct buffer *in = &container->in;
	size_t got = 1;

	while (available(container) < need && got) {
		buffer_reserve(in, CHUNK_BYTES);
		if (!container->options.read(
			container->options.context, in->data + in->size, CHUNK_BYTES, &got, err))
			return false;
		in->size += got;
	}
	*enough = available(container) >= need;
	return true;
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
	use(container, header->bytes);
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

		if (!fill(container, need, &enough, err))
			return false;
		container->tried = available(container);
		if (!container->tried)
			return true;
		if (!avro_header_read(
			(struct text){(const char *)front(container), container->tried}, &header,
			whole, err))
			return false;
	}
	if (*whole)
		return take_header(container, &header, err);
	return !final || error_set(err, ERROR_MALFORMED, "it ends inside its header");
}

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
	const uint8_t *begin = front(container), *end = begin + available(container);
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

/* Looks at the block that begins here, reading on as far as it says it goes.
 * LOOK_MORE: it is not all there; then head->bytes is 0 unless its header is. */
static bool
look(struct avro_container *container, struct block_head *head, enum block_look *seen,
    struct error *err)
{
	bool enough;

	*head = (struct block_head){0};
	if (!fill(container, 20, &enough, err))
		return false;
	*seen = look_at_head(container, head);
	if (*seen != LOOK_WHOLE)
		return true;
	container->block_bytes = head->bytes + (size_t)head->size + AVRO_MARKER_BYTES;
	if (!fill(container, container->block_bytes, &enough, err))
		return false;
	if (!enough)
		*seen = LOOK_MORE;
	else if (memcmp(front(container) + head->bytes + head->size, container->marker,
		     AVRO_MARKER_BYTES) != 0)
		*seen = LOOK_NO_MARKER;
	return true;
}

static struct text
set_detail(struct avro_container *container, const char *format, ...) PRINTF_LIKE(2, 3);

static struct text
set_detail(struct avro_container *container, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(container->detail, sizeof(container->detail), format, args);
	va_end(args);
	return text_of(container->detail);
}

/* A record that is not framed, with at most AVRO_KEPT_BYTES of what is there. */
static void
set_broken(struct avro_container *container, const uint8_t *bytes, size_t size, const char *reason,
    struct avro_frame *frame)
{
	frame->kind = MESSAGE_BROKEN;
	frame->reason = reason;
	frame->payload =
	    (struct text){(const char *)bytes, size < AVRO_KEPT_BYTES ? size : AVRO_KEPT_BYTES};
	frame->detail = text_of(container->detail);
}

/* The frame's place: it takes `count` ordinals from here on. */
static void
place(struct avro_container *container, int64_t count, struct avro_frame *frame)
{
	frame->offset = container->offset;
	frame->count = count;
	container->offset += count;
}

static int64_t
byte_of_front(const struct avro_container *container)
{
	return container->in_byte + (int64_t)container->at;
}

/* Unpacks into `out`; false: the sentence says what is wrong with the bytes. */
static bool
unpack(struct avro_container *container, const uint8_t *bytes, size_t size, const char **wrong)
{
	z_stream *inflater = &container->inflater;
	struct buffer *out = &container->out;
	int result = Z_OK;

	if (!container->has_inflater && inflateInit2(inflater, -MAX_WBITS) != Z_OK)
		memory_refused(sizeof(*inflater));
	container->has_inflater = true;
	inflateReset(inflater);
	inflater->next_in = (Bytef *)bytes;
	inflater->avail_in = (uInt)size;
	out->size = 0;
	while (result == Z_OK && out->size <= AVRO_BLOCK_BYTES_MAX) {
		size_t room = size * 3 < CHUNK_BYTES ? CHUNK_BYTES : size * 3;

		if (out->capacity - out->size < CHUNK_BYTES)
			buffer_reserve(
			    out, room < AVRO_BLOCK_BYTES_MAX ? room : AVRO_BLOCK_BYTES_MAX);
		inflater->next_out = out->data + out->size;
		inflater->avail_out = (uInt)(out->capacity - out->size);
		result = inflate(inflater, Z_NO_FLUSH);
		out->size = out->capacity - inflater->avail_out;
	}
	*wrong = NULL;
	if (out->size > AVRO_BLOCK_BYTES_MAX)
		*wrong = "unpacks to more than a block may hold (64 MiB)";
	else if (result != Z_STREAM_END)
		*wrong = "cannot be unpacked: its deflate stream is damaged or cut";
	else if (inflater->avail_in > CHECKSUM_BYTES)
		*wrong = "has bytes behind its deflate stream";
	return !*wrong;
}

/* A whole block: its records come next, or all of it is broken. false: *frame is that. */
static bool
open_block(
    struct avro_container *container, const struct block_head *head, struct avro_frame *frame)
{
	const uint8_t *bytes = front(container) + head->bytes;
	const char *wrong;

	container->state = CONTAINER_RECORDS;
	container->left = head->count;
	container->p = bytes;
	container->end = bytes + head->size;
	if (container->codec == AVRO_CODEC_NULL)
		return true;
	if (unpack(container, bytes, (size_t)head->size, &wrong)) {
		container->p = container->out.data;
		container->end = container->p + container->out.size;
		return true;
	}
	set_detail(container, "the block of %lld records at byte %lld %s", (long long)head->count,
	    (long long)byte_of_front(container), wrong);
	set_broken(container, bytes, (size_t)head->size, REASON_AVRO_BLOCK, frame);
	place(container, 1, frame);
	container->gap = head->count - 1;
	container->left = 0;
	return false;
}

static void
close_block(struct avro_container *container)
{
	use(container, container->block_bytes);
	container->state = CONTAINER_BLOCK;
}

/* The rest of the block cannot be framed. */
static void
break_block(struct avro_container *container, struct avro_frame *frame)
{
	set_broken(container, container->p, (size_t)(container->end - container->p),
	    REASON_AVRO_BLOCK, frame);
	place(container, 1, frame);
	container->gap = container->left - 1;
	container->left = 0;
}

/* The next record of the block. */
static void
take_record(struct avro_container *container, struct avro_frame *frame)
{
	const uint8_t *begin = container->p, *next;
	struct avro_spot spot;
	size_t size;

	next = avro_walk_run(container->walk, container->number, begin, container->end, &spot);
	if (!next) {
		set_detail(container,
		    "the block at byte %lld: %s (byte %zu of the record); %lld records behind it "
		    "are lost",
		    (long long)byte_of_front(container), avro_fault_sentence(spot.fault),
		    (size_t)(spot.at - begin) + 1, (long long)container->left - 1);
		break_block(container, frame);
		return;
	}
	if (container->left == 1 && next != container->end) {
		set_detail(container, "the block at byte %lld: %zu bytes behind its last record",
		    (long long)byte_of_front(container), (size_t)(container->end - next));
		break_block(container, frame);
		return;
	}
	size = (size_t)(next - begin);
	container->p = next;
	container->left--;
	frame->kind = MESSAGE_PAYLOAD;
	frame->payload = (struct text){(const char *)begin, size};
	place(container, 1, frame);
	if (size <= container->options.record_bytes_max)
		return;
	set_detail(container, "%zu bytes; at most %zu are read", size,
	    container->options.record_bytes_max);
	set_broken(container, begin, size, REASON_TOO_LONG, frame);
}

/* Keeps the first bytes of what is searched through. */
static void
pass(struct avro_container *container, size_t bytes)
{
	size_t room = AVRO_KEPT_BYTES - container->kept.size;

	buffer_add(&container->kept, front(container), bytes < room ? bytes : room);
	use(container, bytes);
}

/* Looks for the next marker; *found: *frame is the broken block before it. */
static bool
search(struct avro_container *container, bool final, struct avro_frame *frame, bool *found,
    struct error *err)
{
	bool enough = true;

	while (enough) {
		const uint8_t *marker = available(container) < AVRO_MARKER_BYTES
		    ? NULL
		    : memmem(front(container), available(container), container->marker,
			  AVRO_MARKER_BYTES);

		if (marker) {
			pass(container, (size_t)(marker - front(container)));
			use(container, AVRO_MARKER_BYTES);
			break;
		}
		if (available(container) >= AVRO_MARKER_BYTES)
			pass(container, available(container) - (AVRO_MARKER_BYTES - 1));
		if (!fill(container, AVRO_MARKER_BYTES, &enough, err))
			return false;
	}
	*found = enough || final;
	if (!*found)
		return true;
	if (!enough)
		pass(container, available(container));
	set_broken(container, container->kept.data, container->kept.size, REASON_AVRO_BLOCK, frame);
	container->kept.size = 0;
	place(container, 1, frame);
	container->gap = container->lost - 1;
	container->state = CONTAINER_BLOCK;
	return true;
}

static void
begin_search(struct avro_container *container, const struct block_head *head, enum block_look seen)
{
	long long byte = (long long)byte_of_front(container), count = (long long)head->count;

	container->state = CONTAINER_SEARCH;
	container->lost = seen != LOOK_NO_HEADER && head->count > 1 ? head->count : 1;
	container->kept.size = 0;
	if (seen == LOOK_NO_HEADER)
		set_detail(container, "at byte %lld no block begins", byte);
	else if (seen == LOOK_NO_MARKER)
		set_detail(container,
		    "the block of %lld records at byte %lld has no marker at its end", count, byte);
	else if (head->bytes)
		set_detail(container, "the file ends inside the block of %lld records at byte %lld",
		    count, byte);
	else
		set_detail(container, "the file ends inside the block at byte %lld", byte);
}

/* What begins here; *found: *frame is a block that cannot be read. *idle: there is nothing to go on with. */
static bool
begin_block(struct avro_container *container, bool final, struct avro_frame *frame, bool *found,
    bool *idle, struct error *err)
{
	struct block_head head;
	enum block_look seen;

	if (!look(container, &head, &seen, err))
		return false;
	if (seen == LOOK_MORE && (!final || !available(container))) {
		*idle = true;
	} else if (seen != LOOK_WHOLE) {
		begin_search(container, &head, seen);
	} else if (container->offset + head.count <= container->wanted) {
		container->offset += head.count;
		close_block(container);
	} else {
		*found = !open_block(container, &head, frame);
	}
	return true;
}

static void
take_gap(struct avro_container *container, struct avro_frame *frame)
{
	*frame = (struct avro_frame){.kind = MESSAGE_GAP, .reason = REASON_AVRO_BLOCK};
	frame->detail =
	    set_detail(container, "%lld records of a damaged block", (long long)container->gap);
	place(container, container->gap, frame);
	container->gap = 0;
}

/* One move of the machine; *found: it gave a frame; *idle: it cannot move now. */
static bool
move(struct avro_container *container, bool final, struct avro_frame *frame, bool *found,
    bool *idle, struct error *err)
{
	*found = false;
	if (container->gap > 0) {
		take_gap(container, frame);
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
			take_record(container, frame);
		else
			close_block(container);
		return true;
	case CONTAINER_SEARCH:
		if (!search(container, final, frame, found, err))
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
	return byte_of_front(container) + used;
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
	    : (int64_t)(available(container) + container->kept.size);
}

void
avro_container_rest(struct avro_container *container)
{
	if (container->state == CONTAINER_RECORDS || container->has_ahead)
		return;
	buffer_fini(&container->out);
	if (!available(container)) {
		container->in_byte += (int64_t)container->at;
		container->at = 0;
		buffer_fini(&container->in);
	}
}
