/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking the registries in turn, beginning with the one that answered last:
 * which status and body is which answer.
 */
#ifndef DYETRACE_REGISTRY_REGISTRY_ASK_H
#define DYETRACE_REGISTRY_REGISTRY_ASK_H

#include "registry_answer.h"
#include "registry_http.h"
#include "registry_url.h"

enum ask_result {
	ASK_FOUND,
	ASK_UNKNOWN,  /* the registry says that there is no such thing */
	ASK_UNUSABLE, /* it answers, but with nothing that can be used for this question */
	ASK_DOWN,     /* no registry answers */
};

/* One asker a thread. */
struct asker {
	struct registry_urls urls;
	size_t first; /* the one that answered last */
	struct registry_http *http;
	struct http_answer answer;
	struct json_reader *reader;
	atomic_uint_least64_t requests, errors;
};

/* settings, stop: borrowed. asker: ended by asker_fini(), also after false. */
MUST_USE bool asker_init(struct asker *asker, const struct registry_settings *settings,
    const atomic_bool *stop, struct error *err);
void asker_fini(struct asker *asker);

struct question {
	const char *path;
	bool apicurio;    /* the path is below Apicurio's own API */
	struct text body; /* POST; absent: GET */
	/* Takes what it wants of the body, asker->answer; false: it cannot be used. May be NULL. */
	bool (*read)(struct asker *asker, void *context, struct error *err);
	void *context;
};

/* Asks each URL until one answers. err: why the answer is not ASK_FOUND, with the URL in front. */
enum ask_result asker_send(struct asker *asker, const struct question *question, struct error *err);

/* A schema with what it refers to put in. text: appended to. */
enum ask_result asker_schema(struct asker *asker, struct schema_key key, enum schema_type *type,
    struct buffer *text, struct error *err);

/* ERROR_REFUSED, ERROR_IO, ERROR_MALFORMED (an answer without an id) */
MUST_USE bool asker_register(
    struct asker *asker, const char *subject, struct text schema, uint32_t *id, struct error *err);

#endif
