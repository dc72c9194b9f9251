/* SPDX-License-Identifier: Apache-2.0 */
/* One table: the member, and what to say of it. */
#include "dropped.h"

#include "answer.h"

static const struct {
	const char *key, *sentence;
} kinds[] = {
    {"actors",
	"events are tagged unknown: as many actors are known as limits.actors allows; raise it"},
    {"names", "events are tagged unknown: the actor's name is longer than 1,024 bytes"},
    {"entities",
	"entities were forgotten, and their next row counts as a first one; raise "
	"limits.wide-entities"},
    {"headers",
	"headers that say where an event was before were not kept: no text, too long, or not as "
	"their standard has them"},
    {"keys",
	"influences were not counted: as many keys of features have a value as limits.feature-keys "
	"allows; raise it"},
};

json_t *
dropped_document(const struct ingest_dropped *dropped)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I}", "actors", (json_int_t)dropped->actors,
	    "names", (json_int_t)dropped->names, "entities", (json_int_t)dropped->entities,
	    "headers", (json_int_t)dropped->headers, "keys", (json_int_t)dropped->keys);
}

void
dropped_lines(struct receipt *receipt, const json_t *document)
{
	char number[32];
	int64_t count;
	size_t i;

	for (i = 0; i < ARRAY_COUNT(kinds); i++) {
		count = member_long(document, kinds[i].key);
		if (count)
			receipt_ink(receipt, INK_WARN, "limits", "%s %s", grouped(count, number),
			    kinds[i].sentence);
	}
}
