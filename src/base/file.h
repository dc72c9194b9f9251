/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole files, read within a limit and written so that a power cut leaves the
 * old or the new one, never half of each.
 */
#ifndef DYETRACE_BASE_FILE_H
#define DYETRACE_BASE_FILE_H

#include "base/buffer.h"
#include "base/error.h"

/*
 * Appends the file's bytes to out.
 *
 * ERROR_MISSING  there is no such file
 * ERROR_LIMIT    it is longer than limit_bytes
 * ERROR_IO       it cannot be read, or is a directory
 */
MUST_USE bool
file_read(const char *path, size_t limit_bytes, struct buffer *out, struct error *err);

/* Writes beside, fsyncs, renames over, fsyncs the folder. mode as in open(2). ERROR_IO. */
MUST_USE bool file_replace(const char *path, struct text bytes, unsigned mode, struct error *err);

/* Writes all of it at an offset, going on after short writes. ERROR_IO. */
MUST_USE bool
file_write_at(int fd, const void *data, size_t bytes, int64_t offset, struct error *err);
/* Reads exactly that much. ERROR_DAMAGED: the file ends before; ERROR_IO. */
MUST_USE bool file_read_at(int fd, void *data, size_t bytes, int64_t offset, struct error *err);

/* Makes the folder and those above it (0700 for the last). ERROR_IO. */
MUST_USE bool file_make_folder(const char *path, struct error *err);
/* fsync of the folder that holds path, so that a new name survives a power cut. */
MUST_USE bool file_sync_folder_of(const char *path, struct error *err);
/* gives: "folder/name", or name itself when it is absolute or "-" */
char *file_join(const char *folder, const char *name);

#endif
