/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a schema registry's client can be told: `schema.registry.url` and the
 * map `schema.registry` beside it.
 */
#ifndef DYETRACE_REGISTRY_REGISTRY_SETTINGS_H
#define DYETRACE_REGISTRY_REGISTRY_SETTINGS_H

#include "base/error.h"
#include "base/yaml.h"

#define REGISTRY_URLS_MAX 16

struct registry_settings {
	char *urls;               /* one or several, comma separated; tried in turn */
	char *basic_auth;         /* user:password; a secret */
	char *bearer_token;       /* a secret */
	char *ca_file;            /* PEM; NULL: the system's */
	char *certificate_file;   /* PEM, of the client */
	char *key_file;           /* PEM */
	char *key_password;       /* a secret */
	int64_t connect_ms;       /* 5 s */
	int64_t total_ms;         /* of one request: 15 s */
	int64_t answer_bytes_max; /* 4 MiB */
	int64_t ask_again_ms;     /* an unknown schema is asked for again after: 30 s */
	int64_t retry_max_ms;     /* the longest pause between attempts while it is down: 30 s */
	int64_t notice_ms;        /* it is said again that the registry is down: 60 s */
};

/*
 * Turns what is written for a secret (`${file:…}`, `${env:…}`) into it.
 * value: gives. ERROR_USAGE, ERROR_IO: its sentence never shows the secret.
 */
struct registry_secrets {
	void *context;
	bool (*resolve)(void *context, struct text written, char **value, struct error *err);
};

/*
 * Looks at the settings only; adds every mistake. map: `schema.registry`, may be NULL. url: the
 * scalar `schema.registry.url`. A secret in clear, also within a URL, is a mistake.
 */
void registry_settings_check(const char *file, const struct yaml_node *url,
    const struct yaml_node *map, struct yaml_problems *problems);

/*
 * Reads what registry_settings_check() has nothing against. folder: of the settings file; paths are
 * relative to it. secrets: asked for the keys that are secrets; NULL: they are taken as written.
 * err begins with the key. settings: gives what it points to: ended by registry_settings_fini(), also after false.
 */
MUST_USE bool
registry_settings_read(const struct yaml_node *url, const struct yaml_node *map, const char *folder,
    const struct registry_secrets *secrets, struct registry_settings *settings, struct error *err);
/* The defaults, nothing set that is owned. */
void registry_settings_init(struct registry_settings *settings);
void
registry_settings_copy(const struct registry_settings *settings, struct registry_settings *copy);
/* Secrets are overwritten. */
void registry_settings_fini(struct registry_settings *settings);

#endif
