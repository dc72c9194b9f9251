/* SPDX-License-Identifier: Apache-2.0 */
/* The source's map to struct kafka_settings. */
#include "settings.h"

#include "base/memory.h"
#include "base/timestamp.h"
#include "registry/registry_settings.h"

#define TOPICS_MAX 10000

const char *const kafka_source_keys[] = {"name", "type", "mapping", "bootstrap.servers", "kafka",
    "topics", "topics.regex", "group.id", "begin", "skip", "format", "on.unknown.schema", "schema",
    "schema.registry.url", "schema.registry", NULL};

const struct kafka_reserved kafka_source_reserved[] = {
    {"group.id", "write it beside `kafka`"},
    {"group.instance.id", "the tracker joins no group: leave it out"},
    {"partition.assignment.strategy", "the tracker joins no group: leave it out"},
    {"enable.auto.commit", "positions are the store's: leave it out"},
    {"enable.auto.offset.store", "positions are the store's: leave it out"},
    {"auto.offset.reset",
	"where to begin is said by `begin`; a lost position is never reset "
	"without a word"},
    {"isolation.level", "only committed records are read: leave it out"},
    {"enable.partition.eof", "the tracker sets it: leave it out"},
    {NULL, NULL},
};

static const char *const formats[] = {"auto", "avro", "json", NULL};
static const char *const on_unknown[] = {"pause", "quarantine", NULL};

/* As brokers want names: [a-zA-Z0-9._-], up to 249. */
static bool
is_topic_name(struct text name)
{
	size_t i;

	if (!name.size || name.size > KAFKA_TOPIC_BYTES_MAX || text_is(name, ".") ||
	    text_is(name, ".."))
		return false;
	for (i = 0; i < name.size; i++) {
		char c = name.data[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			c == '.' || c == '_' || c == '-'))
			return false;
	}
	return true;
}

static bool
check_topic_name(const char *file, const struct yaml_node *node, struct text name,
    struct yaml_problems *problems)
{
	char shown[64];

	if (is_topic_name(name))
		return true;
	yaml_problem_add(problems, file, node,
	    "'%s' is no name of a topic: up to 249 letters, digits, '.', '_' and '-'",
	    text_show(name, 40, shown, sizeof(shown)));
	return false;
}

static void
add_topic(const char *file, const struct yaml_node *node, struct kafka_settings *settings,
    struct yaml_problems *problems)
{
	struct text name;
	size_t i;

	if (!yaml_text(file, node, &name, problems) ||
	    !check_topic_name(file, node, name, problems))
		return;
	for (i = 0; i < settings->topic_count; i++)
		if (text_is(name, settings->topics[i])) {
			yaml_problem_add(problems, file, node,
			    "%.*s is named twice: once is enough", TEXT_PRINT(name));
			return;
		}
	settings->topics[settings->topic_count++] = memory_text(name.data);
}

static void
read_topics(const char *file, const struct yaml_node *node, struct kafka_settings *settings,
    struct yaml_problems *problems)
{
	size_t i;

	if (node->kind != YAML_LIST) {
		settings->topics = memory_get_array(1, sizeof(*settings->topics));
		add_topic(file, node, settings, problems);
		return;
	}
	if (!node->count)
		yaml_problem_add(
		    problems, file, node, "topics is an empty list: name at least one topic");
	if (node->count > TOPICS_MAX) {
		yaml_problem_add(
		    problems, file, node, "more than %d topics: use topics.regex", TOPICS_MAX);
		return;
	}
	settings->topics = memory_get_array(node->count + 1, sizeof(*settings->topics));
	for (i = 0; i < node->count; i++)
		add_topic(file, node->items[i], settings, problems);
}

/* The pattern is of the whole name, as Kafka Connect's is. */
static void
read_pattern(const char *file, const struct yaml_node *node, struct kafka_settings *settings,
    struct yaml_problems *problems)
{
	struct buffer whole = {0};
	struct text pattern;
	char why[128];
	int code;

	if (!yaml_text(file, node, &pattern, problems))
		return;
	if (!pattern.size || pattern.size > KAFKA_PATTERN_BYTES_MAX) {
		yaml_problem_add(problems, file, node,
		    "topics.regex is a pattern of up to %d characters, as 'crm\\..*'",
		    KAFKA_PATTERN_BYTES_MAX);
		return;
	}
	buffer_add_format(&whole, "^(%.*s)$", TEXT_PRINT(pattern));
	buffer_add_byte(&whole, 0);
	code = regcomp(&settings->pattern, (const char *)whole.data, REG_EXTENDED | REG_NOSUB);
	if (code == 0) {
		settings->has_pattern = true;
	} else {
		regerror(code, &settings->pattern, why, sizeof(why));
		yaml_problem_add(problems, file, node,
		    "topics.regex is no extended regular expression (POSIX): %s", why);
	}
	buffer_fini(&whole);
}

static void
read_what(const char *file, const struct yaml_node *map, struct kafka_settings *settings,
    struct yaml_problems *problems)
{
	const struct yaml_node *topics = yaml_find(map, "topics");
	const struct yaml_node *pattern = yaml_find(map, "topics.regex");

	if (topics && pattern)
		yaml_problem_add(
		    problems, file, pattern, "topics and topics.regex both: keep one of them");
	if (!topics && !pattern)
		yaml_problem_add(problems, file, map,
		    "topics is missing: a list of topics, or topics.regex: 'crm\\..*'");
	if (topics)
		read_topics(file, topics, settings, problems);
	if (pattern)
		read_pattern(file, pattern, settings, problems);
}

static void
read_begin_at(const char *file, const struct yaml_node *node, struct kafka_begin *begin,
    struct yaml_problems *problems)
{
	const struct timestamp_rule rule = {.format = TIMESTAMP_ISO8601};
	struct text text;
	char shown[64];

	if (!yaml_text(file, node, &text, problems))
		return;
	if (text_is(text, "earliest"))
		begin->at = KAFKA_EARLIEST;
	else if (text_is(text, "latest"))
		begin->at = KAFKA_LATEST;
	else if (timestamp_parse(text, &rule, &begin->time_ms, NULL))
		begin->at = KAFKA_TIME;
	else
		yaml_problem_add(problems, file, node,
		    "begin is earliest, latest or a time like 2026-03-01T00:00:00Z, not '%s'",
		    text_show(text, 40, shown, sizeof(shown)));
}

static void
read_begin(const char *file, const struct yaml_node *node, struct kafka_settings *settings,
    struct yaml_problems *problems)
{
	size_t i;

	if (!node)
		return;
	if (node->kind != YAML_MAP) {
		read_begin_at(file, node, &settings->begin, problems);
		return;
	}
	settings->begins = memory_get_array(node->count + 1, sizeof(*settings->begins));
	for (i = 0; i < node->count; i++) {
		const struct yaml_member *member = &node->members[i];
		struct kafka_topic_begin *begin = &settings->begins[settings->begin_count];

		if (kafka_wants_topic(settings, member->key.data)) {
			begin->topic = memory_text(member->key.data);
			settings->begin_count++;
			read_begin_at(file, member->value, &begin->begin, problems);
		} else {
			yaml_problem_add_at(problems, file, member->line, member->column,
			    "begin names '%s', which this source does not read: add it to topics, "
			    "or correct its name",
			    member->key.data);
		}
	}
}

/* TOPIC/NUMBER of a topic that is read. */
static bool
is_partition_name(const struct kafka_settings *settings, struct text name)
{
	const char *slash = name.size ? memrchr(name.data, '/', name.size) : NULL;
	char *topic;
	size_t digits;
	bool wanted;

	if (!slash)
		return false;
	digits = name.size - (size_t)(slash + 1 - name.data);
	if (!digits || digits > 9 || strspn(slash + 1, "0123456789") != digits)
		return false;
	topic = memory_text_n(name.data, (size_t)(slash - name.data));
	wanted = kafka_wants_topic(settings, topic);
	memory_free(topic);
	return wanted;
}

static void
read_skip(const char *file, const struct yaml_node *node, struct kafka_settings *settings,
    struct yaml_problems *problems)
{
	size_t i;

	if (!node || yaml_is_null(node))
		return;
	if (node->kind != YAML_MAP) {
		yaml_problem_add(problems, file, node,
		    "skip is a map of the first offset that is read: {TOPIC/PARTITION: OFFSET}");
		return;
	}
	settings->skips = memory_get_array(node->count + 1, sizeof(*settings->skips));
	for (i = 0; i < node->count; i++) {
		const struct yaml_member *member = &node->members[i];
		int64_t offset;

		if (!is_partition_name(settings, member->key))
			yaml_problem_add_at(problems, file, member->line, member->column,
			    "skip names no partition of a topic that is read: TOPIC/PARTITION");
		else if (yaml_long(file, member->value, 0, INT64_MAX, &offset, problems))
			settings->skips[settings->skip_count++] =
			    (struct kafka_skip){memory_text(member->key.data), offset};
	}
}

static void
read_group(const char *file, const struct yaml_node *node, struct kafka_settings *settings,
    struct yaml_problems *problems)
{
	struct text group = TEXT("dyetrace");

	if (node && yaml_text(file, node, &group, problems) && !group.size)
		yaml_problem_add(problems, file, node,
		    "group.id is empty: leave it out, or name the group that shows the progress");
	settings->group = memory_text_n(group.data, group.size);
}

static void
read_schema(const char *file, const struct yaml_node *node, struct kafka_settings *settings,
    struct yaml_problems *problems)
{
	struct text path;

	if (!node || !yaml_text(file, node, &path, problems))
		return;
	if (path.size)
		settings->schema = memory_text(path.data);
	else
		yaml_problem_add(problems, file, node,
		    "schema is empty: name the file of the Avro schema of bare records");
}

bool
kafka_settings_read(const char *settings_file, const struct yaml_node *map,
    struct kafka_settings *settings, struct yaml_problems *problems)
{
	struct kafka_client_settings client;
	size_t before = problems->count;
	int format = KAFKA_FORMAT_AUTO, unknown = 0;

	*settings = (struct kafka_settings){0};
	yaml_check_keys(settings_file, map, kafka_source_keys, problems);
	kafka_client_settings_read(settings_file, map, kafka_source_reserved, &client, problems);
	settings->client = client;
	read_what(settings_file, map, settings, problems);
	read_group(settings_file, yaml_find(map, "group.id"), settings, problems);
	read_begin(settings_file, yaml_find(map, "begin"), settings, problems);
	read_skip(settings_file, yaml_find(map, "skip"), settings, problems);
	yaml_choice(settings_file, yaml_find(map, "format"), "format", formats,
	    "auto, avro or json", &format, problems);
	settings->format = (enum kafka_format)format;
	yaml_choice(settings_file, yaml_find(map, "on.unknown.schema"), "on.unknown.schema",
	    on_unknown, "pause or quarantine", &unknown, problems);
	settings->quarantine_unknown = unknown == 1;
	read_schema(settings_file, yaml_find(map, "schema"), settings, problems);
	registry_settings_check(settings_file, yaml_find(map, "schema.registry.url"),
	    yaml_find(map, "schema.registry"), problems);
	return problems->count == before;
}

void
kafka_settings_fini(struct kafka_settings *settings)
{
	size_t i;

	kafka_client_settings_fini(&settings->client);
	for (i = 0; i < settings->topic_count; i++)
		memory_free(settings->topics[i]);
	memory_free(settings->topics);
	if (settings->has_pattern)
		regfree(&settings->pattern);
	for (i = 0; i < settings->begin_count; i++)
		memory_free(settings->begins[i].topic);
	memory_free(settings->begins);
	for (i = 0; i < settings->skip_count; i++)
		memory_free(settings->skips[i].partition);
	memory_free(settings->skips);
	memory_free(settings->group);
	memory_free(settings->schema);
	*settings = (struct kafka_settings){0};
}

struct kafka_begin
kafka_begin_of(const struct kafka_settings *settings, const char *topic)
{
	size_t i;

	for (i = 0; i < settings->begin_count; i++)
		if (strcmp(settings->begins[i].topic, topic) == 0)
			return settings->begins[i].begin;
	return settings->begin;
}

int64_t
kafka_skip_of(const struct kafka_settings *settings, const char *partition)
{
	size_t i;

	for (i = 0; i < settings->skip_count; i++)
		if (strcmp(settings->skips[i].partition, partition) == 0)
			return settings->skips[i].offset;
	return 0;
}

bool
kafka_wants_topic(const struct kafka_settings *settings, const char *topic)
{
	size_t i;

	for (i = 0; i < settings->topic_count; i++)
		if (strcmp(settings->topics[i], topic) == 0)
			return true;
	/* Brokers' own topics (__consumer_offsets) are named or left alone. */
	return settings->has_pattern && strncmp(topic, "__", 2) != 0 &&
	    regexec(&settings->pattern, topic, 0, NULL, 0) == 0;
}
