/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A topic downstream against the ledger: each record's headers are judged, and
 * one that lost its id is asked for the position it was made from. Only ids, tags and positions
 * go into the answer, nothing of payloads.
 */
#include "base/json_print.h"
#include "lineage/classes.h"
#include "model/publisher.h"
#include "model/tag.h"
#include "private.h"
#include "tag_judge.h"
#include "tag_position.h"

#define BY_ID "id" /* as tag_way_name() names the other ways */

struct tally {
	int64_t records, found_again;
	int64_t counts[TAG_VERDICTS], first[TAG_VERDICTS]; /* first: where count is not 0 */
};

/* What the ledger says of one position. Texts live until the next one is looked up. */
struct known {
	bool there, replayed;
	struct tag tag;
	char id[PUBLICATION_ID_BYTES], actor[PSEUDONYM_TEXT_BYTES], time[TIMESTAMP_TEXT_BYTES];
	struct buffer trace;
};

struct checking {
	struct inquiry *inquiry;
	const struct inquiry_tag_check *what;
	struct tag_fields fields;
	struct json_reader *reader;
	struct tracer *tracer;
	struct arena arena;
	struct known known;
	char *partition; /* the one that is read; NULL: none yet */
	struct tally all, here;
	json_t *partitions, *examples;
	size_t example_counts[TAG_VERDICTS];
};

/* --- the ledger's tag -------------------------------------------------------------------- */

/* The tracer takes a lineage, the inquiry keeps its own: by way of its text, once an epoch. */
static bool
follow_epoch(struct checking *checking, uint64_t index, struct error *err)
{
	const struct lineage *lineage;
	struct lineage *own = NULL;
	struct buffer text = {0};
	uint32_t epoch;
	bool good = true;

	if (!inquiry_lineage_at(checking->inquiry, index, &lineage, &epoch, err))
		return false;
	if (epoch == tracer_epoch(checking->tracer))
		return true;
	if (lineage) {
		lineage_print(lineage, &text);
		good = lineage_parse("the recorded lineage", buffer_text(&text), &own, err);
	}
	if (good)
		tracer_set(checking->tracer, own, epoch);
	buffer_fini(&text);
	return good;
}

static void
tell_event(struct checking *checking, const struct record *fact)
{
	const struct symbols *names = checking->inquiry->names;
	struct known *known = &checking->known;
	struct text *parts = known->tag.parts;
	struct event event = fact->event;
	struct trace trace = lineage_event(checking->tracer, &event, &checking->arena);

	known->trace.size = 0;
	tag_trace_text(trace.class, tracer_lineage(checking->tracer), &known->trace);
	parts[TAG_PART_ACTOR] = text_of(pseudonym_text(&fact->origin.actor, known->actor));
	parts[TAG_PART_TEAM] = symbols_text(names, fact->origin.team);
	parts[TAG_PART_SYSTEM] = symbols_text(names, event.system);
	parts[TAG_PART_CHANNEL] = symbols_text(names, event.channel);
	parts[TAG_PART_TIME] = text_of(timestamp_text(event.time_ms, known->time));
	parts[TAG_PART_TRACE] = buffer_text(&known->trace);
}

/* Sets checking->known; known.there false: the ledger has no such position. */
static bool
look_up(struct checking *checking, struct text id, bool position, struct error *err)
{
	struct known *known = &checking->known;
	const struct record *fact;
	uint64_t index;

	known->tag = (struct tag){0};
	if (!inquiry_find_tagged(checking->inquiry, id, position, &known->there, &index, err))
		return false;
	if (!known->there)
		return true;
	if (!follow_epoch(checking, index, err))
		return false;
	fact = inquiry_record(checking->inquiry, index, err);
	if (!fact)
		return false;
	known->replayed = fact->replay;
	known->tag.parts[TAG_PART_ID] =
	    fact->kind == RECORD_GAP ? id : publication_id(fact, known->id);
	if (fact->kind == RECORD_EVENT)
		tell_event(checking, fact);
	else
		known->tag.parts[TAG_PART_DISPOSITION] = text_of(publication_disposition(fact));
	return true;
}

/* A copy that left before its record came back from quarantine says so still. */
static struct tag
expected(const struct known *known, const struct tag *found)
{
	struct tag tag = known->tag;

	if (!known->replayed || !text_is(found->parts[TAG_PART_DISPOSITION], "quarantined"))
		return tag;
	tag = (struct tag){0};
	tag.parts[TAG_PART_ID] = known->tag.parts[TAG_PART_ID];
	tag.parts[TAG_PART_DISPOSITION] = TEXT("quarantined");
	return tag;
}

/* The first way that leads to a position which the ledger has. *by NULL: none does. */
static bool
find_again(
    struct checking *checking, const struct message *message, const char **by, struct error *err)
{
	char bytes[TAG_POSITION_BYTES];
	unsigned way;

	*by = NULL;
	for (way = 0; way < TAG_WAYS && !*by; way++) {
		struct text position = tag_position(
		    message, (enum tag_way)way, &checking->fields, checking->reader, bytes);

		if (!position.size)
			continue;
		if (!look_up(checking, position, true, err))
			return false;
		if (checking->known.there)
			*by = tag_way_name((enum tag_way)way);
	}
	return true;
}

/* --- the answer -------------------------------------------------------------------------- */

static json_t *
tally_document(const struct tally *tally)
{
	json_t *document = json_pack("{s:I}", "records", (json_int_t)tally->records);
	unsigned i;

	for (i = 0; i < TAG_VERDICTS; i++)
		json_object_set_new(document, tag_verdict_name((enum tag_verdict)i),
		    json_integer((json_int_t)tally->counts[i]));
	json_object_set_new(document, "found_again", json_integer((json_int_t)tally->found_again));
	return document;
}

static void
finish_partition(struct checking *checking)
{
	struct tally *here = &checking->here;
	json_t *document, *first = json_object();
	unsigned i;

	if (!checking->partition) {
		json_decref(first);
		return;
	}
	document = json_pack("{s:s}", "partition", checking->partition);
	json_object_update_new(document, tally_document(here));
	for (i = 0; i < TAG_VERDICTS; i++)
		json_object_set_new(first, tag_verdict_name((enum tag_verdict)i),
		    here->counts[i] ? json_integer((json_int_t)here->first[i]) : json_null());
	json_object_set_new(document, "first", first);
	json_array_append_new(checking->partitions, document);
	*here = (struct tally){0};
	memory_free(checking->partition);
	checking->partition = NULL;
}

static void
add_up(struct tally *tally, enum tag_verdict verdict, int64_t offset, bool again)
{
	tally->records++;
	if (!tally->counts[verdict]++)
		tally->first[verdict] = offset;
	tally->found_again += again;
}

static json_t *
parts_document(const struct tag *tag)
{
	json_t *document = json_object();
	unsigned part;

	for (part = 0; part < TAG_PARTS; part++)
		if (tag->parts[part].data)
			json_object_set_new(
			    document, tag_part_names[part], show_text(tag->parts[part]));
	return document;
}

static void
add_example(struct checking *checking, const struct message *message, enum tag_verdict verdict,
    const struct tag *found, const struct tag *wanted, const char *by)
{
	json_t *headers = json_array();
	unsigned part;

	for (part = 0; wanted && part < TAG_PARTS; part++)
		if (tag_part_differs(found, wanted, (enum tag_part)part))
			json_array_append_new(headers, json_string(tag_part_names[part]));
	json_array_append_new(checking->examples,
	    json_pack("{s:s, s:I, s:s, s:o, s:o, s:s?, s:o}", "partition", checking->partition,
		"offset", (json_int_t)message->offset, "verdict", tag_verdict_name(verdict), "id",
		show_text(wanted ? wanted->parts[TAG_PART_ID] : found->parts[TAG_PART_ID]),
		"headers", headers, "by", by, "origin",
		wanted ? parts_document(&checking->known.tag) : json_null()));
}

static bool
attach(const struct checking *checking, const struct message *message, const char *by,
    struct error *err)
{
	struct buffer line = {0};
	json_t *document;
	bool good;

	if (!checking->what->attached)
		return true;
	document = json_pack("{s:s, s:I, s:s}", "partition", checking->partition, "offset",
	    (json_int_t)message->offset, "by", by);
	json_object_update_new(document, parts_document(&checking->known.tag));
	json_print(document, 0, &line);
	buffer_add_byte(&line, '\n');
	good = checking->what->attached(checking->what->context, buffer_text(&line), err);
	buffer_fini(&line);
	json_decref(document);
	return good;
}

static void
enter(struct checking *checking, const struct partition *partition)
{
	if (checking->partition && strcmp(checking->partition, partition->name) == 0)
		return;
	finish_partition(checking);
	checking->partition = memory_text(partition->name);
}

/* Sets checking->known by the record's id, or else by where it says it is from; *by: how. */
static bool
identify(struct checking *checking, const struct message *message, const struct tag *found,
    const char **by, struct error *err)
{
	struct text id = found->parts[TAG_PART_ID];

	checking->known.there = false;
	if (!id.data)
		return find_again(checking, message, by, err);
	*by = BY_ID;
	return look_up(checking, id, false, err);
}

static bool
visit(void *context, const struct message *message, struct error *err)
{
	struct checking *checking = context;
	const struct tag *known = NULL;
	struct tag found, wanted;
	enum tag_verdict verdict;
	const char *by;
	bool again;

	enter(checking, message->partition);
	arena_reset(&checking->arena);
	tag_read(message, &found);
	if (!identify(checking, message, &found, &by, err))
		return false;
	if (checking->known.there) {
		wanted = expected(&checking->known, &found);
		known = &wanted;
	}
	verdict = tag_judge(&found, known);
	again = known && !found.parts[TAG_PART_ID].data;
	add_up(&checking->all, verdict, message->offset, again);
	add_up(&checking->here, verdict, message->offset, again);
	if (verdict == TAG_INTACT)
		return true;
	if (checking->example_counts[verdict]++ < checking->what->examples)
		add_example(checking, message, verdict, &found, known, known ? by : NULL);
	return !known || attach(checking, message, by, err);
}

static void
tell_progress(void *context, int64_t done, int64_t all)
{
	const struct checking *checking = context;

	checking->what->progress(checking->what->context, done, all);
}

static json_t *
answer(struct checking *checking)
{
	const struct tally *all = &checking->all;
	json_t *document;

	finish_partition(checking);
	document = json_pack("{s:s, s:b}", "topic", checking->what->topic, "good",
	    all->counts[TAG_INTACT] == all->records);
	json_object_update_new(document, tally_document(all));
	json_object_set(document, "partitions", checking->partitions);
	json_object_set(document, "examples", checking->examples);
	return document;
}

json_t *
inquiry_tag_check(struct inquiry *inquiry, const struct inquiry_tag_check *what, struct error *err)
{
	struct checking checking = {.inquiry = inquiry,
	    .what = what,
	    .fields = {what->fields, what->field_count},
	    .reader = json_reader_open(),
	    .tracer = tracer_open(inquiry->names),
	    .partitions = json_array(),
	    .examples = json_array()};
	struct source_surveyor surveyor = {&checking, visit, what->progress ? tell_progress : NULL};
	json_t *document = NULL;

	arena_init(&checking.arena);
	if (what->type->survey(&what->options, what->topic, &surveyor, err))
		document = answer(&checking);
	memory_free(checking.partition);
	buffer_fini(&checking.known.trace);
	arena_fini(&checking.arena);
	tracer_close(checking.tracer);
	json_reader_close(checking.reader);
	json_decref(checking.partitions);
	json_decref(checking.examples);
	return document;
}
