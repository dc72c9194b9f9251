/* SPDX-License-Identifier: Apache-2.0 */
/* librdkafka itself is asked whether it knows a name and takes a value; it touches nothing then. */
#include "client_settings.h"

#include <librdkafka/rdkafka.h>

#include "base/memory.h"
#include "base/suggest.h"
#include "secrets.h"

#define VALUE_BYTES_MAX 4096

/* Of every client. */
static const struct kafka_reserved reserved_always[] = {
    {"bootstrap.servers", "write it beside `kafka`, not within"},
    {"metadata.broker.list", "write `bootstrap.servers` beside `kafka`"},
    {"plugin.library.paths", "foreign code is not loaded into the tracker: leave it out"},
    {"allow.auto.create.topics", "the tracker makes no topics: leave it out"},
    {NULL, NULL},
};

/* What must not stand in a settings file in clear. */
static const char *const secret_names[] = {"sasl.password", "ssl.key.password",
    "ssl.keystore.password", "ssl.key.pem", "sasl.oauthbearer.client.secret",
    "sasl.oauthbearer.config", NULL};

/* Names that have no default, which rd_kafka_conf_dump() leaves out; for suggestions. */
static const char *const without_default[] = {"sasl.username", "ssl.ca.location",
    "ssl.certificate.location", "ssl.key.location", "ssl.keystore.location", "ssl.crl.location",
    "ssl.cipher.suites", "sasl.oauthbearer.client.id", "sasl.oauthbearer.token.endpoint.url",
    "sasl.oauthbearer.method", "client.rack", "debug", NULL};

static bool
is_one_of(struct text word, const char *const *words)
{
	for (; *words; words++)
		if (text_is(word, *words))
			return true;
	return false;
}

static const struct kafka_reserved *
reserved_find(const struct kafka_reserved *reserved, struct text name)
{
	for (; reserved && reserved->name; reserved++)
		if (text_is(name, reserved->name))
			return reserved;
	return NULL;
}

/* The known name nearest to what was typed. */
static void
say_unknown(const char *file, const struct yaml_member *member, rd_kafka_conf_t *conf,
    struct yaml_problems *problems)
{
	struct suggestion nearest;
	struct text best;
	size_t count = 0, i;
	const char **names = rd_kafka_conf_dump(conf, &count);
	char shown[80];

	suggestion_init(&nearest, member->key);
	for (i = 0; i + 1 < count; i += 2)
		suggestion_try(&nearest, text_of(names[i]));
	for (i = 0; secret_names[i]; i++)
		suggestion_try(&nearest, text_of(secret_names[i]));
	for (i = 0; without_default[i]; i++)
		suggestion_try(&nearest, text_of(without_default[i]));
	best = suggestion_best(&nearest);
	text_show(member->key, 60, shown, sizeof(shown));
	if (best.data)
		yaml_problem_add_at(problems, file, member->line, member->column,
		    "librdkafka knows no setting `%s`: did you mean `%.*s`?", shown,
		    TEXT_PRINT(best));
	else
		yaml_problem_add_at(problems, file, member->line, member->column,
		    "librdkafka knows no setting `%s`: its names are in its CONFIGURATION.md",
		    shown);
	rd_kafka_conf_dump_free(names, count);
}

/* false after saying why it may not be there */
static bool
check_name(const char *file, const struct yaml_member *member,
    const struct kafka_reserved *reserved, struct yaml_problems *problems)
{
	const struct kafka_reserved *found = reserved_find(reserved_always, member->key);

	if (!found)
		found = reserved_find(reserved, member->key);
	if (!found)
		return true;
	yaml_problem_add_at(problems, file, member->line, member->column,
	    "`%s` is not for `kafka`: %s", found->name, found->instead);
	return false;
}

static bool
check_value(const char *file, const struct yaml_member *member, rd_kafka_conf_t *conf,
    struct yaml_problems *problems)
{
	const struct yaml_node *node = member->value;
	struct error err = {0};
	char why[256];

	if (is_one_of(member->key, secret_names) && !secret_is_reference(node->text)) {
		yaml_problem_add(problems, file, node,
		    "`%s` stands here in clear: put it into a file of its own and write "
		    "\"${file:PATH}\", or \"${env:NAME}\"",
		    member->key.data);
		return false;
	}
	if (!secret_check(node->text, &err)) {
		yaml_problem_add(problems, file, node, "%s", err.text);
		return false;
	}
	if (secret_is_reference(node->text))
		return true;
	if (rd_kafka_conf_set(conf, member->key.data, node->text.data, why, sizeof(why)) ==
	    RD_KAFKA_CONF_OK)
		return true;
	yaml_problem_add(problems, file, node, "librdkafka does not take this: %s", why);
	return false;
}

static bool
check_property(const char *file, const struct yaml_member *member,
    const struct kafka_reserved *reserved, rd_kafka_conf_t *conf, struct yaml_problems *problems)
{
	char why[256];

	if (!check_name(file, member, reserved, problems))
		return false;
	if (member->value->kind != YAML_SCALAR || yaml_is_null(member->value) ||
	    member->value->text.size > VALUE_BYTES_MAX) {
		yaml_problem_add(
		    problems, file, member->value, "`%s` needs one value", member->key.data);
		return false;
	}
	/* Back to its default, which only a known name has. */
	if (rd_kafka_conf_set(conf, member->key.data, NULL, why, sizeof(why)) ==
	    RD_KAFKA_CONF_UNKNOWN) {
		say_unknown(file, member, conf, problems);
		return false;
	}
	return check_value(file, member, conf, problems);
}

static void
read_properties(const char *file, const struct yaml_node *map,
    const struct kafka_reserved *reserved, struct kafka_client_settings *settings,
    struct yaml_problems *problems)
{
	rd_kafka_conf_t *conf;
	size_t i;

	if (!map || yaml_is_null(map))
		return;
	if (map->kind != YAML_MAP) {
		yaml_problem_add(problems, file, map,
		    "`kafka` is a map of librdkafka's settings: {security.protocol: SASL_SSL, …}");
		return;
	}
	conf = rd_kafka_conf_new();
	settings->properties = memory_get_array(map->count + 1, sizeof(*settings->properties));
	for (i = 0; i < map->count; i++) {
		const struct yaml_member *member = &map->members[i];

		if (!check_property(file, member, reserved, conf, problems))
			continue;
		settings->properties[settings->property_count++] = (struct kafka_property){
		    memory_text(member->key.data), memory_text(member->value->text.data)};
	}
	rd_kafka_conf_destroy(conf);
}

static void
read_servers(const char *file, const struct yaml_node *map, struct kafka_client_settings *settings,
    struct yaml_problems *problems)
{
	const struct yaml_node *node = yaml_find(map, "bootstrap.servers");
	struct text servers;

	if (!node) {
		yaml_problem_add(problems, file, map,
		    "bootstrap.servers is missing: HOST:PORT of a broker, several with commas");
		return;
	}
	if (!yaml_text(file, node, &servers, problems))
		return;
	if (!servers.size || servers.size > VALUE_BYTES_MAX) {
		yaml_problem_add(problems, file, node,
		    "bootstrap.servers names no broker: HOST:PORT, several with commas");
		return;
	}
	settings->servers = memory_text(servers.data);
}

bool
kafka_client_settings_read(const char *file, const struct yaml_node *map,
    const struct kafka_reserved *reserved, struct kafka_client_settings *settings,
    struct yaml_problems *problems)
{
	size_t before = problems->count;

	*settings = (struct kafka_client_settings){0};
	read_servers(file, map, settings, problems);
	read_properties(file, yaml_find(map, "kafka"), reserved, settings, problems);
	return problems->count == before;
}

void
kafka_client_settings_fini(struct kafka_client_settings *settings)
{
	size_t i;

	for (i = 0; i < settings->property_count; i++) {
		memory_free(settings->properties[i].name);
		memory_free(settings->properties[i].value);
	}
	memory_free(settings->properties);
	memory_free(settings->servers);
	*settings = (struct kafka_client_settings){0};
}

const char *
kafka_property_find(const struct kafka_client_settings *settings, const char *name)
{
	size_t i;

	for (i = 0; i < settings->property_count; i++)
		if (strcmp(settings->properties[i].name, name) == 0)
			return settings->properties[i].value;
	return NULL;
}
