/* SPDX-License-Identifier: Apache-2.0 */
/* From settings to librdkafka's configuration. */
#include "client.h"

#include <assert.h>

#include "base/file.h"
#include "base/memory.h"
#include "secrets.h"
#include "trouble.h"

#define WHY_BYTES 512

/* Values that are files. */
static const char *const path_names[] = {"ssl.ca.location", "ssl.certificate.location",
    "ssl.key.location", "ssl.keystore.location", "ssl.crl.location", "sasl.kerberos.keytab", NULL};

static bool
is_path(const char *name, const char *value)
{
	const char *const *path;

	/* librdkafka's word for "look in the usual places" */
	if (strcmp(value, "probe") == 0)
		return false;
	for (path = path_names; *path; path++)
		if (strcmp(name, *path) == 0)
			return true;
	return false;
}

static void
drop_line(const rd_kafka_t *client, int level, const char *facility, const char *line)
{
}

bool
kafka_conf_try(rd_kafka_conf_t *conf, const char *name, const char *value)
{
	char why[WHY_BYTES];

	return rd_kafka_conf_set(conf, name, value, why, sizeof(why)) == RD_KAFKA_CONF_OK;
}

void
kafka_conf_set(rd_kafka_conf_t *conf, const char *name, const char *value)
{
	bool known = kafka_conf_try(conf, name, value);

	assert(known);
}

static bool
set_property(rd_kafka_conf_t *conf, const struct kafka_property *property, const char *folder,
    struct error *err)
{
	char why[WHY_BYTES], *value = NULL, *path = NULL;
	bool good = secret_resolve(folder, text_of(property->value), &value, err);

	if (good && is_path(property->name, value))
		path = file_join(folder, value);
	/* Why it is not taken may repeat the value. */
	if (good &&
	    rd_kafka_conf_set(conf, property->name, path ? path : value, why, sizeof(why)) !=
		RD_KAFKA_CONF_OK)
		good = secret_is_reference(text_of(property->value))
		    ? error_set(err, ERROR_USAGE, "librdkafka does not take what it stands for")
		    : error_set(err, ERROR_USAGE, "%s", why);
	memory_free(path);
	secret_free(value);
	return good || error_within(err, "kafka: %s", property->name);
}

bool
kafka_client_conf(const struct kafka_client_settings *settings, const char *folder,
    rd_kafka_conf_t **conf, struct error *err)
{
	size_t i;

	*conf = rd_kafka_conf_new();
	kafka_conf_set(*conf, "client.id", "dyetrace");
	kafka_conf_set(*conf, "bootstrap.servers", settings->servers);
	/* What is asked of a broker is answered or given up, so that the operator hears of it. */
	kafka_conf_set(*conf, "socket.connection.setup.timeout.ms", "5000");
	kafka_conf_set(*conf, "reconnect.backoff.max.ms", "2000");
	for (i = 0; i < settings->property_count; i++) {
		if (set_property(*conf, &settings->properties[i], folder, err))
			continue;
		rd_kafka_conf_destroy(*conf);
		*conf = NULL;
		return false;
	}
	if (!kafka_property_find(settings, "debug"))
		rd_kafka_conf_set_log_cb(*conf, drop_line);
	return true;
}

bool
kafka_reader_conf(const struct kafka_client_settings *settings, const char *folder,
    const char *group, rd_kafka_conf_t **conf, struct error *err)
{
	if (!kafka_client_conf(settings, folder, conf, err))
		return false;
	kafka_conf_set(*conf, "group.id", group);
	kafka_conf_set(*conf, "enable.auto.commit", "false");
	kafka_conf_set(*conf, "enable.auto.offset.store", "false");
	kafka_conf_set(*conf, "auto.offset.reset", "error");
	kafka_conf_set(*conf, "isolation.level", "read_committed");
	kafka_conf_set(*conf, "enable.partition.eof", "true");
	return true;
}

bool
kafka_client_open(
    rd_kafka_type_t type, rd_kafka_conf_t *conf, rd_kafka_t **client, struct error *err)
{
	char why[WHY_BYTES], said[KAFKA_TROUBLE_BYTES];

	*client = rd_kafka_new(type, conf, why, sizeof(why));
	if (*client)
		return true;
	rd_kafka_conf_destroy(conf);
	kafka_trouble_text(rd_kafka_last_error(), why, said, sizeof(said));
	return error_set(err, ERROR_USAGE, "%s", said);
}
