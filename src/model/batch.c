/* SPDX-License-Identifier: Apache-2.0 */
/* Columns of one capacity; texts in one arena. */
#include "model/batch.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/memory.h"

void
batch_init(struct batch *batch, size_t capacity, size_t bytes_max)
{
	*batch = (struct batch){.capacity = capacity, .bytes_max = bytes_max};
	arena_init(&batch->arena);
	batch->messages = memory_get_array(capacity, sizeof(*batch->messages));
	batch->outcomes = memory_get_array(capacity, sizeof(*batch->outcomes));
	batch->events = memory_get_array(capacity, sizeof(*batch->events));
	batch->origins = memory_get_array(capacity, sizeof(*batch->origins));
	batch->traces = memory_get_array(capacity, sizeof(*batch->traces));
	batch->influences = memory_get_array(capacity, sizeof(*batch->influences));
}

void
batch_fini(struct batch *batch)
{
	arena_fini(&batch->arena);
	memory_free(batch->messages);
	memory_free(batch->outcomes);
	memory_free(batch->events);
	memory_free(batch->origins);
	memory_free(batch->traces);
	memory_free(batch->influences);
	*batch = (struct batch){0};
}

void
batch_reset(struct batch *batch)
{
	arena_reset(&batch->arena);
	batch->count = 0;
	batch->bytes = 0;
}

bool
batch_full(const struct batch *batch)
{
	return batch->count == batch->capacity || batch->bytes >= batch->bytes_max;
}

struct message *
batch_add(struct batch *batch)
{
	struct message *message;

	assert(batch->count < batch->capacity);
	message = &batch->messages[batch->count++];
	*message = (struct message){.count = 1, .source_time_ms = TIME_NONE};
	return message;
}

void
batch_put_aside(struct batch *batch, size_t i, enum disposition disposition, const char *reason,
    const char *format, ...)
{
	char detail[512];
	va_list args;

	va_start(args, format);
	vsnprintf(detail, sizeof(detail), format, args);
	va_end(args);
	batch->outcomes[i] =
	    (struct outcome){disposition, reason, arena_text(&batch->arena, text_of(detail))};
}
