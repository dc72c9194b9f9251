/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clients of a cluster: librdkafka's configuration from the settings, with the
 * secrets in it, and the handle.
 */
#ifndef DYETRACE_KAFKA_CLIENT_H
#define DYETRACE_KAFKA_CLIENT_H

#include <librdkafka/rdkafka.h>

#include "base/error.h"
#include "client_settings.h"

/*
 * gives: ended by kafka_client_open() or rd_kafka_conf_destroy(). Secrets are
 * resolved; files are those of the settings' folder. librdkafka's own log lines
 * are dropped unless the settings ask for `debug`.
 *
 * ERROR_USAGE, _MISSING, _IO  a secret, or a value that librdkafka does not take
 */
MUST_USE bool kafka_client_conf(const struct kafka_client_settings *settings, const char *folder,
    rd_kafka_conf_t **conf, struct error *err);
/*
 * The same of a consumer that is told by rd_kafka_assign() what to read: it gives committed
 * records only, announces ends, and moves no offsets by itself.
 */
MUST_USE bool kafka_reader_conf(const struct kafka_client_settings *settings, const char *folder,
    const char *group, rd_kafka_conf_t **conf, struct error *err);
/* name and value are ours: they must be known. */
void kafka_conf_set(rd_kafka_conf_t *conf, const char *name, const char *value);
/* The same where older or newer libraries may not know it; false then. */
bool kafka_conf_try(rd_kafka_conf_t *conf, const char *name, const char *value);
/*
 * takes conf; gives the handle, ended by rd_kafka_destroy(). Connects to nobody yet.
 *
 * ERROR_USAGE  settings that do not go together, certificates that cannot be read
 */
MUST_USE bool kafka_client_open(
    rd_kafka_type_t type, rd_kafka_conf_t *conf, rd_kafka_t **client, struct error *err);

#endif
