/* SPDX-License-Identifier: Apache-2.0 */
#include "lost.h"

#include <stdlib.h>
#include <string.h>

#define FACILITY "BROKERUA"
#define FACILITY_CONNECTION "FAIL"

void
lost_init(struct lost *lost)
{
	pthread_mutex_init(&lost->mutex, NULL);
	atomic_init(&lost->any, false);
	lost->all = false;
	lost->count = 0;
}

void
lost_fini(struct lost *lost)
{
	pthread_mutex_destroy(&lost->mutex);
}

/* "TOPIC [N]: broker unavailable", behind "[thrd:NAME]: " where the library says it. */
static bool
parse(const char *line, struct lost_partition *partition)
{
	const char *at = strstr(line, "]: broker unavailable"), *begin, *space;
	size_t size;

	if (!at)
		return false;
	for (begin = at; begin > line && *begin != '['; begin--)
		;
	if (*begin != '[' || begin == line || begin[-1] != ' ')
		return false;
	partition->number = (int32_t)strtol(begin + 1, NULL, 10);
	space = begin - 1;
	for (begin = space; begin > line && begin[-1] != ' '; begin--)
		;
	size = (size_t)(space - begin);
	if (!size || size > KAFKA_TOPIC_BYTES_MAX)
		return false;
	memcpy(partition->topic, begin, size);
	partition->topic[size] = '\0';
	return true;
}

/* "HOST:PORT/ID: Disconnected (after 5000ms in state UP)": one that worked, not one that never did. */
static bool
is_broken_connection(const char *facility, const char *line)
{
	return strcmp(facility, FACILITY_CONNECTION) == 0 && strstr(line, " in state UP") != NULL;
}

static bool
has(const struct lost *lost, const struct lost_partition *partition)
{
	size_t i;

	for (i = 0; i < lost->count; i++)
		if (lost->items[i].number == partition->number &&
		    strcmp(lost->items[i].topic, partition->topic) == 0)
			return true;
	return false;
}

void
lost_note(struct lost *lost, const char *facility, const char *line)
{
	struct lost_partition partition;
	bool all = is_broken_connection(facility, line);

	if (!all && (strcmp(facility, FACILITY) != 0 || !parse(line, &partition)))
		return;
	pthread_mutex_lock(&lost->mutex);
	if (all)
		lost->all = true;
	else if (has(lost, &partition))
		; /* said before */
	else if (lost->count < LOST_MAX)
		lost->items[lost->count++] = partition;
	else
		lost->all = true;
	atomic_store(&lost->any, true);
	pthread_mutex_unlock(&lost->mutex);
}

void
lost_take(struct lost *lost, void (*visit)(void *context, const char *topic, int32_t number),
    void *context)
{
	size_t i;

	if (!atomic_load(&lost->any))
		return;
	pthread_mutex_lock(&lost->mutex);
	if (lost->all)
		visit(context, NULL, 0);
	for (i = 0; i < lost->count && !lost->all; i++)
		visit(context, lost->items[i].topic, lost->items[i].number);
	lost->all = false;
	lost->count = 0;
	atomic_store(&lost->any, false);
	pthread_mutex_unlock(&lost->mutex);
}
