/* SPDX-License-Identifier: Apache-2.0 */
#include "wire_upstream.h"

void
upstream_add(const struct upstream *upstream, bool names, struct arena *scratch, struct buffer *out)
{
	unsigned tag, count = 0;

	for (tag = 0; tag < UPSTREAM_TAG_COUNT; tag++)
		count += upstream->tags[tag].data != NULL;
	buffer_add_long(out, count);
	for (tag = 0; tag < UPSTREAM_TAG_COUNT; tag++) {
		if (!upstream->tags[tag].data)
			continue;
		if (names)
			buffer_add_string(out, text_of(upstream_tag_name(tag)));
		else
			buffer_add_long(out, tag);
		buffer_add_string(out, recorded_text(upstream->tags[tag], scratch));
	}
	buffer_add_long(out, 0);
}
