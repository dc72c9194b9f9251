/* SPDX-License-Identifier: Apache-2.0 */
/* Raw deflate (RFC 1951), as the specification of container files says. */
#include "avro_unpack.h"

#include "avro_container.h"
#include "base/memory.h"

/* Writers that take zlib's format and cut its ends off leave some of its checksum
 * behind; Java passes over it. */
#define CHECKSUM_BYTES 4
#define CHUNK_BYTES ((size_t)64 << 10)

static void
begin(struct avro_unpacker *unpacker, const uint8_t *bytes, size_t size)
{
	z_stream *inflater = &unpacker->inflater;

	if (!unpacker->is_open && inflateInit2(inflater, -MAX_WBITS) != Z_OK)
		memory_refused(sizeof(*inflater));
	unpacker->is_open = true;
	inflateReset(inflater);
	inflater->next_in = (Bytef *)bytes;
	inflater->avail_in = (uInt)size;
	unpacker->out.size = 0;
}

/* As much as there is room for, of which there is some. */
static int
go_on(struct avro_unpacker *unpacker, size_t room)
{
	z_stream *inflater = &unpacker->inflater;
	struct buffer *out = &unpacker->out;
	int result;

	if (out->capacity - out->size < CHUNK_BYTES)
		buffer_reserve(out, room);
	inflater->next_out = out->data + out->size;
	inflater->avail_out = (uInt)(out->capacity - out->size);
	result = inflate(inflater, Z_NO_FLUSH);
	out->size = out->capacity - inflater->avail_out;
	return result;
}

bool
avro_unpack(struct avro_unpacker *unpacker, const uint8_t *bytes, size_t size, const char **wrong)
{
	size_t room = size * 3 < CHUNK_BYTES ? CHUNK_BYTES : size * 3;
	int result = Z_OK;

	begin(unpacker, bytes, size);
	while (result == Z_OK && unpacker->out.size <= AVRO_BLOCK_BYTES_MAX)
		result = go_on(unpacker, room < AVRO_BLOCK_BYTES_MAX ? room : AVRO_BLOCK_BYTES_MAX);
	*wrong = NULL;
	if (unpacker->out.size > AVRO_BLOCK_BYTES_MAX)
		*wrong = "unpacks to more than a block may hold (64 MiB)";
	else if (result != Z_STREAM_END)
		*wrong = "cannot be unpacked: its deflate stream is damaged or cut";
	else if (unpacker->inflater.avail_in > CHECKSUM_BYTES)
		*wrong = "has bytes behind its deflate stream";
	return !*wrong;
}

void
avro_unpacker_fini(struct avro_unpacker *unpacker)
{
	if (unpacker->is_open)
		inflateEnd(&unpacker->inflater);
	buffer_fini(&unpacker->out);
}
