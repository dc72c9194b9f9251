/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What to leave out of a training, and which models were trained on it already, as
 * JSON lines: a header, the positions, the models, and an end that says how many there
 * were, so that a file that was cut short is noticed.
 */
#include "chosen.h"
#include "line.h"
#include "lineage/reach.h"
#include "replay/replay.h"
#include "store/store.h"

struct reached {
	uint64_t events;
	uint64_t *trained; /* [cut]: events before it */
};

struct excluding {
	struct inquiry *inquiry;
	const struct inquiry_exclusion *what;
	struct chosen chosen;
	struct line line;
	const struct lineage *lineage; /* in force now, whose models are named; NULL: none */
	uint32_t epoch;
	struct reached *models;       /* [model of lineage] */
	uint32_t *now;                /* [model of the epoch under way]: its index in lineage */
	enum lineage_answer *reaches; /* [feature of the epoch under way], of one event */
	struct error *err;
	bool failed, stopped;
};

/* The line in hand, with its end; false: enough. */
static bool
give(struct excluding *excluding)
{
	struct error why = {0};

	line_close(&excluding->line, '}');
	buffer_add_byte(&excluding->line.text, '\n');
	if (excluding->what->line(
		excluding->what->context, buffer_text(&excluding->line.text), &why))
		return true;
	excluding->stopped = true;
	if (why.kind != ERROR_NONE)
		excluding->failed = !error_set(excluding->err, why.kind, "%s", why.text);
	return false;
}

static struct line *
begin(struct excluding *excluding, const char *kind)
{
	struct line *line = &excluding->line;

	line->text.size = 0;
	line->comma = false;
	line_open(line, NULL, '{');
	line_text(line, "kind", text_of(kind));
	return line;
}

static void
add_time(struct line *line, const char *key, int64_t time_ms)
{
	char text[TIMESTAMP_TEXT_BYTES];

	if (time_ms == TIME_NONE)
		line_null(line, key);
	else
		line_text(line, key, text_of(timestamp_text(time_ms, text)));
}

/* --- header ---------------------------------------------------------------------------- */

static void
add_checkpoint(struct excluding *excluding, struct line *line)
{
	struct checkpoint checkpoint;
	struct buffer note = {0};
	struct error ignored = {0};

	if (inquiry_checkpoint(excluding->inquiry, &checkpoint, &note, &ignored)) {
		line_open(line, "checkpoint", '{');
		line_long(line, "records", (int64_t)checkpoint.size);
		line_hex(line, "root", &checkpoint.root, sizeof(checkpoint.root));
		line_close(line, '}');
	} else {
		line_null(line, "checkpoint");
	}
	buffer_fini(&note);
}

static bool
give_header(struct excluding *excluding)
{
	static const char *const nouns[] = {[CHOICE_TEAM] = "team",
	    [CHOICE_ACTOR] = "actor",
	    [CHOICE_CHANNEL] = "channel",
	    [CHOICE_SYSTEM] = "system",
	    [CHOICE_EVENT] = "event"};
	const struct inquiry_choice *choice = &excluding->what->choice;
	const struct catalog_state *state = &excluding->inquiry->state;
	struct line *line = begin(excluding, "exclude");

	line_hex(line, "store", state->store_id, sizeof(state->store_id));
	line_long(line, "records", (int64_t)state->records);
	add_checkpoint(excluding, line);
	line_text(line, "by", text_of(nouns[choice->by]));
	line_text(line, "name", choice->name);
	add_time(line, "from", choice->from_ms > TIME_MIN ? choice->from_ms : TIME_NONE);
	add_time(line, "to", choice->to_ms <= TIME_MAX ? choice->to_ms : TIME_NONE);
	line_long(line, "epoch", excluding->epoch);
	return give(excluding);
}

/* --- positions ------------------------------------------------------------------------- */

static bool
give_position(struct excluding *excluding, const struct replayed *replayed)
{
	const struct record *fact = replayed->fact;
	struct line *line = begin(excluding, "position");

	line_long(line, "record", (int64_t)replayed->record);
	line_text(line, "source", fact->source);
	line_text(line, "partition", fact->partition);
	line_long(line, "incarnation", fact->incarnation);
	line_long(line, "offset", fact->offset);
	add_time(line, "time", fact->event.time_ms);
	return give(excluding);
}

static void
count_model(struct excluding *excluding, uint32_t model, int64_t time_ms)
{
	const struct lineage_model *of = &excluding->lineage->models[model];
	struct reached *reached = &excluding->models[model];
	uint32_t i;

	reached->events++;
	for (i = 0; i < of->cut_count; i++)
		reached->trained[i] += time_ms < of->cuts[i].cut_ms;
}

static bool
reaches_model(const struct excluding *excluding, const struct lineage_model *model)
{
	uint32_t i;

	for (i = 0; i < model->input_count; i++)
		if (excluding->reaches[model->inputs[i].feature] != REACHES_NO)
			return true;
	return false;
}

static void
count_models(struct excluding *excluding, const struct replayed *replayed)
{
	const struct trace_class *class = replayed->trace->class;
	const struct lineage *lineage = replayed->lineage;
	uint32_t i;

	if (!excluding->lineage || !lineage || !class->model_count)
		return;
	for (i = 0; i < lineage->feature_count; i++)
		excluding->reaches[i] = lineage_reaches(lineage, i, &replayed->fact->event,
		    &replayed->fact->origin, excluding->inquiry->names);
	for (i = 0; i < class->model_count; i++) {
		uint32_t model = class->models[i];

		if (excluding->now[model] != LINEAGE_NONE &&
		    reaches_model(excluding, &lineage->models[model]))
			count_model(
			    excluding, excluding->now[model], replayed->fact->event.time_ms);
	}
}

static bool
take(void *context, const struct replayed *replayed)
{
	struct excluding *excluding = context;

	if (!chosen_has(&excluding->chosen, replayed->fact, replayed->record))
		return true;
	count_models(excluding, replayed);
	return give_position(excluding, replayed);
}

/* Models are known over epochs by their names. */
static void
map_models(void *context, const struct lineage *lineage, uint32_t epoch, uint64_t record)
{
	struct excluding *excluding = context;
	uint32_t i;

	(void)epoch;
	(void)record;
	if (!lineage || !excluding->lineage)
		return;
	excluding->now = memory_resize(
	    excluding->now, (lineage->model_count + (size_t)1) * sizeof(*excluding->now));
	excluding->reaches = memory_resize(
	    excluding->reaches, (lineage->feature_count + (size_t)1) * sizeof(*excluding->reaches));
	for (i = 0; i < lineage->model_count; i++) {
		const struct lineage_model *model =
		    lineage_find_model(excluding->lineage, lineage->models[i].name);

		excluding->now[i] =
		    model ? (uint32_t)(model - excluding->lineage->models) : LINEAGE_NONE;
	}
}

/* --- models ---------------------------------------------------------------------------- */

static bool
give_model(struct excluding *excluding, uint32_t number)
{
	const struct lineage_model *model = &excluding->lineage->models[number];
	const struct reached *reached = &excluding->models[number];
	struct line *line = begin(excluding, "model");
	bool refit = false;
	uint32_t i;

	line_text(line, "model", model->name);
	line_text(line, "version", model->version);
	line_long(line, "events", (int64_t)reached->events);
	line_open(line, "trained", '[');
	for (i = 0; i < model->cut_count; i++) {
		if (!reached->trained[i])
			continue;
		refit = true;
		line_open(line, NULL, '{');
		line_text(line, "version", model->cuts[i].version);
		add_time(line, "cut", model->cuts[i].cut_ms);
		line_long(line, "events", (int64_t)reached->trained[i]);
		line_close(line, '}');
	}
	line_close(line, ']');
	line_true(line, "refit", refit);
	return give(excluding);
}

static bool
give_models(struct excluding *excluding)
{
	uint32_t i;

	for (i = 0; excluding->lineage && i < excluding->lineage->model_count; i++)
		if (excluding->models[i].events && !give_model(excluding, i))
			return false;
	return true;
}

static bool
give_end(struct excluding *excluding)
{
	struct line *line = begin(excluding, "end");

	line_long(line, "positions", (int64_t)excluding->chosen.count);
	return give(excluding);
}

/* --- all ------------------------------------------------------------------------------- */

static void
progress(void *context, int64_t done, int64_t all)
{
	struct excluding *excluding = context;

	if (excluding->what->progress)
		excluding->what->progress(excluding->what->context, done, all);
}

static bool
walk(struct excluding *excluding, struct error *err)
{
	struct inquiry *inquiry = excluding->inquiry;
	struct replay_options options = {.names = inquiry->names,
	    .keys = inquiry->keys,
	    .facts_only = true,
	    .context = excluding,
	    .event = take,
	    .epoch = map_models,
	    .progress = progress};
	struct replay *replay = NULL;
	bool good = replay_open(&options, &replay, err) &&
	    replay_ledger(
		replay, inquiry->ledger, inquiry->catalog, 0, inquiry->state.records, err);

	replay_close(replay);
	return good && !excluding->failed;
}

static void
make_models(struct excluding *excluding)
{
	const struct lineage *lineage = excluding->lineage;
	uint32_t i;

	if (!lineage)
		return;
	excluding->models =
	    memory_get_array(lineage->model_count + (size_t)1, sizeof(*excluding->models));
	for (i = 0; i < lineage->model_count; i++)
		excluding->models[i].trained =
		    memory_get_array(lineage->models[i].cut_count + (size_t)1, sizeof(uint64_t));
}

static void
drop(struct excluding *excluding)
{
	uint32_t i;

	for (i = 0; excluding->models && i < excluding->lineage->model_count; i++)
		memory_free(excluding->models[i].trained);
	memory_free(excluding->models);
	memory_free(excluding->now);
	memory_free(excluding->reaches);
	buffer_fini(&excluding->line.text);
	chosen_fini(&excluding->chosen);
}

bool
inquiry_exclude(struct inquiry *inquiry, const struct inquiry_exclusion *what, struct error *err)
{
	struct excluding excluding = {.inquiry = inquiry, .what = what, .err = err};
	bool good = chosen_init(&excluding.chosen, inquiry, &what->choice, err) &&
	    inquiry_lineage_at(inquiry, UINT64_MAX >> 1, &excluding.lineage, &excluding.epoch, err);

	if (good) {
		make_models(&excluding);
		good = (!give_header(&excluding) || walk(&excluding, err)) && !excluding.failed;
	}
	if (good && !excluding.stopped)
		good = chosen_check(&excluding.chosen, err);
	if (good && !excluding.stopped && give_models(&excluding))
		give_end(&excluding);
	drop(&excluding);
	return good && !excluding.failed;
}
