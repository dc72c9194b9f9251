/* SPDX-License-Identifier: Apache-2.0 */
/* `dyetrace tag-check`: did the headers of tagged copies live through a pipeline? */
#include "answer.h"
#include "cli/commands.h"
#include "cli/document.h"
#include "cli/receipt.h"
#include "cli/table.h"

#define FIELDS_MAX 3
#define EXAMPLES 3
#define EXAMPLES_MAX 1000
#define ID_SHOWN_BYTES 1024
/* What --json holds in memory; --attach has no such bound. */
#define ATTACHED_MAX 100000

struct tag_call {
	struct question question;
	struct inquiry_tag_check what;
	struct text fields[FIELDS_MAX];
	FILE *file;       /* --attach */
	json_t *attached; /* --json */
	int64_t left_out; /* of attached: beyond ATTACHED_MAX */
};

/* --- whose cluster ------------------------------------------------------------------------ */

static bool
use_source(struct tag_call *tags, const struct settings_source *source, struct error *err)
{
	if (!source->type->survey)
		return error_set(err, ERROR_USAGE, "source %s is of type %s, which has no topics",
		    source->name, source->type->name);
	tags->what.type = source->type;
	tags->what.options = settings_source_options(&tags->question.settings, source, true);
	return true;
}

static bool
use_publisher(struct tag_call *tags, const struct call *call, const char *name, struct error *err)
{
	const struct settings *settings = &tags->question.settings;
	const struct source_type *const *type = call->program->sources;
	const struct settings_publisher *publisher = NULL;
	struct settings_source as_source;
	size_t i;

	for (i = 0; i < settings->publisher_count && !publisher; i++)
		if (strcmp(settings->publishers[i].name, name) == 0)
			publisher = &settings->publishers[i];
	if (!publisher)
		return error_set(err, ERROR_USAGE, "the settings have no publisher %s", name);
	while (*type && strcmp((*type)->name, publisher->type->name) != 0)
		type++;
	if (!*type)
		return error_set(err, ERROR_USAGE,
		    "publisher %s is of type %s, which has no topics", name, publisher->type->name);
	as_source = (struct settings_source){
	    .name = publisher->name, .type = *type, .settings = publisher->settings};
	return use_source(tags, &as_source, err);
}

/* The only one with topics, where none is named. */
static bool
use_only_source(struct tag_call *tags, struct error *err)
{
	const struct settings *settings = &tags->question.settings;
	const struct settings_source *only = NULL;
	size_t i;

	for (i = 0; i < settings->source_count; i++) {
		if (!settings->sources[i].type->survey)
			continue;
		if (only)
			return error_set(err, ERROR_USAGE,
			    "whose cluster is it on? Say --source %s, or --source %s, or another",
			    only->name, settings->sources[i].name);
		only = &settings->sources[i];
	}
	if (!only)
		return error_set(
		    err, ERROR_USAGE, "the settings have no source of type kafka: say --publisher");
	return use_source(tags, only, err);
}

static bool
choose_cluster(struct tag_call *tags, const struct call *call, struct error *err)
{
	const char *source = call_option(call, "source"),
		   *publisher = call_option(call, "publisher");
	const struct settings_source *named;

	if (publisher)
		return use_publisher(tags, call, publisher, err);
	if (!source)
		return use_only_source(tags, err);
	named = settings_source_find(&tags->question.settings, source);
	if (!named)
		return error_set(err, ERROR_USAGE, "the settings have no source %s", source);
	return use_source(tags, named, err);
}

/* --- words -------------------------------------------------------------------------------- */

static bool
read_fields(struct tag_call *tags, const char *written, struct error *err)
{
	const char *comma;

	while (written && tags->what.field_count < FIELDS_MAX) {
		comma = strchr(written, ',');
		tags->fields[tags->what.field_count++] =
		    comma ? (struct text){written, (size_t)(comma - written)} : text_of(written);
		if (!tags->fields[tags->what.field_count - 1].size)
			break;
		written = comma ? comma + 1 : NULL;
	}
	tags->what.fields = tags->fields;
	if (!written && tags->what.field_count != 2)
		return true;
	return error_set(err, ERROR_USAGE,
	    "--position names three members of JSON values, TOPIC,PARTITION,OFFSET, or one that "
	    "has it all");
}

static bool
keep_line(void *context, struct text line, struct error *err)
{
	struct tag_call *tags = context;

	if (tags->file && fwrite(line.data, 1, line.size, tags->file) != line.size)
		return error_system(err, ERROR_IO, "--attach");
	if (!tags->attached)
		return true;
	if (json_array_size(tags->attached) >= ATTACHED_MAX)
		tags->left_out++;
	else
		json_array_append_new(tags->attached, json_loadb(line.data, line.size, 0, NULL));
	return true;
}

static void
show_progress(void *context, int64_t done, int64_t total)
{
	question_progress(&((struct tag_call *)context)->question, done, total);
}

static bool
words(struct tag_call *tags, const struct call *call, struct error *err)
{
	int64_t examples = EXAMPLES;

	if (!call_one_of(call, "source", "publisher", err) ||
	    !call_long(call, "limit", 0, EXAMPLES_MAX, &examples, err) ||
	    !read_fields(tags, call_option(call, "position"), err))
		return false;
	tags->what.examples = (size_t)examples;
	tags->what.topic = call->arguments[0];
	tags->what.context = tags;
	tags->what.progress = show_progress;
	if (call->json || call_option(call, "attach"))
		tags->what.attached = keep_line;
	return true;
}

/* --- the answer for people ---------------------------------------------------------------- */

static const char *const verdicts[] = {"intact", "altered", "partly_dropped", "dropped", "foreign"};

static void
partition_table(struct call *call, const json_t *document)
{
	static const struct table_column columns[] = {{"PARTITION", false}, {"RECORDS", true},
	    {"INTACT", true}, {"ALTERED", true}, {"PARTLY DROPPED", true}, {"DROPPED", true},
	    {"FOREIGN", true}, {"FOUND AGAIN", true}, {NULL, false}};
	struct table *table = table_open(&call->out, columns);
	char number[32];
	const json_t *row;
	size_t i, k;

	json_array_foreach(json_object_get(document, "partitions"), i, row)
	{
		table_cell(table, "%s", member_text(row, "partition"));
		table_cell(table, "%s", grouped(member_long(row, "records"), number));
		for (k = 0; k < ARRAY_COUNT(verdicts); k++)
			table_cell_ink(table,
			    k && member_long(row, verdicts[k]) ? INK_WARN : INK_PLAIN, "%s",
			    grouped(member_long(row, verdicts[k]), number));
		table_cell(table, "%s", grouped(member_long(row, "found_again"), number));
	}
	table_close(table);
}

static void
first_lines(struct receipt *receipt, const json_t *document)
{
	static const char *const shown[] = {
	    "", "first altered", "first partly dropped", "first dropped", "first foreign"};
	const json_t *row, *first;
	size_t i, k;

	json_array_foreach(json_object_get(document, "partitions"), i, row)
	{
		first = json_object_get(row, "first");
		for (k = 1; k < ARRAY_COUNT(verdicts); k++)
			if (json_is_integer(json_object_get(first, verdicts[k])))
				receipt_line(receipt, shown[k], "%s offset %lld",
				    member_text(row, "partition"),
				    (long long)member_long(first, verdicts[k]));
	}
}

/* ", actor lusab-babad, team t, system s, channel c" */
static void
add_origin(const json_t *origin, struct buffer *line)
{
	static const char *const keys[] = {
	    "dye-actor", "dye-team", "dye-system", "dye-channel", "dye-disposition"};
	size_t i;

	for (i = 0; i < ARRAY_COUNT(keys); i++)
		if (*member_text(origin, keys[i]))
			buffer_add_format(
			    line, ", %s %s", keys[i] + 4, member_text(origin, keys[i]));
}

/* "dropped; origin found again by key: orders/0/3, actor lusab-babad, …" */
static void
example_line(struct receipt *receipt, const json_t *example)
{
	const json_t *origin = json_object_get(example, "origin"), *header;
	const char *by = member_text(example, "by"), *verdict = member_text(example, "verdict");
	bool by_id = strcmp(by, "id") == 0;
	char place[320], id[ID_SHOWN_BYTES];
	struct buffer line = {0};
	size_t i;

	/* Somebody else's bytes, of any length. */
	text_show(text_of(member_text(example, "id")), sizeof(id) / 4 - 1, id, sizeof(id));
	snprintf(place, sizeof(place), "%s/%lld", member_text(example, "partition"),
	    (long long)member_long(example, "offset"));
	buffer_add_format(
	    &line, "%s", strcmp(verdict, "partly_dropped") == 0 ? "partly dropped" : verdict);
	if (by_id)
		json_array_foreach(json_object_get(example, "headers"), i, header)
		    buffer_add_format(&line, "%s %s", i ? "," : ":", json_string_value(header));
	if (json_is_object(origin))
		buffer_add_format(&line, "; %s%s: %s", by_id ? "it is" : "origin found again by ",
		    by_id ? "" : by, id);
	else
		buffer_add_format(&line, *id ? ": %s is not in the ledger" : "; no origin%s", id);
	add_origin(origin, &line);
	receipt_line(receipt, place, "%.*s", TEXT_PRINT(buffer_text(&line)));
	buffer_fini(&line);
}

static void
show_check(struct call *call, const json_t *document)
{
	const json_t *examples = json_object_get(document, "examples"), *example;
	struct receipt *receipt;
	char one[32], two[32];
	size_t i;

	partition_table(call, document);
	if (json_array_size(examples) || !member_true(document, "good")) {
		fputc('\n', call->out.file);
		receipt = receipt_open(&call->out);
		receipt_heading(receipt, "Where it begins");
		first_lines(receipt, document);
		if (json_array_size(examples))
			receipt_heading(receipt, "Examples");
		json_array_foreach(examples, i, example) example_line(receipt, example);
		receipt_close(receipt);
	}
	screen_print(&call->out, member_true(document, "good") ? INK_GOOD : INK_BAD,
	    "\n%s of %s records have all their headers\n",
	    grouped(member_long(document, "intact"), one),
	    grouped(member_long(document, "records"), two));
}

/* --- the command -------------------------------------------------------------------------- */

static json_t *
ask(struct tag_call *tags, const struct call *call, struct error *err)
{
	const char *path = call_option(call, "attach");
	json_t *document;

	if (path && !(tags->file = fopen(path, "w"))) {
		error_system(err, ERROR_IO, "%s", path);
		return NULL;
	}
	if (call->json)
		tags->attached = json_array();
	progress_begin(&tags->question.progress, "tag-check", "records", 0);
	document = inquiry_tag_check(tags->question.inquiry, &tags->what, err);
	progress_end(&tags->question.progress);
	if (tags->file && fclose(tags->file) && document) {
		error_system(err, ERROR_IO, "%s", path);
		json_decref(document);
		document = NULL;
	}
	if (document && tags->attached) {
		json_object_set(document, "attached", tags->attached);
		json_object_set_new(
		    document, "attached_left_out", json_integer((json_int_t)tags->left_out));
	}
	json_decref(tags->attached);
	return document;
}

static bool
tag_check_run(struct call *call, struct error *err)
{
	struct tag_call tags = {0};
	json_t *document = NULL;

	if (!words(&tags, call, err) || !question_open(&tags.question, call, err))
		return false;
	if (choose_cluster(&tags, call, err))
		document = ask(&tags, call, err);
	question_fini(&tags.question);
	if (!document)
		return false;
	if (!member_true(document, "good"))
		call->status = STATUS_NO;
	if (call->json) {
		document_print(document, &call->out);
		return true;
	}
	show_check(call, document);
	json_decref(document);
	return true;
}

static const struct option options[] = {
    {"source", 0, "NAME", "the topic is on this source's cluster (default: the only kafka source)"},
    {"publisher", 0, "NAME", "the topic is on this publisher's cluster"},
    {"position", 0, "FIELDS",
	"members of JSON values that say where a record is from: TOPIC,PARTITION,OFFSET, or one "
	"with all of it"},
    {"limit", 0, "N", "this many examples of each kind (default 3)"},
    {"attach", 0, "FILE", "write the tag of each record whose own is not whole, as JSON lines"},
    {NULL},
};

static const struct example examples[] = {
    {"dyetrace tag-check orders.enriched", "did a pipeline keep the headers?"},
    {"dyetrace tag-check out --position meta.topic,meta.partition,meta.offset --attach tags.jsonl",
	"and whose the others are, by what their values say"},
    {NULL},
};

const struct command command_tag_check = {
    .name = "tag-check",
    .summary =
	"did a pipeline keep the headers of tagged copies? Whose are the records that lost them?",
    .usage = "TOPIC",
    .description =
	"Reads a topic that a pipeline writes, from its start to where it ends now, and compares "
	"the "
	"dye-* headers of each record with the ledger: intact, altered, partly dropped, dropped, "
	"or "
	"with an id that the ledger does not have. No group is joined and no position moved.\n\n"
	"A record without `dye-id` is traced by position: headers that Kafka Connect and Kafka "
	"Streams leave (`__connect.errors.*`, `__streams.errors.*`), members of its JSON value "
	"(--position; dots lead into objects), or a key that is `TOPIC/PARTITION/OFFSET`: of the "
	"topic that the tracker reads.\n\n"
	"Exit status 0: all are intact, 1: some are not, 3: no broker answers.",
    .common = COMMON_SETTINGS | COMMON_STORE | COMMON_JSON,
    .options = options,
    .examples = examples,
    .arguments_min = 1,
    .arguments_max = 1,
    .run = tag_check_run,
};
