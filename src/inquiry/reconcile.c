/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nothing lost, checked against the source itself: each partition is read again
 * from its start up to what is committed, counted and digested, and compared
 * with what the store holds. What cannot be read again is not compared, and that
 * is not a yes.
 */
#include "private.h"

struct again {
	struct sha256 content;
	int64_t positions, bytes, gaps;
	int64_t first; /* offset of the first record that is still there, -1: none */
	int64_t done_before, all;
	inquiry_progress *progress;
	void *context;
};

static bool
digest(void *context, const struct message *message)
{
	struct again *again = context;

	again->positions += message->count;
	again->bytes += (int64_t)message->payload.size;
	if (message->kind == MESSAGE_GAP) {
		again->gaps += message->count;
	} else {
		content_add(&again->content, message->payload);
		if (again->first < 0)
			again->first = message->offset;
	}
	if (again->progress && again->positions % 4096 == 0)
		again->progress(again->context, again->done_before + again->positions, again->all);
	return true;
}

/* Not all of it can be had again: how much of it, the sentence says. */
static const char *
gone(const struct again *again, struct error *err)
{
	char why[sizeof(err->text)];

	if (again->first < 0)
		return "source gone";
	memcpy(why, err->text, sizeof(why));
	error_set(err, ERROR_MISSING,
	    "%s; what is still there begins at offset %lld (%lld positions read again), so its "
	    "digest is not that of all",
	    why, (long long)again->first, (long long)again->positions);
	return "partly gone";
}

/* What reading again says of the content, in one word of a few. */
static const char *
compare(struct inquiry *inquiry, const struct partition *partition, struct again *again,
    struct error *err)
{
	const struct settings_source *settings =
	    settings_source_find(inquiry->settings, partition->source);
	uint8_t ours[SHA256_BYTES], theirs[SHA256_BYTES];
	struct source_options options;

	if (!settings) {
		error_set(err, ERROR_MISSING, "the settings name no source %s any more",
		    partition->source);
		return "source not in the settings";
	}
	if (!settings->type->reread) {
		error_set(err, ERROR_MISSING, "source %s cannot be read twice", partition->source);
		return "cannot be read again";
	}
	options = settings_source_options(inquiry->settings, settings, true);
	sha256_init(&again->content);
	if (!settings->type->reread(&options, partition, digest, again, err))
		return err->kind == ERROR_MISSING ? gone(again, err) : "unreadable";
	/* A gap of ours has no payload and none of theirs; what is a gap only now was read once. */
	if (again->gaps > partition->gaps) {
		error_set(err, ERROR_MISSING, "%lld records that were read are gone since",
		    (long long)(again->gaps - partition->gaps));
		return gone(again, err);
	}
	sha256_now(&partition->content, ours);
	sha256_now(&again->content, theirs);
	if (again->positions == partition->next_offset - partition->start &&
	    memcmp(ours, theirs, sizeof(ours)) == 0)
		return "equal";
	return "differs";
}

static json_t *
partition_document(const struct partition *partition, const struct again *again,
    const char *content, const struct error *err)
{
	int64_t committed = partition->next_offset - partition->start;
	int64_t unexplained = committed - partition->recorded - partition->quarantined -
	    partition->filtered - partition->gaps;
	uint8_t digest_bytes[SHA256_BYTES];

	sha256_now(&partition->content, digest_bytes);
	return json_pack("{s:s, s:s, s:i, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:s, s:o, s:o}",
	    "source", partition->source, "partition", partition->name, "incarnation",
	    (int)partition->incarnation, "committed", (json_int_t)committed, "recorded",
	    (json_int_t)partition->recorded, "quarantined", (json_int_t)partition->quarantined,
	    "filtered", (json_int_t)partition->filtered, "gaps", (json_int_t)partition->gaps,
	    "unexplained", (json_int_t)unexplained, "read_again", (json_int_t)again->positions,
	    "content", content, "digest", show_hash(digest_bytes, sizeof(digest_bytes)), "trouble",
	    err->kind == ERROR_NONE ? json_null() : json_string(err->text));
}

json_t *
inquiry_reconcile(
    struct inquiry *inquiry, inquiry_progress *progress, void *context, struct error *err)
{
	json_t *partitions = json_array(), *asked, *tracker;
	int64_t all = 0, done = 0, unexplained = 0, differing = 0, unread = 0;
	size_t i;

	(void)err;
	for (i = 0; i < inquiry->partition_count; i++)
		all += inquiry->partitions[i]->next_offset - inquiry->partitions[i]->start;
	for (i = 0; i < inquiry->partition_count; i++) {
		const struct partition *partition = inquiry->partitions[i];
		struct again again = {.first = -1,
		    .done_before = done,
		    .all = all,
		    .progress = progress,
		    .context = context};
		struct error why = {0};
		const char *content = compare(inquiry, partition, &again, &why);
		json_t *one = partition_document(partition, &again, content, &why);

		done += partition->next_offset - partition->start;
		unexplained += json_integer_value(json_object_get(one, "unexplained"));
		differing += strcmp(content, "differs") == 0;
		unread += strcmp(content, "differs") != 0 && strcmp(content, "equal") != 0;
		json_array_append_new(partitions, one);
	}
	tracker = json_object_get(asked = inquiry_tracker(inquiry->settings->store), "unexplained");
	json_incref(tracker);
	json_decref(asked);
	unexplained += json_integer_value(tracker);
	return json_pack("{s:b, s:o, s:I, s:I, s:I, s:o}", "reconciled",
	    !unexplained && !differing && !unread, "tracker_unexplained",
	    tracker ? tracker : json_null(), "unexplained", (json_int_t)unexplained, "differing",
	    (json_int_t)differing, "not_read_again", (json_int_t)unread, "partitions", partitions);
}
