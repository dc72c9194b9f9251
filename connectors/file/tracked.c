/* SPDX-License-Identifier: Apache-2.0 */
/* How far a name was read, and the stream that is open for it. */
#include "tracked.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/memory.h"

void
scope_notice(const struct scope *scope, const char *format, ...)
{
	char sentence[1024];
	va_list args;

	if (!scope->host.notice)
		return;
	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	scope->host.notice(scope->host.context, scope->source, sentence);
}

/* Goes on behind what is committed of a partition. */
void
tracked_take_up(struct tracked *tracked, struct partition *partition)
{
	tracked->partition = partition;
	tracked->mark = (struct mark){partition->has_first, partition->first_payload,
	    partition->next_offset, partition->next_byte, &partition->content};
	tracked->drained = false;
}

/* Whether something was read, of which more may be left. */
bool
tracked_has_rest(const struct tracked *tracked)
{
	return tracked->partition && tracked->mark.offset > tracked->partition->start &&
	    !tracked->drained;
}

void
tracked_forget(struct tracked *tracked)
{
	tracked->partition = NULL;
	tracked->mark = (struct mark){0};
	tracked->drained = false;
}

/* The partition's digest covers what is committed: it is of use only when that is all. */
const struct mark *
tracked_mark(struct tracked *tracked)
{
	const struct partition *partition = tracked->partition;
	bool all = partition && partition->next_offset == tracked->mark.offset;

	tracked->mark.content = all ? &partition->content : NULL;
	return &tracked->mark;
}

struct tracked *
tracked_add(struct scope *scope, char *name, char *path)
{
	struct tracked *tracked = memory_get(sizeof(*tracked));
	const struct source_host *host = &scope->host;
	struct partition *latest;

	*tracked = (struct tracked){.scope = scope, .name = name, .path = path};
	latest = path ? host->latest(host->context, scope->source, name) : NULL;
	if (latest)
		tracked_take_up(tracked, latest);
	return tracked;
}

void
tracked_close(struct tracked *tracked)
{
	if (!tracked)
		return;
	stream_close(tracked->stream);
	rotation_fini(&tracked->past);
	memory_free(tracked->name);
	memory_free(tracked->path);
	memory_free(tracked);
}

void
tracked_wait(struct tracked *tracked, const struct stamp *stamp)
{
	tracked->state = tracked->scope->until_end ? TRACKED_DONE : TRACKED_WAITING;
	tracked->stamp = *stamp;
	tracked->look_again_ms = 0;
}

/* Keeps in the mark what the stream knows. */
static void
remember(struct tracked *tracked)
{
	struct mark *mark = &tracked->mark;

	mark->offset = stream_offset(tracked->stream);
	mark->byte = stream_byte(tracked->stream);
	if (!mark->has_first)
		mark->has_first = stream_first(tracked->stream, &mark->first);
}

/* A file of the past that cannot be read is left behind; the operator was told. */
static void
skip_past(struct tracked *tracked)
{
	tracked->past_at++;
	tracked->state = TRACKED_DUE;
	tracked->drained = true;
}

void
tracked_fail(struct tracked *tracked, const struct error *err)
{
	bool past = tracked->stream ? tracked->from_past : tracked->past_at < tracked->past.count;
	const char *name = past ? tracked->past.items[tracked->past_at].path : tracked->name;
	struct stamp stamp = {0};

	if (tracked->stream)
		remember(tracked);
	stream_close(tracked->stream);
	tracked->stream = NULL;
	if (tracked->path)
		stamp_of(tracked->path, &stamp);
	tracked_wait(tracked, &stamp);
	tracked->failure = *err;
	error_within(&tracked->failure, "%s", name);
	if (tracked->scope->until_end) {
		tracked->state = TRACKED_FAILED;
		return;
	}
	scope_notice(tracked->scope, "%s (%s)", tracked->failure.text,
	    past ? "it is left out" : "looked at again when the file changes");
	if (past)
		skip_past(tracked);
}

void
tracked_start(struct tracked *tracked, struct stream *stream, const struct stamp *stamp, bool moved)
{
	ssize_t got = 0;

	tracked->stream = stream;
	tracked->state = TRACKED_READING;
	tracked->opened = *stamp;
	tracked->from_past = tracked->moved = moved;
	tracked->paused = tracked->said_cut = false;
	tracked->quiet_since_ms = tracked->held_until_ms = 0;
	tracked->turn_end = stamp->bytes;
	if (tracked->path)
		got = pread(input_descriptor(stream_input(stream)), tracked->head, HEAD_BYTES, 0);
	tracked->head_bytes = got > 0 ? (size_t)got : 0;
}

static void
close_stream(struct tracked *tracked)
{
	stream_close(tracked->stream);
	tracked->stream = NULL;
	tracked->state = TRACKED_DUE;
}

void
tracked_suspend(struct tracked *tracked)
{
	remember(tracked);
	close_stream(tracked);
	tracked_wait(tracked, &tracked->opened);
}

static void
add_finished(struct tracked *tracked)
{
	struct scope *scope = tracked->scope;

	if (tracked->mark.has_first)
		scope->finished[scope->finished_count++ % FINISHED_MAX] = (struct finished){
		    tracked, tracked->opened.device, tracked->opened.inode, tracked->mark.first};
}

/* Whether another name has read this file to its end. */
bool
tracked_is_finished(
    const struct tracked *tracked, const struct stamp *stamp, const struct beginning *beginning)
{
	const struct scope *scope = tracked->scope;
	size_t i,
	    count = scope->finished_count < FINISHED_MAX ? scope->finished_count : FINISHED_MAX;

	for (i = 0; i < count; i++) {
		const struct finished *finished = &scope->finished[i];

		if (finished->by != tracked && beginning->has_first &&
		    finished->first == beginning->first && finished->device == stamp->device &&
		    finished->inode == stamp->inode)
			return true;
	}
	return false;
}

void
tracked_finish(struct tracked *tracked)
{
	remember(tracked);
	add_finished(tracked);
	close_stream(tracked);
	tracked->drained = true;
	if (tracked->from_past)
		tracked->past_at++;
}

/* The file that reads what belongs to a partition, or that has this inode open; NULL: none. */
struct tracked *
tracked_reader_of(
    const struct tracked *self, const struct partition *partition, const struct stamp *stamp)
{
	size_t i;

	for (i = 0; i < self->scope->file_count; i++) {
		struct tracked *other = self->scope->files[i];

		if (other == self)
			continue;
		if (partition ? other->partition == partition
			      : other->stream && stamp_same_file(&other->opened, stamp))
			return other;
	}
	return NULL;
}

/* Removes files that the store has read already, so that none of them is taken for the rest of another. */
static void
drop_known(struct tracked *tracked, struct rotation *rotation)
{
	struct scope *scope = tracked->scope;
	const struct source_host *host = &scope->host;
	struct beginning beginning;
	size_t i, kept = 0;

	for (i = 0; i < rotation->count; i++) {
		int fd = open(rotation->items[i].path, O_RDONLY | O_CLOEXEC);
		bool known = fd < 0 ||
		    !file_identity_begin(
			fd, &scope->settings, &scope->schemas, INT64_MAX, &beginning, NULL) ||
		    (beginning.has_first && host->beginning_with &&
			host->beginning_with(host->context, scope->source, beginning.first));

		if (known)
			memory_free(rotation->items[i].path);
		else
			rotation->items[kept++] = rotation->items[i];
	}
	rotation->count = kept;
}

/* Looks beside the path for the file that goes on at the mark. */
bool
tracked_list_rest(struct tracked *tracked)
{
	struct scope *scope = tracked->scope;

	rotation_fini(&tracked->past);
	tracked->past_at = 0;
	rotation_list(tracked->path, &tracked->past);
	/* Without a first record any file with such a header would do. */
	if (!tracked->mark.has_first)
		drop_known(tracked, &tracked->past);
	return rotation_follow(
	    &tracked->past, &scope->settings, &scope->schemas, tracked_mark(tracked));
}

bool
tracked_find_rest(struct tracked *tracked)
{
	remember(tracked);
	if (!tracked_list_rest(tracked))
		return false;
	close_stream(tracked);
	return true;
}

void
tracked_find_between(struct tracked *tracked)
{
	rotation_fini(&tracked->past);
	tracked->past_at = 0;
	rotation_list(tracked->path, &tracked->past);
	rotation_after(&tracked->past, tracked->opened.device, tracked->opened.inode);
}

bool
tracked_goes_on_at_path(struct tracked *tracked)
{
	struct scope *scope = tracked->scope;
	enum sameness sameness = FILE_OTHER;
	struct stream *stream = NULL;
	int fd = open(tracked->path, O_RDONLY | O_CLOEXEC);

	remember(tracked);
	if (fd < 0 ||
	    !file_identity_compare(fd, &scope->settings, &scope->schemas, tracked_mark(tracked),
		&sameness, &stream, NULL))
		return false;
	stream_close(stream);
	return sameness == FILE_SAME && tracked->mark.has_first;
}
