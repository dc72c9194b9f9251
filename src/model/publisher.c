/* SPDX-License-Identifier: Apache-2.0 */
#include "model/publisher.h"

#include <stdio.h>

/* An offset, an incarnation and what stands between, at most. */
#define NUMBERS_BYTES 48

struct text
publication_id(const struct record *fact, char out[PUBLICATION_ID_BYTES])
{
	struct text name = fact->partition;
	const char *cut = "";
	int size;

	if (name.size > PUBLICATION_ID_BYTES - NUMBERS_BYTES) {
		cut = "...";
		name.data += name.size - (PUBLICATION_ID_BYTES - NUMBERS_BYTES);
		name.size = PUBLICATION_ID_BYTES - NUMBERS_BYTES;
	}
	size = snprintf(out, PUBLICATION_ID_BYTES, "%s%.*s/%lld", cut, TEXT_PRINT(name),
	    (long long)fact->offset);
	if (fact->incarnation > 1)
		size += snprintf(
		    out + size, PUBLICATION_ID_BYTES - (size_t)size, "~%u", fact->incarnation);
	return (struct text){out, (size_t)size};
}

const char *
publication_disposition(const struct record *fact)
{
	static const char *const names[] = {[RECORD_EVENT] = "recorded",
	    [RECORD_QUARANTINED] = "quarantined",
	    [RECORD_FILTERED] = "filtered",
	    [RECORD_GAP] = "gap",
	    [RECORD_NOTE] = "note"};

	return names[fact->kind];
}
