/* SPDX-License-Identifier: Apache-2.0 */
/* Which of a feature's values an event moves, as text. */
#include <stdio.h>

#include "inside.h"

static struct text
symbol_key(const struct symbols *names, uint32_t symbol, enum replay_key *kind)
{
	struct text text = symbols_text(names, symbol);

	*kind = text.data ? REPLAY_KEY_TEXT : REPLAY_KEY_NULL;
	return text;
}

static struct text
actor_key(const struct origin *origin, char out[REPLAY_KEY_BYTES], enum replay_key *kind)
{
	static const struct pseudonym nobody;

	if (memcmp(&origin->actor, &nobody, sizeof(nobody)) == 0) {
		*kind = REPLAY_KEY_NULL;
		return TEXT_NONE;
	}
	*kind = REPLAY_KEY_TEXT;
	return text_of(digest_hex(origin->actor.bytes, PSEUDONYM_BYTES, out));
}

static struct text
field_key(const struct symbols *names, struct text field, const struct event *event,
    char out[REPLAY_KEY_BYTES], enum replay_key *kind)
{
	uint32_t symbol = symbols_find(names, field), i;

	*kind = REPLAY_KEY_NONE;
	for (i = 0; i < event->change_count; i++) {
		const struct value *value = &event->changes[i].new_value;

		if (event->changes[i].field != symbol)
			continue;
		*kind = value->kind == VALUE_NULL ? REPLAY_KEY_NULL : REPLAY_KEY_TEXT;
		if (value->kind == VALUE_HASHED)
			return text_of(digest_hex(value->hashed.mac, TEXT_MAC_BYTES, out));
		return value->kind == VALUE_NULL ? TEXT_NONE : value_text(value, out);
	}
	return TEXT_NONE;
}

struct text
replay_key(const struct lineage_feature *feature, const struct record *fact,
    const struct symbols *names, char out[REPLAY_KEY_BYTES], enum replay_key *kind)
{
	switch (feature->key) {
	case SUBJECT_ENTITY:
		*kind = fact->event.entity.data ? REPLAY_KEY_TEXT : REPLAY_KEY_NONE;
		return fact->event.entity;
	case SUBJECT_TEAM:
		return symbol_key(names, fact->origin.team, kind);
	case SUBJECT_SYSTEM:
		return symbol_key(names, fact->event.system, kind);
	case SUBJECT_CHANNEL:
		return symbol_key(names, fact->event.channel, kind);
	case SUBJECT_ACTOR:
		return actor_key(&fact->origin, out, kind);
	case SUBJECT_FIELD:
		return field_key(names, feature->key_field, &fact->event, out, kind);
	default:
		*kind = REPLAY_KEY_NONE;
		return TEXT_NONE;
	}
}
