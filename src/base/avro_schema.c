/* SPDX-License-Identifier: Apache-2.0 */
/* A schema from its text: all types, then the defaults, which may name any of them. */
#include "avro_build.h"

#include "base/memory.h"

static bool
build_all(struct avro_build *build)
{
	size_t i;

	if (!avro_type_of(build, 0, TEXT(""), &build->schema->root))
		return false;
	for (i = 0; i < build->default_count; i++)
		if (!avro_default_check(build, build->defaults[i].type, build->defaults[i].at))
			return false;
	return true;
}

static bool
build_open(const struct json_document *json, struct avro_schema *schema, struct error *err)
{
	struct avro_build build = {.json = json, .schema = schema, .err = err};
	bool done;

	build.names = symbols_open();
	done = build_all(&build);
	symbols_close(build.names);
	memory_free(build.named);
	memory_free(build.seen);
	memory_free(build.defaults);
	return done;
}

bool
avro_schema_open(struct text text, struct avro_schema **schema, struct error *err)
{
	struct avro_schema *made = memory_get(sizeof(*made));
	struct json_reader *reader = json_reader_open();
	struct json_document json;
	bool done;

	arena_init(&made->arena);
	if (text.size > AVRO_SCHEMA_BYTES_MAX)
		done = error_set(err, ERROR_LIMIT, "a schema of %zu bytes; at most %zu are read",
		    text.size, AVRO_SCHEMA_BYTES_MAX);
	else
		done = json_parse(reader, text, &json, err) && build_open(&json, made, err);
	json_reader_close(reader);
	if (done)
		*schema = made;
	else
		avro_schema_close(made);
	return done;
}

void
avro_schema_close(struct avro_schema *schema)
{
	if (!schema)
		return;
	arena_fini(&schema->arena);
	memory_free(schema->nodes);
	memory_free(schema);
}

const struct avro_node *
avro_schema_root(const struct avro_schema *schema)
{
	return schema->root;
}

uint32_t
avro_schema_count(const struct avro_schema *schema)
{
	return schema->count;
}
