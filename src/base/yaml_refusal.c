/* SPDX-License-Identifier: Apache-2.0 */
/* libyaml's words to ours, by the problem it names. */
#include "yaml_refusal.h"

/* Which of libyaml's two marks points at the mistake. */
enum mark {
	MARK_PROBLEM,
	MARK_CONTEXT
};

struct translation {
	const char *context; /* how libyaml's context begins; NULL: any */
	const char *problem; /* how libyaml's problem begins */
	enum mark mark;
	const char *sentence;
};

static const struct translation translations[] = {
    {"while scanning an alias", "did not find expected alphabetic", MARK_CONTEXT,
	"text that begins with * needs quotes: write \"*…\""},
    {"while scanning an anchor", "did not find expected alphabetic", MARK_CONTEXT,
	"text that begins with & needs quotes: write \"&…\""},
    {"while scanning a tag", "", MARK_CONTEXT,
	"text that begins with ! needs quotes: write \"!…\""},
    {"while parsing a tag", "", MARK_CONTEXT, "text that begins with ! needs quotes: write \"!…\""},
    {NULL, "found undefined tag handle", MARK_PROBLEM,
	"text that begins with ! needs quotes: write \"!…\""},
    {NULL, "mapping values are not allowed", MARK_PROBLEM,
	"a `:` where no key can stand: put text with a colon in quotes, or check the indentation"},
    {"while scanning a simple key", "could not find expected ':'", MARK_CONTEXT,
	"a key without `:`: write `key: value`"},
    {NULL, "block sequence entries are not allowed", MARK_PROBLEM,
	"a list item (`- `) where none can stand: begin it on a line of its own"},
    {NULL, "mapping keys are not allowed", MARK_PROBLEM,
	"a key where none can stand: check the indentation"},
    {"while scanning a quoted scalar", "found unexpected end of stream", MARK_CONTEXT,
	"a quote that is never closed: add the closing quote"},
    {"while scanning a quoted scalar", "found unexpected document", MARK_CONTEXT,
	"a quote that is never closed: add the closing quote"},
    {NULL, "found unknown escape character", MARK_PROBLEM,
	"a backslash that begins no escape: use single quotes for text with backslashes"},
    {NULL, "did not find expected hexdecimal", MARK_PROBLEM,
	"a backslash escape without its hex digits: use single quotes for text with backslashes"},
    {NULL, "found invalid Unicode character escape code", MARK_PROBLEM,
	"a backslash escape that is no character: use single quotes for text with backslashes"},
    {"while scanning for the next token", "found character that cannot start", MARK_PROBLEM,
	"a character that cannot begin a value (@, `, % or a tab): put the text in quotes"},
    {NULL, "found a tab character", MARK_PROBLEM, "a tab is not allowed here: use spaces"},
    {"while parsing a block mapping", "did not find expected key", MARK_PROBLEM,
	"the indentation does not fit: members of one map begin in the same column"},
    {"while parsing a block collection", "did not find expected '-'", MARK_PROBLEM,
	"the indentation does not fit: items of one list begin with `- ` in the same column"},
    {"while parsing a flow sequence", "did not find expected", MARK_CONTEXT,
	"a `[` list that is not well closed: separate items by `,` and end with `]`"},
    {"while parsing a flow mapping", "did not find expected", MARK_CONTEXT,
	"a `{` map that is not well closed: separate members by `,` and end with `}`"},
    {"while parsing a flow node", "did not find expected", MARK_PROBLEM,
	"a value is missing here: write one, or close the `[` or `{` before"},
    {"while parsing a block node", "did not find expected", MARK_PROBLEM,
	"a value is missing here: write one, or check the indentation"},
    {NULL, "did not find expected <document start>", MARK_PROBLEM,
	"this stands outside the map above: check the indentation and the quotes of the line "
	"before"},
};

static bool
begins(const char *text, const char *start)
{
	return text && strncmp(text, start, strlen(start)) == 0;
}

static const struct translation *
translate(const yaml_parser_t *parser)
{
	size_t i;

	for (i = 0; i < ARRAY_COUNT(translations); i++) {
		const struct translation *translation = &translations[i];

		if (translation->context && !begins(parser->context, translation->context))
			continue;
		if (begins(parser->problem ? parser->problem : "", translation->problem))
			return translation;
	}
	return NULL;
}

void
yaml_refusal(const yaml_parser_t *parser, const char *file, struct error *err)
{
	const struct translation *translation = translate(parser);
	const yaml_mark_t *at = &parser->problem_mark;

	if (translation && translation->mark == MARK_CONTEXT)
		at = &parser->context_mark;
	if (parser->error == YAML_READER_ERROR)
		error_set(err, ERROR_MALFORMED,
		    "%s:%zu:%zu: a character that YAML does not allow here or in the next lines: "
		    "remove it",
		    file, parser->mark.line + 1, parser->mark.column + 1);
	else if (translation)
		error_set(err, ERROR_MALFORMED, "%s:%zu:%zu: %s", file, at->line + 1,
		    at->column + 1, translation->sentence);
	else
		error_set(err, ERROR_MALFORMED,
		    "%s:%zu:%zu: this is not YAML (%s): check quotes and indentation here and in "
		    "the line before",
		    file, at->line + 1, at->column + 1,
		    parser->problem ? parser->problem : "unknown");
}

/* A walk over lines, for the sentences that need a position. */
struct walk {
	const char *line;
	size_t number; /* of the line, from 1 */
};

static bool
refuse_at(const char *file, const struct walk *walk, const char *at, struct error *err,
    const char *sentence)
{
	size_t column = 1;
	const char *p;

	for (p = walk->line; p < at; p++)
		column += ((unsigned char)*p & 0xc0) != 0x80;
	return error_set(
	    err, ERROR_MALFORMED, "%s:%zu:%zu: %s", file, walk->number, column, sentence);
}

static bool
control(unsigned char byte)
{
	return (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7f;
}

/* The first byte of a line that does not continue UTF-8; its end if all do. */
static const char *
not_utf8(const char *line, size_t size)
{
	size_t good = 0, at;

	if (text_is_utf8((struct text){line, size}))
		return line + size;
	for (at = 1; at <= size && at - good <= 4; at++)
		if (text_is_utf8((struct text){line + good, at - good}))
			good = at;
	return line + good;
}

static bool
refuse_line(const char *file, const struct walk *walk, size_t size, struct error *err)
{
	const char *p = walk->line, *end = walk->line + size, *bad = not_utf8(walk->line, size);

	while (p < bad && *p == ' ')
		p++;
	if (p < bad && *p == '\t')
		return refuse_at(file, walk, p, err, "a tab in the indentation: use spaces");
	for (; p < bad; p++)
		if (control((unsigned char)*p))
			return refuse_at(file, walk, p, err,
			    "a control character: this is no text file, or the character must go");
	return bad == end ||
	    refuse_at(file, walk, bad, err, "bytes that are not UTF-8: save the file as UTF-8");
}

bool
yaml_refuse_bytes(const char *file, struct text bytes, struct error *err)
{
	struct walk walk = {bytes.data, 1};
	const char *end = bytes.data ? bytes.data + bytes.size : NULL;

	while (walk.line < end) {
		const char *stop = memchr(walk.line, '\n', (size_t)(end - walk.line));

		if (!stop)
			stop = end;
		if (!refuse_line(file, &walk, (size_t)(stop - walk.line), err))
			return false;
		walk.line = stop + 1;
		walk.number++;
	}
	return true;
}
