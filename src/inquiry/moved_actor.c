/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An actor's page: what the actor's rows of each day say, and beside each sum what all
 * actors together moved it in the same days.
 */
#include <math.h>

#include "moved_inside.h"
#include "moved_sums.h"

#define DAY_MS INT64_C(86400000)

struct actor_page {
	struct inquiry *inquiry;
	struct moved_sums subjects, days;              /* days: number counts from first_day */
	int64_t first_day, last_day, from_day, to_day; /* [from, to] */
	uint64_t influences;
};

static bool
visit_moved(void *context, const struct catalog_movement_actor *moved)
{
	struct actor_page *page = context;

	if (!page->subjects.count)
		page->first_day = moved->day;
	page->last_day = moved->day;
	page->influences += moved->count;
	moved_sums_add(
	    &page->subjects, moved->subject, moved->count, moved->magnitude, moved->moved);
	moved_sums_add(&page->days, (uint32_t)(moved->day - page->first_day), moved->count, 0, 0);
	return true;
}

/* Every day from the first to the last, with how many movements. */
static json_t *
days_document(const struct actor_page *page)
{
	json_t *days = json_array();
	int64_t day;

	for (day = page->first_day; page->subjects.count && day <= page->last_day; day++) {
		const struct moved_sum *sum =
		    moved_sums_find(&page->days, (uint32_t)(day - page->first_day));

		json_array_append_new(days,
		    json_pack("{s:o, s:I}", "day", inquiry_day_text(day), "events",
			(json_int_t)(sum ? sum->count : 0)));
	}
	return days;
}

static bool
add_total(void *context, const struct catalog_movement_day *day)
{
	double *total = context;

	*total += day->total;
	return true;
}

struct subject_lists {
	struct actor_page *page;
	const struct lineage *lineage;
	json_t *features, *models;
	struct error *err;
	bool failed;
};

static void
insert_by_share(json_t *list, json_t *row)
{
	double share = json_number_value(json_object_get(row, "share"));
	size_t at = 0;

	while (at < json_array_size(list) &&
	    json_number_value(json_object_get(json_array_get(list, at), "share")) >= share)
		at++;
	json_array_insert_new(list, at, row);
}

static bool
visit_subject(void *context, const struct catalog_subject *subject)
{
	struct subject_lists *lists = context;
	const struct moved_sum *sum = moved_sums_find(&lists->page->subjects, subject->number);
	const struct lineage_model *model = NULL;
	double total = 0;
	json_t *row;

	if (!sum)
		return true;
	lists->failed = !catalog_movement_days(lists->page->inquiry->catalog, subject->number,
	    lists->page->first_day, lists->page->last_day, false, add_total, &total, lists->err);
	if (lists->failed)
		return false;
	row = moved_share_document(sum, fmax(total, sum->magnitude));
	json_object_set_new(row, "name", show_text(subject->name));
	if (subject->kind == MOVEMENT_MODEL && lists->lineage)
		model = lineage_find_model(lists->lineage, subject->name);
	json_object_set_new(row, "unit", model ? show_text(model->unit) : json_null());
	insert_by_share(subject->kind == MOVEMENT_MODEL ? lists->models : lists->features, row);
	return true;
}

static json_t *
page_document(struct actor_page *page, struct text pseudonym, struct error *err)
{
	struct subject_lists lists = {.page = page, .err = err};
	uint32_t epoch;

	if (!inquiry_lineage_at(page->inquiry, UINT64_MAX >> 1, &lists.lineage, &epoch, err))
		return NULL;
	lists.features = json_array();
	lists.models = json_array();
	if (!catalog_subjects(page->inquiry->catalog, visit_subject, &lists, err) || lists.failed) {
		json_decref(lists.features);
		json_decref(lists.models);
		return NULL;
	}
	return json_pack("{s:o, s:o, s:o, s:I, s:o, s:o, s:o}", "actor", show_text(pseudonym),
	    "from", inquiry_day_text(page->first_day), "to", inquiry_day_text(page->last_day),
	    "influences", (json_int_t)page->influences, "days", days_document(page), "features",
	    lists.features, "models", lists.models);
}

json_t *
inquiry_actor(struct inquiry *inquiry, struct text pseudonym, const struct inquiry_moved *question,
    struct error *err)
{
	struct actor_page page = {.inquiry = inquiry};
	json_t *document = NULL;
	uint32_t bits;

	if (!pseudonym_parse(pseudonym, &bits)) {
		char shown[100];

		error_set(err, ERROR_MISSING,
		    "%s is no pseudonym: they look like lusab-babad, as `dyetrace trace` shows "
		    "them",
		    text_show(pseudonym, 60, shown, sizeof(shown)));
		return NULL;
	}
	page.from_day =
	    question->from_ms == TIME_NONE ? INT32_MIN : inquiry_floor(question->from_ms, DAY_MS);
	page.to_day =
	    question->to_ms == TIME_NONE ? INT32_MAX : inquiry_floor(question->to_ms - 1, DAY_MS);
	if (catalog_movement_of_actor(
		inquiry->catalog, bits, page.from_day, page.to_day, visit_moved, &page, err)) {
		if (page.subjects.count)
			document = page_document(&page, pseudonym, err);
		else
			error_set(err, ERROR_MISSING,
			    "nothing that %.*s entered moved a feature in that time",
			    TEXT_PRINT(pseudonym));
	}
	moved_sums_fini(&page.subjects);
	moved_sums_fini(&page.days);
	return document;
}
