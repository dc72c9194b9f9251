/* SPDX-License-Identifier: Apache-2.0 */
/* The topics' own settings, as far as we may see them: what holes in their offsets can mean. */
#include <stdlib.h>

#include "base/memory.h"
#include "look.h"

static void
take_entry(struct look_topic *topic, const rd_kafka_ConfigEntry_t *entry)
{
	const char *name = rd_kafka_ConfigEntry_name(entry);
	const char *value = rd_kafka_ConfigEntry_value(entry);

	if (!value)
		return;
	if (strcmp(name, "cleanup.policy") == 0)
		topic->policy = strstr(value, "compact") ? POLICY_COMPACT : POLICY_DELETE;
	else if (strcmp(name, "retention.ms") == 0)
		topic->retention_ms = strtoll(value, NULL, 10);
}

static void
take_resource(struct look *look, const rd_kafka_ConfigResource_t *resource)
{
	struct look_topic *topic =
	    (struct look_topic *)look_find(look, rd_kafka_ConfigResource_name(resource));
	const rd_kafka_ConfigEntry_t **entries;
	size_t count, i;

	if (!topic || rd_kafka_ConfigResource_error(resource))
		return;
	entries = rd_kafka_ConfigResource_configs(resource, &count);
	for (i = 0; i < count; i++)
		take_entry(topic, entries[i]);
}

static void
take_result(struct look *look, rd_kafka_event_t *event)
{
	const rd_kafka_DescribeConfigs_result_t *result =
	    rd_kafka_event_DescribeConfigs_result(event);
	const rd_kafka_ConfigResource_t **resources;
	size_t count, i;

	if (!result || rd_kafka_event_error(event))
		return;
	resources = rd_kafka_DescribeConfigs_result_resources(result, &count);
	for (i = 0; i < count; i++)
		take_resource(look, resources[i]);
}

/* gives an array of *count; topics that are not there are left out */
static rd_kafka_ConfigResource_t **
list_resources(const struct look *look, size_t *count)
{
	rd_kafka_ConfigResource_t **resources =
	    memory_get_array(look->topic_count + 1, sizeof(*resources));
	size_t i;

	*count = 0;
	for (i = 0; i < look->topic_count; i++)
		if (!look->topics[i].error)
			resources[(*count)++] = rd_kafka_ConfigResource_new(
			    RD_KAFKA_RESOURCE_TOPIC, look->topics[i].name);
	return resources;
}

void
look_policies(struct look *look, rd_kafka_t *client, int timeout_ms)
{
	rd_kafka_AdminOptions_t *options =
	    rd_kafka_AdminOptions_new(client, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
	rd_kafka_queue_t *queue = rd_kafka_queue_new(client);
	rd_kafka_ConfigResource_t **resources;
	rd_kafka_event_t *event = NULL;
	char why[128];
	size_t count;

	rd_kafka_AdminOptions_set_request_timeout(options, timeout_ms, why, sizeof(why));
	resources = list_resources(look, &count);
	if (count) {
		rd_kafka_DescribeConfigs(client, resources, count, options, queue);
		event = rd_kafka_queue_poll(queue, timeout_ms + 100);
	}
	if (event)
		take_result(look, event);
	rd_kafka_event_destroy(event);
	rd_kafka_ConfigResource_destroy_array(resources, count);
	memory_free(resources);
	rd_kafka_queue_destroy(queue);
	rd_kafka_AdminOptions_destroy(options);
}
