/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same facts give the same conclusions, whichever way they are replayed; what is
 * left out was never there; a reduced lineage gives what the whole one gives.
 */
#include "replay/replay.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "ledger/conclusions.h"
#include "lineage/graph.h"
#include "made_ledger.h"

static struct made_ledger made;

static int
make(void **state)
{
	made_ledger_init(&made, 3);
	return 0;
}

static int
drop(void **state)
{
	made_ledger_fini(&made);
	return 0;
}

/* What a replay gave: canonical leaves, one behind another; and what is asked of each event. */
struct heard {
	struct buffer leaves, twin;
	uint32_t events, concluded, epochs, left_out, ticks;
	uint32_t stop_after;
	const struct replay *replay;
	int64_t clock_ms;
	bool omit; /* keeps() leaves out team night */
	struct text feature;
};

static void
heard_fini(struct heard *heard)
{
	buffer_fini(&heard->leaves);
	buffer_fini(&heard->twin);
}

static void
add_leaf(struct buffer *out, const struct replayed *replayed, const struct influences *influences)
{
	struct conclusion conclusion = {replayed->record, replayed->epoch, *influences};

	if (influences->count)
		conclusion_leaf(&conclusion, out);
}

static bool
hear(void *context, const struct replayed *replayed)
{
	struct heard *heard = context;

	heard->events++;
	heard->concluded += replayed->influences->count > 0;
	add_leaf(&heard->leaves, replayed, replayed->influences);
	if (replayed->twin)
		add_leaf(&heard->twin, replayed, replayed->twin);
	return heard->events != heard->stop_after;
}

static bool
is_night(const struct record *fact)
{
	return text_is(symbols_text(made.names, fact->origin.team), "night");
}

static bool
keeps(void *context, const struct record *fact, uint64_t record)
{
	struct heard *heard = context;
	bool out = is_night(fact);

	heard->left_out += out;
	return !out;
}

static void
hear_epoch(void *context, const struct lineage *lineage, uint32_t epoch, uint64_t record)
{
	struct heard *heard = context;

	heard->epochs++;
	assert_non_null(lineage);
	assert_true(epoch == heard->epochs);
}

static struct replay_options
options_of(struct heard *heard)
{
	return (struct replay_options){.names = made.names,
	    .keys = made.keys,
	    .keys_max = 1000000,
	    .context = heard,
	    .event = hear};
}

static struct replay *
begin(const struct replay_options *options)
{
	struct replay *replay = NULL;
	struct error err = {0};

	if (!replay_open(options, &replay, &err))
		fail_msg("%s", err.text);
	return replay;
}

static void
through_ledger(const struct replay_options *options, uint64_t from, uint64_t to)
{
	struct replay *replay = begin(options);
	struct error err = {0};

	if (!replay_ledger(replay, made.reader, made.catalog, from, to, &err))
		fail_msg("%s", err.text);
	replay_close(replay);
}

/* A copy, since changes are moved; in pieces of some records. */
static void
through_records(const struct replay_options *options, const struct record *records, uint32_t count,
    uint32_t each)
{
	struct replay *replay = begin(options);
	struct record *copy = memory_get_array(count + 1, sizeof(*copy));
	struct error err = {0};
	uint32_t i;

	memcpy(copy, records, count * sizeof(*copy));
	for (i = 0; i < count; i += each)
		if (!replay_records(replay, copy + i, count - i < each ? count - i : each, i, &err))
			fail_msg("%s", err.text);
	memory_free(copy);
	replay_close(replay);
}

static void
same(const struct buffer *a, const struct buffer *b)
{
	assert_int_equal(a->size, b->size);
	assert_memory_equal(a->data, b->data, a->size);
}

static void
every_way_through_the_facts_gives_the_same(void **state)
{
	struct heard blocks = {0}, whole = {0}, pieces = {0};
	struct replay_options options = options_of(&blocks);

	options.epoch = hear_epoch;
	through_ledger(&options, 0, UINT64_MAX);
	options.context = &whole;
	through_records(&options, made.records, made.count, made.count);
	options.context = &pieces;
	through_records(&options, made.records, made.count, 7);
	assert_int_equal(made.count, MADE_RECORDS);
	assert_true(blocks.concluded > 1500);
	assert_int_equal(blocks.events, whole.events);
	assert_int_equal(blocks.epochs, 2);
	same(&blocks.leaves, &whole.leaves);
	same(&blocks.leaves, &pieces.leaves);
	heard_fini(&blocks);
	heard_fini(&whole);
	heard_fini(&pieces);
}

/* Stopped at any record and taken up with the same tracer and impact: recovery. */
static void
what_was_interrupted_goes_on(void **state)
{
	static const uint64_t cuts[] = {1, 2, 100, 128, 901, 1700, 1701, 2999};
	struct heard whole = {0};
	struct replay_options options = options_of(&whole);
	size_t i;

	through_ledger(&options, 0, UINT64_MAX);
	for (i = 0; i < ARRAY_COUNT(cuts); i++) {
		struct heard heard = {0};
		struct impact_options of = {
		    .names = made.names, .keys = made.keys, .keys_max = 1000000};
		struct replay_options parts = options_of(&heard);
		struct tracer *again;
		struct error err = {0};

		assert_true(image_open((size_t)1 << 30, &of.image, &err));
		assert_true(impact_open(&of, &parts.impact, &err));
		parts.tracer = tracer_open(made.names);
		through_ledger(&parts, 0, cuts[i]);
		/* Another process has another tracer; the lineage in force is read again. */
		again = parts.tracer;
		parts.tracer = tracer_open(made.names);
		through_ledger(&parts, cuts[i], UINT64_MAX);
		same(&whole.leaves, &heard.leaves);
		impact_close(parts.impact);
		image_close(of.image);
		tracer_close(parts.tracer);
		tracer_close(again);
		heard_fini(&heard);
	}
	heard_fini(&whole);
}

/* The records without the events of a team, at the numbers that they have in the ledger. */
static void
without_night(struct heard *heard)
{
	struct replay_options options = options_of(heard);
	struct replay *replay = begin(&options);
	struct error err = {0};
	uint32_t i;

	for (i = 0; i < made.count; i++) {
		struct record copy = made.records[i];

		if (copy.kind == RECORD_EVENT && is_night(&copy))
			continue;
		assert_true(replay_records(replay, &copy, 1, i, &err));
	}
	replay_close(replay);
}

static void
what_is_left_out_was_never_there(void **state)
{
	struct heard fresh = {0}, filtered = {0}, twin = {0}, whole = {0};
	struct replay_options options = options_of(&filtered);

	without_night(&fresh);
	options.keeps = keeps;
	through_ledger(&options, 0, UINT64_MAX);
	assert_true(filtered.left_out > 300);
	same(&fresh.leaves, &filtered.leaves);
	/* A twin: both sides at once, each as if it were alone. */
	options.context = &twin;
	options.twin = true;
	through_ledger(&options, 0, UINT64_MAX);
	same(&fresh.leaves, &twin.twin);
	options = options_of(&whole);
	through_ledger(&options, 0, UINT64_MAX);
	same(&whole.leaves, &twin.leaves);
	assert_int_not_equal(whole.leaves.size, fresh.leaves.size);
	heard_fini(&fresh);
	heard_fini(&filtered);
	heard_fini(&twin);
	heard_fini(&whole);
}

/* Only influences of one feature, or scores of one model, without their numbers in the lineage. */
static bool
hear_one(void *context, const struct replayed *replayed)
{
	struct heard *heard = context;
	const struct influences *influences = replayed->influences;
	uint32_t i;

	for (i = 0; i < influences->count && heard->feature.data; i++) {
		struct influence one = influences->items[i];

		if (!text_equal(replayed->lineage->features[one.feature].name, heard->feature))
			continue;
		one.feature = 0;
		buffer_add(&heard->leaves, &replayed->record, sizeof(replayed->record));
		buffer_add(&heard->leaves, &one, sizeof(one));
	}
	for (i = 0; i < influences->score_count && !heard->feature.data; i++) {
		struct influence_score one = influences->scores[i];

		one.model = 0;
		buffer_add(&heard->leaves, &replayed->record, sizeof(replayed->record));
		buffer_add(&heard->leaves, &one.before, sizeof(one.before));
		buffer_add(&heard->leaves, &one.movement, sizeof(one.movement));
	}
	return true;
}

static void
a_reduced_lineage_gives_what_the_whole_gives(void **state)
{
	static const char *const features[] = {
	    "last_cost", "team_cost", "urgent", "groups", "touched", "worst", "first_use", NULL};
	size_t i;

	for (i = 0; i < ARRAY_COUNT(features); i++) {
		struct heard whole = {.feature = text_of(features[i])},
			     reduced = {.feature = text_of(features[i])};
		struct replay_options options = options_of(&whole);

		options.event = hear_one;
		through_ledger(&options, 0, UINT64_MAX);
		options.context = &reduced;
		options.feature = text_of(features[i]);
		options.model = features[i] ? TEXT_NONE : TEXT("risk");
		through_ledger(&options, 0, UINT64_MAX);
		assert_true(whole.leaves.size > 1000);
		same(&whole.leaves, &reduced.leaves);
		heard_fini(&whole);
		heard_fini(&reduced);
	}
}

static void
what_is_not_needed_is_not_in_a_reduced_lineage(void **state)
{
	struct lineage *lineage = NULL, *reduced;
	struct error err = {0};
	uint32_t i;

	for (i = 0;
	     made.records[i].kind != RECORD_NOTE || !text_is(made.records[i].reason, NOTE_LINEAGE);
	     i++)
		;
	assert_true(lineage_parse("noted", made.records[i].detail, &lineage, &err));
	reduced = lineage_reduced(lineage, TEXT("worst"), TEXT_NONE);
	assert_int_equal(reduced->feature_count, 2);
	assert_int_equal(reduced->model_count, 0);
	assert_true(text_is(reduced->features[reduced->features[1].source].name, "team_cost"));
	lineage_close(reduced);
	reduced = lineage_reduced(lineage, TEXT_NONE, TEXT("risk"));
	assert_int_equal(reduced->feature_count, 3);
	assert_int_equal(reduced->model_count, 1);
	assert_true(text_is(reduced->features[reduced->models[0].inputs[1].feature].name, "worst"));
	lineage_close(reduced);
	reduced = lineage_reduced(lineage, TEXT("no such"), TEXT_NONE);
	assert_int_equal(reduced->feature_count, 0);
	lineage_close(reduced);
	lineage_close(lineage);
}

/* The clock as it was foretold before the event is the clock behind it. */
static int64_t
foretell(void *context, int64_t clock_ms)
{
	struct heard *heard = context;

	if (heard->ticks++)
		assert_true(impact_clock(replay_impact(heard->replay)) == heard->clock_ms);
	heard->clock_ms = clock_ms;
	return INT64_MIN;
}

/* Each day that the clock enters, told before it does. */
static int64_t
await_day(void *context, int64_t clock_ms)
{
	struct heard *heard = context;
	int64_t day = clock_ms / 86400000;

	if (day != heard->clock_ms) {
		assert_true(impact_clock(replay_impact(heard->replay)) / 86400000 != day);
		heard->ticks++;
	}
	heard->clock_ms = day;
	return (day + 1) * 86400000;
}

static bool
count_day(void *context, const struct replayed *replayed)
{
	struct heard *heard = context;

	heard->concluded +=
	    impact_clock(replay_impact(heard->replay)) / 86400000 != heard->clock_ms;
	return true;
}

static void
a_moment_that_is_waited_for_is_not_missed(void **state)
{
	struct heard heard = {0};
	struct replay_options options = options_of(&heard);
	struct replay *replay;
	struct error err = {0};

	options.clock = await_day;
	options.event = count_day;
	replay = begin(&options);
	heard.replay = replay;
	assert_true(replay_ledger(replay, made.reader, made.catalog, 0, UINT64_MAX, &err));
	assert_true(heard.ticks > 20);
	assert_int_equal(heard.concluded, 0);
	replay_close(replay);
}

static void
where_the_clock_will_stand_is_known_before(void **state)
{
	struct heard heard = {0};
	struct replay_options options = options_of(&heard);
	struct replay *replay;
	struct error err = {0};

	options.clock = foretell;
	replay = begin(&options);
	heard.replay = replay;
	assert_true(replay_ledger(replay, made.reader, made.catalog, 0, UINT64_MAX, &err));
	assert_true(impact_clock(replay_impact(replay)) == heard.clock_ms);
	assert_int_equal(heard.ticks, heard.events + 1); /* one release */
	replay_close(replay);
	heard_fini(&heard);
}

static bool
keep_facts(void *context, const struct replayed *replayed)
{
	struct heard *heard = context;

	assert_null(replayed->twin);
	assert_int_equal(replayed->influences->count, 0);
	heard->events++;
	heard->concluded += replayed->trace->class->feature_count > 0;
	return true;
}

static void
facts_alone_have_traces_and_no_influences(void **state)
{
	struct heard heard = {0};
	struct replay_options options = options_of(&heard);

	options.event = keep_facts;
	options.facts_only = true;
	through_ledger(&options, 0, UINT64_MAX);
	assert_int_equal(heard.events, MADE_RECORDS - 4);
	assert_in_range(heard.concluded, 1000, heard.events - 1);
}

static void
enough_is_enough(void **state)
{
	struct heard heard = {.stop_after = 500};
	struct replay_options options = options_of(&heard);

	through_ledger(&options, 0, UINT64_MAX);
	assert_int_equal(heard.events, 500);
	heard.events = 0;
	through_ledger(&options, 2800, 2900);
	assert_int_equal(heard.events, 100);
	heard_fini(&heard);
}

static void
a_note_that_is_none_is_damage(void **state)
{
	static const struct {
		const char *what, *body, *sentence;
	} cases[] = {
	    {NOTE_RELEASED, "{}", "record 17: a note of no partition"},
	    {NOTE_RELEASED, "[]", "record 17: a note of no partition"},
	    {NOTE_RELEASED, "{\"source\":\"a\",\"partition\":\"b\",\"incarnation\":0}",
		"record 17: a note of no partition"},
	    {NOTE_RELEASED, "{\"source\":\"a\",\"partition\":\"b\",\"incarnation\":4294967296}",
		"record 17: a note of no partition"},
	    {NOTE_RELEASED, "{\"source\":1,\"partition\":\"b\",\"incarnation\":1}",
		"record 17: a note of no partition"},
	    {NOTE_RELEASED, "{\"source\":", "record 17: "},
	    {NOTE_LINEAGE, "version: 7\n", "record 17: the recorded lineage:1:"},
	};
	struct heard heard = {0};
	struct replay_options options = options_of(&heard);
	size_t i;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		struct replay *replay = begin(&options);
		struct record note = {.kind = RECORD_NOTE,
		    .reason = text_of(cases[i].what),
		    .detail = text_of(cases[i].body)};
		struct error err = {0};

		assert_false(replay_records(replay, &note, 1, 17, &err));
		assert_int_equal(err.kind, ERROR_DAMAGED);
		if (strncmp(err.text, cases[i].sentence, strlen(cases[i].sentence)) != 0)
			fail_msg("%s", err.text);
		replay_close(replay);
	}
}

static void
keys_are_what_a_value_is_asked_for_with(void **state)
{
	struct lineage_feature feature = {.key_field = TEXT("group")};
	struct change change = {.field = symbols_add(made.names, TEXT("group")),
	    .new_value = {VALUE_DOUBLE, .number = 5}};
	struct record fact = {.kind = RECORD_EVENT,
	    .origin = {.actor = {{0xab, 1}}, .team = symbols_add(made.names, TEXT("night"))},
	    .event = {.entity = TEXT("ticket/1"), .change_count = 1, .changes = &change}};
	static const struct {
		enum lineage_subject subject;
		enum replay_key kind;
		const char *key;
	} cases[] = {
	    {SUBJECT_NONE, REPLAY_KEY_NONE, ""},
	    {SUBJECT_ENTITY, REPLAY_KEY_TEXT, "ticket/1"},
	    {SUBJECT_TEAM, REPLAY_KEY_TEXT, "night"},
	    {SUBJECT_SYSTEM, REPLAY_KEY_NULL, ""},
	    {SUBJECT_ACTOR, REPLAY_KEY_TEXT, "ab010000000000000000000000000000"},
	    {SUBJECT_FIELD, REPLAY_KEY_TEXT, "5"},
	};
	char out[REPLAY_KEY_BYTES];
	enum replay_key kind;
	struct text key;
	size_t i;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		feature.key = cases[i].subject;
		key = replay_key(&feature, &fact, made.names, out, &kind);
		assert_int_equal(kind, cases[i].kind);
		assert_int_equal(key.size, strlen(cases[i].key));
		assert_memory_equal(key.size ? key.data : "", cases[i].key, key.size);
	}
	change.new_value = (struct value){VALUE_NULL};
	replay_key(&feature, &fact, made.names, out, &kind);
	assert_int_equal(kind, REPLAY_KEY_NULL);
	fact.event.change_count = 0;
	replay_key(&feature, &fact, made.names, out, &kind);
	assert_int_equal(kind, REPLAY_KEY_NONE);
}

/* --- rows of movement ------------------------------------------------------------------- */

static void
see_moved_day(void *context, uint32_t subject, int64_t day, bool ended, uint64_t actor_count,
    double total, double squares, struct text cells, struct text actors)
{
	++*(size_t *)context;
}

static void
see_name(void *context, uint32_t number, enum movement_kind kind, struct text name)
{
}

static void
see_word(void *context, uint32_t number, struct text text)
{
}

static void
see_actors(void *context, int64_t day, uint32_t part, uint32_t bucket, bool ended, struct text rows)
{
}

static void
see_scale(void *context, uint32_t subject, uint64_t record, int64_t day, double scale)
{
}

static void
beside_a_twin_no_movement_is_added_up(void **state)
{
	const struct movement_sink sink = {.subject = see_name,
	    .word = see_word,
	    .day = see_moved_day,
	    .actors = see_actors,
	    .scale = see_scale};
	size_t days[2] = {0};
	int twin;

	for (twin = 0; twin < 2; twin++) {
		struct heard heard = {0};
		struct replay_options options = options_of(&heard);
		struct movement_sink counting = sink;
		struct error err = {0};
		struct replay *replay;

		options.twin = twin;
		counting.context = &days[twin];
		replay = begin(&options);
		if (!replay_ledger(replay, made.reader, made.catalog, 0, UINT64_MAX, &err))
			fail_msg("%s", err.text);
		impact_rows(replay_impact(replay), &counting);
		replay_close(replay);
		heard_fini(&heard);
	}
	assert_true(days[0] > 0);
	assert_int_equal(days[1], 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_way_through_the_facts_gives_the_same),
	    cmocka_unit_test(what_was_interrupted_goes_on),
	    cmocka_unit_test(what_is_left_out_was_never_there),
	    cmocka_unit_test(a_reduced_lineage_gives_what_the_whole_gives),
	    cmocka_unit_test(what_is_not_needed_is_not_in_a_reduced_lineage),
	    cmocka_unit_test(where_the_clock_will_stand_is_known_before),
	    cmocka_unit_test(a_moment_that_is_waited_for_is_not_missed),
	    cmocka_unit_test(facts_alone_have_traces_and_no_influences),
	    cmocka_unit_test(beside_a_twin_no_movement_is_added_up),
	    cmocka_unit_test(enough_is_enough),
	    cmocka_unit_test(a_note_that_is_none_is_damage),
	    cmocka_unit_test(keys_are_what_a_value_is_asked_for_with),
	};

	return cmocka_run_group_tests(tests, make, drop);
}
