/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From tokens to nodes in one pass, checking everything that the scanner has
 * not: the grammar, literals, numbers, escapes, keys, depth.
 *
 * What it rests on: between the beginning of one token and that of the next
 * there is that token and white space, nothing else. So a token ends at the
 * last byte before the next one's beginning that is no white space, the last
 * byte of a string is its closing quote, and nothing is read behind a token.
 */
#include "base/json.h"

#include <stdio.h>

#include "base/memory.h"
#include "json_scan.h"
#include "json_token.h"

/* A reader keeps this many nodes; more are let go at the next small document. */
#define KEEP_NODES ((size_t)16 << 10)

#define A_VALUE "null, true, false, a number, a string, '[' or '{'"

struct json_reader {
	struct json_scanner *scanner;
	struct json_node *nodes;
	size_t node_capacity;
	struct json_keys keys;
	struct arena arena; /* of json_parse() */
	enum json_problem problem;
};

/* A container that is open. */
struct frame {
	uint32_t node, count;
	char close;
};

struct walk {
	const char *bytes;
	size_t size;
	const uint32_t *tokens, *tokens_end; /* where each begins in bytes */
	struct json_node *nodes;
	bool escapes; /* there is a backslash somewhere */
	struct json_reader *reader;
	struct arena *arena;
	struct error *err;
	struct frame frames[JSON_DEPTH_MAX];
};

/* Where the walk is. Kept out of struct walk, so that it can stay in registers. */
struct spot {
	const uint32_t *token;  /* to be read next */
	struct json_node *node; /* to be written next */
	uint32_t depth;
};

struct json_reader *
json_reader_open(void)
{
	struct json_reader *reader = memory_get(sizeof(*reader));

	reader->scanner = json_scanner_open();
	json_keys_init(&reader->keys);
	arena_init(&reader->arena);
	return reader;
}

void
json_reader_close(struct json_reader *reader)
{
	if (!reader)
		return;
	json_scanner_close(reader->scanner);
	json_keys_fini(&reader->keys);
	arena_fini(&reader->arena);
	memory_free(reader->nodes);
	memory_free(reader);
}

enum json_problem
json_reader_problem(const struct json_reader *reader)
{
	return reader->problem;
}

/* at: byte the sentence points to, from 0 here and from 1 in the sentence. */
static bool
fail(struct walk *walk, enum json_problem problem, size_t at, const char *what)
{
	enum error_kind kind = problem < JSON_TOO_DEEP ? ERROR_MALFORMED : ERROR_LIMIT;

	if (problem == JSON_SYNTAX && at < walk->size && !walk->bytes[at]) {
		problem = JSON_NUL;
		what = "a NUL";
	}
	walk->reader->problem = problem;
	return error_set(walk->err, kind, "%s at byte %zu", what, at + 1);
}

static bool
fail_token(struct walk *walk, const uint32_t *token, const char *expected)
{
	bool over = token == walk->tokens_end;
	char what[96];

	snprintf(what, sizeof(what), "%s expected%s", expected, over ? ", not the end," : "");
	return fail(walk, JSON_SYNTAX, over ? walk->size : *token, what);
}

static bool
fail_mistake(struct walk *walk, const struct json_mistake *mistake)
{
	return fail(walk, mistake->problem, (size_t)(mistake->at - walk->bytes), mistake->what);
}

/* What the scanner refuses, it refuses without a place: found again, slowly. */
static bool
fail_string(struct walk *walk, enum json_scan_result result)
{
	size_t at, open = 0;
	bool inside = false;

	for (at = 0; at < walk->size; at++) {
		unsigned char c = (unsigned char)walk->bytes[at];

		if (c == '\\') {
			at++;
		} else if (c == '"') {
			inside = !inside;
			open = at;
		} else if (inside && c < 0x20 && result == SCAN_CONTROL) {
			return fail(walk, JSON_SYNTAX, at, "a control character in a string");
		}
	}
	return fail(walk, JSON_SYNTAX, open, "a string is not closed that begins");
}

static bool
fail_scan(struct walk *walk, enum json_scan_result result)
{
	switch (result) {
	case SCAN_EMPTY:
		return fail(walk, JSON_SYNTAX, walk->size, A_VALUE " expected, not the end,");
	case SCAN_NOT_UTF8:
		return fail(walk, JSON_NOT_UTF8,
		    text_utf8_size((struct text){walk->bytes, walk->size}),
		    "bytes that are not UTF-8");
	case SCAN_NO_MEMORY:
		return fail(walk, JSON_TOO_LARGE, 0, "no memory for what begins");
	default:
		return fail_string(walk, result);
	}
}

static inline bool
is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* Behind the last byte of the token. */
static inline const char *
token_end(const struct walk *walk, const uint32_t *token)
{
	const char *end = walk->bytes + token[1];

	while (is_space(end[-1]))
		end--;
	return end;
}

static inline struct json_node *
add_node(const struct walk *walk, struct spot *spot, enum json_kind kind)
{
	struct json_node *node = spot->node++;

	node->kind = kind;
	node->count = 0;
	node->next = (uint32_t)(spot->node - walk->nodes);
	return node;
}

static inline bool
read_text(struct walk *walk, struct spot *spot)
{
	struct json_node *node = add_node(walk, spot, NODE_TEXT);
	const char *start = walk->bytes + *spot->token + 1, *end = token_end(walk, spot->token) - 1;
	struct json_mistake mistake;

	if (end < start || *end != '"')
		return fail_token(walk, spot->token, "a string that is closed");
	node->text.data = start;
	node->text.size = (size_t)(end - start);
	if (walk->escapes && memchr(start, '\\', node->text.size) &&
	    !json_unescape(&node->text, walk->arena, &mistake))
		return fail_mistake(walk, &mistake);
	spot->token++;
	return true;
}

static inline bool
read_literal(
    struct walk *walk, struct spot *spot, const char *literal, size_t size, enum json_kind kind)
{
	const char *start = walk->bytes + *spot->token;

	if ((size_t)(token_end(walk, spot->token) - start) != size ||
	    memcmp(start, literal, size) != 0)
		return fail_token(walk, spot->token, A_VALUE);
	add_node(walk, spot, kind);
	spot->token++;
	return true;
}

static inline bool
read_number(struct walk *walk, struct spot *spot)
{
	struct json_mistake mistake;
	struct json_node *node = add_node(walk, spot, NODE_LONG);

	if (!json_number(walk->bytes + *spot->token, token_end(walk, spot->token), node, &mistake))
		return fail_mistake(walk, &mistake);
	spot->token++;
	return true;
}

static inline bool
read_scalar(struct walk *walk, struct spot *spot, char first)
{
	switch (first) {
	case '"':
		return read_text(walk, spot);
	case 'n':
		return read_literal(walk, spot, "null", 4, NODE_NULL);
	case 't':
		return read_literal(walk, spot, "true", 4, NODE_TRUE);
	case 'f':
		return read_literal(walk, spot, "false", 5, NODE_FALSE);
	default:
		if (first == '-' || json_is_digit(first))
			return read_number(walk, spot);
		return fail_token(walk, spot->token, A_VALUE);
	}
}

static inline bool
enter(struct walk *walk, struct spot *spot, enum json_kind kind, char close)
{
	struct frame *frame = &walk->frames[spot->depth];

	if (spot->depth == JSON_DEPTH_MAX)
		return fail(walk, JSON_TOO_DEEP, *spot->token, "more than 64 levels");
	frame->node = (uint32_t)(spot->node - walk->nodes);
	frame->count = 0;
	frame->close = close;
	spot->depth++;
	add_node(walk, spot, kind);
	spot->token++;
	return true;
}

/* At the closing bracket. */
static inline bool
leave(struct walk *walk, struct spot *spot)
{
	const struct frame *frame = &walk->frames[--spot->depth];
	struct json_node *node = &walk->nodes[frame->node];

	node->count = frame->count;
	node->next = (uint32_t)(spot->node - walk->nodes);
	if (frame->close == '}' && frame->count > 1 &&
	    !json_keys_differ(&walk->reader->keys, walk->nodes, frame->node + 1, frame->count))
		return fail(
		    walk, JSON_DUPLICATE, *spot->token, "one key twice in the object that ends");
	spot->token++;
	return true;
}

/* The first byte of the token; 0 at the end. */
static inline char
peek(const struct walk *walk, const struct spot *spot)
{
	return spot->token == walk->tokens_end ? '\0' : walk->bytes[*spot->token];
}

/*
 * The grammar as a machine of four states, one label each: a value must follow,
 * a key must follow, a container closes, a value has ended. One function, as
 * its jumps are what makes it quick. Returns how many nodes there are, 0 when
 * it failed.
 */
static uint32_t
walk_tokens(struct walk *walk)
{
	struct spot spot = {walk->tokens, walk->nodes, 0};
	struct frame *frame;
	char c;

value:
	c = peek(walk, &spot);
	if (c == '{') {
		if (!enter(walk, &spot, NODE_OBJECT, '}'))
			return 0;
		if (peek(walk, &spot) != '}')
			goto key;
	} else if (c == '[') {
		if (!enter(walk, &spot, NODE_ARRAY, ']'))
			return 0;
		if (peek(walk, &spot) != ']')
			goto value;
	} else {
		if (!read_scalar(walk, &spot, c))
			return 0;
		goto ended;
	}
close:
	if (!leave(walk, &spot))
		return 0;
ended:
	if (!spot.depth)
		return spot.token == walk->tokens_end ? (uint32_t)(spot.node - walk->nodes)
						      : fail_token(walk, spot.token, "the end");
	frame = &walk->frames[spot.depth - 1];
	frame->count++;
	c = peek(walk, &spot);
	if (c == frame->close)
		goto close;
	if (c != ',')
		return fail_token(
		    walk, spot.token, frame->close == '}' ? "',' or '}'" : "',' or ']'");
	spot.token++;
	if (frame->close == ']')
		goto value;
key:
	if (peek(walk, &spot) != '"')
		return fail_token(walk, spot.token, "a key in quotes");
	if (!read_text(walk, &spot))
		return 0;
	if (peek(walk, &spot) != ':')
		return fail_token(walk, spot.token, "':'");
	spot.token++;
	goto value;
}

/* A node begins with a token of its own, so there are never more nodes than tokens. */
static void
reserve_nodes(struct json_reader *reader, size_t tokens)
{
	if (reader->node_capacity > KEEP_NODES && tokens <= KEEP_NODES) {
		memory_free(reader->nodes);
		reader->nodes = NULL;
		reader->node_capacity = 0;
		json_keys_fini(&reader->keys);
	}
	memory_grow(&reader->nodes, &reader->node_capacity, tokens, sizeof(*reader->nodes));
}

static bool
scan(struct walk *walk)
{
	struct json_reader *reader = walk->reader;
	enum json_scan_result result;
	size_t count;

	if (walk->size > JSON_BYTES_MAX)
		return fail(walk, JSON_TOO_LARGE, JSON_BYTES_MAX, "more than 16 MiB: cut");
	result = json_scan(reader->scanner, walk->bytes, walk->size, &walk->tokens, &count);
	if (result != SCAN_GOOD)
		return fail_scan(walk, result);
	if (count > JSON_TOKENS_MAX)
		return fail(walk, JSON_TOO_LARGE, walk->tokens[JSON_TOKENS_MAX],
		    "more than 1,048,576 tokens");
	walk->tokens_end = walk->tokens + count;
	reserve_nodes(reader, count);
	walk->nodes = reader->nodes;
	walk->escapes = memchr(walk->bytes, '\\', walk->size) != NULL;
	return true;
}

bool
json_parse_into(struct json_reader *reader, struct text bytes, struct arena *arena,
    struct json_document *document, struct error *err)
{
	struct walk walk; /* not set whole: the frames are large */

	walk.bytes = bytes.data ? bytes.data : "";
	walk.size = bytes.size;
	walk.tokens = walk.tokens_end = NULL;
	walk.nodes = NULL;
	walk.escapes = false;
	walk.reader = reader;
	walk.arena = arena;
	walk.err = err;
	if (!scan(&walk))
		return false;
	document->count = walk_tokens(&walk);
	document->nodes = walk.nodes;
	return document->count != 0;
}

bool
json_parse(struct json_reader *reader, struct text bytes, struct json_document *document,
    struct error *err)
{
	arena_reset(&reader->arena);
	return json_parse_into(reader, bytes, &reader->arena, document, err);
}

const struct json_node *
json_member(const struct json_document *document, uint32_t at, struct text key)
{
	const struct json_node *nodes = document->nodes;
	uint32_t member, i;

	if (nodes[at].kind != NODE_OBJECT)
		return NULL;
	for (member = at + 1, i = 0; i < nodes[at].count; i++, member = nodes[member + 1].next)
		if (text_equal(nodes[member].text, key))
			return &nodes[member + 1];
	return NULL;
}
