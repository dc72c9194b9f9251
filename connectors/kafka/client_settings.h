/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a client of a Kafka cluster may be told, be it one that reads or one
 * that writes:
 *
 *   bootstrap.servers: a:9092,b:9092
 *   kafka: {security.protocol: SASL_SSL, sasl.password: "${file:secrets/kafka}", …}
 *
 * `kafka` takes every setting that librdkafka knows, by its name, but for those
 * that our promises rest on. Secrets stand there by reference only (secrets.h).
 */
#ifndef DYETRACE_KAFKA_CLIENT_SETTINGS_H
#define DYETRACE_KAFKA_CLIENT_SETTINGS_H

#include "base/yaml.h"

struct kafka_property {
	char *name, *value; /* value: as written, references not resolved */
};

struct kafka_client_settings {
	char *servers; /* bootstrap.servers */
	struct kafka_property *properties;
	size_t property_count;
};

/* A setting of librdkafka's that `kafka` may not hold, and what to do instead. */
struct kafka_reserved {
	const char *name, *instead;
};

/*
 * Reads `bootstrap.servers` and `kafka` of a map, adding every mistake. settings:
 * ended by kafka_client_settings_fini(), whatever is returned.
 *
 * reserved  ended by a NULL name; those that no client may hold are refused besides
 * false     at least one problem was added
 */
bool kafka_client_settings_read(const char *file, const struct yaml_node *map,
    const struct kafka_reserved *reserved, struct kafka_client_settings *settings,
    struct yaml_problems *problems);
void kafka_client_settings_fini(struct kafka_client_settings *settings);

/* The value of a property as written; NULL: it is not set. */
const char *kafka_property_find(const struct kafka_client_settings *settings, const char *name);

#endif
