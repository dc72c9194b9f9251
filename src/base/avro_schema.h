/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Avro schemas, read strictly from their JSON text into a tree. A schema comes
 * from outside like the data does, so everything about it is looked at and
 * measured here, before anything is built upon it.
 * Source: Apache Avro 1.11.1 Specification, "Schema Declaration", "Names",
 * "Logical Types".
 *
 * Where the specification leaves room:
 * - a name without a dot that its own namespace does not know is looked for
 *   without a namespace (writers shorten such names);
 * - the default of a union may fit any of its branches;
 * - an unknown or ill-formed logical type is no logical type;
 * - {"type": {…}} is what stands inside; "error" is a record;
 * - an enum has a symbol; a record that always contains itself has no value.
 */
#ifndef DYETRACE_BASE_AVRO_SCHEMA_H
#define DYETRACE_BASE_AVRO_SCHEMA_H

#include "base/error.h"
#include "base/text.h"

#define AVRO_SCHEMA_BYTES_MAX ((size_t)1 << 20)
#define AVRO_NODES_MAX 65536      /* types as written */
#define AVRO_EXPANDED_MAX 1000000 /* types when every name is replaced by what it names */
#define AVRO_DEPTH_MAX 64         /* of types within types, through names */
#define AVRO_NAMED_MAX 4096
#define AVRO_FIELDS_MAX 16384    /* of one record */
#define AVRO_SYMBOLS_MAX 16384   /* of one enum */
#define AVRO_BRANCHES_MAX 256    /* of one union */
#define AVRO_NAME_BYTES_MAX 1024 /* with its namespace */
#define AVRO_FIXED_BYTES_MAX ((uint32_t)16 << 20)

enum avro_kind {
	AVRO_KIND_NULL,
	AVRO_KIND_BOOLEAN,
	AVRO_KIND_INT,
	AVRO_KIND_LONG,
	AVRO_KIND_FLOAT,
	AVRO_KIND_DOUBLE,
	AVRO_KIND_BYTES,
	AVRO_KIND_STRING,
	AVRO_KIND_RECORD,
	AVRO_KIND_ENUM,
	AVRO_KIND_FIXED,
	AVRO_KIND_ARRAY,
	AVRO_KIND_MAP,
	AVRO_KIND_UNION,
};

enum avro_logical {
	AVRO_LOGICAL_NONE,
	AVRO_LOGICAL_DECIMAL, /* bytes or fixed; scale in the node */
	AVRO_LOGICAL_UUID,    /* string or fixed of 16 */
	AVRO_LOGICAL_DATE,
	AVRO_LOGICAL_TIME_MILLIS,
	AVRO_LOGICAL_TIME_MICROS,
	AVRO_LOGICAL_TIMESTAMP_MILLIS, /* also local ones: their zone is not known to us */
	AVRO_LOGICAL_TIMESTAMP_MICROS,
	AVRO_LOGICAL_TIMESTAMP_NANOS,
};

struct avro_node;

struct avro_field {
	struct text name;
	const struct avro_node *type;
	bool has_default;
};

/* One type. A reference to a named type is the node of its declaration, so a
 * tree with recursive records is a graph. */
struct avro_node {
	enum avro_kind kind;
	enum avro_logical logical;
	uint32_t order;      /* each node once, what it is made of first */
	uint32_t count;      /* fields, symbols or branches; 1 of array and map */
	uint32_t size_bytes; /* of a fixed */
	uint32_t scale;      /* of a decimal */
	uint32_t expanded;   /* types in it when names are replaced; a recursive one counts once */
	uint32_t depth;      /* 1: it holds no other type */
	uint64_t min_bytes;  /* no value of it is shorter; 0: each value of it is empty */
	bool recursive;      /* what stands inside names it again */
	struct text name;    /* with its namespace; absent unless record, enum or fixed */
	union {
		struct avro_field *fields;       /* record */
		struct text *symbols;            /* enum */
		const struct avro_node **inside; /* branches of a union; [0]: items, values */
	};
};

struct avro_schema;

/*
 * text    any bytes
 * schema  gives: ended by avro_schema_close(); set only on true
 *
 * ERROR_MALFORMED  not JSON, or not a schema: "$.fields[3].type: …"
 * ERROR_LIMIT      one of the bounds above
 */
MUST_USE bool avro_schema_open(struct text text, struct avro_schema **schema, struct error *err);
void avro_schema_close(struct avro_schema *schema);

/* Borrowed until close, as are all nodes and texts in it. */
const struct avro_node *avro_schema_root(const struct avro_schema *schema);
/* Nodes of the schema: each order is below it. */
uint32_t avro_schema_count(const struct avro_schema *schema);

const char *avro_kind_name(enum avro_kind kind); /* "string" */

#endif
