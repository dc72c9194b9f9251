/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One name of the source (a file, or "-") and what is read under it: what an
 * earlier run left unread in a rotated file, then the files that came between,
 * then the file that has the name now, each as an incarnation of the name.
 */
#ifndef DYETRACE_FILE_TRACKED_H
#define DYETRACE_FILE_TRACKED_H

#include "model/source.h"
#include "rotation.h"
#include "stamp.h"

struct tracked;

/* A file that was read to its end in this process; it may come up under another name. */
struct finished {
	const struct tracked *by;
	dev_t device;
	ino_t inode;
	uint64_t first;
};
#define FINISHED_MAX 1024

/* What the files of one source share. */
struct scope {
	struct source_host host;
	char *source; /* its name in the settings */
	struct file_settings settings;
	struct schemas schemas;
	bool until_end;
	size_t batch_before;    /* messages in the batch when this read began */
	struct tracked **files; /* by name */
	size_t file_count, file_capacity;
	struct finished finished[FINISHED_MAX]; /* a ring */
	size_t finished_count;
};

enum tracked_state {
	TRACKED_DUE,     /* no stream is open; the path has to be looked at */
	TRACKED_READING, /* a stream is open */
	TRACKED_WAITING, /* no stream: nothing is there, or nothing that can be read now; until it changes */
	TRACKED_DONE,   /* all that was there is read; for good */
	TRACKED_FAILED, /* with until_end: it cannot be read; `failure` says why */
};

#define HEAD_BYTES 1024

struct tracked {
	struct scope *scope;
	char *name; /* of the partition */
	char *path; /* to open(2); NULL: standard input */
	enum tracked_state state;
	struct stamp stamp;    /* when it began to wait */
	int64_t look_again_ms; /* waiting: look again then, though nothing changed; 0: no */
	int64_t
	    held_until_ms; /* a copy of what is read under another name: not before then; 0: not held */

	/* How far the records that go by this name were read; while a stream is open it knows better. */
	struct partition *partition; /* NULL: none begun */
	struct mark mark;
	bool drained; /* the file that the mark speaks of had nothing behind it */

	struct stream *stream;
	struct stamp opened;    /* the stream's file */
	bool from_past;         /* it is past.items[past_at] */
	bool moved;             /* the stream's file does not have the name any more */
	bool paused;            /* the stream gave all that was there */
	int64_t quiet_since_ms; /* when it did so first without a change; 0: it did not */
	int64_t turn_end;       /* bytes the file had when its turn began; -1: it has not */
	char head[HEAD_BYTES];  /* its first bytes: a truncation is seen by them */
	size_t head_bytes;

	struct rotation past; /* files to be read before the one that has the name, oldest first */
	size_t past_at;

	bool said_missing, said_cut;
	struct error failure;
};

/* gives: takes name and path; goes on where the store says */
struct tracked *tracked_add(struct scope *scope, char *name, char *path);
void tracked_close(struct tracked *tracked); /* accepts NULL */

/*
 * Opens what has to be read next under the name. Afterwards a stream is open,
 * or the state says why not.
 */
void tracked_open(struct tracked *tracked);

/* Closes the stream, keeping how far it was read: the same file can be opened again. */
void tracked_suspend(struct tracked *tracked);
/* The stream's file is read to its end: what is opened next is another incarnation, unless it goes on there. */
void tracked_finish(struct tracked *tracked);
/* The stream's file was cut while it was open: the rest may stand in a copy beside it. true: it does, and is due */
bool tracked_find_rest(struct tracked *tracked);
/* The stream's file lost its name: lists what is in the folder between it and the file that has the name now. */
void tracked_find_between(struct tracked *tracked);
/* Whether the file that has the name now goes on where the stream is. */
bool tracked_goes_on_at_path(struct tracked *tracked);
/* It cannot be read; with until_end for good, else until the file changes. */
void tracked_fail(struct tracked *tracked, const struct error *err);

/* Of the moves between states; for opening.c and reading.c. */

/* Goes on behind what is committed of a partition. */
void tracked_take_up(struct tracked *tracked, struct partition *partition);
/* What was read has nothing to do with what comes. */
void tracked_forget(struct tracked *tracked);
/* Whether something was read, of which more may be left. */
bool tracked_has_rest(const struct tracked *tracked);
/* Lists the file beside the path that goes on at the mark, and the later ones; false: there is none */
bool tracked_list_rest(struct tracked *tracked);
/* The mark, with the content's digest if that is known. */
const struct mark *tracked_mark(struct tracked *tracked);
/* Nothing to read until the path's stamp differs (with until_end: for good). */
void tracked_wait(struct tracked *tracked, const struct stamp *stamp);
/* stream: takes. moved: its file does not have the name any more */
void tracked_start(
    struct tracked *tracked, struct stream *stream, const struct stamp *stamp, bool moved);
/* Whether another name has read this file to its end. */
bool tracked_is_finished(
    const struct tracked *tracked, const struct stamp *stamp, const struct beginning *beginning);
/* The other name that reads the partition, or (partition NULL) has this file open; NULL: none. */
struct tracked *tracked_reader_of(
    const struct tracked *tracked, const struct partition *partition, const struct stamp *stamp);

/*
 * Adds messages of what is there under the name; opens, follows rotation and
 * ends as needed. true: there may be more at once
 */
bool tracked_read(struct tracked *tracked, struct batch *batch);
/* Bytes that are there and were not read; an estimate for gzip (packed bytes). */
int64_t tracked_backlog(const struct tracked *tracked);

void scope_notice(const struct scope *scope, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
