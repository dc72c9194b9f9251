/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that rotation has left beside one: events.jsonl.1, events.jsonl-20160301.gz,
 * events-2.jsonl. Which of them goes on where we stopped is decided by content
 * (identity.h); those written later and named alike are what came between it
 * and the file that has the name now.
 */
#ifndef DYETRACE_FILE_ROTATION_H
#define DYETRACE_FILE_ROTATION_H

#include <sys/types.h>

#include "identity.h"

struct rotated {
	char *path; /* owned */
	dev_t device;
	ino_t inode;
	int64_t changed_ns; /* st_mtim */
};

/* Oldest first: by time of the last change, then by name. */
struct rotation {
	struct rotated *items;
	size_t count, capacity;
};

/* What stands beside path in its folder and may be its past; the file itself is not among them. */
void rotation_list(const char *path, struct rotation *rotation);
void rotation_fini(struct rotation *rotation);

/*
 * Keeps what follows the mark: the file that goes on there, then the later
 * ones of the same kind of name. false: none of them goes on there (the list is emptied).
 */
bool rotation_follow(struct rotation *rotation, const struct file_settings *settings,
    struct schemas *schemas, const struct mark *mark);

/* Keeps what came after the file with this inode; empties the list if it is not in it. */
void rotation_after(struct rotation *rotation, dev_t device, ino_t inode);

/* Whether two file names differ only by what rotation appends: "a.log", "a.log.2", "a.log-20160301.gz". */
bool rotation_is_kin(const char *a, const char *b);

#endif
