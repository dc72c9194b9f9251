/* SPDX-License-Identifier: Apache-2.0 */
#include "tag_headers.h"

#include "base/timestamp.h"

static const char *const ours[] = {TAG_ID, TAG_ACTOR, TAG_TEAM, TAG_SYSTEM, TAG_CHANNEL, TAG_TIME,
    TAG_TRACE, TAG_DISPOSITION, TAG_UPSTREAM, NULL};

/* --- traces ---------------------------------------------------------------------------- */

void
tag_traces_fini(struct tag_traces *traces)
{
	numbered_fini(&traces->numbers);
	buffer_fini(&traces->bytes);
	memory_free(traces->ends);
	*traces = (struct tag_traces){0};
}

void
tag_traces_clear(struct tag_traces *traces)
{
	numbered_clear(&traces->numbers);
	traces->bytes.size = 0;
}

static struct text
trace_text(struct tag_traces *traces, const struct trace_class *trace,
    const struct publication_batch *batch)
{
	bool fresh;
	uint32_t number = numbered_of(&traces->numbers, (uint64_t)(uintptr_t)trace, &fresh);
	size_t start;

	if (fresh) {
		tag_trace_text(trace, batch->lineage, &traces->bytes);
		memory_grow(
		    &traces->ends, &traces->capacity, (size_t)number + 1, sizeof(*traces->ends));
		traces->ends[number] = traces->bytes.size;
	}
	start = number ? traces->ends[number - 1] : 0;
	return (struct text){
	    (const char *)traces->bytes.data + start, traces->ends[number] - start};
}

/* --- headers --------------------------------------------------------------------------- */

static void
add(rd_kafka_headers_t *headers, const char *name, struct text value)
{
	if (value.data)
		rd_kafka_header_add(headers, name, -1, value.data, (ssize_t)value.size);
}

/* What another tracker said; its id is kept under another name. */
static void
replace(rd_kafka_headers_t *headers)
{
	char upstream[PUBLICATION_ID_BYTES];
	struct text id = TEXT_NONE;
	const void *value;
	size_t size, i;

	if (!rd_kafka_header_get_last(headers, TAG_ID, &value, &size) && value &&
	    size <= sizeof(upstream)) {
		memcpy(upstream, value, size);
		id = (struct text){upstream, size};
	}
	for (i = 0; ours[i]; i++)
		rd_kafka_header_remove(headers, ours[i]);
	add(headers, TAG_UPSTREAM, id);
}

static void
add_origin(rd_kafka_headers_t *headers, const struct record *fact, const struct symbols *names)
{
	char actor[PSEUDONYM_TEXT_BYTES], time[TIMESTAMP_TEXT_BYTES];

	add(headers, TAG_ACTOR, text_of(pseudonym_text(&fact->origin.actor, actor)));
	add(headers, TAG_TEAM, symbols_text(names, fact->origin.team));
	add(headers, TAG_SYSTEM, symbols_text(names, fact->event.system));
	add(headers, TAG_CHANNEL, symbols_text(names, fact->event.channel));
	add(headers, TAG_TIME, text_of(timestamp_text(fact->event.time_ms, time)));
}

rd_kafka_headers_t *
tag_headers(rd_kafka_message_t *message, const struct publication *item,
    const struct publication_batch *batch, struct text id, struct tag_traces *traces)
{
	rd_kafka_headers_t *headers = NULL;

	if (rd_kafka_message_detach_headers(message, &headers))
		headers = rd_kafka_headers_new(8);
	else
		replace(headers);
	add(headers, TAG_ID, id);
	if (item->trace) {
		add_origin(headers, item->fact, batch->names);
		add(headers, TAG_TRACE, trace_text(traces, item->trace, batch));
	} else {
		add(headers, TAG_DISPOSITION, text_of(publication_disposition(item->fact)));
	}
	return headers;
}
