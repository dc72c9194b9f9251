/* SPDX-License-Identifier: Apache-2.0 */
#include "chosen.h"

#include <stdlib.h>

#include "base/suggest.h"

static const char *const nouns[] = {[CHOICE_TEAM] = "team",
    [CHOICE_ACTOR] = "actor",
    [CHOICE_CHANNEL] = "channel",
    [CHOICE_SYSTEM] = "system",
    [CHOICE_EVENT] = "event"};

bool
pseudonym_digits(struct text text, struct pseudonym *actor)
{
	char pair[3] = "", *end;
	size_t i;

	if (text.size != 2 * PSEUDONYM_BYTES)
		return false;
	for (i = 0; i < PSEUDONYM_BYTES; i++) {
		memcpy(pair, text.data + 2 * i, 2);
		actor->bytes[i] = (uint8_t)strtoul(pair, &end, 16);
		if (end != pair + 2 || pair[0] == '-' || pair[0] == '+')
			return false;
	}
	return true;
}

static bool
parse_actor(struct chosen *chosen, struct error *err)
{
	struct text name = chosen->choice->name;

	if (pseudonym_digits(name, &chosen->actor)) {
		chosen->whole = true;
		return true;
	}
	chosen->unknown = text_is(name, "unknown");
	return chosen->unknown || pseudonym_parse(name, &chosen->short_bits) ||
	    error_set(err, ERROR_USAGE,
		"%.*s is no pseudonym: they look like lusab-babad (`dyetrace trace EVENT` shows "
		"whose an event is)",
		TEXT_PRINT(name));
}

bool
chosen_init(struct chosen *chosen, struct inquiry *inquiry, const struct inquiry_choice *choice,
    struct error *err)
{
	*chosen = (struct chosen){.inquiry = inquiry, .choice = choice};
	if (choice->by == CHOICE_ACTOR)
		return parse_actor(chosen, err);
	if (choice->by == CHOICE_EVENT)
		return inquiry_find(inquiry, choice->name, &chosen->record, err);
	return true;
}

void
chosen_fini(struct chosen *chosen)
{
	memory_free(chosen->seen);
}

/* Symbols are learnt as blocks are read. */
static uint32_t
symbol_of_name(struct chosen *chosen)
{
	uint32_t count;

	if (chosen->symbol)
		return chosen->symbol;
	count = symbols_count(chosen->inquiry->names);
	if (count != chosen->symbols) {
		chosen->symbols = count;
		chosen->symbol = symbols_find(chosen->inquiry->names, chosen->choice->name);
	}
	return chosen->symbol;
}

static bool
is_symbol(struct chosen *chosen, uint32_t symbol)
{
	size_t before = chosen->seen_capacity;

	if (!symbol)
		return false;
	if (symbol >= before) {
		memory_grow(
		    &chosen->seen, &chosen->seen_capacity, (size_t)symbol + 1, sizeof(bool));
		memset(chosen->seen + before, 0, chosen->seen_capacity - before);
	}
	chosen->seen[symbol] = true;
	return symbol == symbol_of_name(chosen);
}

static bool
is_actor(const struct chosen *chosen, const struct pseudonym *actor)
{
	static const struct pseudonym nobody;
	const uint8_t *b = actor->bytes;

	if (chosen->whole)
		return memcmp(actor, &chosen->actor, sizeof(*actor)) == 0;
	if (chosen->unknown)
		return memcmp(actor, &nobody, sizeof(nobody)) == 0;
	return chosen->short_bits ==
	    ((uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3]);
}

static bool
is_one(struct chosen *chosen, const struct record *fact, uint64_t record)
{
	switch (chosen->choice->by) {
	case CHOICE_TEAM:
		return is_symbol(chosen, fact->origin.team);
	case CHOICE_ACTOR:
		return is_actor(chosen, &fact->origin.actor);
	case CHOICE_CHANNEL:
		return is_symbol(chosen, fact->event.channel);
	case CHOICE_SYSTEM:
		return is_symbol(chosen, fact->event.system);
	default:
		return record == chosen->record;
	}
}

bool
chosen_has(struct chosen *chosen, const struct record *fact, uint64_t record)
{
	int64_t time_ms = fact->event.time_ms;
	bool has = is_one(chosen, fact, record) && time_ms >= chosen->choice->from_ms &&
	    time_ms < chosen->choice->to_ms;

	chosen->count += has;
	return has;
}

bool
chosen_check(const struct chosen *chosen, struct error *err)
{
	const struct inquiry_choice *choice = chosen->choice;
	struct suggestion suggestion;
	struct text best;
	bool bounded = choice->from_ms > TIME_MIN || choice->to_ms <= TIME_MAX;
	size_t i;

	if (chosen->count)
		return true;
	suggestion_init(&suggestion, choice->name);
	for (i = 1; i < chosen->seen_capacity; i++)
		if (chosen->seen[i])
			suggestion_try(
			    &suggestion, symbols_text(chosen->inquiry->names, (uint32_t)i));
	best = suggestion_best(&suggestion);
	if (best.data && !text_equal(best, choice->name))
		return error_set(err, ERROR_MISSING, "no event is from %s %.*s; did you mean %.*s?",
		    nouns[choice->by], TEXT_PRINT(choice->name), TEXT_PRINT(best));
	return error_set(err, ERROR_MISSING, "no event is from %s %.*s%s", nouns[choice->by],
	    TEXT_PRINT(choice->name), bounded ? " between these times" : "");
}

json_t *
chosen_document(const struct chosen *chosen)
{
	const struct inquiry_choice *choice = chosen->choice;

	return json_pack("{s:s, s:o, s:o, s:o}", "by", nouns[choice->by], "name",
	    show_text(choice->name), "from",
	    show_time(choice->from_ms > TIME_MIN ? choice->from_ms : TIME_NONE), "to",
	    show_time(choice->to_ms <= TIME_MAX ? choice->to_ms : TIME_NONE));
}
