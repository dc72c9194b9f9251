/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checksums in SQLite files: a layer between SQLite and its file system ("VFS"),
 * so that a flipped or missing byte is an error and never an answer.
 *
 * The database file: the last 8 bytes of every page are reserved and hold
 * XXH3-64 of the bytes before them, seeded with the page's number, big endian.
 * They are written with the page and compared whenever a whole page is read.
 *
 * The write-ahead log: SQLite itself chains a checksum through its frames, but
 * looks at it only when it recovers, and then takes a broken link for the end.
 * Here each page read from the log is compared with its link of that chain, and
 * a recovery that would lose what was committed is refused (log_frames.h).
 *
 * Copies of moved cells, which SQLite leaves in a page's gap, are not written:
 * so what secure_delete deletes is gone.
 *
 * A mismatch is SQLITE_IOERR_DATA. Private to base: database.h is the way in.
 */
#ifndef DYETRACE_BASE_PAGE_CHECKSUM_H
#define DYETRACE_BASE_PAGE_CHECKSUM_H

#include <stdbool.h>
#include <stdint.h>

#define PAGE_CHECKSUM_BYTES 8
/* The name to give to sqlite3_open_v2(). */
#define PAGE_CHECKSUM_VFS "dyetrace"

struct sqlite3;

/* Makes the name known to SQLite; may be called often. Returns SQLite's result code. */
int page_checksum_register(void);

/*
 * Compares every page of the database file, those that SQLite does not use as
 * well. *bad_page: the first that does not match, 0 if all do. Pages that a
 * checkpoint writes at that moment are looked at again. Returns SQLite's result code.
 */
int page_checksum_scan(struct sqlite3 *db, uint64_t *bad_page);

struct sqlite3_file;
/*
 * Whether the page of that number in the database file is this one: then a
 * checkpoint has copied it there. database: a file of this layer
 */
bool page_checksum_stands(
    struct sqlite3_file *database, const unsigned char *page, int bytes, uint32_t number);

#endif
