/* SPDX-License-Identifier: Apache-2.0 */
#include "keyed.h"

#include "store/store.h"

/* A store that concluded nothing yet has no such folder. */
bool
keyed_open(struct keyed *keyed, const char *store, struct error *err)
{
	char *path = store_path(store, STORE_CONCLUSIONS);
	bool good;

	*keyed = (struct keyed){0};
	arena_init(&keyed->arena);
	good = ledger_reader_open_as(path, ledger_conclusions_schema, &keyed->reader, err);
	if (!good && err->kind == ERROR_MISSING) {
		*err = (struct error){0};
		keyed->reader = NULL;
		good = true;
	}
	memory_free(path);
	return good;
}

void
keyed_fini(struct keyed *keyed)
{
	ledger_reader_close(keyed->reader);
	arena_fini(&keyed->arena);
	scales_fini(&keyed->scales);
	keyed->reader = NULL;
}

static bool
read_block(struct keyed *keyed, const struct catalog_conclusions *row, struct error *err)
{
	struct block_place where = {
	    row->segment, row->offset, row->bytes, row->records, row->identity};
	struct text body;

	if (!keyed->reader)
		return error_set(err, ERROR_DAMAGED, "the store's conclusions are missing");
	return ledger_reader_block(keyed->reader, &where, &body, err) &&
	    conclusion_block_read(
		body, row->records, UINT64_MAX, &keyed->arena, &keyed->items, &keyed->count, err);
}

bool
keyed_begin(struct keyed *keyed, struct catalog *catalog, uint64_t block, uint64_t first,
    uint64_t end, struct error *err)
{
	struct catalog_conclusions row;
	bool found;

	arena_reset(&keyed->arena);
	scales_begin(&keyed->scales);
	keyed->count = keyed->next = 0;
	keyed->first = first;
	keyed->end = end;
	if (!catalog_conclusions(catalog, block, &row, &found, err))
		return false;
	return !found || read_block(keyed, &row, err) ||
	    error_within(err, "conclusions of block %llu", (unsigned long long)block);
}

/* The first of two of one feature is of the value that was left. */
static bool
is_left(const struct influences *influences, uint32_t i)
{
	return i + 1 < influences->count &&
	    influences->items[i].feature == influences->items[i + 1].feature;
}

static void
set_key(struct keyed *keyed, const struct replayed *replayed, const struct symbols *names,
    struct publication_influence *out)
{
	char digits[REPLAY_KEY_BYTES];
	enum replay_key kind;
	struct text key = replay_key(
	    &replayed->lineage->features[out->feature], replayed->fact, names, digits, &kind);

	if (out->left || kind == REPLAY_KEY_NONE)
		return;
	out->has_key = true;
	if (kind == REPLAY_KEY_TEXT)
		out->key = arena_text(&keyed->arena, key);
}

static bool
set_influence(struct keyed *keyed, struct catalog *catalog, const struct replayed *replayed,
    const struct symbols *names, const struct influence *influence,
    struct publication_influence *out, struct error *err)
{
	double scale;

	if (influence->feature >= replayed->lineage->feature_count)
		return error_set(err, ERROR_DAMAGED,
		    "record %llu: a feature that its lineage has not",
		    (unsigned long long)replayed->record);
	if (!scales_at(&keyed->scales, catalog, replayed->lineage, influence->feature,
		replayed->record, keyed->first, keyed->end, &scale, err))
		return false;
	out->feature = influence->feature;
	out->status = influence->status;
	out->before = influence->before;
	out->after = influence->after;
	out->movement = influence_movement(influence);
	out->scaled = influence_scaled(out->movement, scale);
	set_key(keyed, replayed, names, out);
	return true;
}

static const struct conclusion *
conclusion_of(struct keyed *keyed, uint64_t record)
{
	while (keyed->next < keyed->count && keyed->items[keyed->next].record < record)
		keyed->next++;
	return keyed->next < keyed->count && keyed->items[keyed->next].record == record
	    ? &keyed->items[keyed->next]
	    : NULL;
}

static bool
scores_known(const struct lineage *lineage, const struct influences *influences)
{
	uint32_t i;

	for (i = 0; i < influences->score_count; i++)
		if (influences->scores[i].model >= lineage->model_count)
			return false;
	return true;
}

bool
keyed_add(struct keyed *keyed, struct catalog *catalog, const struct replayed *replayed,
    const struct symbols *names, struct publication *publication, struct error *err)
{
	const struct conclusion *conclusion = conclusion_of(keyed, replayed->record);
	struct publication_influence *items;
	uint32_t i;

	if (!conclusion)
		return true;
	if (!replayed->lineage || conclusion->epoch != replayed->epoch ||
	    !scores_known(replayed->lineage, &conclusion->influences))
		return error_set(err, ERROR_DAMAGED,
		    "record %llu: a conclusion that does not belong to the lineage in force",
		    (unsigned long long)replayed->record);
	items = arena_get_zero(&keyed->arena, conclusion->influences.count * sizeof(*items));
	for (i = 0; i < conclusion->influences.count; i++) {
		items[i].left = is_left(&conclusion->influences, i);
		if (!set_influence(keyed, catalog, replayed, names,
			&conclusion->influences.items[i], &items[i], err))
			return false;
	}
	publication->influences = items;
	publication->influence_count = conclusion->influences.count;
	publication->scores = conclusion->influences.scores;
	publication->score_count = conclusion->influences.score_count;
	return true;
}
