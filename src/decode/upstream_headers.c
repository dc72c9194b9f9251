/* SPDX-License-Identifier: Apache-2.0 */
#include "upstream_headers.h"

#include <stdio.h>

#include "base/compiler.h"

/* Where a stream engine's position is put together. */
enum {
	FOUND_TOPIC = UPSTREAM_TAG_COUNT,
	FOUND_PARTITION,
	FOUND_OFFSET,
	FOUND_SPECVERSION,
	FOUND_COUNT
};

/* Kafka Streams writes the __streams ones (KIP-1034), Kafka Connect the others (KIP-298). */
static const struct {
	struct text header;
	unsigned found;
} known[] = {
    {{"traceparent", 11}, UPSTREAM_TRACEPARENT},
    {{"ce_specversion", 14}, FOUND_SPECVERSION},
    {{"ce_id", 5}, UPSTREAM_CE_ID},
    {{"ce_source", 9}, UPSTREAM_CE_SOURCE},
    {{"dye-id", 6}, UPSTREAM_DYE_ID},
    {{"dye-actor", 9}, UPSTREAM_DYE_ACTOR},
    {{"dye-team", 8}, UPSTREAM_DYE_TEAM},
    {{"dye-system", 10}, UPSTREAM_DYE_SYSTEM},
    {{"dye-channel", 11}, UPSTREAM_DYE_CHANNEL},
    {{"dye-time", 8}, UPSTREAM_DYE_TIME},
    {{"dye-trace", 9}, UPSTREAM_DYE_TRACE},
    {{"__streams.errors.topic", 22}, FOUND_TOPIC},
    {{"__streams.errors.partition", 26}, FOUND_PARTITION},
    {{"__streams.errors.offset", 23}, FOUND_OFFSET},
    {{"__connect.errors.topic", 22}, FOUND_TOPIC},
    {{"__connect.errors.partition", 26}, FOUND_PARTITION},
    {{"__connect.errors.offset", 23}, FOUND_OFFSET},
};

static bool
is_small_hex(struct text text)
{
	size_t i;

	for (i = 0; i < text.size; i++)
		if (!((text.data[i] >= '0' && text.data[i] <= '9') ||
			(text.data[i] >= 'a' && text.data[i] <= 'f')))
			return false;
	return true;
}

static bool
is_all(struct text text, char letter)
{
	size_t i;

	for (i = 0; i < text.size; i++)
		if (text.data[i] != letter)
			return false;
	return true;
}

/* version-trace id-parent id-flags */
bool
upstream_is_traceparent(struct text value)
{
	static const struct {
		size_t at, size;
	} parts[] = {{0, 2}, {3, 32}, {36, 16}, {53, 2}};
	const size_t size = 55;
	size_t i;

	if (value.size < size)
		return false;
	for (i = 0; i < ARRAY_COUNT(parts); i++) {
		struct text part = {value.data + parts[i].at, parts[i].size};
		size_t behind = parts[i].at + parts[i].size;

		if (!is_small_hex(part) || (behind < size && value.data[behind] != '-'))
			return false;
		/* The ids of nothing. */
		if ((i == 1 || i == 2) && is_all(part, '0'))
			return false;
	}
	if (is_all((struct text){value.data, 2}, 'f'))
		return false;
	return value.size == size ||
	    (!is_all((struct text){value.data, 2}, '0') && value.data[size] == '-');
}

static bool
is_number(struct text text)
{
	size_t i;

	for (i = 0; i < text.size; i++)
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
	return text.size > 0 && text.size < 20;
}

static bool
is_good(unsigned found, struct text value)
{
	if (!value.size || value.size > UPSTREAM_BYTES_MAX || !text_is_utf8(value) ||
	    memchr(value.data, '\0', value.size))
		return false;
	if (found == UPSTREAM_TRACEPARENT)
		return upstream_is_traceparent(value);
	return (found != FOUND_PARTITION && found != FOUND_OFFSET) || is_number(value);
}

static bool
collect(const struct message *message, struct text found[FOUND_COUNT], uint64_t *dropped)
{
	bool any = false;
	size_t i, k;

	for (i = 0; i < message->header_count; i++) {
		const struct message_header *header = &message->headers[i];

		for (k = 0; k < ARRAY_COUNT(known); k++)
			if (text_equal(known[k].header, header->name))
				break;
		if (k == ARRAY_COUNT(known))
			continue;
		if (!is_good(known[k].found, header->value)) {
			++*dropped;
			continue;
		}
		found[known[k].found] = header->value;
		any = true;
	}
	return any;
}

static struct text
position_of(const struct text found[FOUND_COUNT], struct arena *arena)
{
	struct text topic = found[FOUND_TOPIC], partition = found[FOUND_PARTITION],
		    offset = found[FOUND_OFFSET];
	size_t room = topic.size + partition.size + offset.size + 3;
	char *out;

	if (!topic.data || !partition.data || !offset.data)
		return TEXT_NONE;
	out = arena_get(arena, room);
	snprintf(out, room, "%.*s/%.*s/%.*s", TEXT_PRINT(topic), TEXT_PRINT(partition),
	    TEXT_PRINT(offset));
	return (struct text){out, room - 1};
}

const struct upstream *
upstream_of_headers(const struct message *message, struct arena *arena, uint64_t *dropped)
{
	struct text found[FOUND_COUNT] = {TEXT_NONE};
	struct upstream upstream, *out;
	bool any = false;
	size_t i;

	if (!collect(message, found, dropped))
		return NULL;
	if (!found[FOUND_SPECVERSION].data)
		found[UPSTREAM_CE_ID] = found[UPSTREAM_CE_SOURCE] = TEXT_NONE;
	found[UPSTREAM_POSITION] = position_of(found, arena);
	for (i = 0; i < UPSTREAM_TAG_COUNT; i++) {
		upstream.tags[i] = found[i];
		any = any || found[i].data;
	}
	if (!any)
		return NULL;
	out = arena_get(arena, sizeof(*out));
	*out = upstream;
	return out;
}
