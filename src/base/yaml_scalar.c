/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A scalar asked for as a type. Plain scalars follow YAML 1.2's core schema
 * where it is strict (true, false, null); nothing is guessed: "yes" is text.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/yaml.h"

/* Adds "expected X, not Y" and returns false. */
static bool
expected(const char *file, const struct yaml_node *node, const char *what,
    struct yaml_problems *problems)
{
	char shown[64];

	if (node->kind == YAML_LIST)
		yaml_problem_add(problems, file, node, "a list stands where %s is expected", what);
	else if (node->kind == YAML_MAP)
		yaml_problem_add(problems, file, node, "a map stands where %s is expected", what);
	else if (yaml_is_null(node))
		yaml_problem_add(problems, file, node,
		    "nothing stands where %s is expected: write it, or remove the key", what);
	else
		yaml_problem_add(problems, file, node, "`%s` stands where %s is expected",
		    text_show(node->text, 40, shown, sizeof(shown)), what);
	return false;
}

bool
yaml_is_null(const struct yaml_node *node)
{
	static const char *const words[] = {"", "~", "null", "Null", "NULL"};
	size_t i;

	if (!node || node->kind != YAML_SCALAR || node->quoted)
		return false;
	for (i = 0; i < ARRAY_COUNT(words); i++)
		if (text_is(node->text, words[i]))
			return true;
	return false;
}

bool
yaml_text(const char *file, const struct yaml_node *node, struct text *value,
    struct yaml_problems *problems)
{
	if (!node)
		return false;
	if (node->kind != YAML_SCALAR || yaml_is_null(node))
		return expected(file, node, "text", problems);
	*value = node->text;
	return true;
}

/* Decimal digits with a sign, nothing else; no octal, no hex, no underscores. */
static bool
whole(struct text text, int64_t *value)
{
	size_t at = text.size && (text.data[0] == '-' || text.data[0] == '+');
	size_t first = at;
	char *end;

	for (; at < text.size; at++)
		if (text.data[at] < '0' || text.data[at] > '9')
			return false;
	if (at == first || text.size > 20)
		return false;
	errno = 0;
	*value = strtoll(text.data, &end, 10);
	return !errno;
}

bool
yaml_long(const char *file, const struct yaml_node *node, int64_t low, int64_t high, int64_t *value,
    struct yaml_problems *problems)
{
	int64_t read = 0;

	if (!node)
		return false;
	if (node->kind != YAML_SCALAR || node->quoted || !whole(node->text, &read))
		return expected(file, node, "a whole number without quotes", problems);
	if (read < low || read > high) {
		yaml_problem_add(problems, file, node,
		    "%lld is out of range: write a number from %lld to %lld", (long long)read,
		    (long long)low, (long long)high);
		return false;
	}
	*value = read;
	return true;
}

/* What JSON calls a number, with a sign "+" allowed. */
static bool
decimal(struct text text, double *value)
{
	size_t at;
	bool digit = false;
	char *end;

	for (at = 0; at < text.size; at++) {
		digit |= text.data[at] >= '0' && text.data[at] <= '9';
		if (!strchr("0123456789+-.eE", text.data[at]))
			return false;
	}
	if (!digit)
		return false;
	*value = strtod(text.data, &end);
	return end == text.data + text.size;
}

bool
yaml_double(
    const char *file, const struct yaml_node *node, double *value, struct yaml_problems *problems)
{
	double read = 0;

	if (!node)
		return false;
	if (node->kind != YAML_SCALAR || node->quoted || !decimal(node->text, &read) ||
	    !isfinite(read))
		return expected(file, node, "a finite number without quotes", problems);
	*value = read;
	return true;
}

bool
yaml_boolean(
    const char *file, const struct yaml_node *node, bool *value, struct yaml_problems *problems)
{
	if (!node)
		return false;
	if (node->kind != YAML_SCALAR || node->quoted ||
	    (!text_is(node->text, "true") && !text_is(node->text, "false")))
		return expected(file, node, "true or false", problems);
	*value = text_is(node->text, "true");
	return true;
}

/* 0 for a letter that is no unit. */
static int64_t
size_unit(char letter)
{
	switch (letter) {
	case 'k':
	case 'K':
		return (int64_t)1 << 10;
	case 'M':
		return (int64_t)1 << 20;
	case 'G':
		return (int64_t)1 << 30;
	case 'T':
		return (int64_t)1 << 40;
	default:
		return 0;
	}
}

static bool
bytes_of(struct text text, int64_t *bytes)
{
	char digits[24];
	int64_t unit = text.size ? size_unit(text.data[text.size - 1]) : 0, number;
	size_t size = text.size - (unit != 0);

	if (!size || size >= sizeof(digits))
		return false;
	memcpy(digits, text.data, size);
	digits[size] = '\0';
	if (!whole((struct text){digits, size}, &number) || number < 0)
		return false;
	return !__builtin_mul_overflow(number, unit ? unit : 1, bytes);
}

bool
yaml_size(
    const char *file, const struct yaml_node *node, int64_t *bytes, struct yaml_problems *problems)
{
	int64_t read = 0;

	if (!node)
		return false;
	if (node->kind != YAML_SCALAR || node->quoted || !bytes_of(node->text, &read))
		return expected(file, node, "a size such as 64k, 16M or 1G", problems);
	*bytes = read;
	return true;
}
