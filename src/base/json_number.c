/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers by the grammar of RFC 8259 section 6. Without point and exponent
 * they are integers of 64 bits, else the nearest double.
 */
#include "json_scan.h"
#include "json_token.h"

/* What the text says, before it is a value: mantissa * 10^power. */
struct decimal {
	const char *next, *end;
	uint64_t mantissa; /* wraps when there are more than 19 digits */
	int64_t digits;    /* from the first that is not 0 */
	int64_t power;
};

static inline void
take_digits(struct decimal *decimal)
{
	for (; decimal->next < decimal->end && json_is_digit(*decimal->next); decimal->next++) {
		decimal->mantissa = decimal->mantissa * 10 + (uint64_t)(*decimal->next - '0');
		decimal->digits += decimal->digits || *decimal->next != '0';
	}
}

static inline bool
at(const struct decimal *decimal, char c)
{
	return decimal->next < decimal->end && *decimal->next == c;
}

static bool
take_fraction(struct decimal *decimal)
{
	const char *first = ++decimal->next;

	take_digits(decimal);
	decimal->power -= decimal->next - first;
	return decimal->next > first;
}

/* What is far beyond any double stays far beyond it. */
static bool
take_exponent(struct decimal *decimal)
{
	const char *first;
	bool minus;
	int64_t sum = 0;

	decimal->next++;
	minus = at(decimal, '-');
	if (minus || at(decimal, '+'))
		decimal->next++;
	first = decimal->next;
	for (; decimal->next < decimal->end && json_is_digit(*decimal->next); decimal->next++)
		if (sum < 1000000000)
			sum = sum * 10 + (*decimal->next - '0');
	decimal->power += minus ? -sum : sum;
	return decimal->next > first;
}

/* Both factors are exact doubles, so that one rounding gives the nearest one.
 * Source: W. D. Clinger, "How to read floating point numbers accurately", PLDI 1990, section 4. */
static bool
exactly(const struct decimal *decimal, double *value)
{
	static const double powers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10,
	    1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

	if (decimal->digits > 19 || decimal->mantissa > (uint64_t)1 << 53 || decimal->power < -22 ||
	    decimal->power > 22)
		return false;
	if (decimal->power < 0)
		*value = (double)decimal->mantissa / powers[-decimal->power];
	else
		*value = (double)decimal->mantissa * powers[decimal->power];
	return true;
}

/* What is too small for a double is 0. */
static bool
nearest(const struct decimal *decimal, const char *first, double *value)
{
	if (exactly(decimal, value) || json_scan_double(first, decimal->end, value))
		return true;
	*value = 0;
	return decimal->digits + decimal->power < 0;
}

static bool
real(struct decimal *decimal, const char *start, const char *first, struct json_node *node,
    struct json_mistake *mistake)
{
	double value;

	if (at(decimal, '.') && !take_fraction(decimal))
		return json_mistaken(mistake, JSON_SYNTAX,
		    "a digit behind the point of a number expected", decimal->next);
	if ((at(decimal, 'e') || at(decimal, 'E')) && !take_exponent(decimal))
		return json_mistaken(mistake, JSON_SYNTAX,
		    "a digit in the exponent of a number expected", decimal->next);
	if (decimal->next != decimal->end)
		return json_mistaken(
		    mistake, JSON_SYNTAX, "the end of a number expected", decimal->next);
	if (!nearest(decimal, first, &value))
		return json_mistaken(
		    mistake, JSON_NUMBER, "a number beyond what a double holds", start);
	node->kind = NODE_DOUBLE;
	node->number = first > start ? -value : value;
	return true;
}

bool
json_number(
    const char *start, const char *end, struct json_node *node, struct json_mistake *mistake)
{
	bool negative = *start == '-';
	const char *first = start + negative;
	struct decimal decimal = {.next = first, .end = end};

	take_digits(&decimal);
	if (decimal.next == first)
		return json_mistaken(mistake, JSON_SYNTAX, "a digit expected", first);
	if (*first == '0' && decimal.next - first > 1)
		return json_mistaken(mistake, JSON_SYNTAX, "a number with a leading zero", start);
	if (decimal.next != end)
		return real(&decimal, start, first, node, mistake);
	if (decimal.digits > 19 || decimal.mantissa > (uint64_t)INT64_MAX + negative)
		return json_mistaken(
		    mistake, JSON_NUMBER, "an integer beyond what 64 bits hold", start);
	node->kind = NODE_LONG;
	node->integer = (int64_t)(negative ? 0 - decimal.mantissa : decimal.mantissa);
	return true;
}

bool
json_number_of(struct text text, struct json_node *node)
{
	struct json_mistake mistake;

	return text.size && (*text.data == '-' || json_is_digit(*text.data)) &&
	    json_number(text.data, text.data + text.size, node, &mistake);
}
