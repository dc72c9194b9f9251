/* SPDX-License-Identifier: Apache-2.0 */
/* What commands ask: the tracker answers for itself, the rest is the ingest's (ingest_act()). */
#include <stdlib.h>

#include "tracker.h"

/* {"source":…, "partition":…, "incarnation":n, "read":n, "committed":n, "lag":n|null} */
static json_t *
partition_document(const struct partition_figures *partition)
{
	return json_pack("{s:s%, s:s%, s:i, s:I, s:I, s:o}", "source", partition->source,
	    strlen(partition->source), "partition", partition->name, strlen(partition->name),
	    "incarnation", (int)partition->incarnation, "read", (json_int_t)partition->read,
	    "committed", (json_int_t)partition->committed.next_offset, "lag",
	    partition->lag < 0 ? json_null() : json_integer(partition->lag));
}

static json_t *
source_document(const struct source_figures *source)
{
	json_t *own = json_object();
	size_t i;

	for (i = 0; i < source->own_count; i++)
		json_object_set_new(own, source->own[i].name, json_real(source->own[i].value));
	return json_pack("{s:s, s:s, s:o, s:o, s:b, s:o}", "name", source->name, "type",
	    source->type->name, "backlog_bytes",
	    source->backlog_bytes < 0 ? json_null() : json_integer(source->backlog_bytes),
	    "trouble", source->error ? json_string(source->error) : json_null(), "ended",
	    source->ended, "figures", own);
}

static json_t *
publisher_document(const struct publisher_figures *publisher)
{
	json_t *own = json_object();
	size_t i;

	for (i = 0; i < publisher->own_count; i++)
		json_object_set_new(
		    own, publisher->own[i].name, json_real(publisher->own[i].value));
	return json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:b, s:o, s:o}", "name",
	    publisher->counts.name, "published", (json_int_t)publisher->counts.published, "lag",
	    (json_int_t)publisher->counts.lag, "waiting", (json_int_t)publisher->counts.waiting,
	    "errors", (json_int_t)publisher->counts.errors, "dead",
	    (json_int_t)publisher->counts.dead, "failing", publisher->counts.failing, "trouble",
	    *publisher->counts.why ? json_string(publisher->counts.why) : json_null(), "figures",
	    own);
}

static bool
answer_status(struct tracker *tracker, json_t *answer, struct error *err)
{
	struct board_view view = tracker_view(tracker);
	const struct ingest_figures *figures;
	json_t *partitions = json_array(), *sources = json_array(), *publishers = json_array();
	size_t i;

	(void)err;
	if (tracker->ingest)
		board_look(&tracker->board, &view, true);
	figures = &tracker->board.shown->ingest;
	for (i = 0; i < figures->partition_count; i++)
		json_array_append_new(partitions, partition_document(&figures->partitions[i]));
	for (i = 0; i < figures->source_count; i++)
		json_array_append_new(sources, source_document(&figures->sources[i]));
	for (i = 0; i < tracker->board.shown->publisher_count; i++)
		json_array_append_new(
		    publishers, publisher_document(&tracker->board.shown->publishers[i]));
	json_object_set_new(answer, "publishers", publishers);
	json_object_set_new(
	    answer, "paused", tracker->ingest ? json_null() : json_string(tracker->trouble.text));
	json_object_set_new(answer, "unexplained", json_integer(figures->unexplained));
	json_object_set_new(answer, "partitions", partitions);
	json_object_set_new(answer, "unlisted", json_integer((json_int_t)figures->unlisted));
	json_object_set_new(answer, "sources", sources);
	json_object_set_new(
	    answer, "http", tracker->http ? json_string(tracker->live->http_listen) : json_null());
	return true;
}

static const struct {
	const char *word;
	bool (*act)(struct tracker *tracker, json_t *answer, struct error *err);
} acts[] = {
    {"reload", tracker_reload},
    {"status", answer_status},
};

static void
print(json_t *answer, bool done, const struct error *err, struct buffer *out)
{
	char *text;

	json_object_set_new(answer, "ok", json_boolean(done));
	if (!done) {
		json_object_set_new(answer, "kind", json_integer(err->kind));
		json_object_set_new(answer, "error", json_string(err->text));
	}
	text = json_dumps(answer, JSON_COMPACT);
	buffer_add_text(out, text_of(text));
	free(text);
}

/* Whether it was one of the tracker's own. */
static bool
answer_own(struct tracker *tracker, const char *word, struct buffer *out)
{
	struct error err = {0};
	json_t *answer;
	size_t i;

	for (i = 0; i < ARRAY_COUNT(acts) && strcmp(acts[i].word, word) != 0; i++)
		;
	if (i == ARRAY_COUNT(acts) && tracker->ingest)
		return false;
	answer = json_object();
	if (i < ARRAY_COUNT(acts))
		print(answer, acts[i].act(tracker, answer, &err), &err, out);
	else
		print(answer,
		    error_set(&err, ERROR_BUSY, "the tracker is paused: %s", tracker->trouble.text),
		    &err, out);
	json_decref(answer);
	return true;
}

void
tracker_answer(void *context, struct text request, struct buffer *out)
{
	struct tracker *tracker = context;
	json_t *asked = json_loadb(request.data, request.size, JSON_REJECT_DUPLICATES, NULL);
	const char *word = json_string_value(json_object_get(asked, "do"));

	board_turn(&tracker->board, LONG_ACT_MS);
	notify_long(&tracker->notify, LONG_ACT_MS);
	if (!answer_own(tracker, word ? word : "", out))
		ingest_act(tracker->ingest, request, out);
	notify_long_over(&tracker->notify);
	board_turn(&tracker->board, TURN_WITHIN_MS);
	json_decref(asked);
}
