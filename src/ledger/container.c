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

/* All of the header but the marker. */
static void
add_metadata(const char *schema, struct buffer *out)
{
	buffer_add(out, magic, sizeof(magic));
	buffer_add_long(out, 2);
	buffer_add_string(out, TEXT("avro.schema"));
	buffer_add_string(out, text_of(schema));
	buffer_add_string(out, TEXT("avro.codec"));
	buffer_add_string(out, TEXT("deflate"));
	buffer_add_long(out, 0);
}

void
container_header(const char *schema, struct buffer *out, struct container *container)
{
	size_t before = out->size;

	random_fill(container->sync, sizeof(container->sync));
	add_metadata(schema, out);
	buffer_add(out, container->sync, sizeof(container->sync));
	container->header_bytes = (int64_t)(out->size - before);
}

int64_t
container_header_size(const char *schema)
{
	struct buffer metadata = {0};
	int64_t size;

	add_metadata(schema, &metadata);
	size = (int64_t)metadata.size + SYNC_BYTES;
	buffer_fini(&metadata);
	return size;
}

/* The bytes that every segment of this schema begins with, then any marker. */
static bool
read_header(struct text bytes, const char *schema, struct container *container)
{
	struct buffer metadata = {0};
	bool good;

	add_metadata(schema, &metadata);
	good = bytes.size >= metadata.size + SYNC_BYTES &&
	    memcmp(bytes.data, metadata.data, metadata.size) == 0;
	if (good) {
		memcpy(container->sync, bytes.data + metadata.size, SYNC_BYTES);
		container->header_bytes = (int64_t)metadata.size + SYNC_BYTES;
	}
	buffer_fini(&metadata);
	return good;
}

bool
container_read(int fd, const char *schema, struct container *container, struct error *err)
{
	size_t size = (size_t)container_header_size(schema);
	char *bytes = memory_get(size);
	struct stat status;
	bool good;

	if (fstat(fd, &status) != 0) {
		good = error_system(err, ERROR_IO, "size");
	} else if (status.st_size < (off_t)size) {
		good = error_set(err, ERROR_DAMAGED, "%lld bytes, and its header has %zu",
		    (long long)status.st_size, size);
	} else {
		good = file_read_at(fd, bytes, size, 0, err) &&
		    (read_header((struct text){bytes, size}, schema, container) ||
			error_set(err, ERROR_DAMAGED, "its header is not that of a segment"));
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
	return !reader.bad && header->objects > 0 && header->objects <= 2 * BLOCK_RECORDS_MAX &&
	    header->data_bytes > 0 && (uint64_t)header->data_bytes <= BLOCK_BYTES_MAX;
}
