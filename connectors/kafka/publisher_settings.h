/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a publisher of type kafka may be told:
 *
 *   bootstrap.servers, kafka              client_settings.h
 *   schema.registry.url, schema.registry  registry/registry_settings.h; without them values are JSON
 *   provenance: {topic: dye.provenance, events: 1024}
 *   copy: {topic: "${topic}.tagged", sources: [incidents], transactional: false, group.id: dyetrace}
 *   influence: {topic: dye.influence, features: [a, b] | all}
 *   movement: {topic: dye.movement}
 */
#ifndef DYETRACE_KAFKA_PUBLISHER_SETTINGS_H
#define DYETRACE_KAFKA_PUBLISHER_SETTINGS_H

#include "client_settings.h"
#include "model/publisher.h"

#define COPY_TOPIC_MARK "${topic}"

struct publisher_settings {
	struct kafka_client_settings client;
	const struct yaml_node *registry_url, *registry; /* borrowed; url NULL: there is none */
	char *provenance;                                /* topics; NULL: not published */
	int64_t events_max;
	char *copy; /* as written, with COPY_TOPIC_MARK */
	char *copy_group;
	bool transactional;
	const struct publisher_source **copy_sources; /* whose topics are copied; borrowed */
	size_t copy_source_count;
	char *influence;
	char **features; /* count 0: all */
	size_t feature_count;
	char *movement;
};

/*
 * Reads the publisher's map, adding every mistake. settings are ended by
 * publisher_settings_fini(), whatever is returned.
 *
 * false: at least one problem was added
 */
bool publisher_settings_read(const char *file, const struct yaml_node *map,
    const struct publisher_surroundings *surroundings, struct publisher_settings *settings,
    struct yaml_problems *problems);
void publisher_settings_fini(struct publisher_settings *settings);

/* gives: the name of the topic that copies of a topic go to */
char *publisher_copy_topic(const struct publisher_settings *settings, const char *topic);

#endif
