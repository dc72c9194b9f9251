/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of a container file that are there, from some place on. They come
 * from a callback and are forgotten once they were used.
 */
#ifndef DYETRACE_FILE_AVRO_INPUT_H
#define DYETRACE_FILE_AVRO_INPUT_H

#include "base/buffer.h"
#include "base/error.h"

/* What is read at once. */
#define AVRO_INPUT_CHUNK_BYTES ((size_t)64 << 10)

struct avro_input {
	/* As in struct avro_container_options. */
	bool (*read)(void *context, void *to, size_t room, size_t *got, struct error *err);
	void *context;
	struct buffer in; /* bytes of the file from in_byte on; those before `at` are used */
	size_t at;
	int64_t in_byte;
};

/* Bytes that are there, and the first of them; the pointer is good until the next use or fill. */
static inline size_t
avro_input_bytes(const struct avro_input *input)
{
	return input->in.size - input->at;
}

static inline const uint8_t *
avro_input_front(const struct avro_input *input)
{
	return input->in.data + input->at;
}

/* Where in the file that first byte is. */
static inline int64_t
avro_input_byte(const struct avro_input *input)
{
	return input->in_byte + (int64_t)input->at;
}

/* Reads on until `need` bytes are there; *enough false: there are no more now. */
MUST_USE bool
avro_input_fill(struct avro_input *input, size_t need, bool *enough, struct error *err);
/* Forgets bytes at the front. */
void avro_input_use(struct avro_input *input, size_t bytes);
/* Gives back memory, if nothing is there. */
void avro_input_rest(struct avro_input *input);
void avro_input_fini(struct avro_input *input);

#endif
