/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the segments have beyond the catalog is cut at start: it was never
 * committed. Unless the catalog is an older one, put back from a backup: then it
 * was. Three witnesses stand outside the catalog, each enough to refuse: the
 * newest signed checkpoint, the note of the last commit, and more blocks than
 * one unfinished commit can leave.
 */
#include "base/file.h"
#include "route.h"
#include "store/committed.h"
#include "store/store.h"

/* The most that the setting commit.blocks allows. */
#define COMMIT_BLOCKS_MAX 4096

static bool
check_checkpoint(const struct ingest *ingest, const struct catalog_state *state, struct error *err)
{
	char *path = store_path(ingest->settings->store, STORE_CHECKPOINT);
	struct checkpoint checkpoint;
	struct buffer note = {0};
	uint8_t public_key[KEY_BYTES];
	bool good = true;

	keys_public(ingest->keys, public_key);
	if (!file_read(path, CHECKPOINT_BYTES_MAX, &note, err)) {
		good = err->kind == ERROR_MISSING;
		*err = good ? (struct error){0} : *err;
	} else if (!checkpoint_read(buffer_text(&note), public_key, &checkpoint, err)) {
		good = error_within(err, "%s", path);
	} else if (checkpoint.size > state->records ||
	    checkpoint.conclusions_size > state->conclusions) {
		good = error_set(err, ERROR_DAMAGED,
		    "the catalog has %llu records, the signed checkpoint speaks of %llu: run "
		    "`dyetrace rebuild`",
		    (unsigned long long)state->records, (unsigned long long)checkpoint.size);
	}
	buffer_fini(&note);
	memory_free(path);
	return good;
}

static bool
check_tail(const struct ingest *ingest, const struct catalog_state *state, struct error *err)
{
	char *folder = store_path(ingest->settings->store, STORE_FACTS);
	struct ledger_reader *reader = NULL;
	uint32_t blocks = 0;
	bool good;

	good = ledger_reader_open(folder, &reader, err) &&
	    ledger_reader_beyond(
		reader, state->segment, state->segment_bytes, COMMIT_BLOCKS_MAX + 1, &blocks, err);
	if (!reader && err->kind == ERROR_MISSING) {
		*err = (struct error){0};
		good = true;
	}
	if (good && blocks > COMMIT_BLOCKS_MAX)
		good = error_set(err, ERROR_DAMAGED,
		    "the ledger has more than %d blocks that the catalog does not know, more than "
		    "one commit can leave: an older catalog.db was put back; `dyetrace rebuild` "
		    "makes it again from the ledger",
		    COMMIT_BLOCKS_MAX);
	ledger_reader_close(reader);
	memory_free(folder);
	return good;
}

bool
catalog_age_check(const struct ingest *ingest, const struct catalog_state *state, struct error *err)
{
	const char *store = ingest->settings->store;

	return check_checkpoint(ingest, state, err) &&
	    committed_check(store, committed_records(store), state->records, err) &&
	    check_tail(ingest, state, err);
}
