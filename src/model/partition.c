/* SPDX-License-Identifier: Apache-2.0 */
/* The content digest, as the tracker keeps it and as whoever reads a source again makes it. */
#include "model/partition.h"

void
content_add(struct sha256 *content, struct text payload)
{
	static const uint8_t zeros[64];
	uint8_t size[4] = {(uint8_t)(payload.size >> 24), (uint8_t)(payload.size >> 16),
	    (uint8_t)(payload.size >> 8), (uint8_t)payload.size};

	sha256_add(content, size, sizeof(size));
	sha256_add(content, payload.data, payload.size);
	if (content->bytes % 64)
		sha256_add(content, zeros, 64 - content->bytes % 64);
}
