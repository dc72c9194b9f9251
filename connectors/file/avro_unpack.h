/* SPDX-License-Identifier: Apache-2.0 */
/* A block of a container file out of its deflate stream: bounded, and in memory that is used again. */
#ifndef DYETRACE_FILE_AVRO_UNPACK_H
#define DYETRACE_FILE_AVRO_UNPACK_H

#include <zlib.h>

#include "base/buffer.h"

struct avro_unpacker {
	z_stream inflater;
	bool is_open;
	struct buffer out; /* the block unpacked last */
};

/* Into `out`, at most AVRO_BLOCK_BYTES_MAX. False: *wrong says what is wrong with the bytes. */
bool
avro_unpack(struct avro_unpacker *unpacker, const uint8_t *bytes, size_t size, const char **wrong);
void avro_unpacker_fini(struct avro_unpacker *unpacker);

#endif
