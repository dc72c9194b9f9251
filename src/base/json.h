/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON read strictly: RFC 8259, UTF-8 checked, no lone surrogates, no duplicate
 * keys, no trailing bytes, depth and size limited. simdjson does the scanning;
 * this header is C, json.cc is the only C++ file.
 *
 * A document is a flat array of nodes in document order, so that a walk needs
 * no pointers and no allocation per value.
 */
#ifndef DYETRACE_BASE_JSON_H
#define DYETRACE_BASE_JSON_H

#include "base/error.h"
#include "base/text.h"

#define JSON_DEPTH_MAX 64
#define JSON_BYTES_MAX ((size_t)16 << 20)

enum json_kind { JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_LONG, JSON_DOUBLE, JSON_TEXT, JSON_ARRAY, JSON_OBJECT };

struct json_node {
	enum json_kind kind;
	uint32_t count;	   /* items of an array, members of an object */
	uint32_t next;	   /* index of the node behind this value and all inside it */
	union {
		int64_t integer;
		double number;	  /* integers beyond int64 and values beyond double are errors */
		struct text text; /* unescaped; valid until the next json_parse() of the reader */
	};
};

/* In an object each member is two nodes: the key (JSON_TEXT), then its value. */
struct json_document {
	const struct json_node *nodes; /* nodes[0] is the whole; borrowed until the next parse */
	uint32_t count;
};

struct json_reader;
/* gives: ended by json_reader_close(); not for two threads at once */
struct json_reader *json_reader_open(void);
void json_reader_close(struct json_reader *reader);

/*
 * bytes  any; they need no padding
 *
 * ERROR_MALFORMED  the sentence says what and at which byte
 * ERROR_LIMIT      deeper than JSON_DEPTH_MAX or longer than JSON_BYTES_MAX
 */
MUST_USE bool json_parse(struct json_reader *reader, struct text bytes, struct json_document *document,
    struct error *err);

/* The value of a member, NULL if the object (nodes[at]) has none of that name. */
const struct json_node *json_member(const struct json_document *document, uint32_t at, struct text key);

#endif
