/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The frames of SQLite's write-ahead log: 32 bytes of header, then for each page
 * written a header of 24 bytes and the page. Each frame's header holds a checksum
 * over all frames so far, a chain. Source: "The SQLite Database File Format",
 * section 4 (https://www.sqlite.org/fileformat2.html#walformat).
 *
 * All results are SQLite's: SQLITE_OK, SQLITE_IOERR_DATA where something is
 * damaged, or what reading gave. Private to base.
 */
#ifndef DYETRACE_BASE_LOG_FRAMES_H
#define DYETRACE_BASE_LOG_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

#define LOG_HEADER_BYTES 32
#define FRAME_HEADER_BYTES 24

struct sqlite3_file;

/* Whether a read is of one frame's page, or of a whole frame. page_bytes: a page's size */
bool log_is_page(int page_bytes, int64_t offset);
bool log_is_frame(int page_bytes, int64_t offset);

/* A page that was read: whether it and its header are what was linked behind the frame before. */
int
log_check_page(struct sqlite3_file *log, const unsigned char *page, int page_bytes, int64_t offset);

/*
 * SQLite recovers a log that nobody has open: it reads the header and whole
 * frames until one does not link, and forgets the rest, for that is what a power
 * cut leaves of a commit under way. These two say whether it would forget more:
 * commits that were synced, or pages that already stand in the database file.
 */
int log_check_header(struct sqlite3_file *log, const unsigned char header[LOG_HEADER_BYTES]);
int log_check_frame(struct sqlite3_file *log, struct sqlite3_file *database,
    const unsigned char *frame, int page_bytes, int64_t offset);

/* Whether a frame of the log holds that page of the database file. */
bool log_holds(struct sqlite3_file *log, int page_bytes, uint32_t page);

#endif
