/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A lineage while it is read from YAML: where mistakes go, and the names seen
 * so far. Private to the module.
 */
#ifndef DYETRACE_LINEAGE_READING_H
#define DYETRACE_LINEAGE_READING_H

#include "base/symbols.h"
#include "lineage/graph.h"

/* The names of one noun's list, and back to indexes; the first of a name given twice counts. */
struct reading_names {
	struct text *texts; /* [index in the list]; absent where there is none */
	struct symbols *symbols;
	uint32_t *indexes; /* [symbol] */
};

struct reading {
	const char *file;
	struct yaml_problems *problems;
	struct lineage *lineage;
	struct reading_names datasets, features, models;
};

/* Zeroed memory that lives as long as the lineage. */
void *reading_memory(struct reading *reading, size_t count, size_t bytes_each);
struct text reading_keep(struct reading *reading, struct text text);

/* Reads the names of a list of maps (NULL: none); each must have a `name` of its own. */
void reading_names_init(struct reading *reading, struct reading_names *names,
    const struct yaml_node *list, const char *noun);
void reading_names_fini(struct reading_names *names);
/* LINEAGE_NONE if there is none */
uint32_t reading_names_find(const struct reading_names *names, struct text name);

/* The value of a key; when it is not there a problem "`KEY` is missing: REMEDY" at the map. */
const struct yaml_node *reading_need(
    struct reading *reading, const struct yaml_node *map, const char *key, const char *remedy);
/* A list with at least one item; NULL (and a problem) if the node is anything else; NULL for NULL. */
const struct yaml_node *
reading_list(struct reading *reading, const struct yaml_node *node, const char *what);
/* Whether node is a map, its keys all known. */
bool reading_map(struct reading *reading, const struct yaml_node *node, const char *what,
    const char *const *known);
/* Text that may stand as a name: 1 to LINEAGE_NAME_BYTES bytes, no control characters; kept. */
bool reading_name(struct reading *reading, const struct yaml_node *node, struct text *name);
/* The same behind "field:", if that stands there (*prefixed). */
bool reading_field_name(
    struct reading *reading, const struct yaml_node *node, bool *prefixed, struct text *name);
/* A value that events are compared with, as value_text() would write it; kept. */
bool reading_value(
    struct reading *reading, const struct yaml_node *node, bool *null, struct text *value);
/* A duration of at most a century; none (0) is a problem with the sentence `empty`, where there is one. */
bool
reading_span(struct reading *reading, const struct yaml_node *node, const char *empty, int64_t *ms);
/* One word of a NULL-terminated list. */
bool reading_choice(struct reading *reading, const struct yaml_node *node, const char *what,
    const char *const *words, unsigned *choice);
/* "`typed` is no WHAT: did you mean `best`?", or with the remedy where nothing is near. */
void reading_unknown(struct reading *reading, const struct yaml_node *node, const char *what,
    struct text typed, struct text best, const char *remedy);
/* Suggestions cost time; a file with hundreds of mistakes gets them for the first only. */
bool reading_suggests(const struct reading *reading);
/* Whether a dataset (index, or LINEAGE_NONE after a mistake) may have a field of that name.
 * words: NULL, or what could have been meant instead of a field, NULL-terminated. */
bool reading_field(struct reading *reading, const struct yaml_node *node, struct text name,
    uint32_t dataset, const char *const *words);

/* The parts, each reading its list into the lineage. */
void reading_datasets(struct reading *reading, const struct yaml_node *list);
void reading_features(struct reading *reading, const struct yaml_node *list);
void reading_filters(
    struct reading *reading, const struct yaml_node *list, struct lineage_feature *feature);
void reading_window(
    struct reading *reading, const struct yaml_node *node, struct lineage_feature *feature);
void reading_codes(
    struct reading *reading, const struct yaml_node *map, struct lineage_feature *feature);
/* Follows every chain of sources to its root; a chain that bites its tail is a problem. */
void reading_chains(struct reading *reading, const struct yaml_node *list);
void reading_models(struct reading *reading, const struct yaml_node *list);

/* Words in the order of the enums, NULL-terminated. */
extern const char *const lineage_aggregates[];
extern const char *const lineage_kinds[];
extern const char *const lineage_types[];

#endif
