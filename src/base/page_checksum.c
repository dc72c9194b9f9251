/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The layer keeps the lower VFS's file right behind its own. Only reads and
 * writes of whole pages are of interest; all else, locks and shared memory
 * included, goes straight through.
 *
 * SQLite writes a page to the log with the chain's checksum already computed, so
 * a page cannot be given its own checksum there; it gets it when a checkpoint
 * copies it into the database file. What the trailer holds in the log is of no
 * consequence. Frames are only written by a commit (database.c turns spilling of
 * the cache off), hence whatever may be read is linked.
 */
#include "page_checksum.h"
#include "log_frames.h"

#include <pthread.h>
#include <sqlite3.h>
#include <string.h>
#include <time.h>
#include <xxhash.h>

#define PAGE_BYTES_MIN 512
#define PAGE_BYTES_MAX 65536
#define HEADER_RESERVED 20 /* byte of the database header: reserved bytes a page */
#define SCAN_ATTEMPTS 3

enum checked_kind {
	CHECKED_DATABASE,
	CHECKED_LOG
};

struct checked_file {
	sqlite3_file base;
	enum checked_kind kind;
	sqlite3_file *database; /* of a log: its database file, through this layer */
	int scratch_bytes;
	unsigned char *scratch; /* the page that is written, with its checksum */
	sqlite3_int64 size;     /* of a database file, at least */
				/* the lower VFS's file stands here */
};

static sqlite3_vfs *lower_vfs, checked_vfs;
static const sqlite3_io_methods checked_methods;

static sqlite3_file *
lower(sqlite3_file *file)
{
	return (sqlite3_file *)((struct checked_file *)file + 1);
}

static bool
is_page_size(int bytes)
{
	return bytes >= PAGE_BYTES_MIN && bytes <= PAGE_BYTES_MAX && (bytes & (bytes - 1)) == 0;
}

/* --- pages of the database file ------------------------------------------------------- */

static void
page_checksum(
    const unsigned char *page, int bytes, sqlite3_int64 offset, XXH64_canonical_t *checksum)
{
	uint64_t number = (uint64_t)(offset / bytes) + 1;

	XXH64_canonicalFromHash(
	    checksum, XXH3_64bits_withSeed(page, (size_t)bytes - PAGE_CHECKSUM_BYTES, number));
}

static bool
page_matches(const unsigned char *page, int bytes, sqlite3_int64 offset)
{
	XXH64_canonical_t checksum;

	page_checksum(page, bytes, offset, &checksum);
	return memcmp(page + bytes - PAGE_CHECKSUM_BYTES, checksum.digest, PAGE_CHECKSUM_BYTES) ==
	    0;
}

/* What an empty file lacks is no damage: SQLite looks before it makes page 1. */
static int
short_page(sqlite3_file *file)
{
	sqlite3_int64 bytes;
	int rc = lower(file)->pMethods->xFileSize(lower(file), &bytes);

	if (rc != SQLITE_OK)
		return rc;
	return bytes == 0 ? SQLITE_IOERR_SHORT_READ : SQLITE_IOERR_DATA;
}

static int
check_page(sqlite3_file *file, int read_rc, const void *page, int bytes, sqlite3_int64 offset)
{
	if (!is_page_size(bytes) || offset % bytes != 0)
		return read_rc;
	if (read_rc == SQLITE_IOERR_SHORT_READ)
		return short_page(file);
	if (read_rc == SQLITE_OK && !page_matches(page, bytes, offset))
		return SQLITE_IOERR_DATA;
	return read_rc;
}

static int
u16_at(const unsigned char *at)
{
	return at[0] << 8 | at[1];
}

/*
 * A page of a tree keeps copies of cells that moved to another page in the gap
 * between its pointers and its cells: deleting the row leaves those, whatever
 * secure_delete says. Nobody reads the gap, so it is written as zeros.
 * Other pages start with the number of a page, thus with neither 2, 5, 10 nor 13
 * while there are fewer than 2^25 pages. Source: fileformat2, section 1.6.
 */
static void
clear_gap(unsigned char *page, int bytes, bool first, sqlite3_int64 file_size)
{
	unsigned char *header = page + (first ? 100 : 0);
	bool leaf = header[0] == 10 || header[0] == 13, inner = header[0] == 2 || header[0] == 5;
	int cells = u16_at(header + 3), content = u16_at(header + 5), i;
	unsigned char *pointers = header + (leaf ? 8 : 12), *gap = pointers + 2 * cells;

	if ((!leaf && !inner) || file_size / bytes >= 1 << 25 || content == 0 ||
	    content > bytes - PAGE_CHECKSUM_BYTES || gap > page + content)
		return;
	for (i = 0; i < cells; i++)
		if (u16_at(pointers + 2 * i) < content)
			return;
	memset(gap, 0, (size_t)(page + content - gap));
}

/* The page as the database file is to hold it. out: bytes */
static void
finish_page(struct checked_file *checked, const void *page, int bytes, sqlite3_int64 offset,
    unsigned char *out)
{
	XXH64_canonical_t checksum;

	memcpy(out, page, (size_t)bytes - PAGE_CHECKSUM_BYTES);
	clear_gap(out, bytes, offset == 0, checked->size);
	page_checksum(out, bytes, offset, &checksum);
	memcpy(out + bytes - PAGE_CHECKSUM_BYTES, checksum.digest, PAGE_CHECKSUM_BYTES);
}

static bool
reserve_scratch(struct checked_file *checked, int bytes)
{
	if (checked->scratch_bytes >= bytes)
		return true;
	sqlite3_free(checked->scratch);
	checked->scratch = sqlite3_malloc(bytes);
	checked->scratch_bytes = checked->scratch ? bytes : 0;
	return checked->scratch != NULL;
}

static int
write_page(struct checked_file *checked, const void *page, int bytes, sqlite3_int64 offset)
{
	const unsigned char *plain = page;
	sqlite3_file *file = lower(&checked->base);

	/* Page 1 says how much the others reserve: less would overwrite content. */
	if (!is_page_size(bytes) || offset % bytes != 0 ||
	    (offset == 0 && plain[HEADER_RESERVED] != PAGE_CHECKSUM_BYTES))
		return SQLITE_IOERR_WRITE;
	if (!reserve_scratch(checked, bytes))
		return SQLITE_IOERR_NOMEM;
	if (checked->size < offset + bytes)
		checked->size = offset + bytes;
	finish_page(checked, page, bytes, offset, checked->scratch);
	return file->pMethods->xWrite(file, checked->scratch, bytes, offset);
}

bool
page_checksum_stands(sqlite3_file *database, const unsigned char *page, int bytes, uint32_t number)
{
	struct checked_file *checked = (struct checked_file *)database;
	sqlite3_int64 end = (sqlite3_int64)number * bytes;
	unsigned char checksum[PAGE_CHECKSUM_BYTES];
	sqlite3_file *file = lower(database);

	if (!number || !reserve_scratch(checked, bytes) ||
	    file->pMethods->xRead(file, checksum, sizeof(checksum), end - PAGE_CHECKSUM_BYTES) !=
		SQLITE_OK)
		return false;
	finish_page(checked, page, bytes, end - bytes, checked->scratch);
	return memcmp(checked->scratch + bytes - PAGE_CHECKSUM_BYTES, checksum, sizeof(checksum)) ==
	    0;
}

/* --- the layer ------------------------------------------------------------------------ */

static int
checked_close(sqlite3_file *file)
{
	int rc = lower(file)->pMethods->xClose(lower(file));

	sqlite3_free(((struct checked_file *)file)->scratch);
	((struct checked_file *)file)->scratch = NULL;
	return rc;
}

/* Pages are read by everyone, the header and whole frames only before a recovery. */
static int
check_log(sqlite3_file *file, int read_rc, const void *data, int bytes, sqlite3_int64 offset)
{
	struct checked_file *checked = (struct checked_file *)file;

	if (is_page_size(bytes) && log_is_page(bytes, offset)) {
		if (read_rc == SQLITE_IOERR_SHORT_READ)
			return SQLITE_IOERR_DATA;
		return read_rc == SQLITE_OK ? log_check_page(lower(file), data, bytes, offset)
					    : read_rc;
	}
	if (read_rc != SQLITE_OK)
		return read_rc;
	if (bytes == LOG_HEADER_BYTES && offset == 0)
		return log_check_header(lower(file), data);
	bytes -= FRAME_HEADER_BYTES;
	if (is_page_size(bytes) && log_is_frame(bytes, offset))
		return log_check_frame(lower(file), checked->database, data, bytes, offset);
	return SQLITE_OK;
}

static int
checked_read(sqlite3_file *file, void *out, int bytes, sqlite3_int64 offset)
{
	int rc = lower(file)->pMethods->xRead(lower(file), out, bytes, offset);

	if (((struct checked_file *)file)->kind == CHECKED_DATABASE)
		return check_page(file, rc, out, bytes, offset);
	return check_log(file, rc, out, bytes, offset);
}

static int
checked_write(sqlite3_file *file, const void *data, int bytes, sqlite3_int64 offset)
{
	if (((struct checked_file *)file)->kind == CHECKED_DATABASE)
		return write_page((struct checked_file *)file, data, bytes, offset);
	return lower(file)->pMethods->xWrite(lower(file), data, bytes, offset);
}

static int
checked_truncate(sqlite3_file *file, sqlite3_int64 bytes)
{
	return lower(file)->pMethods->xTruncate(lower(file), bytes);
}

static int
checked_sync(sqlite3_file *file, int flags)
{
	return lower(file)->pMethods->xSync(lower(file), flags);
}

static int
checked_file_size(sqlite3_file *file, sqlite3_int64 *bytes)
{
	return lower(file)->pMethods->xFileSize(lower(file), bytes);
}

static int
checked_lock(sqlite3_file *file, int level)
{
	return lower(file)->pMethods->xLock(lower(file), level);
}

static int
checked_unlock(sqlite3_file *file, int level)
{
	return lower(file)->pMethods->xUnlock(lower(file), level);
}

static int
checked_check_reserved_lock(sqlite3_file *file, int *held)
{
	return lower(file)->pMethods->xCheckReservedLock(lower(file), held);
}

static int
checked_file_control(sqlite3_file *file, int op, void *argument)
{
	return lower(file)->pMethods->xFileControl(lower(file), op, argument);
}

static int
checked_sector_size(sqlite3_file *file)
{
	return lower(file)->pMethods->xSectorSize(lower(file));
}

static int
checked_device_characteristics(sqlite3_file *file)
{
	int traits = lower(file)->pMethods->xDeviceCharacteristics(lower(file));

#ifdef SQLITE_IOCAP_SUBPAGE_READ
	traits &= ~SQLITE_IOCAP_SUBPAGE_READ; /* a part of a page cannot be compared */
#endif
	return traits;
}

static int
checked_shm_map(sqlite3_file *file, int page, int page_bytes, int extend, void volatile **out)
{
	return lower(file)->pMethods->xShmMap(lower(file), page, page_bytes, extend, out);
}

static int
checked_shm_lock(sqlite3_file *file, int first, int count, int flags)
{
	return lower(file)->pMethods->xShmLock(lower(file), first, count, flags);
}

static void
checked_shm_barrier(sqlite3_file *file)
{
	lower(file)->pMethods->xShmBarrier(lower(file));
}

static int
checked_shm_unmap(sqlite3_file *file, int remove)
{
	return lower(file)->pMethods->xShmUnmap(lower(file), remove);
}

/* Version 2: no memory-mapped pages, which would pass by unread. */
static const sqlite3_io_methods checked_methods = {
    .iVersion = 2,
    .xClose = checked_close,
    .xRead = checked_read,
    .xWrite = checked_write,
    .xTruncate = checked_truncate,
    .xSync = checked_sync,
    .xFileSize = checked_file_size,
    .xLock = checked_lock,
    .xUnlock = checked_unlock,
    .xCheckReservedLock = checked_check_reserved_lock,
    .xFileControl = checked_file_control,
    .xSectorSize = checked_sector_size,
    .xDeviceCharacteristics = checked_device_characteristics,
    .xShmMap = checked_shm_map,
    .xShmLock = checked_shm_lock,
    .xShmBarrier = checked_shm_barrier,
    .xShmUnmap = checked_shm_unmap,
};

/* Journals and temporary files are none of ours: they get the lower VFS's methods. */
static int
checked_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
	struct checked_file *checked = (struct checked_file *)file;
	int rc;

	(void)vfs;
	if (!(flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)))
		return lower_vfs->xOpen(lower_vfs, name, file, flags, out_flags);
	memset(checked, 0, sizeof(*checked));
	checked->kind = flags & SQLITE_OPEN_WAL ? CHECKED_LOG : CHECKED_DATABASE;
	if (checked->kind == CHECKED_LOG)
		checked->database = sqlite3_database_file_object(name);
	rc = lower_vfs->xOpen(lower_vfs, name, lower(file), flags, out_flags);
	if (!lower(file)->pMethods)
		return rc;
	file->pMethods = &checked_methods;
	if (rc == SQLITE_OK && checked->kind == CHECKED_DATABASE)
		rc = lower(file)->pMethods->xFileSize(lower(file), &checked->size);
	return rc;
}

static int register_rc;

/* All but opening is the lower VFS's own; its functions are content with a copy of its struct. */
static void
register_once(void)
{
	if ((register_rc = sqlite3_initialize()) != SQLITE_OK)
		return;
	lower_vfs = sqlite3_vfs_find(NULL);
	if (!lower_vfs) {
		register_rc = SQLITE_ERROR;
		return;
	}
	checked_vfs = *lower_vfs;
	checked_vfs.pNext = NULL;
	checked_vfs.zName = PAGE_CHECKSUM_VFS;
	checked_vfs.szOsFile += (int)sizeof(struct checked_file);
	checked_vfs.xOpen = checked_open;
	register_rc = sqlite3_vfs_register(&checked_vfs, 0);
}

int
page_checksum_register(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, register_once);
	return register_rc;
}

/* --- looking at all of it ------------------------------------------------------------- */

/* A checkpoint may be half-way through this page: it is worth another look. */
static int
read_patiently(sqlite3_file *file, void *page, int bytes, sqlite3_int64 offset)
{
	const struct timespec pause = {.tv_nsec = 200000};
	int attempt = 1, rc = file->pMethods->xRead(file, page, bytes, offset);

	while (rc == SQLITE_IOERR_DATA && attempt++ < SCAN_ATTEMPTS) {
		nanosleep(&pause, NULL);
		rc = file->pMethods->xRead(file, page, bytes, offset);
	}
	return rc;
}

static int
page_size_of(sqlite3_file *file, int *bytes)
{
	unsigned char header[100];
	int rc = file->pMethods->xRead(file, header, sizeof(header), 0);

	*bytes = header[16] << 8 | header[17];
	if (*bytes == 1)
		*bytes = PAGE_BYTES_MAX;
	if (rc == SQLITE_OK && !is_page_size(*bytes))
		return SQLITE_IOERR_DATA;
	return rc;
}

/* A page whose newest version stands in the log may be anything here, even a hole. */
static bool
log_covers(struct sqlite3 *db, int bytes, int64_t number)
{
	sqlite3_file *log = NULL;

	return sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) == SQLITE_OK &&
	    log && log->pMethods == &checked_methods &&
	    log_holds(lower(log), bytes, (uint32_t)number);
}

int
page_checksum_scan(struct sqlite3 *db, uint64_t *bad_page)
{
	/* SQLite leaves the page at 1 GiB alone: its locks stand there. */
	const sqlite3_int64 lock_byte = 0x40000000;
	unsigned char page[PAGE_BYTES_MAX];
	sqlite3_file *file = NULL;
	sqlite3_int64 size, offset;
	int bytes, rc;

	*bad_page = 0;
	if ((rc = sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file)) !=
		SQLITE_OK ||
	    (rc = file->pMethods->xFileSize(file, &size)) != SQLITE_OK || size == 0)
		return rc;
	if ((rc = page_size_of(file, &bytes)) == SQLITE_IOERR_DATA)
		*bad_page = 1;
	for (offset = 0; rc == SQLITE_OK && offset < size; offset += bytes) {
		if (offset == lock_byte)
			continue;
		rc = read_patiently(file, page, bytes, offset);
		if (rc != SQLITE_IOERR_DATA)
			continue;
		*bad_page = (uint64_t)(offset / bytes) + 1;
		if (log_covers(db, bytes, (int64_t)*bad_page)) {
			*bad_page = 0;
			rc = SQLITE_OK;
		}
	}
	return rc == SQLITE_IOERR_DATA ? SQLITE_OK : rc;
}
