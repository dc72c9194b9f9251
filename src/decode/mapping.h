/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A source's `mapping`, read: which fields are wanted, and what of an event
 * they are. README.md beside this file shows its forms.
 */
#ifndef DYETRACE_DECODE_MAPPING_H
#define DYETRACE_DECODE_MAPPING_H

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
	CHANGES_NONE, /* not mapped: an event without changes */
	CHANGES_LIST, /* [[field, old, new], …] or [{field, old, new}, …] */
	CHANGES_WIDE, /* columns compared with the entity's last row */
	CHANGES_NEW,  /* columns with new values, and perhaps others with old ones */
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

struct mapping {
	struct wanted wanted;
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
	struct text *paths;
	bool *may_lack;
	size_t path_capacity, may_lack_capacity;
};

/* gives: ended by mapping_close(); NULL if it added a problem. */
struct mapping *mapping_open(
    const char *settings_file, const struct yaml_node *node, struct yaml_problems *problems);
void mapping_close(struct mapping *mapping); /* accepts NULL */

#endif
