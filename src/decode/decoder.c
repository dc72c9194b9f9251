/* SPDX-License-Identifier: Apache-2.0 */
/* Message by message: the plan of its schema reads a row, the mapping composes an event. */
#include "decode/decoder.h"

#include <assert.h>

#include "base/memory.h"
#include "cloudevents.h"
#include "compose.h"
#include "debezium.h"
#include "model/reason.h"
#include "plans.h"
#include "upstream_headers.h"

struct decoder {
	struct mapping *mapping;
	struct composer composer;
	struct cell *cells;
	struct plans plans;
	uint64_t upstream_dropped;
};

static void
decoder_start(struct decoder *decoder, const struct decoder_options *options)
{
	struct composer *composer = &decoder->composer;

	decoder->plans.mapping = decoder->mapping;
	decoder->plans.changes_max = options->changes_max;
	decoder->cells = memory_get_array(decoder->mapping->cell_count, sizeof(*decoder->cells));
	composer_init(composer, decoder->mapping, options->names, options->names_max);
	composer->changes_max = options->changes_max;
	composer->macs = text_macs_open(options->keys, options->names);
	if (decoder->mapping->changes == CHANGES_WIDE)
		composer->wide =
		    wide_open(options->wide_entities_max, composer->macs, options->keys);
}

/* What a format cannot hold. */
static void
check_format(const struct decoder_options *options, const struct mapping *mapping,
    struct yaml_problems *problems)
{
	if (!mapping || options->format != FORMAT_CSV)
		return;
	if (mapping->envelope)
		yaml_problem_add(problems, options->settings_file,
		    yaml_find(options->mapping, "envelope"),
		    "a CSV row is in no envelope: remove it");
	else if (mapping->changes == CHANGES_LIST)
		yaml_problem_add(problems, options->settings_file,
		    yaml_find(options->mapping, "changes"),
		    "a CSV row has no list of changes: use `wide: [COLUMNS]` or `new: [COLUMNS]`");
}

bool
decoder_open(const struct decoder_options *options, struct decoder **decoder, struct error *err)
{
	struct yaml_problems problems = {0};
	struct mapping *mapping = mapping_open(options->settings_file, options->mapping, &problems);
	bool good;

	check_format(options, mapping, &problems);
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
	if (!decoder)
		return;
	plans_fini(&decoder->plans);
	wide_close(decoder->composer.wide);
	text_macs_close(decoder->composer.macs);
	composer_fini(&decoder->composer);
	memory_free(decoder->cells);
	mapping_close(decoder->mapping);
	memory_free(decoder);
}

/* --- in an envelope ------------------------------------------------------------------- */

static bool
read_view(struct decoder *decoder, const struct message *message, enum view view, struct row *row,
    struct row_problem *problem)
{
	return plans_read(&decoder->plans, message->schema, message->format, view,
	    message_body(message), row, problem);
}

static enum composed
read_debezium(struct decoder *decoder, const struct message *message, struct row *row,
    struct row_problem *problem)
{
	const struct mapping *mapping = decoder->mapping;
	enum composed what;
	bool no_op;

	if (!read_view(decoder, message, VIEW_RECORD, row, problem))
		return COMPOSED_PROBLEM;
	what = debezium_look(mapping, row, &decoder->composer.row_change, &no_op, problem);
	if (!no_op)
		return what;
	if (!read_view(decoder, message, VIEW_NOTICE, row, problem))
		return COMPOSED_PROBLEM;
	return debezium_notice(mapping, row, problem);
}

/* Data that cannot be read is no matter where the attributes say that the event is left out. */
static enum composed
without_data(const struct decoder *decoder, const struct row *row, struct row_problem *problem)
{
	const bool *attributes = decoder->mapping->views[VIEW_DATA].aside;

	return compose_leaves_out(&decoder->composer, row, attributes, problem) ? COMPOSED_FILTERED
										: COMPOSED_PROBLEM;
}

static enum composed
read_binary(struct decoder *decoder, const struct message *message, struct row *row,
    struct row_problem *problem)
{
	const struct mapping *mapping = decoder->mapping;

	if (!cloudevents_attributes(mapping, message, row->cells, problem) ||
	    !cloudevents_check(mapping, row->cells, problem))
		return COMPOSED_PROBLEM;
	if (!mapping->wants_data || !message_body(message).size)
		return COMPOSED_EVENT;
	if ((message->format == FORMAT_AVRO || cloudevents_is_json(mapping, row->cells, problem)) &&
	    read_view(decoder, message, VIEW_DATA, row, problem))
		return COMPOSED_EVENT;
	return without_data(decoder, row, problem);
}

static enum composed
read_structured(struct decoder *decoder, const struct message *message, struct row *row,
    struct row_problem *problem)
{
	const struct mapping *mapping = decoder->mapping;
	struct text data;
	bool there;

	if (!read_view(decoder, message, VIEW_RECORD, row, problem) ||
	    !cloudevents_check(mapping, row->cells, problem) ||
	    !cloudevents_base64(mapping, row, &data, &there, problem))
		return COMPOSED_PROBLEM;
	if (!there || !mapping->wants_data)
		return COMPOSED_EVENT;
	if (cloudevents_is_json(mapping, row->cells, problem) &&
	    plans_read(&decoder->plans, NULL, FORMAT_JSON, VIEW_DATA, data, row, problem))
		return COMPOSED_EVENT;
	return without_data(decoder, row, problem);
}

static enum composed
read_cloudevents(struct decoder *decoder, const struct message *message, struct row *row,
    struct row_problem *problem)
{
	switch (cloudevents_mode(message, problem)) {
	case CLOUDEVENTS_BINARY:
		return read_binary(decoder, message, row, problem);
	case CLOUDEVENTS_STRUCTURED:
		return read_structured(decoder, message, row, problem);
	default:
		return COMPOSED_PROBLEM;
	}
}

static enum composed
read_enveloped(struct decoder *decoder, const struct message *message, struct row *row,
    struct row_problem *problem)
{
	if (decoder->mapping->envelope == ENVELOPE_DEBEZIUM)
		return read_debezium(decoder, message, row, problem);
	return read_cloudevents(decoder, message, row, problem);
}

/* --- one message ---------------------------------------------------------------------- */

static bool
fill_addresses(
    const struct decoder *decoder, const struct message *message, struct row_problem *problem)
{
	const struct mapping *mapping = decoder->mapping;
	size_t i;

	for (i = 0; i < mapping->address_count; i++)
		if (!address_fill(&mapping->addresses[i], message, decoder->cells, problem))
			return false;
	return true;
}

static enum composed
decode(struct decoder *decoder, const struct message *message, struct arena *arena,
    struct event *event, struct row_problem *problem)
{
	const struct mapping *mapping = decoder->mapping;
	struct row row = {.cells = decoder->cells, .arena = arena};
	enum composed what = COMPOSED_EVENT;
	size_t i;

	for (i = 0; i < mapping->cell_count; i++)
		decoder->cells[i].kind = CELL_ABSENT;
	if (mapping->address_count && !fill_addresses(decoder, message, problem))
		return COMPOSED_PROBLEM;
	if (mapping->envelope)
		what = read_enveloped(decoder, message, &row, problem);
	else if (!read_view(decoder, message, VIEW_RECORD, &row, problem))
		return COMPOSED_PROBLEM;
	if (what != COMPOSED_EVENT)
		return what;
	event->upstream = message->header_count
	    ? upstream_of_headers(message, arena, &decoder->upstream_dropped)
	    : NULL;
	decoder->composer.cells_are_text = message->format == FORMAT_CSV;
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

uint64_t
decoder_headers_dropped(const struct decoder *decoder)
{
	return decoder->upstream_dropped;
}
