/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lineage (model/lineage.h), read from YAML and printed. schemas/lineage.md has
 * every rule of the format.
 *
 * The canonical text (lineage_print) is the identity of a lineage: an epoch
 * changes exactly when it changes.
 */
#ifndef DYETRACE_LINEAGE_GRAPH_H
#define DYETRACE_LINEAGE_GRAPH_H

#include "base/buffer.h"
#include "base/yaml.h"
#include "model/lineage.h"

/* Adds every mistake of a lineage file as file:line:column; a file that cannot be read is one too. */
void lineage_check(const char *path, struct yaml_problems *problems);
/*
 * gives: ended by lineage_close(); set only on true
 *
 * ERROR_USAGE      a mistake in what it says; the first with its place, and how many more there are
 * ERROR_MALFORMED  no YAML of our kind
 * ERROR_MISSING, ERROR_LIMIT, ERROR_IO   the file cannot be had
 */
MUST_USE bool lineage_open(const char *path, struct lineage **lineage, struct error *err);
/* the same from bytes; file is what messages call it */
MUST_USE bool
lineage_parse(const char *file, struct text bytes, struct lineage **lineage, struct error *err);
void lineage_close(struct lineage *lineage); /* accepts NULL */

/* Appends the canonical YAML: parses back to the same, and prints the same again. */
void lineage_print(const struct lineage *lineage, struct buffer *out);

/* Each: NULL if there is none of that name. */
const struct lineage_dataset *lineage_find_dataset(const struct lineage *lineage, struct text name);
const struct lineage_feature *lineage_find_feature(const struct lineage *lineage, struct text name);
const struct lineage_model *lineage_find_model(const struct lineage *lineage, struct text name);
const struct lineage_field *
lineage_find_field(const struct lineage_dataset *dataset, struct text name);

enum lineage_noun {
	NOUN_ANY,
	NOUN_DATASET,
	NOUN_FIELD,
	NOUN_FEATURE,
	NOUN_MODEL
};
/* The known name nearest to what was typed, borrowed from lineage; absent when none is near. */
struct text
lineage_suggest(const struct lineage *lineage, enum lineage_noun noun, struct text typed);

/* The words of the format: "mean", "logistic", "team", "category". */
const char *lineage_aggregate_name(enum lineage_aggregate aggregate);
const char *lineage_kind_name(enum lineage_kind kind);
const char *lineage_subject_name(enum lineage_subject subject);
const char *lineage_type_name(enum lineage_type type);

#endif
