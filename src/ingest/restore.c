/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Impact's state at open: the committed facts once more, through lineage and
 * impact, without effects. What it is then is what it was at the last commit.
 */
#include "replay/replay.h"
#include "route.h"
#include "store/store.h"

static bool
replay_all(struct ingest *ingest, struct replay *replay, struct error *err)
{
	char *folder = store_path(ingest->settings->store, STORE_FACTS);
	struct ledger_reader *reader = NULL;
	bool good;

	good = ledger_reader_open(folder, &reader, err) &&
	    replay_ledger(replay, reader, ingest->catalog, 0, UINT64_MAX, err);
	ledger_reader_close(reader);
	memory_free(folder);
	return good;
}

bool
impact_restore(struct ingest *ingest, struct error *err)
{
	struct replay_options options = {
	    .names = ingest->names,
	    .keys = ingest->keys,
	    .tracer = ingest->tracer,
	    .impact = ingest->impact,
	};
	struct catalog_state state;
	struct replay *replay;
	bool good;

	if (!catalog_state(ingest->catalog, &state, err))
		return false;
	if (!state.records)
		return true;
	/* A commit may have been lost between blocks and rows. */
	ingest->moved = !ingest->options.without_sources;
	if (!replay_open(&options, &replay, err))
		return false;
	good = replay_all(ingest, replay, err);
	impact_counts(ingest->impact, &ingest->weighed_before);
	replay_close(replay);
	return good || error_within(err, "the state of features, from the ledger");
}
