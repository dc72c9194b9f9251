/* SPDX-License-Identifier: Apache-2.0 */
/* Message by message: the plan of its schema reads a row, the mapping composes an event. */
#include "decode/decoder.h"

#include <assert.h>

#include "base/memory.h"
#include "compose.h"
#include "model/reason.h"

/* Plans of schemas that are kept; files come and go, and most share a schema. */
#define PLANS_MAX 64

static const struct format_reader *const readers[] = {
    [FORMAT_JSON] = &json_reader_format,
    [FORMAT_CSV] = &csv_reader_format,
    [FORMAT_AVRO] = &avro_reader_format,
};

/* How records of one schema are read, or why they cannot be. */
struct known_plan {
	uint64_t schema;   /* id; 0: none */
	struct plan *plan; /* NULL: problem says why */
	struct row_problem problem;
};

struct decoder {
	const struct format_reader *reader;
	struct mapping *mapping;
	struct composer composer;
	struct cell *cells;
	struct known_plan plans[PLANS_MAX];
	size_t plan_count, plan_last; /* used last */
};

static void
decoder_start(struct decoder *decoder, const struct decoder_options *options)
{
	struct composer *composer = &decoder->composer;

	decoder->reader = readers[options->format];
	decoder->cells = memory_get_array(decoder->mapping->wanted.count, sizeof(*decoder->cells));
	composer_init(composer, decoder->mapping, options->names, options->names_max);
	composer->changes_max = options->changes_max;
	composer->cells_are_text = options->format == FORMAT_CSV;
	composer->macs = text_macs_open(options->keys, options->names);
	if (decoder->mapping->changes == CHANGES_WIDE)
		composer->wide =
		    wide_open(options->wide_entities_max, composer->macs, options->keys);
}

bool
decoder_open(const struct decoder_options *options, struct decoder **decoder, struct error *err)
{
	struct yaml_problems problems = {0};
	struct mapping *mapping = mapping_open(options->settings_file, options->mapping, &problems);
	bool good;

	if (mapping && mapping->changes == CHANGES_LIST && options->format == FORMAT_CSV)
		yaml_problem_add(&problems, options->settings_file,
		    yaml_find(options->mapping, "changes"),
		    "a CSV row has no list of changes: use `wide: [COLUMNS]` or `new: [COLUMNS]`");
	good = yaml_problems_check(&problems, err);
	yaml_problems_fini(&problems);
	if (!good) {
		mapping_close(mapping);
		return false;
	}
	assert(mapping);
	*decoder = memory_get(sizeof(**decoder));
	(*decoder)->mapping = mapping;
	decoder_start(*decoder, options);
	return true;
}

void
decoder_close(struct decoder *decoder)
{
	size_t i;

	if (!decoder)
		return;
	for (i = 0; i < decoder->plan_count; i++)
		decoder->reader->close(decoder->plans[i].plan);
	wide_close(decoder->composer.wide);
	text_macs_close(decoder->composer.macs);
	composer_fini(&decoder->composer);
	memory_free(decoder->cells);
	mapping_close(decoder->mapping);
	memory_free(decoder);
}

/* The place of a schema's plan: a free one, or the one that is next in turn. */
static struct known_plan *
place_for(struct decoder *decoder)
{
	if (decoder->plan_count < PLANS_MAX) {
		decoder->plan_last = decoder->plan_count++;
	} else {
		decoder->plan_last = (decoder->plan_last + 1) % PLANS_MAX;
		decoder->reader->close(decoder->plans[decoder->plan_last].plan);
	}
	return &decoder->plans[decoder->plan_last];
}

static struct known_plan *
plan_of(struct decoder *decoder, const struct message_schema *schema)
{
	uint64_t id = schema ? schema->id : 0;
	struct known_plan *known;
	size_t i;

	if (decoder->plan_count && decoder->plans[decoder->plan_last].schema == id)
		return &decoder->plans[decoder->plan_last];
	for (i = 0; i < decoder->plan_count; i++) {
		if (decoder->plans[i].schema != id)
			continue;
		decoder->plan_last = i;
		return &decoder->plans[i];
	}
	known = place_for(decoder);
	*known = (struct known_plan){.schema = id};
	if (!decoder->reader->open(schema, &decoder->mapping->wanted, decoder->composer.changes_max,
		&known->plan, &known->problem))
		known->plan = NULL;
	return known;
}

static enum composed
decode(struct decoder *decoder, const struct message *message, struct arena *arena,
    struct event *event, struct row_problem *problem)
{
	struct known_plan *known = plan_of(decoder, message->schema);
	struct row row = {.cells = decoder->cells, .arena = arena};
	size_t i;

	if (!known->plan) {
		*problem = known->problem;
		return COMPOSED_PROBLEM;
	}
	for (i = 0; i < decoder->mapping->wanted.count; i++)
		decoder->cells[i].kind = CELL_ABSENT;
	if (!decoder->reader->read(known->plan, message_body(message), &row, problem))
		return COMPOSED_PROBLEM;
	return compose(&decoder->composer, &row, event, problem);
}

static void
decode_payload(struct decoder *decoder, struct batch *batch, size_t i)
{
	struct row_problem problem;

	switch (decode(decoder, &batch->messages[i], &batch->arena, &batch->events[i], &problem)) {
	case COMPOSED_EVENT:
		batch->outcomes[i] = (struct outcome){.disposition = DISPOSITION_RECORDED};
		break;
	case COMPOSED_FILTERED:
		batch_put_aside(
		    batch, i, DISPOSITION_FILTERED, problem.reason, "%s", problem.detail);
		break;
	case COMPOSED_PROBLEM:
		batch_put_aside(
		    batch, i, DISPOSITION_QUARANTINED, problem.reason, "%s", problem.detail);
	}
}

/* What the source has said about a position that is no payload. */
static void
pass_on(struct batch *batch, size_t i, enum disposition disposition, const char *otherwise)
{
	const struct message *message = &batch->messages[i];

	batch->outcomes[i] = (struct outcome){
	    disposition, message->reason ? message->reason : otherwise, message->detail};
}

void
decoder_batch(struct decoder *decoder, struct batch *batch)
{
	size_t i;

	for (i = 0; i < batch->count; i++) {
		switch (batch->messages[i].kind) {
		case MESSAGE_PAYLOAD:
			decode_payload(decoder, batch, i);
			break;
		case MESSAGE_BLANK:
			pass_on(batch, i, DISPOSITION_FILTERED, REASON_BLANK);
			break;
		case MESSAGE_BROKEN:
			pass_on(batch, i, DISPOSITION_QUARANTINED, REASON_TOO_LONG);
			break;
		case MESSAGE_GAP:
			pass_on(batch, i, DISPOSITION_GAP, REASON_GONE);
		}
	}
}

bool
decoder_remembers(const struct decoder *decoder)
{
	return decoder->composer.wide != NULL;
}

void
decoder_restore(struct decoder *decoder, const struct event *event)
{
	if (decoder->composer.wide)
		wide_record(decoder->composer.wide, event);
}

uint64_t
decoder_forgotten(const struct decoder *decoder)
{
	return decoder->composer.wide ? wide_forgotten(decoder->composer.wide) : 0;
}
