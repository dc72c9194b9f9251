/* SPDX-License-Identifier: Apache-2.0 */
/* Events in one array, changes in one arena. */
#include "log.h"

#include "base/memory.h"

void
log_init(struct log *log)
{
	*log = (struct log){.names = symbols_open(),
	    .precision = PRECISION_SECOND,
	    .zoned = true,
	    .has_dataset = true};
	arena_init(&log->arena);
}

void
log_fini(struct log *log)
{
	arena_fini(&log->arena);
	symbols_close(log->names);
	memory_free(log->events);
}

struct log_event *
log_add(struct log *log, uint32_t change_count)
{
	struct log_event *event;

	memory_grow(&log->events, &log->capacity, log->count + 1, sizeof(*log->events));
	event = &log->events[log->count++];
	*event = (struct log_event){.change_count = change_count};
	event->changes = arena_get_zero(&log->arena, change_count * sizeof(*event->changes));
	return event;
}

uint32_t
log_name(struct log *log, const char *text)
{
	return symbols_add(log->names, text_of(text));
}

const char *
log_text(const struct log *log, uint32_t symbol)
{
	struct text text = symbols_text(log->names, symbol);

	return text.data ? text.data : "";
}

/* Merges two sorted halves; stable, unlike qsort. */
static void
merge(const struct log_event *from, struct log_event *to, size_t low, size_t middle, size_t high)
{
	size_t left = low, right = middle, i;

	for (i = low; i < high; i++) {
		bool take_left =
		    left < middle && (right == high || from[left].time_ms <= from[right].time_ms);

		to[i] = take_left ? from[left++] : from[right++];
	}
}

void
log_sort(struct log *log)
{
	struct log_event *other = memory_get_array(log->count + 1, sizeof(*other)), *swap;
	size_t width, low;

	for (width = 1; width < log->count; width *= 2) {
		for (low = 0; low < log->count; low += 2 * width) {
			size_t middle = low + width < log->count ? low + width : log->count;
			size_t high = low + 2 * width < log->count ? low + 2 * width : log->count;

			merge(log->events, other, low, middle, high);
		}
		swap = log->events;
		log->events = other;
		other = swap;
	}
	log->capacity = log->count + 1;
	memory_free(other);
}
