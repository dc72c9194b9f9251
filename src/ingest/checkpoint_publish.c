/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The newest checkpoint replaces STORE/checkpoint and is appended to
 * STORE/checkpoints, which keeps every root that was ever stated.
 */
#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "scribe.h"
#include "store/store.h"

static bool
append(const char *path, struct text bytes, struct error *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	bool done =
	    fd >= 0 && write(fd, bytes.data, bytes.size) == (ssize_t)bytes.size && fsync(fd) == 0;

	if (!done)
		error_system(err, ERROR_IO, "%s", path);
	if (fd >= 0)
		close(fd);
	return done;
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

/* Whether STORE/checkpoint says just this already. */
static bool
published(const char *latest, struct text note)
{
	struct buffer there = {0};
	struct error ignored;
	bool same = file_read(latest, CHECKPOINT_BYTES_MAX, &there, &ignored) &&
	    text_equal(buffer_text(&there), note);

	buffer_fini(&there);
	return same;
}

bool
checkpoint_publish(const char *store, const struct keys *keys, const struct tree *tree,
    int64_t newest_ms, struct error *err)
{
	struct checkpoint checkpoint = {.size = tree->size, .time_ms = newest_ms};
	char *latest = store_path(store, STORE_CHECKPOINT),
	     *all = store_path(store, STORE_CHECKPOINTS);
	struct buffer note = {0};
	struct tree none;
	bool done;

	store_origin(keys, checkpoint.origin);
	tree_root(tree, &checkpoint.root);
	tree_init(&none);
	tree_root(&none, &checkpoint.conclusions_root);
	checkpoint_sign(&checkpoint, keys, &note);
	done = published(latest, buffer_text(&note)) ||
	    (write_verifier(store, checkpoint.origin, keys, err) &&
		append(all, buffer_text(&note), err) &&
		file_replace(latest, buffer_text(&note), 0644, err));
	if (!done)
		error_within(err, "checkpoint");
	buffer_fini(&note);
	memory_free(latest);
	memory_free(all);
	return done;
}
