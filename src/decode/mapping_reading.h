/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a mapping from the settings' tree: what its parts share. Every
 * mistake is added to problems and reading goes on.
 */
#ifndef DYETRACE_DECODE_MAPPING_READING_H
#define DYETRACE_DECODE_MAPPING_READING_H

#include "mapping.h"

struct reading {
	const char *file;
	struct mapping *mapping;
	struct yaml_problems *problems;
};

/* Zeroed, of the mapping's arena. */
void *mapping_array(struct reading *reading, size_t count, size_t bytes_each);
/* The cell of a path, the same for everyone who wants it. */
uint32_t mapping_want(struct reading *reading, struct text path, bool may_lack);
/* A scalar with something in it. node NULL: false, no problem. */
bool mapping_name(struct reading *reading, const struct yaml_node *node, struct text *name);
/* The cell of the field that a scalar names. */
bool
mapping_field(struct reading *reading, const struct yaml_node *node, bool may_lack, uint32_t *cell);

/* The members of the mapping that they are called after. */
void
mapping_part(struct reading *reading, const struct yaml_node *mapping, enum part_number number);
void mapping_time(struct reading *reading, const struct yaml_node *mapping);
void mapping_changes(struct reading *reading, const struct yaml_node *mapping);

#endif
