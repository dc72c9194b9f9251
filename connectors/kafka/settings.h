/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a source of type kafka may be told:
 *
 *   bootstrap.servers, kafka              client_settings.h
 *   topics: [a, b]  or  topics.regex: 'a\..*'
 *   group.id: dyetrace                    where progress is shown, nothing else
 *   begin: earliest                       earliest | latest | a time; or a map topic: where
 *   skip: {a/3: 1200}                     positions below it that were not read yet are passed over
 *   format: auto                          auto | avro | json
 *   on.unknown.schema: pause              pause | quarantine
 *   schema: event.avsc                    of bare Avro records
 *   schema.registry.url, schema.registry  registry/registry_settings.h
 */
#ifndef DYETRACE_KAFKA_SETTINGS_H
#define DYETRACE_KAFKA_SETTINGS_H

#include <regex.h>

#include "base/yaml.h"
#include "client_settings.h"

#define KAFKA_TOPIC_BYTES_MAX 249
#define KAFKA_PATTERN_BYTES_MAX 1024

enum kafka_begin_at {
	KAFKA_EARLIEST,
	KAFKA_LATEST,
	KAFKA_TIME,
};

struct kafka_begin {
	enum kafka_begin_at at;
	int64_t time_ms; /* KAFKA_TIME */
};

struct kafka_topic_begin {
	char *topic;
	struct kafka_begin begin;
};

struct kafka_skip {
	char *partition; /* TOPIC/NUMBER */
	int64_t offset;  /* the first that is read */
};

enum kafka_format {
	KAFKA_FORMAT_AUTO,
	KAFKA_FORMAT_AVRO,
	KAFKA_FORMAT_JSON,
};

struct kafka_settings {
	struct kafka_client_settings client;
	char **topics;
	size_t topic_count;
	bool has_pattern;
	regex_t pattern; /* topics.regex, of the whole name */
	char *group;
	struct kafka_begin begin; /* of topics that begins does not name */
	struct kafka_topic_begin *begins;
	size_t begin_count;
	struct kafka_skip *skips;
	size_t skip_count;
	enum kafka_format format;
	bool quarantine_unknown; /* on.unknown.schema */
	char *schema;            /* path; NULL: none */
};

/*
 * Reads the source's map, adding every mistake. settings are ended by
 * kafka_settings_fini(), whatever is returned.
 *
 * false: at least one problem was added
 */
bool kafka_settings_read(const char *settings_file, const struct yaml_node *map,
    struct kafka_settings *settings, struct yaml_problems *problems);
void kafka_settings_fini(struct kafka_settings *settings);

/* Where a topic begins that the store has never read. */
struct kafka_begin kafka_begin_of(const struct kafka_settings *settings, const char *topic);
/* The first offset that an operator wants of a partition; 0: all. */
int64_t kafka_skip_of(const struct kafka_settings *settings, const char *partition);
/* Whether the settings want this topic. */
bool kafka_wants_topic(const struct kafka_settings *settings, const char *topic);

/* What the map may hold; NULL ends it. */
extern const char *const kafka_source_keys[];
/* What `kafka` in it may not hold, as client_settings.h wants it. */
extern const struct kafka_reserved kafka_source_reserved[];

#endif
