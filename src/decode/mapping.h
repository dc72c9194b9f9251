/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A source's `mapping`, read: which fields are wanted, and what of an event
 * they are. README.md beside this file shows its forms.
 */
#ifndef DYETRACE_DECODE_MAPPING_H
#define DYETRACE_DECODE_MAPPING_H

#include "address.h"
#include "base/timestamp.h"
#include "base/yaml.h"
#include "part.h"

/* The parts that are text. */
enum part_number {
	PART_DATASET,
	PART_ID,
	PART_ACTOR,
	PART_ENTITY,
	PART_OP,
	PART_TEAM,
	PART_SYSTEM,
	PART_CHANNEL,
	PART_COUNT,
};

/* How changes are written. */
enum changes_kind {
	CHANGES_NONE,    /* not mapped: an event without changes */
	CHANGES_LIST,    /* [[field, old, new], …] or [{field, old, new}, …] */
	CHANGES_WIDE,    /* columns compared with the entity's last row */
	CHANGES_NEW,     /* columns with new values, and perhaps others with old ones */
	CHANGES_COLUMNS, /* of a Debezium event's rows before and after */
};

/* What a record is wrapped in. */
enum envelope {
	ENVELOPE_NONE,
	ENVELOPE_DEBEZIUM,
	ENVELOPE_CLOUDEVENTS,
};

/* What a reader is to look for, by where it looks. All views share the row's cells. */
enum view {
	VIEW_RECORD, /* the record as the mapping sees it */
	VIEW_DATA,   /* of a CloudEvent, its data alone: `data.x` is x */
	VIEW_NOTICE, /* Debezium: what tells that a record is no change of a row */
	VIEW_COUNT
};

struct column {
	struct text name;  /* of the field */
	uint32_t cell;     /* the new value */
	uint32_t old_cell; /* NO_CELL: not known */
};

/* One of `where`: holds if the field's text is one of the values. */
struct condition {
	uint32_t cell;
	struct text *values;
	size_t value_count;
	bool or_nothing; /* also if it is absent, null or empty */
};

/* Debezium: the cells that say what a change event is. */
struct debezium_cells {
	uint32_t op, before, after, snapshot, database, schema, table;
	uint32_t word, dataset; /* aside: what the op means; the table's name */
	/* what has no op */
	uint32_t payload, beat, status, id, event_count, data_definition, database_name;
};

/* A column of the row after and before: on delete the one before stands for the other. */
struct column_pair {
	uint32_t after, before;
};

/* CloudEvents: the cells that say what kind of record it is. */
struct cloudevents_cells {
	uint32_t id, source, type, specversion, content_type;
	uint32_t data_base64;
};

struct mapping {
	enum envelope envelope;
	size_t cell_count;
	const struct text *paths; /* [cell_count] as the mapping names them, for messages */
	struct wanted views[VIEW_COUNT];
	struct address *addresses; /* what lies beside the record */
	size_t address_count;
	struct debezium_cells debezium;
	struct column_pair *pairs;
	size_t pair_count;
	struct cloudevents_cells cloudevents;
	struct address *attributes; /* of a CloudEvent in binary mode: headers */
	size_t attribute_count;
	bool wants_data; /* VIEW_DATA has something */
	struct part parts[PART_COUNT];
	uint32_t time_cell;
	struct timestamp_rule time;
	enum changes_kind changes;
	bool empty_is_null; /* else an empty cell says nothing */
	struct column *columns;
	size_t column_count;
	struct condition *conditions;
	size_t condition_count;
	/* the rest is private */
	struct arena arena;
};

/* gives: ended by mapping_close(); NULL if it added a problem. */
struct mapping *mapping_open(
    const char *settings_file, const struct yaml_node *node, struct yaml_problems *problems);
void mapping_close(struct mapping *mapping); /* accepts NULL */

#endif
