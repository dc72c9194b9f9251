/* SPDX-License-Identifier: Apache-2.0 */
#include "record.h"

#include <stdio.h>

#include "model/reason.h"

/* A record has no more headers than a producer's request of 1 MB holds, times some; more are not looked at. */
#define HEADERS_MAX 65536

static void
fill_headers(const rd_kafka_message_t *record, struct arena *arena, struct message *message)
{
	rd_kafka_headers_t *headers;
	struct message_header *filled;
	const char *name;
	const void *value;
	size_t count, size, i;

	if (rd_kafka_message_headers(record, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR)
		return;
	count = rd_kafka_header_cnt(headers);
	if (!count || count > HEADERS_MAX)
		return;
	filled = arena_get(arena, count * sizeof(*filled));
	for (i = 0; i < count; i++) {
		if (rd_kafka_header_get_all(headers, i, &name, &value, &size) !=
		    RD_KAFKA_RESP_ERR_NO_ERROR)
			break;
		filled[i] = (struct message_header){text_of(name), {value, value ? size : 0}};
	}
	message->headers = filled;
	message->header_count = i;
}

int64_t
record_time(const rd_kafka_message_t *record)
{
	rd_kafka_timestamp_type_t type;
	int64_t time_ms = rd_kafka_message_timestamp(record, &type);

	return type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE || time_ms < TIME_MIN || time_ms > TIME_MAX
	    ? TIME_NONE
	    : time_ms;
}

static void
mark_too_long(size_t record_bytes_max, struct arena *arena, struct message *message)
{
	char detail[96];

	snprintf(detail, sizeof(detail), "%zu bytes, limits.record is %zu", message->payload.size,
	    record_bytes_max);
	message->kind = MESSAGE_BROKEN;
	message->reason = REASON_TOO_LONG;
	message->detail = arena_text(arena, text_of(detail));
}

void
record_fill(const rd_kafka_message_t *record, size_t record_bytes_max, struct arena *arena,
    struct message *message)
{
	message->kind = MESSAGE_PAYLOAD;
	message->format = FORMAT_JSON;
	message->offset = record->offset;
	message->count = 1;
	message->source_time_ms = record_time(record);
	message->payload = (struct text){record->payload, record->payload ? record->len : 0};
	message->key = (struct text){record->key, record->key ? record->key_len : 0};
	fill_headers(record, arena, message);
	if (!record->payload) {
		message->kind = MESSAGE_BLANK;
		message->reason = REASON_TOMBSTONE;
	} else if (record->len > record_bytes_max) {
		mark_too_long(record_bytes_max, arena, message);
	}
}
