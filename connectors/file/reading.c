/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happens where a file has nothing more at the moment: it ends
 * (--until-end), it waits to grow, or it was rotated away and makes room for
 * the next one once it has been quiet for a while.
 */
#include <poll.h>
#include <unistd.h>

#include "tracked.h"

/* A writer may go on with a file for a moment after it was renamed. */
#define LEAVE_QUIET_MS 1000
/* A deleted file is let go, so that the disk gets its space back. */
#define GONE_QUIET_MS 5000

static bool
is_quiet(struct tracked *tracked, int64_t ms)
{
	if (!tracked->quiet_since_ms)
		tracked->quiet_since_ms = monotonic_ms();
	return monotonic_ms() - tracked->quiet_since_ms >= ms;
}

/* The messages added since `before` belong to the partition, which begins with its first message. */
static void
attribute(struct tracked *tracked, struct batch *batch, size_t before)
{
	const struct source_host *host = &tracked->scope->host;
	size_t i;

	if (before == batch->count)
		return;
	if (!tracked->partition)
		tracked->partition =
		    host->begin(host->context, tracked->scope->source, tracked->name, 0);
	for (i = before; i < batch->count; i++)
		batch->messages[i].partition = tracked->partition;
	tracked->quiet_since_ms = 0;
}

/* false: the stream is closed, it failed */
static bool
fill(struct tracked *tracked, struct batch *batch, bool final)
{
	size_t before = batch->count;
	struct error err = {0};
	bool good = stream_fill(tracked->stream, batch, final, &tracked->paused, &err);

	attribute(tracked, batch, before);
	if (!good)
		tracked_fail(tracked, &err);
	return good;
}

/* What is left without a line end is a record now. true: all is taken */
static bool
take_tail(struct tracked *tracked, struct batch *batch)
{
	struct input *input = stream_input(tracked->stream);

	/* Whatever comes behind is not of this file any more. */
	input_limit(input, input_position(input));
	return fill(tracked, batch, true) && tracked->paused;
}

static void
fail_cut_short(struct tracked *tracked)
{
	const struct stream *stream = tracked->stream;
	bool packed = input_is_cut(stream_input(stream));
	struct error err = {0};

	error_set(&err, ERROR_MALFORMED,
	    "was cut short: it ends inside its %s, behind %lld %sbytes (record %lld): fetch the "
	    "whole file and run again; what came before is read",
	    packed                      ? "gzip stream"
		: stream_schema(stream) ? "last block"
					: "header",
	    (long long)(packed ? input_position(stream_input(stream)) : stream_byte(stream)),
	    packed ? "unpacked " : "", (long long)stream_offset(stream) + 1);
	tracked_fail(tracked, &err);
}

static void
notice_left(const struct tracked *tracked)
{
	scope_notice(tracked->scope,
	    "%s:%lld: the last line is not finished (%lld bytes, neither a line end nor whole "
	    "JSON): it is left for the next run",
	    tracked->name, (long long)stream_offset(tracked->stream) + 1,
	    (long long)stream_tail_bytes(tracked->stream));
}

/* Nothing comes any more. */
static void
end(struct tracked *tracked, struct batch *batch)
{
	bool left = tracked->path && !tracked->moved && stream_tail_bytes(tracked->stream) &&
	    !stream_tail_is_whole(tracked->stream);

	if (input_is_cut(stream_input(tracked->stream)) ||
	    (left && tracked->scope->settings.format == FORMAT_AVRO)) {
		fail_cut_short(tracked);
		return;
	}
	if (left)
		notice_left(tracked);
	else if (!take_tail(tracked, batch))
		return;
	if (tracked->moved) {
		tracked_finish(tracked);
		return;
	}
	tracked_suspend(tracked);
	tracked->state = TRACKED_DONE;
}

/* The file in place was cut, or written anew from its start. */
static void
leave_cut(struct tracked *tracked, struct batch *batch)
{
	if (tracked_find_rest(tracked))
		return;
	if (!take_tail(tracked, batch))
		return;
	scope_notice(tracked->scope,
	    "%s was cut after %lld records of it were read, and no copy beside it goes on there: "
	    "what was written in "
	    "between is lost if there was more; the file is read as a new one from its start",
	    tracked->name, (long long)stream_offset(tracked->stream));
	tracked_finish(tracked);
}

static bool
head_is_same(const struct tracked *tracked)
{
	char head[HEAD_BYTES];
	ssize_t got =
	    pread(input_descriptor(stream_input(tracked->stream)), head, tracked->head_bytes, 0);

	return got == (ssize_t)tracked->head_bytes &&
	    memcmp(head, tracked->head, tracked->head_bytes) == 0;
}

/* Looks at the open file before it is read on; false: it was cut or written anew. */
static bool
is_uncut(struct tracked *tracked)
{
	int fd = input_descriptor(stream_input(tracked->stream));
	struct stamp now;
	bool deleted;
	ssize_t got;

	if (!stamp_of_descriptor(fd, &now, &deleted) || stamp_equal(&now, &tracked->opened))
		return true;
	if (now.bytes < input_raw_bytes(stream_input(tracked->stream)) || !head_is_same(tracked))
		return false;
	tracked->opened = now;
	tracked->quiet_since_ms = 0;
	if (tracked->head_bytes < HEAD_BYTES && (got = pread(fd, tracked->head, HEAD_BYTES, 0)) > 0)
		tracked->head_bytes = (size_t)got;
	return true;
}

/* The next file is there: takes leave of this one. */
static void
leave(struct tracked *tracked, struct batch *batch)
{
	bool next_is_past = tracked->from_past && tracked->past_at + 1 < tracked->past.count;

	if (!next_is_past && tracked_goes_on_at_path(tracked)) {
		tracked_suspend(tracked);
		tracked->state = TRACKED_DUE;
		return;
	}
	if (!take_tail(tracked, batch))
		return;
	if (!next_is_past) {
		tracked_find_between(tracked);
		tracked->from_past = false;
	}
	tracked_finish(tracked);
}

/* The file was deleted and nothing has its name. */
static void
let_go(struct tracked *tracked, struct batch *batch)
{
	if (!take_tail(tracked, batch))
		return;
	tracked->from_past = false;
	tracked_finish(tracked);
}

static void
at_pause(struct tracked *tracked, struct batch *batch)
{
	struct stamp open_file, at_path;
	bool deleted = false, there = stamp_of(tracked->path, &at_path), next;

	stream_rest(tracked->stream);
	if (input_is_cut(stream_input(tracked->stream)) && !tracked->said_cut &&
	    is_quiet(tracked, LEAVE_QUIET_MS)) {
		scope_notice(tracked->scope, "%s ends inside its gzip stream: waiting for the rest",
		    tracked->name);
		tracked->said_cut = true;
	}
	if (!stamp_of_descriptor(
		input_descriptor(stream_input(tracked->stream)), &open_file, &deleted))
		return;
	tracked->moved = tracked->from_past || !there || !stamp_same_file(&at_path, &open_file);
	if (!tracked->moved || !is_quiet(tracked, LEAVE_QUIET_MS))
		return;
	next = (there && at_path.bytes && !stamp_same_file(&at_path, &open_file)) ||
	    (tracked->from_past && tracked->past_at + 1 < tracked->past.count);
	if (next)
		leave(tracked, batch);
	else if (deleted && is_quiet(tracked, GONE_QUIET_MS))
		let_go(tracked, batch);
}

static bool
has_changed(const struct tracked *tracked)
{
	struct stamp now;

	if (tracked->look_again_ms && monotonic_ms() >= tracked->look_again_ms)
		return true;
	stamp_of(tracked->path, &now);
	return !stamp_equal(&now, &tracked->stamp);
}

/* Standard input is opened once something can be read from it. */
static bool
is_silent(const struct tracked *tracked)
{
	struct pollfd polled = {.fd = STDIN_FILENO, .events = POLLIN};

	return !tracked->path && poll(&polled, 1, 0) == 0;
}

bool
tracked_read(struct tracked *tracked, struct batch *batch)
{
	bool following = !tracked->scope->until_end && tracked->path;

	if (tracked->state == TRACKED_WAITING && has_changed(tracked))
		tracked->state = TRACKED_DUE;
	if (tracked->state == TRACKED_DUE && is_silent(tracked))
		return false;
	/* What was read of an incarnation is handed over before the next one may begin and end it. */
	if (tracked->state == TRACKED_DUE && tracked->partition &&
	    batch->count > tracked->scope->batch_before)
		return false;
	if (tracked->state == TRACKED_DUE)
		tracked_open(tracked);
	if (tracked->state != TRACKED_READING)
		return tracked->state == TRACKED_DUE;
	if (tracked->paused && following && !is_uncut(tracked)) {
		leave_cut(tracked, batch);
		return true;
	}
	if (!fill(tracked, batch, false) || !tracked->paused)
		return tracked->state != TRACKED_FAILED;
	if (following)
		at_pause(tracked, batch);
	else if (tracked->path || input_has_ended(stream_input(tracked->stream)))
		end(tracked, batch);
	return tracked->state == TRACKED_DUE;
}

int64_t
tracked_backlog(const struct tracked *tracked)
{
	struct stamp stamp;
	bool deleted;
	int64_t left;

	if (!tracked->path || tracked->state == TRACKED_DONE || tracked->state == TRACKED_FAILED)
		return 0;
	if (tracked->stream) {
		if (!stamp_of_descriptor(
			input_descriptor(stream_input(tracked->stream)), &stamp, &deleted))
			return 0;
		left = stamp.bytes - input_raw_bytes(stream_input(tracked->stream));
	} else {
		stamp_of(tracked->path, &stamp);
		left = stamp.bytes - tracked->mark.byte;
	}
	return left > 0 ? left : 0;
}
