/* SPDX-License-Identifier: Apache-2.0 */
/* Used bytes are moved out only when they are many, so that a block costs one move. */
#include "avro_input.h"

#include <assert.h>
#include <string.h>

bool
avro_input_fill(struct avro_input *input, size_t need, bool *enough, struct error *err)
{
	struct buffer *in = &input->in;
	size_t got = 1;

	while (avro_input_bytes(input) < need && got) {
		buffer_reserve(in, AVRO_INPUT_CHUNK_BYTES);
		if (!input->read(
			input->context, in->data + in->size, AVRO_INPUT_CHUNK_BYTES, &got, err))
			return false;
		in->size += got;
	}
	*enough = avro_input_bytes(input) >= need;
	return true;
}

void
avro_input_use(struct avro_input *input, size_t bytes)
{
	struct buffer *in = &input->in;

	input->at += bytes;
	assert(input->at <= in->size);
	if (input->at < in->size && input->at < AVRO_INPUT_CHUNK_BYTES)
		return;
	memmove(in->data, in->data + input->at, in->size - input->at);
	in->size -= input->at;
	input->in_byte += (int64_t)input->at;
	input->at = 0;
}

void
avro_input_rest(struct avro_input *input)
{
	if (avro_input_bytes(input))
		return;
	input->in_byte += (int64_t)input->at;
	input->at = 0;
	buffer_fini(&input->in);
}

void
avro_input_fini(struct avro_input *input)
{
	buffer_fini(&input->in);
}
