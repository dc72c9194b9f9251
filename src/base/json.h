/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON read strictly: RFC 8259, UTF-8 checked, no lone surrogates, no NUL, no
 * duplicate keys, no trailing bytes, depth and size limited. simdjson does the
 * scanning (json.cc, the only C++ file), json_walk.c the rest.
 *
 * A document is a flat array of nodes in document order, so that a walk needs
 * no pointers and no allocation per value.
 */
#ifndef DYETRACE_BASE_JSON_H
#define DYETRACE_BASE_JSON_H

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

#define JSON_DEPTH_MAX 64
#define JSON_BYTES_MAX ((size_t)16 << 20)
#define JSON_TOKENS_MAX ((size_t)1 << 20) /* brackets, commas, colons, keys and values */

/* Not JSON_…: jansson has those. */
enum json_kind {
	NODE_NULL,
	NODE_FALSE,
	NODE_TRUE,
	NODE_LONG,
	NODE_DOUBLE,
	NODE_TEXT,
	NODE_ARRAY,
	NODE_OBJECT
};

struct json_node {
	enum json_kind kind;
	uint32_t count; /* items of an array, members of an object */
	uint32_t next;  /* index of the node behind this value and all inside it */
	union {
		int64_t integer;
		double number;    /* finite; what is too small for a double is 0 */
		struct text text; /* unescaped, without NUL; borrowed from bytes or arena */
	};
};

/* In an object each member is two nodes: the key (NODE_TEXT), then its value. */
struct json_document {
	const struct json_node *nodes; /* nodes[0] is the whole; borrowed until the next parse */
	uint32_t count;
};

/* What the last parse that failed met. */
enum json_problem {
	JSON_SYNTAX,    /* not the grammar of RFC 8259 */
	JSON_NOT_UTF8,  /* bytes, or a \u escape of half a surrogate pair */
	JSON_NUL,       /* a NUL, bare or as \u0000 */
	JSON_NUMBER,    /* an integer beyond int64, a value beyond double */
	JSON_DUPLICATE, /* an object with one key twice */
	JSON_TOO_DEEP,  /* more than JSON_DEPTH_MAX */
	JSON_TOO_LARGE, /* more than JSON_BYTES_MAX or JSON_TOKENS_MAX */
};

struct json_reader;
/* gives: ended by json_reader_close(); not for two threads at once */
struct json_reader *json_reader_open(void);
void json_reader_close(struct json_reader *reader);

/*
 * bytes  any; they need no padding. Texts without escapes borrow from them
 * arena  holds the texts that had escapes
 *
 * ERROR_MALFORMED  the sentence says what and at which byte (the first is 1), and quotes nothing
 * ERROR_LIMIT      too deep or too large
 */
MUST_USE bool json_parse_into(struct json_reader *reader, struct text bytes, struct arena *arena,
    struct json_document *document, struct error *err);
/* The same with an arena of the reader: those texts are valid until its next parse. */
MUST_USE bool json_parse(struct json_reader *reader, struct text bytes,
    struct json_document *document, struct error *err);
enum json_problem json_reader_problem(const struct json_reader *reader);

/* Whether text is a number by JSON's grammar and within its kind; sets kind and value of node. */
bool json_number_of(struct text text, struct json_node *node);

/* The value of a member, NULL if nodes[at] is no object or has none of that name. */
const struct json_node *
json_member(const struct json_document *document, uint32_t at, struct text key);

#endif
