/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an Avro object container file begins with: the four bytes "Obj" 1, a
 * map of metadata, and the marker that stands behind each block.
 * Source: Apache Avro 1.11.1 Specification, "Object Container Files".
 */
#ifndef DYETRACE_FILE_AVRO_HEADER_H
#define DYETRACE_FILE_AVRO_HEADER_H

#include "base/error.h"
#include "base/text.h"

#define AVRO_MARKER_BYTES 16
#define AVRO_HEADER_BYTES_MAX ((size_t)2 << 20)

enum avro_codec {
	AVRO_CODEC_NULL,
	AVRO_CODEC_DEFLATE
};

struct avro_header {
	struct text schema; /* the writer's; borrowed from the bytes */
	enum avro_codec codec;
	uint8_t marker[AVRO_MARKER_BYTES];
	size_t bytes; /* of the whole header */
};

/*
 * bytes    the file from its start, as far as it is there
 * *whole   false: the header does not end in them; more are needed
 *
 * ERROR_MALFORMED  no header, and it will not become one
 * ERROR_LIMIT      longer than AVRO_HEADER_BYTES_MAX
 * ERROR_USAGE      a codec that is not read; the sentence says which, and what to do
 */
MUST_USE bool
avro_header_read(struct text bytes, struct avro_header *header, bool *whole, struct error *err);

#endif
