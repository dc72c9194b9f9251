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
 * looks at it only when it recovers. Here each page read from the log is compared
 * with its link of that chain. Source: "The SQLite Database File Format",
 * section 4 (https://www.sqlite.org/fileformat2.html#walformat).
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

#endif
