/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client of a schema registry that speaks Confluent's API (Confluent,
 * Apicurio's /apis/ccompat/v7, Karapace, Redpanda). A thread of its own asks;
 * who calls registry_find() never waits.
 *
 * What a number stands for never changes, so a schema that was seen once is
 * kept for good: in memory, and in a folder where the next start finds it.
 *
 * "The registry is down" and "the registry has no such schema" are different
 * answers. Only the second is about the record.
 */
#ifndef DYETRACE_REGISTRY_REGISTRY_H
#define DYETRACE_REGISTRY_REGISTRY_H

#include "base/error.h"
#include "base/text.h"
#include "registry/registry_settings.h"

enum schema_type {
	SCHEMA_AVRO,
	SCHEMA_JSON,
	SCHEMA_PROTOBUF,
};

/* The ways in which a record names its schema. */
enum schema_key_kind {
	SCHEMA_ID,        /* Confluent's id, which is Apicurio's content id: GET /schemas/ids/N */
	SCHEMA_GUID,      /* Confluent 8: GET /schemas/guids/G */
	SCHEMA_GLOBAL_ID, /* Apicurio's: GET /apis/registry/v2/ids/globalIds/N */
};

struct schema_key {
	enum schema_key_kind kind;
	uint64_t high; /* of a GUID, as its bytes are written; else 0 */
	uint64_t low;
};

#define SCHEMA_KEY_BYTES 64
/* "schema 12", "schema 4f5c…-…", "schema with global id 12". Returns out. */
const char *schema_key_text(struct schema_key key, char out[SCHEMA_KEY_BYTES]);

/* One schema, never changed. Borrowed until registry_close(). */
struct registry_schema {
	struct schema_key key;
	enum schema_type type;
	struct text text; /* Avro: what it refers to in other subjects put in, it stands alone */
};

enum registry_answer {
	REGISTRY_KNOWN,
	REGISTRY_WAIT,    /* it is being asked for, no answer yet */
	REGISTRY_UNKNOWN, /* the registry has no such schema */
	REGISTRY_DOWN, /* no registry answers, or none with anything that can be used: asked again */
};

struct registry;

/*
 * Starts the thread; asks nothing yet.
 *
 * settings  copied
 * cache     folder of the schemas that are kept, made when needed; NULL: memory only
 * registry  gives: ended by registry_close(); set only on true
 *
 * ERROR_USAGE  settings that registry_settings_check() would refuse
 * ERROR_IO     no thread, or the certificates cannot be read
 */
MUST_USE bool registry_open(const struct registry_settings *settings, const char *cache,
    struct registry **registry, struct error *err);
/* Does not wait for an answer that is under way. Accepts NULL. */
void registry_close(struct registry *registry);

/*
 * Looks in memory; what is not there is asked for, from the folder and then the registries in turn,
 * as long as somebody looks for it. Any thread; waits for nothing but a mutex. schema: set with REGISTRY_KNOWN.
 */
enum registry_answer registry_find(
    struct registry *registry, struct schema_key key, const struct registry_schema **schema);
/* The same, but waits for an answer other than WAIT; for those with nothing else to do. WAIT after wait_ms. */
enum registry_answer registry_await(struct registry *registry, struct schema_key key,
    int64_t wait_ms, const struct registry_schema **schema);
/* Why the answer is UNKNOWN or DOWN, in one sentence without a dot. Returns out. */
const char *
registry_why(struct registry *registry, struct schema_key key, char *out, size_t out_bytes);
/* Changes whenever an answer came: who waits for a schema need not look before. */
uint64_t registry_turn(const struct registry *registry);

/*
 * What the operator should be told since the last call: that the registry is down (once, and again
 * each settings.notice_ms as long as it is), that it answers again. One sentence a call, no secrets; false: nothing.
 */
bool registry_news(struct registry *registry, char *sentence, size_t sentence_bytes);

struct registry_counts {
	uint64_t requests; /* HTTP requests made */
	uint64_t errors;   /* of them: no answer, or none that can be used; 404 is an answer */
	uint64_t unknown;  /* answers "no such schema" */
	uint64_t cached;   /* schemas found in the folder */
	uint64_t schemas;  /* in memory now */
	uint64_t bytes;    /* of their texts */
	bool down;         /* the last request failed at every URL */
};
void registry_counts(struct registry *registry, struct registry_counts *counts);

/*
 * Registers an Avro schema under a subject, or finds it registered there, and
 * gives its id. In the caller's thread: up to settings.total_ms for each URL.
 *
 * ERROR_REFUSED  the registry will not have it: incompatible with what is there, not allowed
 * ERROR_IO       no registry answers
 */
MUST_USE bool registry_register(struct registry *registry, const char *subject, struct text schema,
    uint32_t *id, struct error *err);

/*
 * Looks at each URL, for `doctor`: says one sentence a URL, with what to do where it is not well.
 * In the caller's thread, seconds at most.
 */
void registry_examine(const struct registry_settings *settings,
    void (*say)(void *context, bool well, const char *what, const char *advice), void *context);

#endif
