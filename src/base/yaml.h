/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAML as a tree in which every node knows its line and column, so that every
 * mistake in a settings file can be pointed at. A safe subset: no anchors,
 * aliases, tags or merge keys, no duplicate keys, no tabs for indentation, one
 * document, size and depth limited. Scalars are text; readers ask for a type.
 */
#ifndef DYETRACE_BASE_YAML_H
#define DYETRACE_BASE_YAML_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/text.h"

#define YAML_BYTES_MAX ((size_t)4 << 20)
#define YAML_DEPTH_MAX 32
#define YAML_NODES_MAX 200000

enum yaml_kind {
	YAML_SCALAR,
	YAML_LIST,
	YAML_MAP
};

struct yaml_node {
	enum yaml_kind kind;
	uint32_t line, column; /* 1-based, of its first character */
	bool
	    quoted; /* a scalar in quotes: "5" is text, 5 is a number; "" is empty, nothing is null */
	struct text text;            /* of a scalar; NUL-terminated */
	size_t count;                /* items of a list, members of a map */
	struct yaml_member *members; /* of a map, in file order */
	struct yaml_node **items;    /* of a list */
};

struct yaml_member {
	struct text key;       /* NUL-terminated */
	uint32_t line, column; /* of the key */
	struct yaml_node *value;
};

struct yaml_document {
	char *file;             /* as it is named in messages */
	struct yaml_node *root; /* NULL: an empty file */
	struct text source;     /* the bytes that were read */
	/* the rest is private */
	void *memory;
};

/* ERROR_MALFORMED "dyetrace.yaml:12:3: …", ERROR_LIMIT. gives: ended by yaml_close() */
MUST_USE bool
yaml_parse(const char *file, struct text bytes, struct yaml_document **document, struct error *err);
/* the same from a file; ERROR_MISSING, ERROR_IO */
MUST_USE bool yaml_open(const char *path, struct yaml_document **document, struct error *err);
void yaml_close(struct yaml_document *document);

/* NULL if the map has no such key (or node is NULL or no map) */
const struct yaml_node *yaml_find(const struct yaml_node *map, const char *key);

/*
 * A list of mistakes, so that `check` can say them all at once. Everyone who
 * reads a tree adds here and goes on. file is copied; line 0: the file as a whole.
 */
struct yaml_problem {
	char *file;
	uint32_t line, column;
	char *sentence; /* what is wrong and what to do */
};
struct yaml_problems {
	struct yaml_problem *items;
	size_t count, capacity;
};
void yaml_problem_add(struct yaml_problems *problems, const char *file, const struct yaml_node *at,
    const char *format, ...) PRINTF_LIKE(4, 5);
void yaml_problem_add_at(struct yaml_problems *problems, const char *file, uint32_t line,
    uint32_t column, const char *format, ...) PRINTF_LIKE(5, 6);
/* What yaml_parse() or yaml_open() says, as a problem: its "file:line:column: " is taken apart. */
void
yaml_problem_add_error(struct yaml_problems *problems, const char *file, const struct error *err);
/* "file:line:column: sentence"; what is 0 is left out. Returns out. */
const char *yaml_problem_text(const struct yaml_problem *problem, char *out, size_t out_bytes);
/* Orders those from index `from` on by file, line and column. */
void yaml_problems_sort(struct yaml_problems *problems, size_t from);
void yaml_problems_fini(struct yaml_problems *problems);
/* The first problem as an ERROR_USAGE ("file:line:column: sentence (and 3 more)"); true when there is none. */
MUST_USE bool yaml_problems_check(const struct yaml_problems *problems, struct error *err);

/*
 * Typed looks at a scalar: each returns whether it holds, and adds a problem
 * naming what is expected when not. node NULL: false, no problem.
 */
bool yaml_is_null(const struct yaml_node *node);
bool yaml_text(const char *file, const struct yaml_node *node, struct text *value,
    struct yaml_problems *problems);
/* One of a few words, NULL-terminated; *chosen is its place. said: "auto, avro or json", for the sentence. */
bool yaml_choice(const char *file, const struct yaml_node *node, const char *key,
    const char *const *words, const char *said, int *chosen, struct yaml_problems *problems);
bool yaml_long(const char *file, const struct yaml_node *node, int64_t low, int64_t high,
    int64_t *value, struct yaml_problems *problems);
bool yaml_double(
    const char *file, const struct yaml_node *node, double *value, struct yaml_problems *problems);
bool yaml_boolean(
    const char *file, const struct yaml_node *node, bool *value, struct yaml_problems *problems);
bool yaml_duration(
    const char *file, const struct yaml_node *node, int64_t *ms, struct yaml_problems *problems);
bool yaml_time(const char *file, const struct yaml_node *node, int64_t *time_ms,
    struct yaml_problems *problems);
/* Sizes as 64k, 16M, 1G (powers of 1,024) or plain bytes. */
bool yaml_size(
    const char *file, const struct yaml_node *node, int64_t *bytes, struct yaml_problems *problems);

/* Every key of map that is not in the NULL-terminated list is a problem with the nearest one suggested. */
void yaml_check_keys(const char *file, const struct yaml_node *map, const char *const *known,
    struct yaml_problems *problems);

/* Appends the tree as YAML in block style, two spaces a level; it reads back to the same tree. */
void yaml_write(const struct yaml_node *node, unsigned depth, struct buffer *out);
/* Appends one scalar or key: as it is where it reads back so, else in double quotes. */
void yaml_write_text(struct text text, bool quoted, struct buffer *out);

#endif
