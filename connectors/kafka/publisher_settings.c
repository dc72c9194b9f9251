/* SPDX-License-Identifier: Apache-2.0 */
/* The publisher's map to struct publisher_settings. */
#include "publisher_settings.h"

#include "base/memory.h"
#include "producer.h"
#include "registry/registry_settings.h"
#include "settings.h"

#define EVENTS_DEFAULT 1024
#define EVENTS_MAX 1024 /* what one block of the ledger holds */
#define FEATURES_MAX 10000

static const char *const keys[] = {"name", "type", "from", "bootstrap.servers", "kafka",
    "schema.registry.url", "schema.registry", "provenance", "copy", "influence", "movement", NULL};
static const char *const provenance_keys[] = {"topic", "events", NULL};
static const char *const copy_keys[] = {"topic", "sources", "transactional", "group.id", NULL};
static const char *const influence_keys[] = {"topic", "features", NULL};
static const char *const movement_keys[] = {"topic", NULL};

struct reading {
	const char *file;
	const struct publisher_surroundings *surroundings;
	struct publisher_settings *settings;
	struct yaml_problems *problems;
};

/* --- topics ---------------------------------------------------------------------------- */

static bool
is_topic_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	    c == '.' || c == '_' || c == '-';
}

/* As brokers want names; with a mark for what is copied, if it may have one. */
static bool
is_topic(struct text name, bool may_mark)
{
	size_t mark = sizeof(COPY_TOPIC_MARK) - 1, i;

	if (!name.size || name.size > KAFKA_TOPIC_BYTES_MAX)
		return false;
	for (i = 0; i < name.size; i++) {
		if (may_mark && name.size - i >= mark &&
		    memcmp(name.data + i, COPY_TOPIC_MARK, mark) == 0)
			i += mark - 1;
		else if (!is_topic_byte(name.data[i]))
			return false;
	}
	return true;
}

/* The part's map and its topic; NULL: the part is not there, or not right. */
static char *
read_part(struct reading *reading, const struct yaml_node *map, const char *name,
    const char *const *known, const struct yaml_node **part)
{
	const struct yaml_node *topic;
	struct text text = TEXT_NONE;
	char shown[64];

	*part = yaml_find(map, name);
	if (!*part || yaml_is_null(*part))
		return NULL;
	if ((*part)->kind != YAML_MAP) {
		yaml_problem_add(reading->problems, reading->file, *part,
		    "`%s` is a map: {topic: dye.%s}", name, name);
		return NULL;
	}
	yaml_check_keys(reading->file, *part, known, reading->problems);
	topic = yaml_find(*part, "topic");
	if (!topic) {
		yaml_problem_add(reading->problems, reading->file, *part,
		    "`%s` without `topic`: say where it goes", name);
		return NULL;
	}
	if (!yaml_text(reading->file, topic, &text, reading->problems))
		return NULL;
	if (is_topic(text, known == copy_keys))
		return memory_text(text.data);
	yaml_problem_add(reading->problems, reading->file, topic,
	    "'%s' is no name of a topic: up to 249 letters, digits, '.', '_' and '-'",
	    text_show(text, 40, shown, sizeof(shown)));
	return NULL;
}

/* --- provenance, influence, movement ------------------------------------------------------ */

static void
read_provenance(struct reading *reading, const struct yaml_node *map)
{
	struct publisher_settings *settings = reading->settings;
	const struct yaml_node *part;

	settings->events_max = EVENTS_DEFAULT;
	settings->provenance = read_part(reading, map, "provenance", provenance_keys, &part);
	if (settings->provenance && yaml_find(part, "events"))
		yaml_long(reading->file, yaml_find(part, "events"), 1, EVENTS_MAX,
		    &settings->events_max, reading->problems);
}

static void
add_feature(struct reading *reading, const struct yaml_node *node)
{
	struct text name = TEXT_NONE;

	if (yaml_text(reading->file, node, &name, reading->problems))
		reading->settings->features[reading->settings->feature_count++] =
		    memory_text(name.data);
}

static void
read_influence(struct reading *reading, const struct yaml_node *map)
{
	struct publisher_settings *settings = reading->settings;
	const struct yaml_node *part, *features;
	size_t i;

	settings->influence = read_part(reading, map, "influence", influence_keys, &part);
	features = settings->influence ? yaml_find(part, "features") : NULL;
	if (!features || (features->kind == YAML_SCALAR && text_is(features->text, "all")))
		return;
	if (features->kind != YAML_LIST || !features->count || features->count > FEATURES_MAX) {
		yaml_problem_add(reading->problems, reading->file, features,
		    "`features` is `all`, or a list of names: [incident_priority]");
		return;
	}
	settings->features = memory_get_array(features->count, sizeof(*settings->features));
	for (i = 0; i < features->count; i++)
		add_feature(reading, features->items[i]);
}

static void
read_movement(struct reading *reading, const struct yaml_node *map)
{
	const struct yaml_node *part;

	reading->settings->movement = read_part(reading, map, "movement", movement_keys, &part);
}

/* --- copies ---------------------------------------------------------------------------- */

char *
publisher_copy_topic(const struct publisher_settings *settings, const char *topic)
{
	const char *at = settings->copy, *mark;
	struct buffer name = {0};

	while ((mark = strstr(at, COPY_TOPIC_MARK))) {
		buffer_add_format(&name, "%.*s%s", (int)(mark - at), at, topic);
		at = mark + sizeof(COPY_TOPIC_MARK) - 1;
	}
	buffer_add_format(&name, "%s", at);
	buffer_add_byte(&name, 0);
	return (char *)name.data;
}

static void
add_source(
    struct reading *reading, const struct yaml_node *at, const struct publisher_source *source)
{
	struct publisher_settings *settings = reading->settings;

	if (strcmp(source->type, "kafka") != 0) {
		yaml_problem_add(reading->problems, reading->file, at,
		    "source `%s` is of type %s: only what is read from Kafka can be copied",
		    source->name, source->type);
		return;
	}
	settings->copy_sources[settings->copy_source_count++] = source;
}

static void
find_source(struct reading *reading, const struct yaml_node *node)
{
	const struct publisher_surroundings *surroundings = reading->surroundings;
	struct text name = TEXT_NONE;
	char shown[64];
	size_t i;

	if (!yaml_text(reading->file, node, &name, reading->problems))
		return;
	for (i = 0; i < surroundings->source_count; i++)
		if (text_is(name, surroundings->sources[i].name)) {
			add_source(reading, node, &surroundings->sources[i]);
			return;
		}
	yaml_problem_add(reading->problems, reading->file, node, "there is no source `%s`",
	    text_show(name, 40, shown, sizeof(shown)));
}

/* All of type kafka where none is named. */
static void
read_sources(struct reading *reading, const struct yaml_node *part)
{
	const struct publisher_surroundings *surroundings = reading->surroundings;
	const struct yaml_node *list = yaml_find(part, "sources");
	size_t room = surroundings->source_count + (list ? list->count : 0) + 1, i;

	reading->settings->copy_sources =
	    memory_get_array(room, sizeof(*reading->settings->copy_sources));
	if (list && list->kind != YAML_LIST) {
		yaml_problem_add(reading->problems, reading->file, list,
		    "`sources` is a list of names: [incidents]");
		return;
	}
	for (i = 0; list && i < list->count; i++)
		find_source(reading, list->items[i]);
	for (i = 0; !list && i < surroundings->source_count; i++)
		if (strcmp(surroundings->sources[i].type, "kafka") == 0)
			add_source(reading, part, &surroundings->sources[i]);
	if (!list && !reading->settings->copy_source_count)
		yaml_problem_add(reading->problems, reading->file, part,
		    "no source is of type kafka: there is nothing to copy");
}

/* Copies would be read, and copied, again; two topics would become one. */
static void
check_topics(struct reading *reading, const struct yaml_node *at,
    const struct publisher_source *source, const struct kafka_settings *read)
{
	const struct publisher_settings *settings = reading->settings;
	size_t i;

	if (!strstr(settings->copy, COPY_TOPIC_MARK) &&
	    (read->has_pattern || read->topic_count > 1))
		yaml_problem_add(reading->problems, reading->file, at,
		    "source `%s` reads several topics: write \"" COPY_TOPIC_MARK
		    "\" where their names go",
		    source->name);
	for (i = 0; i < read->topic_count; i++) {
		char *copy = publisher_copy_topic(settings, read->topics[i]);

		if (kafka_wants_topic(read, copy))
			yaml_problem_add(reading->problems, reading->file, at,
			    "copies of %s would go to %s, which source `%s` reads: they would be "
			    "copied again and again; name another topic",
			    read->topics[i], copy, source->name);
		memory_free(copy);
	}
}

/* What is wrong with the source itself, the source says. */
static void
check_source(
    struct reading *reading, const struct yaml_node *part, const struct publisher_source *source)
{
	struct kafka_settings read;
	struct yaml_problems ignored = {0};

	if (kafka_settings_read(reading->file, source->settings, &read, &ignored))
		check_topics(reading, yaml_find(part, "topic"), source, &read);
	kafka_settings_fini(&read);
	yaml_problems_fini(&ignored);
}

static void
read_copy(struct reading *reading, const struct yaml_node *map)
{
	struct publisher_settings *settings = reading->settings;
	const struct yaml_node *part, *group;
	struct text name = TEXT("dyetrace");
	size_t i;

	settings->copy = read_part(reading, map, "copy", copy_keys, &part);
	if (!settings->copy)
		return;
	read_sources(reading, part);
	if (yaml_find(part, "transactional"))
		yaml_boolean(reading->file, yaml_find(part, "transactional"),
		    &settings->transactional, reading->problems);
	group = yaml_find(part, "group.id");
	if (group)
		yaml_text(reading->file, group, &name, reading->problems);
	settings->copy_group = memory_text_n(name.data, name.size);
	for (i = 0; i < settings->copy_source_count; i++)
		check_source(reading, part, settings->copy_sources[i]);
}

/* --- all ------------------------------------------------------------------------------- */

bool
publisher_settings_read(const char *file, const struct yaml_node *map,
    const struct publisher_surroundings *surroundings, struct publisher_settings *settings,
    struct yaml_problems *problems)
{
	struct reading reading = {file, surroundings, settings, problems};
	size_t before = problems->count;

	*settings = (struct publisher_settings){0};
	yaml_check_keys(file, map, keys, problems);
	kafka_client_settings_read(file, map, producer_reserved, &settings->client, problems);
	settings->registry_url = yaml_find(map, "schema.registry.url");
	settings->registry = yaml_find(map, "schema.registry");
	if (settings->registry_url || settings->registry)
		registry_settings_check(file, settings->registry_url, settings->registry, problems);
	read_provenance(&reading, map);
	read_copy(&reading, map);
	read_influence(&reading, map);
	read_movement(&reading, map);
	if (problems->count == before && !settings->provenance && !settings->copy &&
	    !settings->influence && !settings->movement)
		yaml_problem_add(problems, file, map,
		    "a publisher of nothing: add `provenance: {topic: dye.provenance}`, `copy`, "
		    "`influence` or `movement`");
	return problems->count == before;
}

void
publisher_settings_fini(struct publisher_settings *settings)
{
	size_t i;

	kafka_client_settings_fini(&settings->client);
	memory_free(settings->provenance);
	memory_free(settings->copy);
	memory_free(settings->copy_group);
	memory_free(settings->copy_sources);
	memory_free(settings->influence);
	for (i = 0; i < settings->feature_count; i++)
		memory_free(settings->features[i]);
	memory_free(settings->features);
	memory_free(settings->movement);
	*settings = (struct publisher_settings){0};
}
