/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a break in the chain means. Commits are synced one by one, so the frames
 * behind a break belong to the last commit alone, and that one was never copied
 * into the database file. If there are more commits behind it, or if the database
 * file holds a page of theirs, then the break is damage.
 *
 * It cannot be told from a power cut when only the last commit is hit and was not
 * copied yet; then the state before it is what the store goes on from, whole.
 */
#include "log_frames.h"
#include "page_checksum.h"

#include <sqlite3.h>
#include <string.h>

#define PAGE_BYTES_MAX 65536

struct frame {
	unsigned char header[FRAME_HEADER_BYTES];
	unsigned char page[PAGE_BYTES_MAX];
};

struct log {
	sqlite3_file *file, *database;
	int page_bytes;
	int64_t frames; /* whole ones in the file */
	unsigned char header[LOG_HEADER_BYTES];
};

static uint32_t
big_endian(const unsigned char *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static uint32_t
little_endian(const unsigned char *at)
{
	return (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
}

/* Source: fileformat2, section 4.2 "Checksum Algorithm". bytes: a multiple of 8. */
static void
chain(bool words_big_endian, const unsigned char *data, int bytes, uint32_t sums[2])
{
	uint32_t (*word)(const unsigned char *) = words_big_endian ? big_endian : little_endian;
	int at;

	for (at = 0; at < bytes; at += 8) {
		sums[0] += word(data + at) + sums[1];
		sums[1] += word(data + at + 4) + sums[0];
	}
}

bool
log_is_page(int page_bytes, int64_t offset)
{
	return log_is_frame(page_bytes, offset - FRAME_HEADER_BYTES);
}

bool
log_is_frame(int page_bytes, int64_t offset)
{
	offset -= LOG_HEADER_BYTES;
	return offset >= 0 && offset % (page_bytes + FRAME_HEADER_BYTES) == 0;
}

/* The chain's sums behind a frame, from those before it; 8 bytes, as headers hold them. */
static void
sums_behind(bool words_big_endian, const unsigned char before[8], const unsigned char *header,
    const unsigned char *page, int page_bytes, unsigned char behind[8])
{
	uint32_t sums[2] = {big_endian(before), big_endian(before + 4)};
	int i;

	chain(words_big_endian, header, 8, sums);
	chain(words_big_endian, page, page_bytes, sums);
	for (i = 0; i < 8; i++)
		behind[i] = (unsigned char)(sums[i / 4] >> (24 - i % 4 * 8));
}

static bool
linked(bool words_big_endian, const unsigned char before[8], const unsigned char *header,
    const unsigned char *page, int page_bytes)
{
	unsigned char behind[8];

	sums_behind(words_big_endian, before, header, page, page_bytes, behind);
	return memcmp(behind, header + 16, sizeof(behind)) == 0;
}

static int
read_some(sqlite3_file *file, void *out, int bytes, int64_t offset)
{
	int rc = file->pMethods->xRead(file, out, bytes, offset);

	return rc == SQLITE_IOERR_SHORT_READ ? SQLITE_IOERR_DATA : rc;
}

/* Where the chain's sums before a frame stand: in the frame before, or in the log's header. */
static int64_t
sums_before(int page_bytes, int64_t frame_offset)
{
	return frame_offset == LOG_HEADER_BYTES ? LOG_HEADER_BYTES - 8
						: frame_offset - page_bytes - 8;
}

int
log_check_page(sqlite3_file *log, const unsigned char *page, int page_bytes, int64_t offset)
{
	int64_t frame = offset - FRAME_HEADER_BYTES;
	unsigned char magic[4], before[8], header[FRAME_HEADER_BYTES];
	int rc;

	if ((rc = read_some(log, magic, sizeof(magic), 0)) != SQLITE_OK ||
	    (rc = read_some(log, before, sizeof(before), sums_before(page_bytes, frame))) !=
		SQLITE_OK ||
	    (rc = read_some(log, header, sizeof(header), frame)) != SQLITE_OK)
		return rc;
	return linked(magic[3] & 1, before, header, page, page_bytes) ? SQLITE_OK
								      : SQLITE_IOERR_DATA;
}

/* --- before SQLite recovers ----------------------------------------------------------- */

/* All zero: the file grew in a power cut, before anything of it was synced. */
int
log_check_header(sqlite3_file *log, const unsigned char header[LOG_HEADER_BYTES])
{
	static const unsigned char nothing[LOG_HEADER_BYTES];
	uint32_t sums[2] = {0, 0};
	sqlite3_int64 size;
	int rc = log->pMethods->xFileSize(log, &size);

	if (rc != SQLITE_OK || size <= LOG_HEADER_BYTES ||
	    memcmp(header, nothing, LOG_HEADER_BYTES) == 0)
		return rc;
	chain(header[3] & 1, header, LOG_HEADER_BYTES - 8, sums);
	if ((big_endian(header) | 1) != 0x377f0683 || sums[0] != big_endian(header + 24) ||
	    sums[1] != big_endian(header + 28))
		return SQLITE_IOERR_DATA;
	return SQLITE_OK;
}

static int64_t
frame_offset(const struct log *log, int64_t number)
{
	return LOG_HEADER_BYTES + (number - 1) * (log->page_bytes + FRAME_HEADER_BYTES);
}

static int
read_frame(const struct log *log, int64_t number, struct frame *frame)
{
	int64_t offset = frame_offset(log, number);
	int rc = read_some(log->file, frame->header, FRAME_HEADER_BYTES, offset);

	if (rc == SQLITE_OK)
		rc =
		    read_some(log->file, frame->page, log->page_bytes, offset + FRAME_HEADER_BYTES);
	return rc;
}

static bool
of_this_log(const struct log *log, const unsigned char *header)
{
	return memcmp(header + 8, log->header + 16, 8) == 0; /* both salts */
}

static bool
is_commit(const unsigned char *header)
{
	return big_endian(header + 4) != 0;
}

/* The first frame behind the last commit before `number`: from there on all is forgotten. */
static int
first_forgotten(const struct log *log, int64_t number, int64_t *first)
{
	unsigned char header[FRAME_HEADER_BYTES];
	int rc;

	for (*first = number; *first > 1; --*first) {
		rc =
		    read_some(log->file, header, FRAME_HEADER_BYTES, frame_offset(log, *first - 1));
		if (rc != SQLITE_OK || is_commit(header))
			return rc;
	}
	return SQLITE_OK;
}

/*
 * How many pages of a commit without its end must stand in the database file to
 * say that it was copied: a page may be written as it was.
 */
#define STANDING_ENOUGH 3

/* The walk over what would be forgotten. */
struct forgotten {
	int64_t broken;                       /* the frame that does not link */
	bool ends_commit;                     /* that frame was the last of its commit */
	uint32_t page;                        /* of the frame before */
	unsigned char stored[8], computed[8]; /* sums behind the frame before */
	int commits;                          /* whole ones behind the break */
	bool any_end;                         /* a frame that is the last of a commit */
	int standing, others; /* pages that stand in the database file, that do not */
};

/* Behind the frame before, whose sums may be what is damaged, or its content. */
static bool
follows(const struct log *log, const struct forgotten *forgotten, const struct frame *frame)
{
	bool order = log->header[3] & 1;

	return of_this_log(log, frame->header) &&
	    (linked(order, forgotten->stored, frame->header, frame->page, log->page_bytes) ||
		linked(order, forgotten->computed, frame->header, frame->page, log->page_bytes));
}

/* Page 1 tells nothing: many commits write it unchanged. */
static void
count_page(const struct log *log, struct forgotten *forgotten, const struct frame *frame)
{
	uint32_t page = big_endian(frame->header);

	if (page == 1 || !of_this_log(log, frame->header))
		return;
	if (page_checksum_stands(log->database, frame->page, log->page_bytes, page))
		forgotten->standing++;
	else
		forgotten->others++;
}

/* Frames of one commit ascend by page; whatever follows its last was begun after its sync. */
static void
count_commit(const struct log *log, struct forgotten *forgotten, int64_t number,
    const struct frame *frame, bool *damaged)
{
	if (number <= forgotten->broken || !follows(log, forgotten, frame))
		return;
	if (number == forgotten->broken + 1 && big_endian(frame->header) <= forgotten->page)
		forgotten->ends_commit = true;
	forgotten->commits += is_commit(frame->header);
	*damaged = forgotten->ends_commit || forgotten->commits > 1;
}

static void
add_frame(const struct log *log, struct forgotten *forgotten, int64_t number,
    const struct frame *frame, bool *damaged)
{
	count_commit(log, forgotten, number, frame, damaged);
	if (number != forgotten->broken)
		count_page(log, forgotten, frame);
	else
		forgotten->ends_commit = is_commit(frame->header);
	forgotten->any_end |= of_this_log(log, frame->header) && is_commit(frame->header);
	forgotten->page = big_endian(frame->header);
	sums_behind(log->header[3] & 1, forgotten->stored, frame->header, frame->page,
	    log->page_bytes, forgotten->computed);
	memcpy(forgotten->stored, frame->header + 16, sizeof(forgotten->stored));
}

static int
check_forgotten(const struct log *log, int64_t broken, struct frame *frame)
{
	struct forgotten forgotten = {.broken = broken};
	bool damaged = false;
	int64_t number;
	int rc;

	if ((rc = first_forgotten(log, broken, &number)) != SQLITE_OK ||
	    (rc = read_some(log->file, forgotten.stored, sizeof(forgotten.stored),
		 sums_before(log->page_bytes, frame_offset(log, number)))) != SQLITE_OK)
		return rc;
	for (; number <= log->frames && !damaged; number++) {
		if ((rc = read_frame(log, number, frame)) != SQLITE_OK)
			return rc;
		add_frame(log, &forgotten, number, frame, &damaged);
	}
	if (forgotten.others == 0 &&
	    forgotten.standing >= (forgotten.any_end ? 1 : STANDING_ENOUGH))
		damaged = true; /* all of it was copied */
	return damaged ? SQLITE_IOERR_DATA : SQLITE_OK;
}

static int
open_log(struct log *log)
{
	sqlite3_int64 size;
	int rc = log->file->pMethods->xFileSize(log->file, &size);

	if (rc == SQLITE_OK)
		rc = read_some(log->file, log->header, LOG_HEADER_BYTES, 0);
	log->frames = (size - LOG_HEADER_BYTES) / (log->page_bytes + FRAME_HEADER_BYTES);
	return rc;
}

int
log_check_frame(sqlite3_file *file, sqlite3_file *database, const unsigned char *bytes,
    int page_bytes, int64_t offset)
{
	struct log log = {.file = file, .database = database, .page_bytes = page_bytes};
	struct frame *frame;
	unsigned char before[8];
	int64_t number = (offset - LOG_HEADER_BYTES) / (page_bytes + FRAME_HEADER_BYTES) + 1;
	int rc;

	if ((rc = open_log(&log)) != SQLITE_OK ||
	    (rc = read_some(file, before, sizeof(before), sums_before(page_bytes, offset))) !=
		SQLITE_OK)
		return rc;
	/* Sound and either a commit or followed by others: SQLite goes on. */
	if (of_this_log(&log, bytes) && big_endian(bytes) != 0 &&
	    linked(log.header[3] & 1, before, bytes, bytes + FRAME_HEADER_BYTES, page_bytes) &&
	    (is_commit(bytes) || number < log.frames))
		return SQLITE_OK;
	frame = sqlite3_malloc(sizeof(*frame));
	if (!frame)
		return SQLITE_IOERR_NOMEM;
	rc = check_forgotten(&log, number, frame);
	sqlite3_free(frame);
	return rc;
}

bool
log_holds(sqlite3_file *file, int page_bytes, uint32_t page)
{
	struct log log = {.file = file, .page_bytes = page_bytes};
	unsigned char header[FRAME_HEADER_BYTES];
	int64_t number;

	if (open_log(&log) != SQLITE_OK)
		return false;
	for (number = 1; number <= log.frames; number++)
		if (read_some(file, header, FRAME_HEADER_BYTES, frame_offset(&log, number)) !=
		    SQLITE_OK)
			return false;
		else if (of_this_log(&log, header) && big_endian(header) == page)
			return true;
	return false;
}
