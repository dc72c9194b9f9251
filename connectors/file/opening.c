/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deciding what stands under a name, and opening it where reading goes on: the
 * file that was read before, one that was renamed to it, or a new one.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tracked.h"

/* A copy of a file that is still open here may be the one that copytruncate makes: time to see. */
#define COPY_GRACE_MS 10000

/* What stands here is read under another name, or was: nothing to do until it changes. */
static void
leave_alone(struct tracked *tracked, const struct stamp *stamp, int64_t look_again_ms)
{
	if (tracked->past_at < tracked->past.count) {
		tracked->past_at++;
		tracked->state = TRACKED_DUE;
		return;
	}
	tracked_wait(tracked, stamp);
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
	struct mark mark = {partition->has_first, partition->first_payload, partition->next_offset,
	    partition->next_byte, &partition->content};
	enum sameness sameness;
	struct message message;
	struct stream *stream;
	bool same = false;

	if (!file_identity_verify(
		open_again(fd), &scope->settings, &scope->schemas, &mark, &same, NULL) ||
	    !same)
		return false;
	if (!file_identity_compare(open_again(fd), &scope->settings, &scope->schemas, &mark,
		&sameness, &stream, NULL) ||
	    !stream)
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
open_kin(struct tracked *tracked, int fd, const struct stamp *stamp, bool moved,
    const struct beginning *beginning)
{
	struct partition *kin = find_kin(tracked, beginning);
	bool more;

	if (!kin)
		return false;
	if (tracked_reader_of(tracked, kin, NULL)) {
		/* A copy of what is open: copytruncate's, or somebody's own, which is read for itself. */
		if (tracked->scope->until_end ||
		    (tracked->held_until_ms && monotonic_ms() >= tracked->held_until_ms))
			return false;
		if (!tracked->held_until_ms)
			tracked->held_until_ms = monotonic_ms() + COPY_GRACE_MS;
		leave_alone(tracked, stamp, tracked->held_until_ms);
		return true;
	}
	if (!holds_all_of(tracked, fd, kin, &more))
		return false;
	if (is_latest(tracked, kin)) {
		scope_notice(tracked->scope,
		    "%s goes on as %s: it holds what was read under that name", tracked->name,
		    kin->name);
		tracked_take_up(tracked, kin);
		open_mark(tracked, open_again(fd), stamp, moved);
		return true;
	}
	if (more)
		return false;
	scope_notice(tracked->scope, "%s is not read again: it holds what was read as %s",
	    tracked->name, kin->name);
	leave_alone(tracked, stamp, 0);
	return true;
}

static void
open_new(struct tracked *tracked, int fd, const struct stamp *stamp, bool moved)
{
	struct scope *scope = tracked->scope;
	struct stream *stream;
	struct error err = {0};

	if (!file_identity_open(
		fd, &scope->settings, &scope->schemas, scope->until_end || moved, &stream, &err))
		tracked_fail(tracked, &err);
	else if (stream)
		tracked_start(tracked, stream, stamp, moved);
	else
		tracked_wait(tracked, stamp);
}

/* A file of which nothing was read under this name. fd: takes */
static void
open_unread(struct tracked *tracked, int fd, const struct stamp *stamp, bool moved)
{
	struct scope *scope = tracked->scope;
	struct beginning beginning;
	struct error err = {0};

	if (!file_identity_begin(
		open_again(fd), &scope->settings, &scope->schemas, INT64_MAX, &beginning, &err)) {
		tracked_fail(tracked, &err);
	} else if (tracked_is_finished(tracked, stamp, &beginning) ||
	    tracked_reader_of(tracked, NULL, stamp)) {
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
	    "%s was %s since %lld records (%lld bytes) of it were read, and no rotated file beside "
	    "it goes on there: "
	    "what came behind is lost if it was more; the file is read as a new one from its start",
	    tracked->name, sameness == FILE_SHORTER ? "cut" : "replaced",
	    (long long)tracked->mark.offset, (long long)tracked->mark.byte);
}

/*
 * A renamed file may be read on under its new name; once its old name has a
 * file again, that one takes back what was read and ends it first.
 */
static void
take_back(struct tracked *tracked)
{
	struct tracked *other =
	    tracked->partition ? tracked_reader_of(tracked, tracked->partition, NULL) : NULL;

	if (!other)
		return;
	if (other->stream)
		tracked_suspend(other);
	tracked->mark = other->mark;
	tracked->drained = other->drained;
	tracked_forget(other);
}

/* A file whose name was read before, up to the mark: the same, or another by now. fd: takes */
static void
open_mark(struct tracked *tracked, int fd, const struct stamp *stamp, bool moved)
{
	struct scope *scope = tracked->scope;
	enum sameness sameness;
	struct stream *stream;
	struct error err = {0};

	if (!file_identity_compare(open_again(fd), &scope->settings, &scope->schemas,
		tracked_mark(tracked), &sameness, &stream, &err)) {
		close(fd);
		tracked_fail(tracked, &err);
		return;
	}
	if (sameness == FILE_SAME) {
		close(fd);
		tracked_start(tracked, stream, stamp, moved);
		return;
	}
	if (!moved && !tracked->drained && tracked_list_rest(tracked)) {
		close(fd);
		return; /* still due: the rest comes first */
	}
	if (!tracked->drained)
		notice_lost(tracked, sameness);
	tracked_forget(tracked);
	open_unread(tracked, fd, stamp, moved);
}

/* Nothing has the name. What was left unread of it may stand in a rotated file. */
static void
open_missing(struct tracked *tracked)
{
	static const struct stamp nothing;

	if (tracked_has_rest(tracked) && tracked_list_rest(tracked))
		return;
	if (!tracked->said_missing)
		scope_notice(tracked->scope, "%s does not exist: %s", tracked->name,
		    tracked->scope->until_end ? "nothing is read" : "waiting for it");
	tracked->said_missing = true;
	tracked_wait(tracked, &nothing);
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
		error_set(
		    &err, ERROR_USAGE, "is a folder: name the files in it, as %s/*", tracked->name);
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
	if (tracked_has_rest(tracked) && tracked_list_rest(tracked))
		return;
	if (tracked->scope->until_end)
		scope_notice(tracked->scope, "%s is empty: nothing to read in it", tracked->name);
	tracked_wait(tracked, stamp);
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
	} else if (tracked->partition && tracked->mark.offset > tracked->partition->start) {
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
	} else if (!file_identity_open(
		       fd, &scope->settings, &scope->schemas, true, &stream, &err)) {
		tracked_fail(tracked, &err);
	} else {
		tracked_start(tracked, stream, &stamp, false);
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
