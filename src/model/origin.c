/* SPDX-License-Identifier: Apache-2.0 */
/* Names of the rules, and pseudonyms as people read them. */
#include "model/origin.h"

#include <stdio.h>

#include "base/compiler.h"

static const struct {
	const char *name, *sentence;
} rules[ORIGIN_RULE_COUNT] = {
    [ORIGIN_NONE] = {"none", "the event names neither an actor nor a team"},
    [ORIGIN_CHART] = {"chart", "the org chart at event time"},
    [ORIGIN_CHART_OVER_EVENT] = {"chart-over-event",
	"the org chart at event time; the event names another team, kept beside"},
    [ORIGIN_EVENT] = {"event", "the event's own team; the actor is not in the org chart"},
    [ORIGIN_EVENT_ONLY] = {"event-only", "the event's own team; it names no actor"},
    [ORIGIN_CHART_EXPIRED] = {"chart-expired",
	"the org chart, but not valid at event time: the nearest known team"},
    [ORIGIN_EVENT_OUTSIDE_CHART] = {"event-outside-chart",
	"the event's own team; the actor is in the org chart, but not at event time"},
    [ORIGIN_UNRESOLVED] = {"unresolved", "an actor, but no team from the org chart or the event"},
};

const char *
origin_rule_name(enum origin_rule rule)
{
	return (unsigned)rule < ORIGIN_RULE_COUNT ? rules[rule].name : NULL;
}

const char *
origin_rule_sentence(enum origin_rule rule)
{
	return (unsigned)rule < ORIGIN_RULE_COUNT ? rules[rule].sentence : NULL;
}

const char *
actor_kind_name(enum actor_kind kind)
{
	static const char *const names[] = {"unknown", "human", "service"};

	return (unsigned)kind < ARRAY_COUNT(names) ? names[kind] : NULL;
}

static const char consonants[] = "bdfghjklmnprstvz";
static const char vowels[] = "aiou";

/* 16 bits as consonant, vowel, consonant, vowel, consonant. */
static void
quint(unsigned bits, char out[5])
{
	out[0] = consonants[bits >> 12 & 15];
	out[1] = vowels[bits >> 10 & 3];
	out[2] = consonants[bits >> 6 & 15];
	out[3] = vowels[bits >> 4 & 3];
	out[4] = consonants[bits & 15];
}

const char *
pseudonym_text(const struct pseudonym *pseudonym, char out[PSEUDONYM_TEXT_BYTES])
{
	static const struct pseudonym unknown;
	const uint8_t *bytes = pseudonym->bytes;

	if (memcmp(pseudonym, &unknown, sizeof(unknown)) == 0)
		return strcpy(out, "unknown");
	quint((unsigned)bytes[0] << 8 | bytes[1], out);
	out[5] = '-';
	quint((unsigned)bytes[2] << 8 | bytes[3], out + 6);
	out[11] = '\0';
	return out;
}

static bool
letter(const char *alphabet, char c, unsigned *bits, unsigned width)
{
	const char *at = c ? strchr(alphabet, c) : NULL;

	if (!at)
		return false;
	*bits = *bits << width | (unsigned)(at - alphabet);
	return true;
}

const char *
pseudonym_short_text(uint32_t short_bits, char out[PSEUDONYM_TEXT_BYTES])
{
	const struct pseudonym pseudonym = {
	    .bytes = {(uint8_t)(short_bits >> 24), (uint8_t)(short_bits >> 16),
		(uint8_t)(short_bits >> 8), (uint8_t)short_bits}};

	return pseudonym_text(&pseudonym, out);
}

bool
pseudonym_parse(struct text text, uint32_t *short_bits)
{
	unsigned bits = 0;
	size_t i;

	if (text.size != 11 || text.data[5] != '-')
		return false;
	for (i = 0; i < 11; i++) {
		size_t at = i > 5 ? i - 6 : i;

		if (i == 5)
			continue;
		if (at % 2 == 0 ? !letter(consonants, text.data[i], &bits, 4)
				: !letter(vowels, text.data[i], &bits, 2))
			return false;
	}
	*short_bits = bits;
	return true;
}
