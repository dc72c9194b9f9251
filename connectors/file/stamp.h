/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stat(2) says of a file, to see that it changed; and a clock for waits.
 * Nothing that is recorded depends on either.
 */
#ifndef DYETRACE_FILE_STAMP_H
#define DYETRACE_FILE_STAMP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct stat;

/* All zero: nothing is there. */
struct stamp {
	dev_t device;
	ino_t inode;
	int64_t bytes, changed_ns;
};

struct stamp stamp_from(const struct stat *status);
/* false: nothing is there */
bool stamp_of(const char *path, struct stamp *stamp);
/* *deleted: no name leads to it any more */
bool stamp_of_descriptor(int fd, struct stamp *stamp, bool *deleted);
bool stamp_same_file(const struct stamp *a, const struct stamp *b);
bool stamp_equal(const struct stamp *a, const struct stamp *b);

#endif
