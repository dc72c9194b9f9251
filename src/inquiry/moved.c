/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A feature's or model's page: its days are read from the catalog, the cells of the
 * hours that were asked for are added up by name, the heaviest actors by day.
 */
#include <math.h>

#include "moved_inside.h"
#include "moved_sums.h"

#define HOUR_MS INT64_C(3600000)
#define DAYS_SHOWN                                                                                 \
	4000 /* with days on which nothing moved in between; beyond, only those with movement */

/* Everything that is added up for one page. */
struct page {
	struct inquiry *inquiry;
	const struct inquiry_moved *question;
	uint32_t subject;
	int64_t from_hour, to_hour; /* [from, to), since 1970 */
	struct moved_sums parts, actors;
	struct moved_sum total, expiry, day;
	int64_t first_day, last_day; /* with movement */
	json_t *days;
	uint64_t day_count, most_actors;
	double unlisted; /* what an actor may have that no list names, at most */
	double day_total, day_squares, actors_total, parts_total;
	bool going_on;
	struct error *err;
	bool failed;
};

static int64_t
hours_up(int64_t time_ms)
{
	int64_t hour = time_ms / HOUR_MS;

	return hour + (time_ms % HOUR_MS > 0);
}

static void
span_of(struct page *page)
{
	const struct inquiry_moved *question = page->question;

	page->from_hour =
	    question->from_ms == TIME_NONE ? INT64_MIN / 2 : hours_up(question->from_ms);
	page->to_hour = question->to_ms == TIME_NONE ? INT64_MAX / 2 : hours_up(question->to_ms);
}

static void
add_sum(struct moved_sum *sum, const struct movement_sums *more)
{
	sum->count += more->count;
	sum->magnitude = moved_sum_add(sum->magnitude, more->magnitude);
	sum->moved = moved_sum_add(sum->moved, more->moved);
}

/* An event has one team, but may move through several fields: teams add up to the whole. */
static void
add_whole(struct page *page, const struct movement_cell_read *cell)
{
	if (cell->word == MOVEMENT_EXPIRY) {
		add_sum(&page->expiry, &cell->sums);
		return;
	}
	add_sum(&page->day, &cell->sums);
	add_sum(&page->total, &cell->sums);
}

static void
add_part(struct page *page, const struct movement_cell_read *cell)
{
	moved_sums_add(
	    &page->parts, cell->word, cell->sums.count, cell->sums.magnitude, cell->sums.moved);
	page->parts_total = moved_sum_add(page->parts_total, cell->sums.magnitude);
}

/* Cells of one day within the hours asked for. */
static bool
add_cells(struct page *page, const struct catalog_movement_day *day)
{
	struct movement_reader reader = {.bytes = reader_of(day->cells)};
	struct movement_cell_read cell;
	uint32_t by = page->question->by == INQUIRY_BY_ACTOR ? BY_TEAM : page->question->by;
	bool more;

	for (;;) {
		int64_t hour;

		if (!movement_read_cell(&reader, &cell, &more, page->err))
			return error_within(page->err, "movement of day %lld", (long long)day->day);
		if (!more)
			return true;
		hour = 24 * day->day + cell.hour;
		if (hour < page->from_hour || hour >= page->to_hour)
			continue;
		if (cell.by == BY_TEAM)
			add_whole(page, &cell);
		if (cell.by == by && cell.word != MOVEMENT_EXPIRY)
			add_part(page, &cell);
	}
}

static bool
add_actors(struct page *page, const struct catalog_movement_day *day)
{
	struct movement_reader reader = {.bytes = reader_of(day->actors)};
	struct movement_top_read actor = {0};
	uint64_t listed = 0;
	bool more;

	for (;;) {
		if (!movement_read_top(&reader, &actor, &more, page->err))
			return error_within(page->err, "actors of day %lld", (long long)day->day);
		if (!more)
			break;
		listed++;
		moved_sums_add(&page->actors, actor.actor, actor.sums.count, actor.sums.magnitude,
		    actor.sums.moved);
	}
	if (listed < day->actor_count)
		page->unlisted += actor.sums.magnitude;
	if (day->actor_count > page->most_actors)
		page->most_actors = day->actor_count;
	page->actors_total = moved_sum_add(page->actors_total, day->total);
	page->day_squares = day->squares;
	page->day_total = day->total;
	return true;
}

json_t *
inquiry_day_text(int64_t day)
{
	char text[TIMESTAMP_TEXT_BYTES];

	return json_stringn(timestamp_text(day * 24 * HOUR_MS, text), 10);
}

static void
append_day(struct page *page, int64_t day, const struct moved_sum *sum)
{
	json_t *document = moved_document(sum->count, sum->magnitude, sum->moved);

	json_object_set_new(document, "day", inquiry_day_text(day));
	json_array_append_new(page->days, document);
}

/* Days between on which nothing moved are shown as such. */
static void
fill_days(struct page *page, int64_t day)
{
	static const struct moved_sum nothing;
	int64_t missing;

	if (!page->day_count || day - page->first_day > DAYS_SHOWN)
		return;
	for (missing = page->last_day + 1; missing < day; missing++)
		append_day(page, missing, &nothing);
}

static bool
visit_day(void *context, const struct catalog_movement_day *day)
{
	struct page *page = context;

	page->day = (struct moved_sum){0};
	page->failed = !add_cells(page, day) || !add_actors(page, day);
	if (page->failed)
		return false;
	if (!page->day.count)
		return true;
	fill_days(page, day->day);
	append_day(page, day->day, &page->day);
	if (!page->day_count++)
		page->first_day = day->day;
	page->last_day = day->day;
	page->going_on = page->going_on || !day->ended;
	return true;
}

static bool
add_up(struct page *page)
{
	int64_t from = inquiry_floor(page->from_hour, 24),
		to = inquiry_floor(page->to_hour - 1, 24);

	page->days = json_array();
	return catalog_movement_days(page->inquiry->catalog, page->subject, from, to, true,
		   visit_day, page, page->err) &&
	    !page->failed;
}

static json_t *
word_text(struct page *page, uint32_t word)
{
	struct buffer text = {0};
	struct error ignored = {0};
	json_t *document = json_null();
	bool found = false;

	if (word != MOVEMENT_UNKNOWN &&
	    catalog_word(page->inquiry->catalog, word, &text, &found, &ignored) && found)
		document = show_text(buffer_text(&text));
	buffer_fini(&text);
	return document;
}

/* The first 32 bits, big endian, as people say them. */
json_t *
inquiry_actor_text(uint32_t actor)
{
	char text[PSEUDONYM_TEXT_BYTES];

	return actor ? json_string(pseudonym_short_text(actor, text)) : json_null();
}

/* The heaviest, then all others as one row. */
static json_t *
parts_document(struct page *page, struct moved_sums *sums, double whole, bool actors)
{
	const char *key = page->question->by == INQUIRY_BY_ACTOR || !actors ? "name" : "actor";
	size_t top = page->question->top;
	struct moved_sum others = {0};
	json_t *list = json_array(), *one;
	size_t i;

	moved_sums_lead(sums, top);
	for (i = 0; i < sums->count; i++) {
		if (i >= top) {
			others.count += sums->items[i].count;
			others.magnitude =
			    moved_sum_add(others.magnitude, sums->items[i].magnitude);
			others.moved = moved_sum_add(others.moved, sums->items[i].moved);
			continue;
		}
		one = moved_share_document(&sums->items[i], whole);
		json_object_set_new(one, key,
		    actors ? inquiry_actor_text(sums->items[i].number)
			   : word_text(page, sums->items[i].number));
		json_array_append_new(list, one);
	}
	if (!others.count)
		return list;
	one = moved_share_document(&others, whole);
	json_object_set_new(one, key, json_string("(others)"));
	json_array_append_new(list, one);
	return list;
}

/*
 * 1 / sum of squared shares. Exact on one day, and while every day's list names all its
 * actors; else what is not named may be spread or not: the least it may be, and the most.
 */
static json_t *
contributors_document(const struct page *page)
{
	double whole = page->actors_total, squares = 0, listed = 0, rest, low, high;
	json_t *document = json_pack("{s:I}", "actors",
	    (json_int_t)(page->actors.count > page->most_actors ? page->actors.count
								: page->most_actors));
	size_t i;

	for (i = 0; i < page->actors.count; i++) {
		double share = whole > 0 ? page->actors.items[i].magnitude / whole : 0;

		squares += share * share;
		listed += share;
	}
	if (!(whole > 0))
		return document;
	rest = fmax(0, 1 - listed);
	high = squares > 0 ? 1 / squares : 0;
	low = page->unlisted > 0 ? 1 / (squares + rest * page->unlisted / whole) : high;
	if (page->day_count == 1 && page->unlisted > 0 && page->day_squares > 0)
		low = high = page->day_total * page->day_total / page->day_squares;
	json_object_set_new(document, "effective", json_real(low));
	if (high > low)
		json_object_set_new(document, "effective_at_most", json_real(high));
	return document;
}

static json_t *
moment_text(const struct page *page, int64_t hour, int64_t day)
{
	int64_t bound = hour <= INT64_MIN / 2 || hour >= INT64_MAX / 2 ? day * 24 : hour;

	return show_time(bound * HOUR_MS);
}

static void
fill_document(struct page *page, json_t *document)
{
	static const char *const words[] = {"team", "system", "channel", "field", "actor"};
	json_t *actors = parts_document(page, &page->actors, page->actors_total, true);
	bool by_actor = page->question->by == INQUIRY_BY_ACTOR;

	json_object_set_new(document, "from", moment_text(page, page->from_hour, page->first_day));
	json_object_set_new(document, "to", moment_text(page, page->to_hour, page->last_day + 1));
	json_object_set_new(document, "total",
	    moved_document(page->total.count, page->total.magnitude, page->total.moved));
	json_object_set_new(document, "expiry",
	    moved_document(page->expiry.count, page->expiry.magnitude, page->expiry.moved));
	json_object_set_new(document, "going_on", json_boolean(page->going_on));
	json_object_set(document, "days", page->days);
	json_object_set_new(document, "by", json_string(words[page->question->by]));
	json_object_set_new(document, by_actor ? "parts" : "actors", actors);
	if (!by_actor)
		json_object_set_new(document, "parts",
		    parts_document(page, &page->parts, page->parts_total, false));
	json_object_set_new(document, "actors_bound", json_real(page->unlisted));
	json_object_set_new(document, "contributors", contributors_document(page));
}

/* The page of a subject, added to what is known of it. */
bool
inquiry_moved_page(struct inquiry *inquiry, const struct inquiry_moved *question, uint32_t subject,
    json_t *document, struct error *err)
{
	struct page page = {
	    .inquiry = inquiry, .question = question, .subject = subject, .err = err};
	bool good;

	span_of(&page);
	good = add_up(&page);
	if (good && !page.day_count)
		good = error_set(err, ERROR_MISSING, "nothing moved %s in that time",
		    json_string_value(json_object_get(document, "name")));
	if (good)
		fill_document(&page, document);
	json_decref(page.days);
	moved_sums_fini(&page.parts);
	moved_sums_fini(&page.actors);
	return good;
}
