/* SPDX-License-Identifier: Apache-2.0 */
/* Deciding what a file is, and opening it where reading goes on. */
#include "tracked.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"

/* A copy of a file that is still open here may be the one that copytruncate makes: time to see. */
#define COPY_GRACE_MS 10000

int64_t
clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

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

static struct stamp
stamp_from(const struct stat *status)
{
	return (struct stamp){status->st_dev, status->st_ino, status->st_size,
	    (int64_t)status->st_mtim.tv_sec * 1000000000 + status->st_mtim.tv_nsec};
}

bool
stamp_of(const char *path, struct stamp *stamp)
{
	struct stat status;

	*stamp = (struct stamp){0};
	if (stat(path, &status) != 0)
		return false;
	*stamp = stamp_from(&status);
	return true;
}

bool
stamp_of_descriptor(int fd, struct stamp *stamp, bool *deleted)
{
	struct stat status;

	*stamp = (struct stamp){0};
	if (fstat(fd, &status) != 0)
		return false;
	*stamp = stamp_from(&status);
	*deleted = status.st_nlink == 0;
	return true;
}

bool
stamp_same_file(const struct stamp *a, const struct stamp *b)
{
	return a->device == b->device && a->inode == b->inode;
}

bool
stamp_equal(const struct stamp *a, const struct stamp *b)
{
	return stamp_same_file(a, b) && a->bytes == b->bytes && a->changed_ns == b->changed_ns;
}

/* Goes on behind what is committed of a partition. */
static void
take_up(struct tracked *tracked, struct partition *partition)
{
	tracked->partition = partition;
	tracked->mark = (struct mark){partition->has_first, partition->first_payload, partition->next_offset,
	    partition->next_byte, &partition->content};
	tracked->drained = false;
}

static void
forget(struct tracked *tracked)
{
	tracked->partition = NULL;
	tracked->mark = (struct mark){0};
	tracked->drained = false;
}

/* The partition's digest covers what is committed: it is of use only when that is all. */
static const struct mark *
mark_now(struct tracked *tracked)
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
	if (latest && latest->next_offset > latest->start)
		take_up(tracked, latest);
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

static void
wait_for_change(struct tracked *tracked, const struct stamp *stamp)
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
	wait_for_change(tracked, &stamp);
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

static void
read_stream(struct tracked *tracked, struct stream *stream, const struct stamp *stamp, bool moved)
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
	wait_for_change(tracked, &tracked->opened);
}

static void
add_finished(struct tracked *tracked)
{
	struct scope *scope = tracked->scope;

	if (tracked->mark.has_first)
		scope->finished[scope->finished_count++ % FINISHED_MAX] =
		    (struct finished){tracked, tracked->opened.device, tracked->opened.inode, tracked->mark.first};
}

/* Whether another name has read this file to its end. */
static bool
is_finished(const struct tracked *tracked, const struct stamp *stamp, const struct beginning *beginning)
{
	const struct scope *scope = tracked->scope;
	size_t i, count = scope->finished_count < FINISHED_MAX ? scope->finished_count : FINISHED_MAX;

	for (i = 0; i < count; i++) {
		const struct finished *finished = &scope->finished[i];

		if (finished->by != tracked && beginning->has_first && finished->first == beginning->first &&
		    finished->device == stamp->device && finished->inode == stamp->inode)
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
static struct tracked *
reader_of_file(const struct tracked *self, const struct partition *partition, const struct stamp *stamp)
{
	size_t i;

	for (i = 0; i < self->scope->file_count; i++) {
		struct tracked *other = self->scope->files[i];

		if (other == self)
			continue;
		if (partition ? other->partition == partition : other->stream && stamp_same_file(&other->opened, stamp))
			return other;
	}
	return NULL;
}

/* What stands here is read under another name, or was: nothing to do until it changes. */
static void
leave_alone(struct tracked *tracked, const struct stamp *stamp, int64_t look_again_ms)
{
	if (tracked->past_at < tracked->past.count) {
		tracked->past_at++;
		tracked->state = TRACKED_DUE;
		return;
	}
	wait_for_change(tracked, stamp);
	tracked->look_again_ms = look_again_ms;
}

/* A file that begins as one read before, under a name that rotation could have made of it. */
static struct partition *
find_kin(struct tracked *tracked, const struct beginning *beginning)
{
	const struct source_host *host = &tracked->scope->host;
	struct partition *partition;

	if (!beginning->has_first || !host->beginning_with)
		return NULL;
	partition = host->beginning_with(host->context, tracked->scope->source, beginning->first);
	if (!partition || partition->next_offset == partition->start)
		return NULL;
	return rotation_is_kin(partition->name, tracked->name) ? partition : NULL;
}

static int
open_again(int fd)
{
	return fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

/* Whether all that was read of the partition stands in the file; *more: and something behind it. */
static bool
holds_all_of(struct tracked *tracked, int fd, const struct partition *partition, bool *more)
{
	struct scope *scope = tracked->scope;
	struct mark mark = {partition->has_first, partition->first_payload, partition->next_offset, partition->next_byte,
	    &partition->content};
	enum sameness sameness;
	struct message message;
	struct stream *stream;
	bool same = false;

	if (!file_identity_verify(open_again(fd), &scope->settings, &scope->schemas, &mark, &same, NULL) || !same)
		return false;
	if (!file_identity_compare(open_again(fd), &scope->settings, &scope->schemas, &mark, &sameness, &stream, NULL) || !stream)
		return false;
	if (!stream_next(stream, true, &message, more, NULL))
		*more = true;
	stream_close(stream);
	return true;
}

static bool
is_latest(struct tracked *tracked, const struct partition *partition)
{
	const struct source_host *host = &tracked->scope->host;

	return host->latest(host->context, tracked->scope->source, partition->name) == partition;
}

static void open_mark(struct tracked *tracked, int fd, const struct stamp *stamp, bool moved);

/*
 * Whether the file was read, or is being read, as a partition of another name;
 * then that is dealt with. fd stays the caller's.
 */
static bool
open_kin(struct tracked *tracked, int fd, const struct stamp *stamp, bool moved, const struct beginning *beginning)
{
	struct partition *kin = find_kin(tracked, beginning);
	bool more;

	if (!kin)
		return false;
	if (reader_of_file(tracked, kin, NULL)) {
		/* A copy of what is open: copytruncate's, or somebody's own, which is read for itself. */
		if (tracked->scope->until_end || (tracked->held_until_ms && clock_ms() >= tracked->held_until_ms))
			return false;
		if (!tracked->held_until_ms)
			tracked->held_until_ms = clock_ms() + COPY_GRACE_MS;
		leave_alone(tracked, stamp, tracked->held_until_ms);
		return true;
	}
	if (!holds_all_of(tracked, fd, kin, &more))
		return false;
	if (is_latest(tracked, kin)) {
		scope_notice(tracked->scope, "%s goes on as %s: it holds what was read under that name", tracked->name,
		    kin->name);
		take_up(tracked, kin);
		open_mark(tracked, open_again(fd), stamp, moved);
		return true;
	}
	if (more)
		return false;
	scope_notice(tracked->scope, "%s is not read again: it holds what was read as %s", tracked->name, kin->name);
	leave_alone(tracked, stamp, 0);
	return true;
}

static void
open_new(struct tracked *tracked, int fd, const struct stamp *stamp, bool moved)
{
	struct scope *scope = tracked->scope;
	struct stream *stream;
	struct error err = {0};

	if (!file_identity_open(fd, &scope->settings, &scope->schemas, scope->until_end || moved, &stream, &err))
		tracked_fail(tracked, &err);
	else if (stream)
		read_stream(tracked, stream, stamp, moved);
	else
		wait_for_change(tracked, stamp);
}

/* A file of which nothing was read under this name. fd: takes */
static void
open_unread(struct tracked *tracked, int fd, const struct stamp *stamp, bool moved)
{
	struct scope *scope = tracked->scope;
	struct beginning beginning;
	struct error err = {0};

	if (!file_identity_begin(open_again(fd), &scope->settings, &scope->schemas, INT64_MAX, &beginning, &err)) {
		tracked_fail(tracked, &err);
	} else if (is_finished(tracked, stamp, &beginning) || reader_of_file(tracked, NULL, stamp)) {
		leave_alone(tracked, stamp, 0);
	} else if (!open_kin(tracked, fd, stamp, moved, &beginning)) {
		open_new(tracked, fd, stamp, moved);
		return;
	}
	close(fd);
}

/* What was written behind the mark and not read is nowhere to be found. */
static void
notice_lost(const struct tracked *tracked, enum sameness sameness)
{
	scope_notice(tracked->scope,
	    "%s was %s since %lld records (%lld bytes) of it were read, and no rotated file beside it goes on there: "
	    "what came behind is lost if it was more; the file is read as a new one from its start",
	    tracked->name, sameness == FILE_SHORTER ? "cut" : "replaced", (long long)tracked->mark.offset,
	    (long long)tracked->mark.byte);
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
		    !file_identity_begin(fd, &scope->settings, &scope->schemas, INT64_MAX, &beginning, NULL) ||
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
static bool
find_rest(struct tracked *tracked)
{
	struct scope *scope = tracked->scope;

	rotation_fini(&tracked->past);
	tracked->past_at = 0;
	rotation_list(tracked->path, &tracked->past);
	/* Without a first record any file with such a header would do. */
	if (!tracked->mark.has_first)
		drop_known(tracked, &tracked->past);
	return rotation_follow(&tracked->past, &scope->settings, &scope->schemas, mark_now(tracked));
}

/*
 * A renamed file may be read on under its new name; once its old name has a
 * file again, that one takes back what was read and ends it first.
 */
static void
take_back(struct tracked *tracked)
{
	struct tracked *other = tracked->partition ? reader_of_file(tracked, tracked->partition, NULL) : NULL;

	if (!other)
		return;
	if (other->stream)
		tracked_suspend(other);
	tracked->mark = other->mark;
	tracked->drained = other->drained;
	forget(other);
}

/* A file whose name was read before, up to the mark: the same, or another by now. fd: takes */
static void
open_mark(struct tracked *tracked, int fd, const struct stamp *stamp, bool moved)
{
	struct scope *scope = tracked->scope;
	enum sameness sameness;
	struct stream *stream;
	struct error err = {0};

	if (!file_identity_compare(open_again(fd), &scope->settings, &scope->schemas, mark_now(tracked), &sameness, &stream, &err)) {
		close(fd);
		tracked_fail(tracked, &err);
		return;
	}
	if (sameness == FILE_SAME) {
		close(fd);
		read_stream(tracked, stream, stamp, moved);
		return;
	}
	if (!moved && !tracked->drained && find_rest(tracked)) {
		close(fd);
		return; /* still due: the rest comes first */
	}
	if (!tracked->drained)
		notice_lost(tracked, sameness);
	forget(tracked);
	open_unread(tracked, fd, stamp, moved);
}

/* Nothing has the name. What was left unread of it may stand in a rotated file. */
static void
open_missing(struct tracked *tracked)
{
	static const struct stamp nothing;

	if (tracked->partition && !tracked->drained && tracked->state == TRACKED_DUE && find_rest(tracked))
		return;
	if (!tracked->said_missing)
		scope_notice(tracked->scope, "%s does not exist: %s", tracked->name,
		    tracked->scope->until_end ? "nothing is read" : "waiting for it");
	tracked->said_missing = true;
	wait_for_change(tracked, &nothing);
}

/* fd of a regular file; else -1, and the state says why not */
static int
open_path(struct tracked *tracked, const char *path, bool moved, struct stamp *stamp)
{
	struct error err = {0};
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat status;

	if (fd < 0 && errno == ENOENT && !moved) {
		open_missing(tracked);
		return -1;
	}
	if (fd < 0 || fstat(fd, &status) != 0) {
		error_system(&err, ERROR_IO, "cannot be opened");
	} else if (S_ISREG(status.st_mode)) {
		*stamp = stamp_from(&status);
		return fd;
	} else if (S_ISDIR(status.st_mode)) {
		error_set(&err, ERROR_USAGE, "is a folder: name the files in it, as %s/*", tracked->name);
	} else {
		error_set(&err, ERROR_USAGE, "is no regular file: pipe it in, with `path: \"-\"`");
	}
	if (fd >= 0)
		close(fd);
	tracked_fail(tracked, &err);
	return -1;
}

/* An empty file is nothing yet, unless it was more before: then the rest may stand beside it. */
static void
open_empty(struct tracked *tracked, const struct stamp *stamp)
{
	if (tracked->partition && !tracked->drained && tracked->state == TRACKED_DUE && find_rest(tracked))
		return;
	if (tracked->scope->until_end)
		scope_notice(tracked->scope, "%s is empty: nothing to read in it", tracked->name);
	wait_for_change(tracked, stamp);
}

static void
open_file(struct tracked *tracked)
{
	bool moved = tracked->past_at < tracked->past.count;
	const char *path = moved ? tracked->past.items[tracked->past_at].path : tracked->path;
	struct stamp stamp;
	int fd = open_path(tracked, path, moved, &stamp);

	if (fd < 0)
		return;
	tracked->said_missing = false;
	if (!stamp.bytes) {
		close(fd);
		open_empty(tracked, &stamp);
	} else if (tracked->partition) {
		open_mark(tracked, fd, &stamp, moved);
	} else {
		open_unread(tracked, fd, &stamp, moved);
	}
}

static void
open_standard_input(struct tracked *tracked)
{
	struct scope *scope = tracked->scope;
	struct stamp stamp = {0};
	struct error err = {0};
	struct stream *stream;
	int fd = open_again(STDIN_FILENO);

	if (fd < 0) {
		error_system(&err, ERROR_IO, "cannot be opened");
		tracked_fail(tracked, &err);
	} else if (!file_identity_open(fd, &scope->settings, &scope->schemas, true, &stream, &err)) {
		tracked_fail(tracked, &err);
	} else {
		read_stream(tracked, stream, &stamp, false);
	}
}

void
tracked_open(struct tracked *tracked)
{
	int tries;

	if (!tracked->path) {
		open_standard_input(tracked);
		return;
	}
	tracked->state = TRACKED_DUE;
	take_back(tracked);
	/* Each try opens, waits, or finds files that come before. */
	for (tries = 0; tries < 64 && tracked->state == TRACKED_DUE; tries++)
		open_file(tracked);
}

bool
tracked_find_rest(struct tracked *tracked)
{
	remember(tracked);
	if (!find_rest(tracked))
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
	    !file_identity_compare(fd, &scope->settings, &scope->schemas, mark_now(tracked), &sameness, &stream, NULL))
		return false;
	stream_close(stream);
	return sameness == FILE_SAME && tracked->mark.has_first;
}
