/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the lineages that the ledger recorded know a feature or model. */
#include "private.h"

/* The lineages that were ever in force, newest first; what is asked of them. */
struct asking {
	uint64_t *notes;
	size_t count, capacity;
};

static bool
keep_note(void *context, const struct catalog_epoch *epoch)
{
	struct asking *asking = context;

	if (!epoch->number)
		return true;
	memory_grow(&asking->notes, &asking->capacity, asking->count + 1, sizeof(uint64_t));
	asking->notes[asking->count++] = epoch->record;
	return true;
}

static bool
knows(const struct lineage *lineage, struct text feature, struct text model)
{
	return feature.data ? lineage_find_feature(lineage, feature) != NULL
			    : lineage_find_model(lineage, model) != NULL;
}

/* Of the lineage in force: only what is asked now is near enough to what was meant. */
static bool
unknown(const struct lineage *lineage, struct text feature, struct text model, struct error *err)
{
	struct text typed = feature.data ? feature : model, nearest;
	const char *noun = feature.data ? "feature" : "model";

	/* The other noun has that name. */
	if (knows(lineage, model, feature))
		return error_set(err, ERROR_MISSING, "%.*s is no %s: say --%s", TEXT_PRINT(typed),
		    noun, feature.data ? "model" : "feature");
	nearest = lineage_suggest(lineage, feature.data ? NOUN_FEATURE : NOUN_MODEL, typed);
	return error_set(err, ERROR_MISSING, "the lineage names no %s %.*s%s%.*s%s", noun,
	    TEXT_PRINT(typed), nearest.data ? "; did you mean " : "", TEXT_PRINT(nearest),
	    nearest.data ? "?" : "");
}

static bool
check(struct inquiry *inquiry, const struct asking *asking, struct text feature, struct text model,
    struct error *err)
{
	const struct lineage *lineage;
	uint32_t epoch;
	size_t i;

	if (!asking->count)
		return error_set(err, ERROR_MISSING,
		    "no lineage is in force: name one with `lineage:` in the settings");
	for (i = asking->count; i-- > 0;) {
		if (!inquiry_lineage_at(inquiry, asking->notes[i], &lineage, &epoch, err))
			return false;
		if (lineage && knows(lineage, feature, model))
			return true;
	}
	if (!inquiry_lineage_at(inquiry, UINT64_MAX >> 1, &lineage, &epoch, err))
		return false;
	return unknown(lineage, feature, model, err);
}

bool
inquiry_check_names(
    struct inquiry *inquiry, struct text feature, struct text model, struct error *err)
{
	struct asking asking = {0};
	bool good;

	if (!feature.data && !model.data)
		return true;
	good = catalog_epochs(inquiry->catalog, keep_note, &asking, err) &&
	    check(inquiry, &asking, feature, model, err);
	memory_free(asking.notes);
	return good;
}
