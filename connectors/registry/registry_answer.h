/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a registry answers, read strictly from JSON: a schema with what it
 * refers to, a number, or why not.
 *
 *   {"schema": "…", "schemaType": "JSON", "references": [{"name", "subject", "version"}, …], …}
 *   {"id": 12}
 *   {"error_code": 40403, "message": "Schema not found"}
 *
 * Absent schemaType is AVRO. Keys that are not named here are left alone.
 * Source: Confluent Schema Registry 7.6, API reference.
 */
#ifndef DYETRACE_REGISTRY_REGISTRY_ANSWER_H
#define DYETRACE_REGISTRY_REGISTRY_ANSWER_H

#include "base/json.h"
#include "registry.h"

#define REGISTRY_REFERENCES_MAX                                                                    \
	256 /* of one answer, and of one schema with all that they refer to */

struct registry_reference {
	struct text subject;
	int64_t version;
};

struct registry_answer_body {
	enum schema_type type;
	struct text text;
	struct registry_reference references[REGISTRY_REFERENCES_MAX];
	size_t reference_count;
};

/* Texts are borrowed from reader and bytes. ERROR_MALFORMED with what was expected. */
MUST_USE bool registry_answer_read(struct json_reader *reader, struct text bytes,
    struct registry_answer_body *answer, struct error *err);
/*
 * Apicurio's own: {"artifacts": [{"type": "AVRO", …}], …}, none: the list is empty; and
 * [{"artifactId", "version": "1"}, …], of the group that Confluent's API shows. The same failures.
 * Source: Apicurio Registry 2.6, core REST API v2.
 */
MUST_USE bool registry_answer_read_search(struct json_reader *reader, struct text bytes,
    enum schema_type *type, bool *none, struct error *err);
MUST_USE bool registry_answer_read_references(struct json_reader *reader, struct text bytes,
    struct registry_answer_body *answer, struct error *err);
/* 0..2^31-1. ERROR_MALFORMED */
MUST_USE bool registry_answer_read_id(
    struct json_reader *reader, struct text bytes, uint32_t *id, struct error *err);

/* Why not; all 0 and empty when it says nothing that can be read. */
struct registry_refusal {
	int64_t code;
	char message[200]; /* as it may be shown */
};
void registry_refusal_read(
    struct json_reader *reader, struct text bytes, struct registry_refusal *refusal);

#endif
