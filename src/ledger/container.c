/* SPDX-License-Identifier: Apache-2.0 */
/* Writing and suspicious reading of headers. */
#include "container.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/keys.h"
#include "ledger/block.h"

static const char magic[4] = {'O', 'b', 'j', 1};

const char *
segment_name(uint32_t number, char out[SEGMENT_NAME_BYTES])
{
	snprintf(out, SEGMENT_NAME_BYTES, "%06u.avro", number);
	return out;
}

uint32_t
segment_number(const char *name)
{
	char again[SEGMENT_NAME_BYTES];
	unsigned long number = strtoul(name, NULL, 10);

	if (!number || number > UINT32_MAX ||
	    strcmp(segment_name((uint32_t)number, again), name) != 0)
		return 0;
	return (uint32_t)number;
}

void
container_header(const char *schema, struct buffer *out, struct container *container)
{
	size_t before = out->size;

	random_fill(container->sync, sizeof(container->sync));
	buffer_add(out, magic, sizeof(magic));
	buffer_add_long(out, 2);
	buffer_add_string(out, TEXT("avro.schema"));
	buffer_add_string(out, text_of(schema));
	buffer_add_string(out, TEXT("avro.codec"));
	buffer_add_string(out, TEXT("deflate"));
	buffer_add_long(out, 0);
	buffer_add(out, container->sync, sizeof(container->sync));
	container->header_bytes = (int64_t)(out->size - before);
}

static bool
read_map(struct reader *reader, const char *schema)
{
	bool has_schema = false, has_codec = false;
	struct text key, value;
	int64_t count, i;

	while ((count = reader_long(reader)) != 0 && !reader->bad) {
		if (count < 0 || count > 64)
			return false;
		for (i = 0; i < count && !reader->bad; i++) {
			key = reader_string(reader);
			value = reader_string(reader);
			has_schema =
			    has_schema || (text_is(key, "avro.schema") && text_is(value, schema));
			has_codec =
			    has_codec || (text_is(key, "avro.codec") && text_is(value, "deflate"));
		}
	}
	return !reader->bad && has_schema && has_codec;
}

bool
container_read(int fd, const char *schema, struct container *container, struct error *err)
{
	uint8_t *bytes = memory_get(CONTAINER_HEADER_MAX);
	struct reader reader;
	struct text start, sync;
	struct stat status;
	size_t size;
	bool good;

	if (fstat(fd, &status) != 0) {
		memory_free(bytes);
		return error_system(err, ERROR_IO, "size");
	}
	size =
	    status.st_size < CONTAINER_HEADER_MAX ? (size_t)status.st_size : CONTAINER_HEADER_MAX;
	if (!file_read_at(fd, bytes, size, 0, err)) {
		memory_free(bytes);
		return false;
	}
	reader = reader_of((struct text){(char *)bytes, size});
	start = reader_take(&reader, sizeof(magic));
	good = start.data && memcmp(start.data, magic, sizeof(magic)) == 0 &&
	    read_map(&reader, schema);
	sync = reader_take(&reader, SYNC_BYTES);
	good = good && sync.data;
	if (good) {
		memcpy(container->sync, sync.data, SYNC_BYTES);
		container->header_bytes = reader.next - bytes;
	} else {
		error_set(err, ERROR_DAMAGED, "its header is not that of a segment");
	}
	memory_free(bytes);
	return good;
}

bool
container_block_header(struct text bytes, struct block_header *header)
{
	struct reader reader = reader_of(bytes);

	header->objects = reader_long(&reader);
	header->data_bytes = reader_long(&reader);
	header->header_bytes = reader.next - (const uint8_t *)bytes.data;
	return !reader.bad && header->objects > 0 && header->objects <= 1 << 20 &&
	    header->data_bytes > 0 && (uint64_t)header->data_bytes <= BLOCK_BYTES_MAX;
}
