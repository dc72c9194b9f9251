/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The newest checkpoint replaces STORE/checkpoint and is appended to
 * STORE/checkpoints, which keeps every root that was ever stated.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "scribe.h"
#include "store/store.h"

/* Notes that are looked at when one is added: the newest one and what may stand behind it. */
#define TAIL_BYTES (2 * CHECKPOINT_BYTES_MAX)

/* Bytes of the whole notes at the start of text. */
static size_t
whole_notes(struct text text, const struct keys *keys)
{
	static const char first_line[] = "\ndyetrace/";
	struct checkpoint checkpoint;
	uint8_t public_key[KEY_BYTES];
	struct error ignored;
	size_t whole = 0;
	const char *next;

	keys_public(keys, public_key);
	while (whole < text.size) {
		const char *at = text.data + whole;
		size_t left = text.size - whole;

		next = memmem(at, left, first_line, sizeof(first_line) - 1);
		left = next ? (size_t)(next + 1 - at) : left;
		if (!checkpoint_read((struct text){at, left}, public_key, &checkpoint, &ignored))
			break;
		whole += left;
	}
	return whole;
}

/* Where `latest` ends in the tail; the tail's end if it is not there, 0 if there is none. */
static size_t
behind_latest(struct text tail, struct text latest)
{
	size_t end;

	if (!latest.size)
		return 0;
	for (end = tail.size; end >= latest.size; end--)
		if (memcmp(tail.data + end - latest.size, latest.data, latest.size) == 0)
			return end;
	return tail.size;
}

/*
 * How long the file is without the piece of a note that a failed write or sync
 * left behind the newest one that was published.
 */
static bool
whole_bytes(int fd, struct text latest, const struct keys *keys, int64_t *whole, struct error *err)
{
	struct buffer tail = {0};
	struct stat status;
	int64_t from;
	size_t end;
	bool good;

	if (fstat(fd, &status) != 0)
		return error_system(err, ERROR_IO, "size");
	from = status.st_size > TAIL_BYTES ? status.st_size - TAIL_BYTES : 0;
	buffer_reserve(&tail, (size_t)(status.st_size - from) + 1);
	tail.size = (size_t)(status.st_size - from);
	good = file_read_at(fd, tail.data, tail.size, from, err);
	if (good) {
		end = behind_latest(buffer_text(&tail), latest);
		end += whole_notes((struct text){(char *)tail.data + end, tail.size - end}, keys);
		*whole = from + (int64_t)end;
	}
	buffer_fini(&tail);
	return good;
}

static bool
append(const char *path, struct text note, struct text latest, const struct keys *keys,
    struct error *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	int64_t end = 0;
	bool done = fd >= 0 || error_system(err, ERROR_IO, "open");

	done = done && whole_bytes(fd, latest, keys, &end, err);
	if (done && ftruncate(fd, end) != 0)
		done = error_system(err, ERROR_IO, "cutting an unfinished end");
	done = done && file_write_at(fd, note.data, note.size, end, err);
	if (done && fsync(fd) != 0)
		done = error_system(err, ERROR_IO, "fsync");
	if (fd >= 0)
		close(fd);
	return done || error_within(err, "%s", path);
}

static bool
write_verifier(const char *store, const char *origin, const struct keys *keys, struct error *err)
{
	struct buffer text = {0};
	uint8_t public_key[KEY_BYTES];
	char *path = store_path(store, STORE_VERIFIER);
	bool done;

	keys_public(keys, public_key);
	checkpoint_verifier(origin, public_key, &text);
	buffer_add_byte(&text, '\n');
	done = file_replace(path, buffer_text(&text), 0644, err);
	memory_free(path);
	buffer_fini(&text);
	return done;
}

/* What STORE/checkpoint says; nothing if it cannot be read. */
static void
read_latest(const char *path, struct buffer *latest)
{
	struct error ignored;

	if (!file_read(path, CHECKPOINT_BYTES_MAX, latest, &ignored))
		latest->size = 0;
}

bool
checkpoint_publish(const char *store, const struct keys *keys, const struct tree *facts,
    const struct tree *conclusions, int64_t newest_ms, struct error *err)
{
	struct checkpoint checkpoint = {
	    .size = facts->size, .conclusions_size = conclusions->size, .time_ms = newest_ms};
	char *latest = store_path(store, STORE_CHECKPOINT),
	     *all = store_path(store, STORE_CHECKPOINTS);
	struct buffer note = {0}, before = {0};
	bool done;

	store_origin(keys, checkpoint.origin);
	tree_root(facts, &checkpoint.root);
	tree_root(conclusions, &checkpoint.conclusions_root);
	checkpoint_sign(&checkpoint, keys, &note);
	read_latest(latest, &before);
	done = text_equal(buffer_text(&before), buffer_text(&note)) ||
	    (write_verifier(store, checkpoint.origin, keys, err) &&
		append(all, buffer_text(&note), buffer_text(&before), keys, err) &&
		file_replace(latest, buffer_text(&note), 0644, err));
	if (!done)
		error_within(err, "checkpoint");
	buffer_fini(&before);
	buffer_fini(&note);
	memory_free(latest);
	memory_free(all);
	return done;
}
