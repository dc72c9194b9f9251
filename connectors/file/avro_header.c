/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the header again from its start whenever more of it is there: it is short. */
#include "avro_header.h"

#include "base/avro_bytes.h"

#define HEADER_MAX ((int64_t)AVRO_HEADER_BYTES_MAX)

static const char magic[4] = {'O', 'b', 'j', 1};

/* The metadata so far, and how far the reading came. */
struct metadata {
	const uint8_t *p, *end;
	enum avro_fault fault;
	bool hopeless; /* no bytes behind can mend it */
	struct text schema, codec;
};

static bool
magic_check(struct text bytes, struct error *err)
{
	size_t size = bytes.size < sizeof(magic) ? bytes.size : sizeof(magic);

	if (memcmp(bytes.data, magic, size) == 0)
		return true;
	if (size == sizeof(magic) && memcmp(bytes.data, magic, 3) == 0)
		return error_set(err, ERROR_MALFORMED,
		    "an Avro container of version %u; only version 1 is read",
		    (unsigned char)bytes.data[3]);
	return error_set(
	    err, ERROR_MALFORMED, "no Avro container file: it does not begin with \"Obj\" and 1");
}

/* Says why the metadata cannot be read on: not yet, or never. */
static bool
hinder(struct metadata *metadata, enum avro_fault fault, bool hopeless)
{
	metadata->fault = fault;
	metadata->hopeless = hopeless ||
	    (fault != AVRO_FAULT_CUT && fault != AVRO_FAULT_LENGTH && fault != AVRO_FAULT_COUNT);
	return false;
}

/* Whether the integer that stands here is there and out of bounds: no bytes
 * behind it can mend that, so it is said however few of them are there. */
static bool
is_beyond(const struct metadata *metadata, int64_t least)
{
	struct avro_piece piece = avro_long(metadata->p, metadata->end);

	return piece.next && (piece.value > HEADER_MAX || piece.value < least);
}

static bool
take_text(struct metadata *metadata, struct text *text)
{
	struct avro_piece piece = avro_text(metadata->p, metadata->end);

	if (!piece.next)
		return hinder(metadata, (enum avro_fault)piece.value, is_beyond(metadata, 0));
	*text = (struct text){(const char *)piece.next - piece.value, (size_t)piece.value};
	metadata->p = piece.next;
	return true;
}

/* One key and its value. */
static bool
take_entry(struct metadata *metadata, bool *twice)
{
	struct text key, value, *known = NULL;

	if (!take_text(metadata, &key) || !take_text(metadata, &value))
		return false;
	if (text_is(key, "avro.schema"))
		known = &metadata->schema;
	else if (text_is(key, "avro.codec"))
		known = &metadata->codec;
	if (!known)
		return true;
	*twice = *twice || known->data;
	*known = value;
	return true;
}

/* The map up to its end; false: metadata->fault says what hinders. */
static bool
take_map(struct metadata *metadata, bool *twice)
{
	for (;;) {
		const uint8_t *block_end;
		struct avro_piece piece;
		int64_t left;

		if (is_beyond(metadata, -HEADER_MAX))
			return hinder(metadata, AVRO_FAULT_COUNT, true);
		piece = avro_block(metadata->p, metadata->end, 2, &block_end);
		if (!piece.next)
			return hinder(metadata, (enum avro_fault)piece.value, false);
		metadata->p = piece.next;
		if (!piece.value)
			return true;
		for (left = piece.value; left; left--)
			if (!take_entry(metadata, twice))
				return false;
		if (block_end && block_end != metadata->p)
			return hinder(metadata, AVRO_FAULT_BLOCK, true);
	}
}

static bool
codec_of(struct text name, enum avro_codec *codec, struct error *err)
{
	char shown[64];

	*codec = AVRO_CODEC_NULL;
	if (!name.data || text_is(name, "null"))
		return true;
	*codec = AVRO_CODEC_DEFLATE;
	if (text_is(name, "deflate"))
		return true;
	return error_set(err, ERROR_USAGE,
	    "its blocks are packed with \"%s\", which is not read: write it with the codec deflate "
	    "or null "
	    "(`avro-tools recodec --codec deflate IN OUT` rewrites a file)",
	    text_show(name, 32, shown, sizeof(shown)));
}

static bool
too_long(struct error *err)
{
	return error_set(
	    err, ERROR_LIMIT, "its header does not end within %zu bytes", AVRO_HEADER_BYTES_MAX);
}

bool
avro_header_read(struct text bytes, struct avro_header *header, bool *whole, struct error *err)
{
	const uint8_t *begin = (const uint8_t *)bytes.data;
	struct metadata metadata = {.p = begin + sizeof(magic), .end = begin + bytes.size};
	bool twice = false;

	*whole = false;
	if (!magic_check(bytes, err))
		return false;
	if (bytes.size <= sizeof(magic))
		return true;
	if (!take_map(&metadata, &twice) || metadata.end - metadata.p < AVRO_MARKER_BYTES) {
		if (metadata.hopeless)
			return error_set(err, ERROR_MALFORMED, "its header: %s (byte %zu)",
			    avro_fault_sentence(metadata.fault), (size_t)(metadata.p - begin) + 1);
		return bytes.size < AVRO_HEADER_BYTES_MAX || too_long(err);
	}
	header->bytes = (size_t)(metadata.p - begin) + AVRO_MARKER_BYTES;
	if (header->bytes > AVRO_HEADER_BYTES_MAX)
		return too_long(err);
	if (twice)
		return error_set(
		    err, ERROR_MALFORMED, "its header names its schema or codec twice");
	if (!metadata.schema.data)
		return error_set(err, ERROR_MALFORMED, "its header has no schema (avro.schema)");
	if (!codec_of(metadata.codec, &header->codec, err))
		return false;
	header->schema = metadata.schema;
	memcpy(header->marker, metadata.p, AVRO_MARKER_BYTES);
	*whole = true;
	return true;
}
