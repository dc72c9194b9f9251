/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The settings' sources and their decoders. A decoder that compares rows with
 * an entity's last one is taught from the ledger before its first batch.
 */
#include "base/log.h"
#include "route.h"
#include "store/store.h"

static struct partition *
beginning_with(void *context, const char *source, uint64_t first_payload)
{
	struct ingest *ingest = context;
	size_t i;

	for (i = ingest->partition_count; i-- > 0;) {
		struct partition *partition = ingest->partitions[i];

		if (partition->has_first && partition->first_payload == first_payload &&
		    strcmp(partition->source, source) == 0)
			return partition;
	}
	return NULL;
}

static void
notice(void *context, const char *source, const char *sentence)
{
	(void)context;
	log_say(LOG_WARN, "source", NULL, "source %s: %s", source, sentence);
}

static void
remark(void *context, const char *source, const char *sentence)
{
	(void)context;
	log_say(LOG_INFO, "source", NULL, "source %s: %s", source, sentence);
}

bool
source_open(struct ingest *ingest, struct ingest_source *source, struct error *err)
{
	const struct source_host host = {.context = ingest,
	    .latest = partitions_latest,
	    .begin = partitions_begin,
	    .beginning_with = beginning_with,
	    .recorded = recorded_payload,
	    .notice = notice,
	    .remark = remark};
	struct source_options options =
	    settings_source_options(ingest->settings, source->settings, ingest->options.until_end);

	if (source->source || source->settings->type->open(&options, &host, &source->source, err))
		return true;
	return error_within(err, "source %s", source->settings->name);
}

bool
sources_open(struct ingest *ingest, struct error *err)
{
	const struct settings *settings = ingest->settings;
	size_t i;

	ingest->source_count = settings->source_count;
	ingest->sources = memory_get_array(settings->source_count + 1, sizeof(*ingest->sources));
	for (i = 0; i < settings->source_count; i++)
		ingest->sources[i].settings = &settings->sources[i];
	for (i = 0; i < settings->source_count && !ingest->options.without_sources; i++)
		if (!source_open(ingest, &ingest->sources[i], err))
			return false;
	return true;
}

void
sources_close(struct ingest *ingest)
{
	size_t i;

	for (i = 0; i < ingest->source_count && ingest->sources; i++) {
		if (ingest->sources[i].source)
			ingest->sources[i].settings->type->close(ingest->sources[i].source);
		decoder_close(ingest->sources[i].decoder);
	}
	memory_free(ingest->sources);
}

/* --- teaching a decoder from the ledger ------------------------------------------------ */

struct lesson {
	struct ingest *ingest;
	struct ingest_source *source;
	uint64_t blocks_left;
};

static bool
teach(void *context, const struct block_place *where, struct text body, struct error *err)
{
	struct lesson *lesson = context;
	struct block_content content;
	struct arena arena;
	bool good;
	uint32_t i;

	/* The scribe may be writing behind what was there when we began. */
	if (!lesson->blocks_left)
		return false;
	lesson->blocks_left--;
	arena_init(&arena);
	good = block_read(body, where->objects, lesson->ingest->names, NULL, &arena, &content, err);
	for (i = 0; good && i < content.record_count; i++)
		if (content.records[i].kind == RECORD_EVENT &&
		    text_is(content.records[i].source, lesson->source->settings->name))
			decoder_restore(lesson->source->decoder, &content.records[i].event);
	arena_fini(&arena);
	return good;
}

static bool
restore(struct ingest *ingest, struct ingest_source *source, struct error *err)
{
	char *folder = store_path(ingest->settings->store, STORE_FACTS);
	struct lesson lesson = {.ingest = ingest, .source = source};
	struct ledger_reader *reader = NULL;
	struct catalog_state state;
	struct block_place end;
	int64_t torn;
	bool good;

	/* Flushed, the scribe rests and the catalog is ours for a question. */
	good = ingest_flush(ingest, err) && catalog_state(ingest->catalog, &state, err) &&
	    ledger_reader_open(folder, &reader, err);
	if (good) {
		lesson.blocks_left = state.blocks;
		good = ledger_reader_walk(reader, teach, &lesson, &end, &torn, err);
	}
	ledger_reader_close(reader);
	memory_free(folder);
	return good;
}

bool
source_decoder(struct ingest *ingest, struct ingest_source *source, struct error *err)
{
	const struct settings *settings = ingest->settings;
	struct decoder_options options = {
	    .settings_file = settings->file,
	    .source = source->settings->name,
	    .format = source->settings->format,
	    .mapping = source->settings->mapping,
	    .names = ingest->names,
	    .keys = ingest->keys,
	    .changes_max = (size_t)settings->changes_max,
	    .wide_entities_max = (size_t)settings->wide_entities_max,
	};

	if (source->decoder)
		return true;
	if (!decoder_open(&options, &source->decoder, err))
		return false;
	if (!decoder_remembers(source->decoder))
		return true;
	if (!restore(ingest, source, err))
		return error_within(
		    err, "source %s: last rows from the ledger", source->settings->name);
	return true;
}
