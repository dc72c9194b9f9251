/* SPDX-License-Identifier: Apache-2.0 */
#include "database_sample.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"

#define APPLICATION 0x64796574u

void
well(bool done, const struct error *err)
{
	if (!done)
		fail_msg("%s", err->text);
}

bool
sample_open(const char *path, const char *tables, enum database_mode mode,
    struct database **database, struct error *err)
{
	const char *const migrations[] = {tables};
	const struct database_options options = {.path = path,
	    .mode = mode,
	    .application = APPLICATION,
	    .migration_count = 1,
	    .migrations = migrations};

	return database_open(&options, database, err);
}

static bool
add_answer(struct database *database, const char *question, struct sha256 *sha, struct error *err)
{
	struct statement *statement;
	bool row = false, done;

	if (!statement_open(database, question, &statement, err))
		return false;
	while ((done = statement_step(statement, &row, err)) && row) {
		int64_t number = statement_long(statement, 0);
		struct text a = statement_text(statement, 1), b = statement_text(statement, 2);

		sha256_add(sha, &number, sizeof(number));
		sha256_add(sha, a.data, a.size);
		sha256_add(sha, b.data, b.size);
	}
	statement_close(statement);
	return done;
}

bool
sample_digest(struct database *database, const char *const *questions, uint8_t digest[SHA256_BYTES],
    struct error *err)
{
	struct sha256 sha;

	sha256_init(&sha);
	for (; *questions; questions++)
		if (!add_answer(database, *questions, &sha, err))
			return false;
	sha256_now(&sha, digest);
	return true;
}

void
sample_put(const char *path, const struct buffer *bytes, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	struct error err = {0};

	assert_true(fd >= 0);
	well(file_write_at(fd, bytes->data, size, 0, &err), &err);
	close(fd);
}

void
sample_get(const char *path, struct buffer *bytes)
{
	struct error err = {0};

	bytes->size = 0;
	well(file_read(path, (size_t)1 << 30, bytes, &err), &err);
}
