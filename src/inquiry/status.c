/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is anything lost, late or stuck: what was read of each partition and what
 * became of it, what the sources still have, quarantine, disk, checkpoint.
 */
#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "model/reason.h"
#include "private.h"
#include "store/control.h"
#include "store/store.h"

/* A tracker answers between two batches. */
#define ANSWER_WAIT_MS 2000

static json_t *
partition_document(const struct inquiry *inquiry, const struct partition *partition)
{
	int64_t read = partition->next_offset - partition->start;
	int64_t explained =
	    partition->recorded + partition->quarantined + partition->filtered + partition->gaps;
	uint8_t content[SHA256_BYTES];
	bool replaced = false;
	size_t i;

	for (i = partition->number; i < inquiry->partition_count; i++)
		if (strcmp(inquiry->partitions[i]->name, partition->name) == 0 &&
		    strcmp(inquiry->partitions[i]->source, partition->source) == 0)
			replaced = true;
	sha256_now(&partition->content, content);
	return json_pack("{s:s, s:s, s:i, s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o}",
	    "source", partition->source, "partition", partition->name, "incarnation",
	    (int)partition->incarnation, "ended", partition->ended || replaced, "start",
	    (json_int_t)partition->start, "committed", (json_int_t)partition->next_offset,
	    "recorded", (json_int_t)partition->recorded, "quarantined",
	    (json_int_t)partition->quarantined, "filtered", (json_int_t)partition->filtered, "gaps",
	    (json_int_t)partition->gaps, "unexplained", (json_int_t)(read - explained), "newest",
	    show_time(partition->max_time_ms), "content", show_hash(content, sizeof(content)));
}

/* --- what the sources still have: a source is opened for a look, nothing is read into the store --- */

struct look {
	struct inquiry *inquiry;
	struct partition scratch; /* what a look "begins" is never kept */
};

static struct partition *
look_latest(void *context, const char *source, const char *name)
{
	struct look *look = context;
	size_t i;

	for (i = look->inquiry->partition_count; i-- > 0;) {
		struct partition *partition = look->inquiry->partitions[i];

		if (strcmp(partition->name, name) == 0 && strcmp(partition->source, source) == 0)
			return partition;
	}
	return NULL;
}

static struct partition *
look_begin(void *context, const char *source, const char *name, int64_t start)
{
	struct look *look = context;

	look->scratch = (struct partition){.source = (char *)source,
	    .name = (char *)name,
	    .incarnation = 1,
	    .start = start,
	    .next_offset = start};
	sha256_init(&look->scratch.content);
	return &look->scratch;
}

static json_t *
source_document(struct inquiry *inquiry, const struct settings_source *settings)
{
	const struct source_type *type = settings->type;
	struct look look = {.inquiry = inquiry};
	struct source_host host = {.context = &look, .latest = look_latest, .begin = look_begin};
	struct source_options options = settings_source_options(inquiry->settings, settings, true);
	struct source *source = NULL;
	struct error err = {0};
	json_t *document = json_pack("{s:s, s:s}", "name", settings->name, "type", type->name);
	int64_t backlog = -1;

	if (type->open(&options, &host, &source, &err)) {
		backlog = type->backlog(source);
		type->close(source);
	}
	json_object_set_new(
	    document, "backlog_bytes", backlog < 0 ? json_null() : json_integer(backlog));
	json_object_set_new(
	    document, "trouble", err.kind == ERROR_NONE ? json_null() : json_string(err.text));
	return document;
}

/* --- disk ------------------------------------------------------------------------------ */

static int64_t
file_bytes(const char *folder, const char *name)
{
	char *path = store_path(folder, name);
	struct stat status;
	int64_t bytes = stat(path, &status) == 0 ? status.st_size : 0;

	memory_free(path);
	return bytes;
}

static json_t *
disk_document(const struct inquiry *inquiry)
{
	const char *store = inquiry->settings->store;
	struct statvfs disk;
	int64_t free_bytes = -1;

	if (statvfs(store, &disk) == 0)
		free_bytes = (int64_t)(disk.f_bavail * disk.f_frsize);
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "ledger_bytes",
	    (json_int_t)ledger_reader_bytes(inquiry->ledger), "conclusions_bytes",
	    (json_int_t)(inquiry->conclusions ? ledger_reader_bytes(inquiry->conclusions) : 0),
	    "catalog_bytes",
	    (json_int_t)(file_bytes(store, STORE_CATALOG) +
		file_bytes(store, STORE_CATALOG "-wal")),
	    "identity_bytes", (json_int_t)file_bytes(store, STORE_IDENTITY), "quarantine_bytes",
	    (json_int_t)file_bytes(store, STORE_QUARANTINE), "free_bytes", (json_int_t)free_bytes);
}

static json_t *
checkpoint_document(struct inquiry *inquiry)
{
	struct checkpoint checkpoint;
	struct buffer note = {0};
	struct error err = {0};
	json_t *document;

	if (inquiry_checkpoint(inquiry, &checkpoint, &note, &err))
		document = json_pack("{s:I, s:o, s:o, s:s}", "records", (json_int_t)checkpoint.size,
		    "root", show_hash(&checkpoint.root, sizeof(checkpoint.root)), "newest",
		    show_time(checkpoint.time_ms), "origin", checkpoint.origin);
	else if (err.kind == ERROR_MISSING)
		document = json_null();
	else
		document = json_pack("{s:s}", "trouble", err.text);
	buffer_fini(&note);
	return document;
}

static bool
add_reason(void *context, struct text code, int64_t count)
{
	const struct reason *reason = reason_find(code);

	json_array_append_new(context,
	    json_pack("{s:o, s:I, s:s, s:s}", "reason", show_text(code), "count", (json_int_t)count,
		"sentence", reason ? reason->sentence : "a reason of another version", "advice",
		reason ? reason->advice : ""));
	return true;
}

/* --- what the running tracker says --------------------------------------------------------- */

/* null when none runs or it does not answer */
static json_t *
asked(const char *store, struct text request)
{
	struct buffer answer = {0};
	struct error ignored = {0};
	json_t *document = NULL;
	bool running = false;

	if (store_holder(store) &&
	    control_ask(store, request, ANSWER_WAIT_MS, &running, &answer, &ignored) && running)
		document =
		    json_loadb((char *)answer.data, answer.size, JSON_REJECT_DUPLICATES, NULL);
	buffer_fini(&answer);
	if (!json_is_true(json_object_get(document, "ok"))) {
		json_decref(document);
		return json_null();
	}
	json_object_del(document, "ok");
	return document;
}

static bool
says(const json_t *one, const char *key, const char *value)
{
	const char *said = json_string_value(json_object_get(one, key));

	return said && strcmp(said, value) == 0;
}

json_t *
inquiry_tracker(const char *store)
{
	return asked(store, TEXT("{\"do\":\"status\"}"));
}

/* How many records of a partition were not read yet; null: not known. */
static json_t *
lag_of(const json_t *tracker, const struct partition *partition)
{
	const json_t *one;
	json_t *lag;
	size_t i;

	json_array_foreach(json_object_get(tracker, "partitions"), i, one)
	{
		if (json_integer_value(json_object_get(one, "incarnation")) !=
			partition->incarnation ||
		    !says(one, "partition", partition->name) ||
		    !says(one, "source", partition->source))
			continue;
		lag = json_object_get(one, "lag");
		return lag ? json_incref(lag) : json_null();
	}
	return json_null();
}

/* The running tracker knows its sources; with none running they are opened for a look. */
static json_t *
sources_document(struct inquiry *inquiry, const json_t *tracker)
{
	json_t *sources = json_object_get(tracker, "sources"), *looked;
	size_t i;

	if (json_is_array(sources))
		return json_incref(sources);
	looked = json_array();
	for (i = 0; i < inquiry->settings->source_count; i++)
		json_array_append_new(
		    looked, source_document(inquiry, &inquiry->settings->sources[i]));
	return looked;
}

/* takes; gives what is left of its answer: the lists stand in their own places. */
static json_t *
tracker_document(json_t *tracker)
{
	json_object_del(tracker, "partitions");
	json_object_del(tracker, "sources");
	return tracker;
}

json_t *
inquiry_status(struct inquiry *inquiry, struct error *err)
{
	json_t *tracker = inquiry_tracker(inquiry->settings->store);
	json_t *partitions = json_array(), *aside = json_array(), *sources;
	int64_t recorded = 0, quarantined = 0, filtered = 0, gaps = 0, unexplained = 0;
	size_t i;

	for (i = 0; i < inquiry->partition_count; i++) {
		json_t *one = partition_document(inquiry, inquiry->partitions[i]);

		json_object_set_new(one, "lag", lag_of(tracker, inquiry->partitions[i]));
		recorded += inquiry->partitions[i]->recorded;
		quarantined += inquiry->partitions[i]->quarantined;
		filtered += inquiry->partitions[i]->filtered;
		gaps += inquiry->partitions[i]->gaps;
		unexplained += json_integer_value(json_object_get(one, "unexplained"));
		json_array_append_new(partitions, one);
	}
	sources = sources_document(inquiry, tracker);
	if (!catalog_quarantine_reasons(inquiry->catalog, add_reason, aside, err)) {
		json_decref(partitions);
		json_decref(sources);
		json_decref(aside);
		json_decref(tracker);
		return NULL;
	}
	return json_pack(
	    "{s:s, s:I, s:I, s:I, s:i, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
	    "store", inquiry->settings->store, "process",
	    (json_int_t)store_holder(inquiry->settings->store), "records",
	    (json_int_t)inquiry->state.records, "conclusions",
	    (json_int_t)inquiry->state.conclusions, "epoch", (int)inquiry->state.epoch, "recorded",
	    (json_int_t)recorded, "quarantined", (json_int_t)quarantined, "filtered",
	    (json_int_t)filtered, "gaps", (json_int_t)gaps, "unexplained", (json_int_t)unexplained,
	    "partitions", partitions, "sources", sources, "quarantine", aside, "disk",
	    disk_document(inquiry), "checkpoint", checkpoint_document(inquiry), "dropped",
	    asked(inquiry->settings->store, TEXT("{\"do\":\"dropped\"}")), "tracker",
	    tracker_document(tracker));
}
