/* SPDX-License-Identifier: Apache-2.0 */
/* Optimal string alignment over three rows; names are short. */
#include "base/suggest.h"

#include <limits.h>

/* Longer names are compared by nobody's eye. */
#define LETTERS_MAX 64

static char
folded(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static unsigned
least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Source: the restricted edit distance of R. Lowrance and R. Wagner, Journal of
 * the ACM 22(2), 1975, where no substring is edited twice. */
static unsigned
distance(struct text a, struct text b)
{
	unsigned rows[3][LETTERS_MAX + 1], *before = rows[0], *above = rows[1], *row = rows[2],
					   *free_row;
	size_t i, j;

	for (j = 0; j <= b.size; j++)
		above[j] = (unsigned)j;
	for (i = 1; i <= a.size; i++) {
		row[0] = (unsigned)i;
		for (j = 1; j <= b.size; j++) {
			char x = folded(a.data[i - 1]), y = folded(b.data[j - 1]);

			row[j] = least(above[j] + 1, row[j - 1] + 1);
			row[j] = least(row[j], above[j - 1] + (x != y));
			if (i > 1 && j > 1 && x == folded(b.data[j - 2]) &&
			    y == folded(a.data[i - 2]))
				row[j] = least(row[j], before[j - 2] + 1);
		}
		free_row = before;
		before = above;
		above = row;
		row = free_row;
	}
	return above[b.size];
}

void
suggestion_init(struct suggestion *suggestion, struct text typed)
{
	*suggestion = (struct suggestion){.typed = typed, .distance = UINT_MAX};
}

void
suggestion_try(struct suggestion *suggestion, struct text candidate)
{
	size_t allowed = candidate.size / 3;
	unsigned far;

	if (suggestion->typed.size > LETTERS_MAX || candidate.size > LETTERS_MAX || !candidate.size)
		return;
	far = distance(suggestion->typed, candidate);
	if (far > (allowed ? allowed : 1) || far >= suggestion->distance)
		return;
	suggestion->distance = far;
	suggestion->best = candidate;
}

struct text
suggestion_best(const struct suggestion *suggestion)
{
	return suggestion->best;
}
