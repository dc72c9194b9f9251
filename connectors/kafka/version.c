/* SPDX-License-Identifier: Apache-2.0 */
#include "version.h"

#include <stdio.h>
#include <string.h>

/* "3.9-IV0" of inter.broker.protocol.version, which 4.0 has no longer. */
static void
take_entries(const rd_kafka_ConfigEntry_t **entries, size_t count, char out[KAFKA_VERSION_BYTES])
{
	const char *value;
	size_t i;

	if (!count)
		return;
	snprintf(out, KAFKA_VERSION_BYTES, "Kafka 4.0 or newer");
	for (i = 0; i < count; i++) {
		if (strcmp(rd_kafka_ConfigEntry_name(entries[i]),
			"inter.broker.protocol.version") != 0)
			continue;
		value = rd_kafka_ConfigEntry_value(entries[i]);
		if (value)
			snprintf(out, KAFKA_VERSION_BYTES, "Kafka %.*s", (int)strcspn(value, "-"),
			    value);
	}
}

static void
take_event(rd_kafka_event_t *event, char out[KAFKA_VERSION_BYTES])
{
	const rd_kafka_DescribeConfigs_result_t *result =
	    rd_kafka_event_DescribeConfigs_result(event);
	const rd_kafka_ConfigResource_t **resources;
	const rd_kafka_ConfigEntry_t **entries;
	size_t count = 0;

	if (!result || rd_kafka_event_error(event))
		return;
	resources = rd_kafka_DescribeConfigs_result_resources(result, &count);
	if (!count || rd_kafka_ConfigResource_error(resources[0]))
		return;
	entries = rd_kafka_ConfigResource_configs(resources[0], &count);
	take_entries(entries, count, out);
}

const char *
kafka_version(rd_kafka_t *client, int timeout_ms, char out[KAFKA_VERSION_BYTES])
{
	rd_kafka_ConfigResource_t *resource;
	rd_kafka_queue_t *queue;
	rd_kafka_event_t *event;
	int32_t broker = rd_kafka_controllerid(client, timeout_ms);
	char name[16];

	snprintf(out, KAFKA_VERSION_BYTES, "of a version that this user may not ask for");
	if (broker < 0)
		return out;
	snprintf(name, sizeof(name), "%d", broker);
	resource = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_BROKER, name);
	queue = rd_kafka_queue_new(client);
	rd_kafka_DescribeConfigs(client, &resource, 1, NULL, queue);
	event = rd_kafka_queue_poll(queue, timeout_ms);
	if (event)
		take_event(event, out);
	rd_kafka_event_destroy(event);
	rd_kafka_queue_destroy(queue);
	rd_kafka_ConfigResource_destroy(resource);
	return out;
}
