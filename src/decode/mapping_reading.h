/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a mapping from the settings' tree: what its parts share. Every
 * mistake is added to problems and reading goes on.
 */
#ifndef DYETRACE_DECODE_MAPPING_READING_H
#define DYETRACE_DECODE_MAPPING_READING_H

#include "mapping.h"

/* One path that is wanted; see enum view. */
struct mapping_want {
	struct text path;
	struct text in[VIEW_COUNT]; /* as each view sees it; absent: not there */
	bool may_lack;
};

struct want_list {
	struct mapping_want *items;
	size_t count, capacity, address_capacity, attribute_capacity, pair_capacity;
};

struct reading {
	const char *file;
	struct mapping *mapping;
	struct yaml_problems *problems;
	struct want_list *wants;
	bool unsure; /* the envelope's name is not known: which parts are needed is not, either */
};

/* Zeroed, of the mapping's arena. */
void *mapping_array(struct reading *reading, size_t count, size_t bytes_each);
/* The cell of a path, the same for everyone who wants it. node: where the settings name it. */
uint32_t mapping_want(
    struct reading *reading, const struct yaml_node *node, struct text path, bool may_lack);
/* The same of a path that the program itself looks for: only in the views of the set, by their bits. */
uint32_t mapping_want_in(struct reading *reading, struct text path, unsigned views);
#define IN_NO_VIEW 0u
#define IN_VIEW(view) (1u << (view))
/* What was wanted, as the readers see it; the list is gone. */
void mapping_want_end(struct reading *reading);
/* A scalar with something in it. node NULL: false, no problem. */
bool mapping_name(struct reading *reading, const struct yaml_node *node, struct text *name);
/* The cell of the field that a scalar names. */
bool
mapping_field(struct reading *reading, const struct yaml_node *node, bool may_lack, uint32_t *cell);

/* `envelope`, first of all: it decides what paths mean; then what it brings along unless the mapping says it. */
void mapping_envelope(struct reading *reading, const struct yaml_node *mapping);
void mapping_envelope_defaults(struct reading *reading, const struct yaml_node *mapping);
/* Whether a path can be one inside the envelope; adds the problem. */
bool mapping_envelope_path(struct reading *reading, const struct yaml_node *node, struct text path);

/* The members of the mapping that they are called after. */
void
mapping_part(struct reading *reading, const struct yaml_node *mapping, enum part_number number);
void mapping_time(struct reading *reading, const struct yaml_node *mapping);
void mapping_changes(struct reading *reading, const struct yaml_node *mapping);

#endif
