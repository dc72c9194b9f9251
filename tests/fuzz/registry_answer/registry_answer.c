/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as each kind of answer of a registry; and, where they are a schema,
 * as one that refers to itself and to a second one: what is put together is
 * JSON again, and stays itself when it is put together once more.
 *
 * Bytes behind the first line end are the second schema.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/avro_schema.h"
#include "registry_answer.h"
#include "registry_merge.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool held, const char *what)
{
	if (held)
		return;
	fprintf(stderr, "%s\n", what);
	abort();
}

static void
must_say(const struct error *err)
{
	must(
	    err->kind == ERROR_MALFORMED || err->kind == ERROR_LIMIT, "an error of a strange kind");
	must(err->text[0] && text_is_utf8(text_of(err->text)), "a sentence that cannot be shown");
}

static void
read_schema(struct json_reader *reader, struct text bytes)
{
	static struct registry_answer_body answer;
	struct error err = {0};
	size_t i;

	if (!registry_answer_read(reader, bytes, &answer, &err)) {
		must_say(&err);
		return;
	}
	must(answer.text.data && answer.type <= SCHEMA_PROTOBUF, "an answer without a schema");
	must(answer.reference_count <= REGISTRY_REFERENCES_MAX, "too many references");
	for (i = 0; i < answer.reference_count; i++)
		must(answer.references[i].subject.size && answer.references[i].version > 0,
		    "a reference to nothing");
}

static void
read_others(struct json_reader *reader, struct text bytes)
{
	static struct registry_answer_body answer;
	struct registry_refusal refusal;
	struct error err = {0};
	enum schema_type type;
	uint32_t id;
	bool none;

	if (registry_answer_read_id(reader, bytes, &id, &err))
		must(id <= INT32_MAX, "a number beyond an int");
	else
		must_say(&err);
	err = (struct error){0};
	if (!registry_answer_read_search(reader, bytes, &type, &none, &err))
		must_say(&err);
	err = (struct error){0};
	if (!registry_answer_read_references(reader, bytes, &answer, &err))
		must_say(&err);
	registry_refusal_read(reader, bytes, &refusal);
	must(text_is_utf8(text_of(refusal.message)), "a message that cannot be shown");
}

/* Put together once more, nothing is left to be put in. */
static void
merge(struct json_reader *reader, struct text schema, struct text other)
{
	const struct text parts[] = {other, schema};
	struct buffer once = {0}, twice = {0};
	struct json_document document;
	struct avro_schema *tree;
	struct error err = {0};

	if (!registry_merge(schema, parts, 2, &once, &err)) {
		must_say(&err);
		buffer_fini(&once);
		return;
	}
	must(
	    json_parse(reader, buffer_text(&once), &document, NULL), "what is printed is not JSON");
	if (avro_schema_open(buffer_text(&once), &tree, NULL)) {
		avro_schema_close(tree);
		must(registry_merge(buffer_text(&once), parts, 2, &twice, &err) &&
			text_equal(buffer_text(&once), buffer_text(&twice)),
		    "the second time gives another schema");
	}
	buffer_fini(&once);
	buffer_fini(&twice);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = size ? memchr(data, '\n', size) : NULL;
	size_t first = end ? (size_t)(end - data) : size;
	struct text bytes = {(const char *)data, size};
	static struct json_reader *reader;

	if (!reader)
		reader = json_reader_open();
	read_schema(reader, bytes);
	read_others(reader, bytes);
	merge(reader, (struct text){bytes.data, first},
	    end ? (struct text){bytes.data + first + 1, size - first - 1} : TEXT("\"null\""));
	return 0;
}
