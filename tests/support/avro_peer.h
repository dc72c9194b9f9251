/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of avro-c as cells of ours, so that what both read can be compared.
 */
#ifndef DYETRACE_TESTS_AVRO_PEER_H
#define DYETRACE_TESTS_AVRO_PEER_H

#include <avro.h>
#include <stdio.h>

#include "cells.h"

/* A union is its branch; a record, array or map is CELL_OTHER. Borrows from value. */
static inline void
peer_cell(const avro_value_t *value, struct cell *cell)
{
	avro_value_t branch;
	const void *bytes = NULL;
	const char *text = NULL;
	int32_t small = 0;
	float single = 0;
	size_t size = 0;
	int flag = 0;

	switch (avro_value_get_type(value)) {
	case AVRO_NULL:
		cell->kind = CELL_NULL;
		break;
	case AVRO_BOOLEAN:
		avro_value_get_boolean(value, &flag);
		*cell = (struct cell){.kind = CELL_BOOLEAN, .boolean = flag};
		break;
	case AVRO_INT32:
		avro_value_get_int(value, &small);
		*cell = (struct cell){.kind = CELL_LONG, .integer = small};
		break;
	case AVRO_INT64:
		cell->kind = CELL_LONG;
		avro_value_get_long(value, &cell->integer);
		break;
	case AVRO_FLOAT:
		avro_value_get_float(value, &single);
		*cell = (struct cell){.kind = CELL_DOUBLE, .number = (double)single};
		break;
	case AVRO_DOUBLE:
		cell->kind = CELL_DOUBLE;
		avro_value_get_double(value, &cell->number);
		break;
	case AVRO_STRING:
		avro_value_get_string(value, &text, &size);
		*cell = (struct cell){.kind = CELL_TEXT, .text = {text, size - 1}};
		break;
	case AVRO_BYTES:
	case AVRO_FIXED:
		if (avro_value_get_type(value) == AVRO_BYTES)
			avro_value_get_bytes(value, &bytes, &size);
		else
			avro_value_get_fixed(value, &bytes, &size);
		*cell = (struct cell){.kind = CELL_TEXT, .text = {bytes ? bytes : "", size}};
		break;
	case AVRO_ENUM:
		avro_value_get_enum(value, &flag);
		text = avro_schema_enum_get(avro_value_get_schema(value), flag);
		*cell = (struct cell){.kind = CELL_TEXT, .text = text_of(text ? text : "")};
		break;
	case AVRO_UNION:
		avro_value_get_current_branch(value, &branch);
		peer_cell(&branch, cell);
		break;
	default:
		cell->kind = CELL_OTHER;
	}
}

/* Follows a dotted path through records, unions and maps; false: it leads nowhere. */
static inline bool
peer_follow(avro_value_t value, struct text path, struct cell *cell)
{
	char name[64];
	avro_value_t inside;

	while (path.size) {
		const char *dot = memchr(path.data, '.', path.size);
		size_t size = dot ? (size_t)(dot - path.data) : path.size;

		snprintf(name, sizeof(name), "%.*s", (int)size, path.data);
		path.data += size + (dot != NULL);
		path.size -= size + (dot != NULL);
		while (avro_value_get_type(&value) == AVRO_UNION) {
			avro_value_get_current_branch(&value, &inside);
			value = inside;
		}
		if (avro_value_get_type(&value) != AVRO_RECORD &&
		    avro_value_get_type(&value) != AVRO_MAP)
			return false;
		if (avro_value_get_by_name(&value, name, &inside, NULL) != 0)
			return false;
		value = inside;
	}
	peer_cell(&value, cell);
	return true;
}

#endif
