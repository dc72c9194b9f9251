/* SPDX-License-Identifier: Apache-2.0 */
/* What each event moved, as JSON lines: computed anew from the facts. */
#include "export.h"

#include <math.h>

#include "lineage/graph.h"
#include "replay/replay.h"

struct influencing {
	struct exporting *exporting;
	struct replay *replay;
	struct error *err;
	bool failed;
};

/* Whether the influence is of the value that was left, not of the event's own key: the first of two. */
static bool
is_left(const struct influences *influences, uint32_t i)
{
	return i + 1 < influences->count &&
	    influences->items[i].feature == influences->items[i + 1].feature;
}

static void
add_key(struct line *line, const struct inquiry *inquiry, const struct replayed *replayed,
    const struct influence *influence, bool left)
{
	const struct lineage_feature *feature = &replayed->lineage->features[influence->feature];
	char out[REPLAY_KEY_BYTES];
	enum replay_key kind;
	struct text key = replay_key(feature, replayed->fact, inquiry->names, out, &kind);

	if (left)
		line_true(line, "left", true);
	else if (kind != REPLAY_KEY_NONE)
		line_text(line, "key", key);
}

static void
add_feature(struct influencing *in, const struct replayed *replayed, uint32_t i)
{
	const struct influence *influence = &replayed->influences->items[i];
	struct line *line = &in->exporting->line;
	double movement = influence_movement(influence);
	double scale = impact_scale(replay_impact(in->replay), influence->feature);

	line_open(line, NULL, '{');
	line_text(line, "feature", replayed->lineage->features[influence->feature].name);
	add_key(
	    line, in->exporting->inquiry, replayed, influence, is_left(replayed->influences, i));
	line_text(line, "status", text_of(influence_status_name(influence->status)));
	line_number(line, "before", influence->before);
	line_number(line, "after", influence->after);
	line_number(line, "movement", movement);
	line_number(line, "scaled", influence_scaled(movement, scale));
	line_close(line, '}');
}

static void
add_score(struct line *line, const struct lineage *lineage, const struct influence_score *score)
{
	line_open(line, NULL, '{');
	line_text(line, "model", lineage->models[score->model].name);
	line_number(line, "before", score->before);
	line_number(line, "movement", score->movement);
	line_close(line, '}');
}

static bool
take(void *context, const struct replayed *replayed)
{
	struct influencing *in = context;
	struct exporting *exporting = in->exporting;
	const struct influences *influences = replayed->influences;
	struct line *line = &exporting->line;
	uint32_t i;

	if (!influences->count || !export_covers(exporting->what, replayed->fact->event.time_ms))
		return true;
	export_begin(exporting);
	line_long(line, "record", (int64_t)replayed->record);
	line_long(line, "epoch", replayed->epoch);
	line_open(line, "features", '[');
	for (i = 0; i < influences->count; i++)
		add_feature(in, replayed, i);
	line_close(line, ']');
	line_open(line, "models", '[');
	for (i = 0; i < influences->score_count; i++)
		add_score(line, replayed->lineage, &influences->scores[i]);
	line_close(line, ']');
	in->failed = !export_end(exporting, in->err);
	return !in->failed && !exporting->stopped;
}

static void
progress(void *context, int64_t done, int64_t all)
{
	struct influencing *in = context;

	if (in->exporting->what->progress)
		in->exporting->what->progress(in->exporting->what->context, done, all);
}

bool
export_influences(struct exporting *exporting, struct error *err)
{
	struct inquiry *inquiry = exporting->inquiry;
	struct influencing in = {.exporting = exporting, .err = err};
	struct replay_options options = {.names = inquiry->names,
	    .keys = inquiry->keys,
	    .keys_max = (uint64_t)inquiry->settings->feature_keys_max,
	    .feature = exporting->what->feature,
	    .model = exporting->what->model,
	    .context = &in,
	    .event = take,
	    .progress = progress};
	bool good = replay_open(&options, &in.replay, err) &&
	    replay_ledger(
		in.replay, inquiry->ledger, inquiry->catalog, 0, inquiry->state.records, err);

	replay_close(in.replay);
	return good && !in.failed;
}
