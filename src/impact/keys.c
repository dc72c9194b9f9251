/* SPDX-License-Identifier: Apache-2.0 */
/* The rows that the event in hand has in each group, and those that it leaves empty. */
#include "inside.h"

#include "base/memory.h"

/* --- values of changed fields ------------------------------------------------------------ */

static struct text
integer_text(int64_t integer, char room[VALUE_TEXT_BYTES])
{
	uint64_t rest = integer < 0 ? 0 - (uint64_t)integer : (uint64_t)integer;
	char *end = room + VALUE_TEXT_BYTES, *next = end;

	do
		*--next = (char)('0' + rest % 10);
	while (rest /= 10);
	if (integer < 0)
		*--next = '-';
	return (struct text){next, (size_t)(end - next)};
}

const struct looked *
looked_text(struct impact *impact, uint32_t change)
{
	struct looked *looked = &impact->work.looked[change];
	const struct value *value = &impact->work.fact->changes[change].new_value;

	if (looked->has_text)
		return looked;
	looked->has_text = true;
	if (value->kind == VALUE_NULL)
		looked->text = TEXT_NONE;
	else if (value->kind == VALUE_LONG)
		looked->text = integer_text(value->integer, looked->room);
	else
		looked->text = value_text(value, looked->room);
	return looked;
}

uint64_t
looked_hash(struct impact *impact, uint32_t change)
{
	struct looked *looked = &impact->work.looked[change];

	if (!looked->has_hash) {
		looked->hash =
		    hash_value(&impact->hash, &impact->work.fact->changes[change].new_value,
			looked_text(impact, change)->text);
		looked->has_hash = true;
	}
	return looked->hash;
}

/* --- keys ------------------------------------------------------------------------------------ */

static uint64_t
symbol_hash(const struct impact *impact, uint32_t symbol)
{
	return hash_text(&impact->hash, symbols_text(impact->names, symbol));
}

static uint32_t
symbol_of(const struct impact *impact, enum lineage_subject subject)
{
	switch (subject) {
	case SUBJECT_TEAM:
		return impact->work.origin->team;
	case SUBJECT_SYSTEM:
		return impact->work.fact->system;
	case SUBJECT_CHANNEL:
		return impact->work.fact->channel;
	default:
		return SYMBOL_NONE;
	}
}

/* 0: the event has no key of that kind. key: the change that gives it. */
static uint64_t
key_hash(struct impact *impact, enum lineage_subject subject, uint32_t key)
{
	const struct work *work = &impact->work;

	switch (subject) {
	case SUBJECT_ENTITY:
		if (work->known.entity || !work->fact->entity.data)
			return work->known.entity;
		return hash_text(&impact->hash, work->fact->entity);
	case SUBJECT_ACTOR:
		if (work->known.actor)
			return work->known.actor;
		return hash_actor(&impact->hash, work->actor);
	case SUBJECT_FIELD:
		return key == PROGRAM_NONE ? 0 : looked_hash(impact, key);
	case SUBJECT_NONE:
		return impact->hash.null;
	default:
		return symbol_hash(impact, symbol_of(impact, subject));
	}
}

static bool
is_by_symbol(enum lineage_subject subject)
{
	return subject == SUBJECT_TEAM || subject == SUBJECT_SYSTEM || subject == SUBJECT_CHANNEL ||
	    subject == SUBJECT_NONE;
}

static place *
remembered(struct plan_group *group, uint32_t symbol)
{
	size_t count = group->symbols;

	if (UNLIKELY(symbol >= count)) {
		group->symbols = (size_t)symbol + 1;
		memory_grow(&group->by_symbol, &group->symbol_capacity, group->symbols,
		    sizeof(*group->by_symbol));
		memset(group->by_symbol + count, 0, (group->symbols - count) * sizeof(place));
	}
	return &group->by_symbol[symbol];
}

void
keys_look_up(struct impact *impact, struct plan_group *group, uint32_t key)
{
	place *known = NULL;

	group->event = impact->work.event;
	group->hash = 0;
	if (is_by_symbol(group->subject)) {
		known = remembered(group, symbol_of(impact, group->subject));
		group->row = *known;
		group->has_key = true;
		if (group->row)
			return;
	}
	group->hash = key_hash(impact, group->subject, key);
	group->has_key = group->hash != 0;
	group->row = group->has_key ? groups_find(impact->image, group->piece, group->hash) : 0;
	if (known)
		*known = group->row;
}

place
keys_make_row(struct impact *impact, struct plan_group *group)
{
	if (state_read(impact)->keys >= impact->keys_max)
		return 0;
	state_touch(impact)->keys++;
	group->row = groups_add(impact->image, group->piece, group->hash, &group->layers);
	if (is_by_symbol(group->subject))
		*remembered(group, symbol_of(impact, group->subject)) = group->row;
	return group->row;
}

/* --- giving back -------------------------------------------------------------------------- */

void
keys_note(struct impact *impact, uint32_t group, place row)
{
	struct row *head;

	if (!impact->plan->groups[group].gives ||
	    ((struct row *)image_at(impact->image, row))->noted)
		return;
	head = image_touch(impact->image, row);
	head->noted = true;
	memory_grow(&impact->noted, &impact->noted_capacity, impact->noted_count + 1,
	    sizeof(*impact->noted));
	impact->noted[impact->noted_count++] = (struct noted){row, group};
}

static bool
is_empty(const struct impact *impact, const struct plan_group *group, place row)
{
	const struct plan_feature *feature;
	uint32_t i;

	for (i = 0; i < group->feature_count; i++) {
		feature = &impact->plan->features[group->features[i]];
		if (!feature_is_empty(
			impact, feature, row_block(impact->image, row, feature->layer)))
			return false;
	}
	return true;
}

static void
drop_columns(struct impact *impact, const struct plan_group *group, place row)
{
	const struct plan_feature *feature;
	uint32_t i;
	place block;

	for (i = 0; i < group->member_count; i++) {
		feature = &impact->plan->features[group->members[i]];
		block = row_block(impact->image, row, feature->member_layer);
		if (block)
			chain_drop_member(&impact->columns, &feature->chain_plan, block);
	}
	for (i = 0; i < group->feature_count; i++) {
		feature = &impact->plan->features[group->features[i]];
		block = row_block(impact->image, row, feature->layer);
		if (block && feature->chain)
			chain_drop(&impact->columns, &feature->chain_plan, block);
		else if (block)
			column_drop(&impact->columns, &feature->column, block);
	}
}

/* Symbols whose rows are gone are looked up again. */
static void
give_back(struct impact *impact, struct plan_group *group, place row)
{
	drop_columns(impact, group, row);
	groups_remove(impact->image, group->piece, row, &group->layers);
	state_touch(impact)->keys--;
	group->symbols = 0;
	group->event = 0;
}

void
keys_give_back(struct impact *impact)
{
	struct plan_group *group;
	size_t i;

	for (i = 0; i < impact->noted_count; i++) {
		group = &impact->plan->groups[impact->noted[i].group];
		if (is_empty(impact, group, impact->noted[i].row))
			give_back(impact, group, impact->noted[i].row);
		else
			((struct row *)image_touch(impact->image, impact->noted[i].row))->noted =
			    false;
	}
	impact->noted_count = 0;
}
