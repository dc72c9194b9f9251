/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is committed is handed to a publisher, all of it and in order; what was not
 * delivered when the tracker ended comes again, what was delivered does not.
 */
#include "publish/publish.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "cursor.h"
#include "follower.h"
#include "made_ledger.h"

static struct made_ledger made;

/* --- a publisher that does as it is told ------------------------------------------------- */

struct sink {
	/* What it is told. */
	int later_every; /* every so many batches it says LATER first */
	int fails_at;    /* it fails at this batch, once */
	int opens_late;  /* so many times it cannot be opened */
	bool delivers;   /* false: nothing comes back */
	bool lags;       /* of what was taken only half is safe */
	bool rejects;    /* the tenth item is dead */
	/* What it saw. */
	int batches, opened, closed;
	uint32_t seen[MADE_RECORDS];
	uint64_t last;
	bool disordered;
	uint64_t taken, half; /* ends of batches */
	int held;
	const struct publisher_host *host;
};
static struct sink sink;

static bool
sink_open(const struct publisher_options *options, struct publisher **publisher, struct error *err)
{
	sink.opened++;
	if (sink.opens_late-- > 0)
		return error_set(err, ERROR_IO, "the sink is not there");
	sink.host = options->host;
	sink.taken = sink.half = sink.last = 0;
	*publisher = (struct publisher *)&sink;
	return true;
}

static unsigned
sink_wants(const struct publisher *publisher)
{
	return 0;
}

static void
see(const struct publication *item)
{
	sink.seen[item->record]++;
	sink.disordered = sink.disordered || (sink.last && item->record <= sink.last);
	sink.last = item->record;
	if (sink.rejects && item->record == 10)
		sink.host->dead(
		    sink.host->context, item->record, "copy", TEXT("log/10"), "it is too large");
}

static bool
sink_publish(struct publisher *publisher, const struct publication_batch *batch, int64_t timeout_ms,
    enum publishing_state *state, struct error *err)
{
	size_t i;

	if (sink.later_every && !sink.held && sink.batches % sink.later_every == 0) {
		sink.held = 1;
		*state = PUBLISHING_LATER;
		return true;
	}
	sink.held = 0;
	if (++sink.batches == sink.fails_at)
		return error_set(err, ERROR_IO, "the sink went away");
	for (i = 0; i < batch->count; i++)
		see(&batch->items[i]);
	sink.half = sink.taken;
	sink.taken = batch->end;
	*state = PUBLISHING_TAKEN;
	return true;
}

static bool
sink_settle(struct publisher *publisher, int64_t timeout_ms, struct publisher_progress *progress,
    struct error *err)
{
	progress->safe = sink.delivers ? sink.lags ? sink.half : sink.taken : 0;
	progress->settled = sink.delivers && !sink.lags;
	return true;
}

static void
sink_close(struct publisher *publisher)
{
	sink.closed += publisher != NULL;
}

static const struct publisher_type sink_type = {.name = "sink",
    .open = sink_open,
    .wants = sink_wants,
    .publish = sink_publish,
    .settle = sink_settle,
    .close = sink_close};

/* --- the store ------------------------------------------------------------------------- */

static int
make(void **state)
{
	made_ledger_init(&made, 5);
	return 0;
}

static int
drop(void **state)
{
	made_ledger_fini(&made);
	return 0;
}

static struct settings_publisher entry = {.name = "out", .type = &sink_type};

static struct settings *
settings_of(enum settings_from from)
{
	struct settings *settings = settings_default();

	entry.from = from;
	memory_free(settings->store);
	settings->store = memory_text(made.folder);
	settings->publishers = memory_get_array(1, sizeof(entry));
	settings->publishers[0] = entry;
	settings->publisher_count = 1;
	return settings;
}

static void
forget(void)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/published/out", made.folder);
	unlink(path);
	snprintf(path, sizeof(path), "%s/published/out.dead", made.folder);
	unlink(path);
	sink = (struct sink){.delivers = true};
}

/* One life of a tracker; whether everything got out. counts: at its end. */
static bool
live(enum settings_from from, int64_t patience_ms, struct publishing_counts *counts,
    struct error *err)
{
	struct settings *settings = settings_of(from);
	struct publishing *publishing = NULL;
	bool done;

	if (!publishing_open(settings, &publishing, err))
		fail_msg("%s", err->text);
	done = publishing_finish(publishing, patience_ms, err);
	publishing_counts(publishing, 0, counts);
	publishing_close(publishing);
	settings_close(settings);
	return done;
}

static void
live_well(enum settings_from from, struct publishing_counts *counts)
{
	struct error err = {0};

	if (!live(from, 5000, counts, &err))
		fail_msg("%s", err.text);
}

/* Positions, of which each was seen `times`. */
static void
each_was_seen(uint32_t times)
{
	uint32_t i;

	assert_false(sink.disordered);
	for (i = 0; i < made.count; i++)
		if (sink.seen[i] != (made.records[i].kind == RECORD_NOTE ? 0 : times))
			fail_msg("record %u was seen %u times, not %u", i, sink.seen[i], times);
}

/* --- tests ----------------------------------------------------------------------------- */

static void
all_that_is_committed_leaves_once_and_in_order(void **state)
{
	struct publishing_counts counts;

	forget();
	live_well(PUBLISH_FROM_START, &counts);
	each_was_seen(1);
	assert_int_equal(counts.lag, 0);
	assert_int_equal(counts.waiting, 0);
	assert_int_equal(counts.published, made.count);
	assert_int_equal(sink.opened, 1);
	assert_int_equal(sink.closed, 1);
}

static void
a_second_life_gives_nothing_again(void **state)
{
	struct publishing_counts counts;

	forget();
	live_well(PUBLISH_FROM_START, &counts);
	live_well(PUBLISH_FROM_START, &counts);
	each_was_seen(1);
	assert_int_equal(counts.published, made.count);
}

static void
one_that_begins_now_leaves_the_past_alone(void **state)
{
	struct publishing_counts counts;

	forget();
	live_well(PUBLISH_FROM_NOW, &counts);
	each_was_seen(0);
	assert_int_equal(counts.lag, 0);
}

static void
one_that_is_full_is_given_the_same_again(void **state)
{
	struct publishing_counts counts;

	forget();
	sink.later_every = 3;
	live_well(PUBLISH_FROM_START, &counts);
	each_was_seen(1);
}

static void
one_that_fails_goes_on_behind_what_was_delivered(void **state)
{
	struct publishing_counts counts;

	forget();
	sink.fails_at = 7;
	live_well(PUBLISH_FROM_START, &counts);
	each_was_seen(1);
	assert_int_equal(counts.errors, 1);
	assert_int_equal(sink.opened, 2);
	assert_int_equal(sink.closed, 2);
}

static void
one_that_cannot_be_opened_is_tried_again(void **state)
{
	struct publishing_counts counts;

	forget();
	sink.opens_late = 2;
	live_well(PUBLISH_FROM_START, &counts);
	each_was_seen(1);
	assert_int_equal(counts.errors, 2);
	assert_false(counts.failing);
}

static void
what_was_not_delivered_comes_again(void **state)
{
	struct publishing_counts counts;
	struct error err = {0};
	uint32_t i, again = 0;

	forget();
	sink.lags = true;
	assert_false(live(PUBLISH_FROM_START, 300, &counts, &err));
	sink.lags = false;
	live_well(PUBLISH_FROM_START, &counts);
	for (i = 0; i < made.count; i++) {
		if (made.records[i].kind == RECORD_NOTE)
			continue;
		assert_in_range(sink.seen[i], 1, 2);
		again += sink.seen[i] == 2;
		/* And nothing behind it comes only once. */
		assert_true(sink.seen[i] == 2 || !again);
	}
	assert_in_range(again, 1, 128);
}

static void
one_that_delivers_nothing_is_said_at_the_end(void **state)
{
	struct publishing_counts counts;
	struct error err = {0};
	char wanted[200];

	forget();
	sink.delivers = false;
	assert_false(live(PUBLISH_FROM_START, 200, &counts, &err));
	snprintf(wanted, sizeof(wanted),
	    "publisher out: %u records are committed and not published yet; they go out when the "
	    "tracker runs again",
	    made.count);
	assert_string_equal(err.text, wanted);
	assert_int_equal(err.kind, ERROR_IO);
	assert_int_equal(counts.waiting, made.count);
}

static void
what_can_never_be_delivered_is_written_down(void **state)
{
	struct publishing_counts counts;
	struct buffer lines = {0};
	struct error err = {0};
	char path[128];

	forget();
	sink.rejects = true;
	live_well(PUBLISH_FROM_START, &counts);
	assert_int_equal(counts.dead, 1);
	snprintf(path, sizeof(path), "%s/published/out.dead", made.folder);
	assert_true(file_read(path, 4096, &lines, &err));
	buffer_add_byte(&lines, 0);
	assert_non_null(strstr((char *)lines.data,
	    ",\"record\":10,\"what\":\"copy\",\"id\":\"log/10\",\"reason\":\"it is too "
	    "large\"}\n"));
	buffer_fini(&lines);
}

static void
a_note_of_another_store_is_refused(void **state)
{
	static const uint8_t other[STORE_ID_BYTES] = {9};
	struct cursor cursor;
	struct error err = {0};

	forget();
	assert_true(cursor_open(&cursor, made.folder, "out", other, &err));
	assert_true(cursor_note(&cursor, &err));
	cursor_fini(&cursor);
	memset(&err, 0, sizeof(err));
	{
		struct settings *settings = settings_of(PUBLISH_FROM_START);
		struct publishing *publishing = NULL;

		assert_false(publishing_open(settings, &publishing, &err));
		assert_non_null(strstr(err.text, "it is of another store"));
		assert_int_equal(err.kind, ERROR_DAMAGED);
		settings_close(settings);
	}
}

/* Two notes of a lineage stand in the ledger: in front of the second a batch ends, and with it its lineage. */
static void
a_batch_ends_where_the_lineage_changes(void **state)
{
	const struct publication_batch *batch;
	struct follower *follower = NULL;
	struct error err = {0};
	uint64_t from = 0;
	uint32_t epochs = 0, events = 0;
	size_t i;

	if (!follower_open(made.folder, false, &follower, &err))
		fail_msg("%s", err.text);
	for (;;) {
		assert_true(follower_read(follower, from, &batch, &err));
		if (!batch)
			break;
		assert_true(batch->first == from && batch->end > from);
		for (i = 0; i < batch->count; i++) {
			const struct publication *item = &batch->items[i];

			assert_in_range(item->record, batch->first, batch->end - 1);
			if (!item->trace)
				continue;
			events++;
			assert_int_equal(item->trace->epoch, batch->epoch);
			assert_int_equal(item->fact->offset, made.records[item->record].offset);
		}
		if (batch->lineage && batch->epoch > epochs)
			epochs = batch->epoch;
		if (made.records[batch->end - 1].kind != RECORD_NOTE ||
		    !text_is(made.records[batch->end - 1].reason, NOTE_LINEAGE))
			for (i = batch->first; i + 1 < batch->end; i++)
				assert_false(made.records[i].kind == RECORD_NOTE &&
				    text_is(made.records[i].reason, NOTE_LINEAGE));
		from = batch->end;
	}
	assert_int_equal(from, made.count);
	assert_int_equal(epochs, 2);
	assert_true(events > 2000);
	follower_close(follower);
}

static void
an_id_is_partition_offset_and_incarnation(void **state)
{
	static const struct {
		const char *partition;
		uint32_t incarnation;
		int64_t offset;
		const char *id;
	} cases[] = {
	    {"orders/3", 1, 4711, "orders/3/4711"},
	    {"orders/3", 2, 0, "orders/3/0~2"},
	    {"log.jsonl", 1, 9, "log.jsonl/9"},
	};
	char out[PUBLICATION_ID_BYTES];
	size_t i;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		struct record record = {.partition = text_of(cases[i].partition),
		    .incarnation = cases[i].incarnation,
		    .offset = cases[i].offset};

		assert_true(text_is(publication_id(&record, out), cases[i].id));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(all_that_is_committed_leaves_once_and_in_order),
	    cmocka_unit_test(a_second_life_gives_nothing_again),
	    cmocka_unit_test(one_that_begins_now_leaves_the_past_alone),
	    cmocka_unit_test(one_that_is_full_is_given_the_same_again),
	    cmocka_unit_test(one_that_fails_goes_on_behind_what_was_delivered),
	    cmocka_unit_test(one_that_cannot_be_opened_is_tried_again),
	    cmocka_unit_test(what_was_not_delivered_comes_again),
	    cmocka_unit_test(one_that_delivers_nothing_is_said_at_the_end),
	    cmocka_unit_test(what_can_never_be_delivered_is_written_down),
	    cmocka_unit_test(a_note_of_another_store_is_refused),
	    cmocka_unit_test(a_batch_ends_where_the_lineage_changes),
	    cmocka_unit_test(an_id_is_partition_offset_and_incarnation),
	};

	return cmocka_run_group_tests(tests, make, drop);
}
