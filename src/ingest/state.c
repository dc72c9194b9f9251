/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What impact remembers, from one process to the next. STORE/state holds the last snapshot
 * (base/image_file.h); its header, big endian, says of what:
 *
 *   u32 version      1
 *   u64 record       ledger index of the first fact that it does not know
 *   u64 conclusions  that followed from the facts before it
 *   u32 epoch        of the lineage in force there, 0: none
 *   u64 XXH3         of the bytes before
 *
 * At open the facts from there to the catalog's last commit are redone, through lineage and
 * impact, without effects. A snapshot that cannot be used is removed and its place taken by
 * nothing: then all facts are redone. Either way the state is what it was at that commit, bit for bit.
 */
#include "base/image_file.h"
#include "base/log.h"
#include "replay/replay.h"
#include "route.h"
#include "store/store.h"

#define VERSION 1
/* Addresses, not memory. Where so many are refused, half as many. */
#define IMAGE_BYTES_MAX ((size_t)64 << 30)
#define IMAGE_BYTES_LEAST ((size_t)1 << 30)
/* A redo that takes longer says so, then again and again. */
#define PATIENCE_MS 1000
#define SAY_EVERY_MS 5000

struct header {
	uint64_t record, conclusions;
	uint32_t epoch;
};

static void
print_header(const struct header *header, struct buffer *out)
{
	buffer_add_u32(out, VERSION);
	buffer_add_u64(out, header->record);
	buffer_add_u64(out, header->conclusions);
	buffer_add_u32(out, header->epoch);
	buffer_add_u64(out, digest_identity(buffer_text(out)));
}

static bool
read_header(struct text bytes, struct header *header, struct error *why)
{
	struct reader in = reader_of(bytes);
	uint32_t version = reader_u32(&in);

	header->record = reader_u64(&in);
	header->conclusions = reader_u64(&in);
	header->epoch = reader_u32(&in);
	if (in.bad || version != VERSION)
		return error_set(why, ERROR_DAMAGED, "it is of another version");
	bytes.size -= reader_left(&in);
	if (reader_u64(&in) != digest_identity(bytes) || in.bad || reader_left(&in))
		return error_set(why, ERROR_DAMAGED, "its header contradicts itself");
	return true;
}

/* --- loading -------------------------------------------------------------------------- */

static bool
open_image(struct ingest *ingest, struct error *err)
{
	size_t bytes = IMAGE_BYTES_MAX;

	while (!image_open(bytes, &ingest->image, err)) {
		bytes /= 2;
		if (bytes < IMAGE_BYTES_LEAST)
			return false;
	}
	return true;
}

/* Nothing of a snapshot is used: it must not come back when the facts have grown. */
static bool
begin_with_nothing(struct ingest *ingest, const struct error *why, struct error *err)
{
	log_line(LOG_WARN,
	    "state: the snapshot cannot be used: %s; it is made again from the "
	    "ledger",
	    why->text);
	impact_close(ingest->impact);
	ingest->impact = NULL;
	image_close(ingest->image);
	ingest->image = NULL;
	return image_file_forget(ingest->state, err) && open_image(ingest, err);
}

/* Whether the snapshot is one of the facts that are committed. */
static bool
check_header(struct ingest *ingest, const struct header *header,
    const struct catalog_state *committed, bool *fits, struct error *why, struct error *err)
{
	uint32_t epoch = 0;
	uint64_t note;
	bool found = false;

	*fits =
	    header->record <= committed->records && header->conclusions <= committed->conclusions;
	if (!*fits) {
		error_set(why, ERROR_DAMAGED,
		    "it knows %llu records and %llu conclusions, and %llu and %llu are committed",
		    (unsigned long long)header->record, (unsigned long long)header->conclusions,
		    (unsigned long long)committed->records,
		    (unsigned long long)committed->conclusions);
		return true;
	}
	if (header->record &&
	    !catalog_epoch_at(ingest->catalog, header->record - 1, &epoch, &note, &found, err))
		return false;
	*fits = (found ? epoch : 0) == header->epoch ||
	    error_set(why, ERROR_DAMAGED, "it is of another lineage");
	return true;
}

static bool
load(struct ingest *ingest, const struct catalog_state *committed, struct header *header,
    struct error *err)
{
	struct buffer bytes = {0};
	struct error why = {0};
	bool found, good;

	good = image_file_load(ingest->state, ingest->image, &bytes, &found, &why, err);
	if (good && found && read_header(buffer_text(&bytes), header, &why))
		good = check_header(ingest, header, committed, &found, &why, err);
	buffer_fini(&bytes);
	if (!good)
		return error_within(err, "state");
	if (!why.text[0])
		return true;
	*header = (struct header){0};
	return begin_with_nothing(ingest, &why, err);
}

static bool
open_impact(struct ingest *ingest, struct error *err)
{
	struct impact_options options = {
	    .names = ingest->names,
	    .keys = ingest->keys,
	    .image = ingest->image,
	    .keys_max = (uint64_t)ingest->settings->feature_keys_max,
	};

	return impact_open(&options, &ingest->impact, err);
}

/* --- redoing what the snapshot does not know ---------------------------------------------- */

struct redo {
	int64_t begun_ms, said_ms;
	uint64_t conclusions;
};

static void
progress(void *context, int64_t done, int64_t all)
{
	struct redo *redo = context;
	int64_t now = monotonic_ms();

	if (now - redo->said_ms < (redo->said_ms == redo->begun_ms ? PATIENCE_MS : SAY_EVERY_MS))
		return;
	redo->said_ms = now;
	log_line(
	    LOG_INFO, "state: %lld of %lld records are redone", (long long)done, (long long)all);
}

static bool
count_conclusion(void *context, const struct replayed *replayed)
{
	struct redo *redo = context;

	redo->conclusions += replayed->influences->count != 0;
	return true;
}

static bool
replay_facts(struct ingest *ingest, uint64_t from, struct redo *redo, struct error *err)
{
	char *folder = store_path(ingest->settings->store, STORE_FACTS);
	struct replay_options options = {
	    .names = ingest->names,
	    .keys = ingest->keys,
	    .tracer = ingest->tracer,
	    .impact = ingest->impact,
	    .context = redo,
	    .event = count_conclusion,
	    .progress = progress,
	};
	struct ledger_reader *reader = NULL;
	struct replay *replay = NULL;
	bool good;

	good = ledger_reader_open(folder, &reader, err) && replay_open(&options, &replay, err) &&
	    replay_ledger(replay, reader, ingest->catalog, from, UINT64_MAX, err);
	replay_close(replay);
	ledger_reader_close(reader);
	memory_free(folder);
	return good;
}

static bool
redo(struct ingest *ingest, const struct header *header, const struct catalog_state *committed,
    struct error *err)
{
	struct redo redo = {.begun_ms = monotonic_ms(), .conclusions = header->conclusions};

	redo.said_ms = redo.begun_ms;
	if (!committed->records)
		return true;
	/* A commit may have been lost between blocks and rows. */
	ingest->moved = !ingest->options.without_sources;
	if (!replay_facts(ingest, header->record, &redo, err))
		return error_within(err, "the state of features, from the ledger");
	impact_counts(ingest->impact, &ingest->weighed_before);
	if (redo.said_ms != redo.begun_ms)
		log_line(LOG_INFO, "state: redone in %.1f s",
		    (double)(monotonic_ms() - redo.begun_ms) / 1e3);
	if (redo.conclusions != committed->conclusions)
		log_line(LOG_WARN,
		    "state: %llu conclusions follow from the facts, and %llu are recorded: "
		    "`dyetrace verify --replay` says which differ",
		    (unsigned long long)redo.conclusions,
		    (unsigned long long)committed->conclusions);
	return true;
}

bool
state_open(struct ingest *ingest, const struct catalog_state *committed, struct error *err)
{
	char *folder = store_path(ingest->settings->store, STORE_STATE);
	struct header header = {0};
	struct error why = {0};
	bool good;

	good = image_file_open(folder, ingest->keys, &ingest->state, err);
	if (!good)
		error_within(err, "state");
	memory_free(folder);
	good = good && open_image(ingest, err) && load(ingest, committed, &header, err);
	if (good && !open_impact(ingest, &why)) {
		header = (struct header){0};
		good = begin_with_nothing(ingest, &why, err) && open_impact(ingest, err);
	}
	ingest->snapshot_record = header.record;
	ingest->conclusion_count = committed->conclusions;
	return good && redo(ingest, &header, committed, err);
}

void
state_close(struct ingest *ingest)
{
	impact_close(ingest->impact);
	image_file_close(ingest->state);
	image_close(ingest->image);
}

/* --- snapshots ------------------------------------------------------------------------ */

void
state_begin_snapshot(struct ingest *ingest)
{
	struct header header = {
	    .record = ingest->next_record,
	    .conclusions = ingest->conclusion_count,
	    .epoch = ingest->epoch,
	};
	struct buffer bytes = {0};

	if (scribe_snapshot_busy(ingest->scribe) || !image_snapshot_begin(ingest->image))
		return;
	print_header(&header, &bytes);
	scribe_snapshot(ingest->scribe, header.record, buffer_text(&bytes));
	ingest->snapshot_record = header.record;
	buffer_fini(&bytes);
}

void
state_turn(struct ingest *ingest)
{
	if (ingest->next_record - ingest->snapshot_record >=
	    (uint64_t)ingest->settings->snapshot_records)
		state_begin_snapshot(ingest);
}

bool
state_settle(struct ingest *ingest, struct error *err)
{
	if (!scribe_snapshot_wait(ingest->scribe, err))
		return false;
	if (ingest->snapshot_record == ingest->next_record)
		return true;
	state_begin_snapshot(ingest);
	return scribe_snapshot_wait(ingest->scribe, err);
}

bool
state_seal_again(struct ingest *ingest, struct error *err)
{
	int slot;

	/* Once into each of a page's two slots, so that nothing is left that the old key reads. */
	for (slot = 0; slot < 2; slot++) {
		image_snapshot_failed(ingest->image);
		state_begin_snapshot(ingest);
		if (!scribe_snapshot_wait(ingest->scribe, err))
			return false;
	}
	return true;
}
