/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tree as YAML again, in block style. What stood in quotes stays in quotes,
 * so that "5" stays text; other text is quoted where it must be.
 */
#include "base/yaml.h"

static bool
safe_inside(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	    strchr("_./+-~ :", c);
}

/* Whether text stands for itself without quotes. */
static bool
plain(struct text text)
{
	size_t i;

	if (!text.size || text.size > 200)
		return false;
	if (strchr(" :~", text.data[0]) || strchr(" :", text.data[text.size - 1]))
		return text_is(text, "~");
	if (text.data[0] == '-' && (text.size == 1 || strchr(" -", text.data[1])))
		return false;
	if (text.size >= 3 && memcmp(text.data, "...", 3) == 0)
		return false;
	for (i = 0; i < text.size; i++)
		if (!text.data[i] || !safe_inside((unsigned char)text.data[i]))
			return false;
	return !memmem(text.data, text.size, ": ", 2);
}

/* A character that libyaml takes for a line break or refuses is written as an escape. */
static size_t
escape(const unsigned char *p, size_t left, struct buffer *out)
{
	if (*p == '"' || *p == '\\') {
		buffer_add_format(out, "\\%c", *p);
		return 1;
	}
	if (*p == '\n' || *p == '\t') {
		buffer_add_format(out, "\\%c", *p == '\n' ? 'n' : 't');
		return 1;
	}
	if (*p < 0x20 || *p == 0x7f) {
		buffer_add_format(out, "\\x%02x", *p);
		return 1;
	}
	if (*p == 0xc2 && left > 1 && p[1] < 0xa0) {
		buffer_add_format(out, "\\x%02x", p[1]);
		return 2;
	}
	/* U+2028, U+2029; U+FEFF, U+FFFE, U+FFFF */
	if (left > 2 &&
	    ((p[0] == 0xe2 && p[1] == 0x80 && (p[2] == 0xa8 || p[2] == 0xa9)) ||
		(p[0] == 0xef &&
		    ((p[1] == 0xbb && p[2] == 0xbf) || (p[1] == 0xbf && p[2] >= 0xbe))))) {
		buffer_add_format(
		    out, "\\u%04x", (p[0] & 15u) << 12 | (p[1] & 63u) << 6 | (p[2] & 63u));
		return 3;
	}
	buffer_add_byte(out, *p);
	return 1;
}

void
yaml_write_text(struct text text, bool quoted, struct buffer *out)
{
	const unsigned char *p = (const unsigned char *)text.data;
	size_t at;

	if (!quoted && plain(text)) {
		buffer_add_text(out, text);
		return;
	}
	buffer_add_byte(out, '"');
	for (at = 0; at < text.size;)
		at += escape(p + at, text.size - at, out);
	buffer_add_byte(out, '"');
}

static void
indent(unsigned depth, struct buffer *out)
{
	while (depth--)
		buffer_add_text(out, TEXT("  "));
}

/* Whether it stands behind its key or dash in the same line. */
static bool
short_form(const struct yaml_node *node, struct buffer *out)
{
	if (node->kind == YAML_SCALAR) {
		if (!node->text.size && !node->quoted)
			return true;
		buffer_add_byte(out, ' ');
		yaml_write_text(node->text, node->quoted, out);
		return true;
	}
	if (!node->count)
		buffer_add_text(out, node->kind == YAML_LIST ? TEXT(" []") : TEXT(" {}"));
	return !node->count;
}

static void
write_lines(const struct yaml_node *node, unsigned depth, bool begun, struct buffer *out);

static void
write_member(const struct yaml_member *member, unsigned depth, struct buffer *out)
{
	yaml_write_text(member->key, text_is(member->key, "~"), out);
	buffer_add_byte(out, ':');
	if (short_form(member->value, out)) {
		buffer_add_byte(out, '\n');
		return;
	}
	buffer_add_byte(out, '\n');
	write_lines(member->value, depth + 1, false, out);
}

static void
write_item(const struct yaml_node *item, unsigned depth, struct buffer *out)
{
	buffer_add_byte(out, '-');
	if (short_form(item, out)) {
		buffer_add_byte(out, '\n');
		return;
	}
	buffer_add_byte(out, ' ');
	write_lines(item, depth + 1, true, out);
}

/* The members or items, one a line; begun: the first line is indented already. */
static void
write_lines(const struct yaml_node *node, unsigned depth, bool begun, struct buffer *out)
{
	size_t i;

	for (i = 0; i < node->count; i++) {
		if (i || !begun)
			indent(depth, out);
		if (node->kind == YAML_MAP)
			write_member(&node->members[i], depth, out);
		else
			write_item(node->items[i], depth, out);
	}
}

void
yaml_write(const struct yaml_node *node, unsigned depth, struct buffer *out)
{
	if (node->kind != YAML_SCALAR && node->count) {
		write_lines(node, depth, false, out);
		return;
	}
	indent(depth, out);
	if (node->kind == YAML_SCALAR)
		yaml_write_text(node->text, node->quoted, out);
	else
		buffer_add_text(out, node->kind == YAML_LIST ? TEXT("[]") : TEXT("{}"));
	buffer_add_byte(out, '\n');
}
