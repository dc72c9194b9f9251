/* SPDX-License-Identifier: Apache-2.0 */
#include "store/committed.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "store/store.h"

#define DIGITS 20
#define LINE_BYTES (DIGITS + 1 + 16 + 1)

static void
line_of(uint64_t records, char line[LINE_BYTES + 1])
{
	snprintf(line, DIGITS + 1, "%020" PRIu64, records);
	snprintf(line + DIGITS, LINE_BYTES + 1 - DIGITS, " %016" PRIx64 "\n",
	    digest_identity((struct text){line, DIGITS}));
}

bool
committed_note(const char *store, uint64_t records, struct error *err)
{
	char *path = store_path(store, STORE_COMMITTED), line[LINE_BYTES + 1];
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	bool done = fd >= 0 || error_system(err, ERROR_IO, "%s", path);

	line_of(records, line);
	if (done && !file_write_at(fd, line, LINE_BYTES, 0, err))
		done = error_within(err, "%s", path);
	if (fd >= 0)
		close(fd);
	memory_free(path);
	return done;
}

uint64_t
committed_records(const char *store)
{
	char *path = store_path(store, STORE_COMMITTED), line[LINE_BYTES + 1], *end;
	struct buffer there = {0};
	struct error ignored;
	uint64_t records = 0;

	if (file_read(path, LINE_BYTES, &there, &ignored) && there.size == LINE_BYTES) {
		records = strtoull((const char *)there.data, &end, 10);
		line_of(records, line);
		if (memcmp(line, there.data, LINE_BYTES) != 0)
			records = 0;
	}
	buffer_fini(&there);
	memory_free(path);
	return records;
}

bool
committed_check(const char *store, uint64_t noted, uint64_t records, struct error *err)
{
	if (noted <= records)
		return true;
	return error_set(err, ERROR_DAMAGED,
	    "the catalog has %" PRIu64 " records, and %" PRIu64
	    " were committed (%s/" STORE_COMMITTED
	    "): an older catalog.db was put back; `dyetrace rebuild` makes it again from the "
	    "ledger",
	    records, noted, store);
}
