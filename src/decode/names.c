/* SPDX-License-Identifier: Apache-2.0 */
/* A direct-mapped memo in front of the table of symbols. */
#include "names.h"

#include "model/reason.h"

void
names_init(struct names *names, struct symbols *symbols, size_t made_max)
{
	*names = (struct names){.symbols = symbols, .made_max = made_max ? made_max : NAMES_MAX};
}

static bool
look_up(struct names *names, struct text text, const char *what, uint32_t *symbol,
    struct row_problem *problem)
{
	*symbol = symbols_find(names->symbols, text);
	if (*symbol != SYMBOL_NONE)
		return true;
	if (text.size > NAME_BYTES_MAX)
		return row_problem_set(problem, REASON_NAME_LONG,
		    "%s: a name of %zu bytes; %d are allowed", what, text.size, NAME_BYTES_MAX);
	if (names->made >= names->made_max)
		return row_problem_set(problem, REASON_NAMES,
		    "%s: the source has named %zu different names already", what, names->made);
	names->made++;
	*symbol = symbols_add(names->symbols, text);
	return true;
}

bool
names_get(struct names *names, struct text text, const char *what, uint32_t *symbol,
    struct row_problem *problem)
{
	unsigned place;

	*symbol = SYMBOL_NONE;
	if (!text.data)
		return true;
	place = text_mark(text);
	if (names->kept[place].symbol && text_equal(names->kept[place].text, text)) {
		*symbol = names->kept[place].symbol;
		return true;
	}
	if (!look_up(names, text, what, symbol, problem))
		return false;
	names->kept[place].text = symbols_text(names->symbols, *symbol);
	names->kept[place].symbol = *symbol;
	return true;
}
