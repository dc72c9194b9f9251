/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether what was concluded follows from the facts: all of it is computed again, and
 * each conclusion compared with the recorded one, to the last bit of its leaf; then the
 * days of movement that have ended, with the catalog's.
 */
#include <math.h>

#include "base/json_print.h"
#include "catalog/movement.h"
#include "replay/replay.h"
#include "verify.h"

/* Rows are taken every so many records, so that days that have ended need not be kept. */
#define ROWS_EVERY 65536

struct again {
	struct verify *verify;
	struct replay *replay;
	struct catalog_conclusions row; /* the recorded ones under way */
	uint64_t next, concluded;       /* index of the next recorded one; how many were computed */
	uint64_t days, rows_taken;
	uint32_t *subjects; /* [subject]: its name, a symbol */
	size_t subject_capacity;
	struct buffer difference; /* the first; empty: none */
	struct buffer ours, theirs;
	struct error *err;
	bool failed;
};

/* --- what differs ------------------------------------------------------------------------- */

static void
add_number(struct buffer *out, double number)
{
	if (isnan(number))
		buffer_add_text(out, TEXT("none"));
	else
		json_print_number(number, out);
}

static void
add_influence(struct buffer *out, const struct influence *influence)
{
	buffer_add_format(out, "%s ", influence_status_name(influence->status));
	add_number(out, influence->before);
	buffer_add_text(out, TEXT(" → "));
	add_number(out, influence->after);
}

static bool
same_number(double a, double b)
{
	return memcmp(&a, &b, sizeof(a)) == 0 || (isnan(a) && isnan(b));
}

static bool
same_influence(const struct influence *a, const struct influence *b)
{
	return a->feature == b->feature && a->status == b->status &&
	    same_number(a->before, b->before) && same_number(a->after, b->after);
}

/* "record 17: feature group_load: recorded counted 3 → 4, computed counted 3 → 5" */
static void
tell_influence(struct again *again, const struct replayed *replayed,
    const struct influence *recorded, const struct influence *computed)
{
	struct text name = replayed->lineage->features[computed->feature].name;

	buffer_add_format(&again->difference, "record %llu: feature %.*s: recorded ",
	    (unsigned long long)replayed->record, TEXT_PRINT(name));
	add_influence(&again->difference, recorded);
	buffer_add_text(&again->difference, TEXT(", computed "));
	add_influence(&again->difference, computed);
}

static void
tell_score(struct again *again, const struct replayed *replayed,
    const struct influence_score *recorded, const struct influence_score *computed)
{
	struct buffer *out = &again->difference;

	buffer_add_format(out, "record %llu: model %.*s: recorded ",
	    (unsigned long long)replayed->record,
	    TEXT_PRINT(replayed->lineage->models[computed->model].name));
	add_number(out, recorded->before);
	buffer_add_text(out, TEXT(" moved by "));
	add_number(out, recorded->movement);
	buffer_add_text(out, TEXT(", computed "));
	add_number(out, computed->before);
	buffer_add_text(out, TEXT(" moved by "));
	add_number(out, computed->movement);
}

/* The first of the influences, then of the scores, that is another one. */
static void
tell(struct again *again, const struct replayed *replayed, const struct conclusion *recorded)
{
	const struct influences *theirs = &recorded->influences, *ours = replayed->influences;
	uint32_t i;

	for (i = 0; i < theirs->count && i < ours->count; i++)
		if (theirs->items[i].feature == ours->items[i].feature &&
		    !same_influence(&theirs->items[i], &ours->items[i])) {
			tell_influence(again, replayed, &theirs->items[i], &ours->items[i]);
			return;
		}
	for (i = 0; i < theirs->score_count && i < ours->score_count; i++)
		if (theirs->scores[i].model == ours->scores[i].model &&
		    (!same_number(theirs->scores[i].before, ours->scores[i].before) ||
			!same_number(theirs->scores[i].movement, ours->scores[i].movement))) {
			tell_score(again, replayed, &theirs->scores[i], &ours->scores[i]);
			return;
		}
	buffer_add_format(&again->difference,
	    "record %llu: recorded %u influences and %u scores of epoch %u, computed %u and %u of "
	    "epoch %u",
	    (unsigned long long)replayed->record, theirs->count, theirs->score_count,
	    recorded->epoch, ours->count, ours->score_count, replayed->epoch);
}

/* --- conclusions ------------------------------------------------------------------------ */

/* The next recorded conclusion; NULL: there are no more, or an error. */
static const struct conclusion *
next_recorded(struct again *again)
{
	struct inquiry *inquiry = again->verify->inquiry;
	bool found = true;

	if (again->next >= inquiry->state.conclusions)
		return NULL;
	if (!again->row.number || again->next >= again->row.first_conclusion + again->row.records) {
		if (!catalog_conclusions_at(
			inquiry->catalog, again->next, &again->row, &found, again->err))
			return NULL;
		if (!found) {
			error_set(again->err, ERROR_DAMAGED, "conclusion %llu is in no block",
			    (unsigned long long)again->next);
			return NULL;
		}
	}
	if (!inquiry_conclusion_block(inquiry, &again->row, again->err))
		return NULL;
	return &inquiry->conclusion_items[again->next - again->row.first_conclusion];
}

static bool
same_leaf(struct again *again, const struct replayed *replayed, const struct conclusion *recorded)
{
	struct conclusion computed = {replayed->record, replayed->epoch, *replayed->influences};

	again->ours.size = again->theirs.size = 0;
	conclusion_leaf(&computed, &again->ours);
	conclusion_leaf(recorded, &again->theirs);
	return text_equal(buffer_text(&again->ours), buffer_text(&again->theirs));
}

/* Whether the recorded one is the computed one; what differs is told. */
static bool
compare(struct again *again, const struct replayed *replayed)
{
	const struct conclusion *recorded = next_recorded(again);

	if (!recorded && again->err->kind != ERROR_NONE) {
		again->failed = true;
		return false;
	}
	if (recorded && same_leaf(again, replayed, recorded)) {
		again->next++;
		return true;
	}
	if (recorded && recorded->record == replayed->record)
		tell(again, replayed, recorded);
	else if (recorded && recorded->record < replayed->record)
		buffer_add_format(&again->difference,
		    "record %llu: a conclusion is recorded, and nothing follows from it",
		    (unsigned long long)recorded->record);
	else
		buffer_add_format(&again->difference,
		    "record %llu: %u influences follow, and none is recorded",
		    (unsigned long long)replayed->record, replayed->influences->count);
	return false;
}

/* --- movement --------------------------------------------------------------------------- */

static void
keep_name(void *context, uint32_t number, enum movement_kind kind, struct text name)
{
	struct again *again = context;
	size_t before = again->subject_capacity;

	(void)kind;
	memory_grow(
	    &again->subjects, &again->subject_capacity, (size_t)number + 1, sizeof(uint32_t));
	if (again->subject_capacity > before)
		memset(again->subjects + before, 0,
		    (again->subject_capacity - before) * sizeof(uint32_t));
	again->subjects[number] = symbols_add(again->verify->inquiry->names, name);
}

static struct text
subject_name(const struct again *again, uint32_t subject)
{
	return subject < again->subject_capacity
	    ? symbols_text(again->verify->inquiry->names, again->subjects[subject])
	    : TEXT_NONE;
}

struct day {
	uint64_t actor_count;
	double total, squares;
	struct text cells, actors;
	bool met, equal;
};

static bool
meet_day(void *context, const struct catalog_movement_day *row)
{
	struct day *day = context;

	day->met = true;
	day->equal = row->ended && row->actor_count == day->actor_count &&
	    same_number(row->total, day->total) && same_number(row->squares, day->squares) &&
	    text_equal(row->cells, day->cells) && text_equal(row->actors, day->actors);
	return true;
}

static void
check_day(void *context, uint32_t subject, int64_t number, bool ended, uint64_t actor_count,
    double total, double squares, struct text cells, struct text actors)
{
	struct again *again = context;
	struct day day = {actor_count, total, squares, cells, actors, false, false};
	char time[TIMESTAMP_TEXT_BYTES];

	if (!ended || again->difference.size || again->failed)
		return;
	if (!catalog_movement_days(again->verify->inquiry->catalog, subject, number, number, true,
		meet_day, &day, again->err)) {
		again->failed = true;
		return;
	}
	again->days++;
	if (day.met && day.equal)
		return;
	buffer_add_format(&again->difference, "movement of %.*s on %.10s: %s",
	    TEXT_PRINT(subject_name(again, subject)),
	    timestamp_text(number * INT64_C(86400000), time),
	    day.met ? "the catalog has other sums" : "the catalog has none");
}

static void
no_word(void *context, uint32_t number, struct text text)
{
}

static void
no_actors(void *context, int64_t day, uint32_t part, uint32_t bucket, bool ended, struct text rows)
{
}

static void
check_scale(void *context, uint32_t subject, uint64_t record, int64_t day, double scale)
{
	struct again *again = context;
	struct catalog_scale known;
	bool found;

	if (again->difference.size || again->failed)
		return;
	if (!catalog_scale_at(
		again->verify->inquiry->catalog, subject, record, &known, &found, again->err)) {
		again->failed = true;
		return;
	}
	/* When several days end at one record, the last one's stands; it is compared when it comes. */
	if (found && known.record == record &&
	    (known.day > day || (known.day == day && same_number(known.scale, scale))))
		return;
	buffer_add_format(&again->difference,
	    "the scale of %.*s from record %llu on: the catalog has another",
	    TEXT_PRINT(subject_name(again, subject)), (unsigned long long)record);
}

static void
take_rows(struct again *again)
{
	struct movement_sink sink = {.context = again,
	    .sparing = true,
	    .subject = keep_name,
	    .word = no_word,
	    .day = check_day,
	    .actors = no_actors,
	    .scale = check_scale};

	impact_rows(replay_impact(again->replay), &sink);
}

/* --- all ---------------------------------------------------------------------------------- */

static bool
take(void *context, const struct replayed *replayed)
{
	struct again *again = context;

	if (replayed->record / ROWS_EVERY != again->rows_taken) {
		again->rows_taken = replayed->record / ROWS_EVERY;
		take_rows(again);
	}
	if (again->difference.size || again->failed)
		return false;
	if (!replayed->influences->count)
		return true;
	again->concluded++;
	return compare(again, replayed);
}

/* Behind the walk over the facts, which is the first half. */
static void
progress(void *context, int64_t done, int64_t all)
{
	struct verify *verify = ((struct again *)context)->verify;
	double share = all ? (double)done / (double)all : 1;

	if (verify->progress)
		verify->progress(verify->context,
		    verify->all_bytes + (int64_t)(share * (double)verify->all_bytes),
		    2 * verify->all_bytes);
}

static bool
run(struct again *again, struct error *err)
{
	struct inquiry *inquiry = again->verify->inquiry;
	struct replay_options options = {.names = inquiry->names,
	    .keys = inquiry->keys,
	    .keys_max = (uint64_t)inquiry->settings->feature_keys_max,
	    .context = again,
	    .event = take,
	    .progress = progress};
	bool good = replay_open(&options, &again->replay, err) &&
	    replay_ledger(
		again->replay, inquiry->ledger, inquiry->catalog, 0, inquiry->state.records, err);

	if (good && !again->difference.size && !again->failed)
		take_rows(again);
	if (good && !again->difference.size && !again->failed &&
	    again->next < inquiry->state.conclusions)
		buffer_add_format(&again->difference,
		    "%llu conclusions are recorded, %llu follow from the facts",
		    (unsigned long long)inquiry->state.conclusions,
		    (unsigned long long)again->concluded);
	replay_close(again->replay);
	return good && !again->failed;
}

void
verify_replay(struct verify *verify)
{
	struct error err = {0};
	struct again again = {.verify = verify, .err = &err};

	if (!verify->inquiry->keys)
		verify_conclude(verify, "replay", false,
		    "conclusions are computed from texts, which the key file opens: %s",
		    verify->inquiry->keys_error.text);
	else if (!run(&again, &err))
		verify_conclude(verify, "replay", false, "%s", err.text);
	else if (again.difference.size)
		verify_conclude(
		    verify, "replay", false, "%.*s", TEXT_PRINT(buffer_text(&again.difference)));
	else
		verify_conclude(verify, "replay", true,
		    "%llu conclusions and %llu ended days of movement follow from the facts, as "
		    "recorded",
		    (unsigned long long)again.concluded, (unsigned long long)again.days);
	memory_free(again.subjects);
	buffer_fini(&again.difference);
	buffer_fini(&again.ours);
	buffer_fini(&again.theirs);
}
