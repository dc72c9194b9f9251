/* SPDX-License-Identifier: Apache-2.0 */
/* Windows of a feature, in panes. */
#include "number.h"
#include "reading.h"

static const char *const window_keys[] = {"size", "pane", "lateness", NULL};

static void
check_panes(
    struct reading *reading, const struct yaml_node *pane, const struct lineage_feature *feature)
{
	char size[NUMBER_BYTES], span[NUMBER_BYTES];

	span_text(feature->size_ms, size);
	span_text(feature->pane_ms, span);
	if (feature->size_ms % feature->pane_ms)
		yaml_problem_add(reading->problems, reading->file, pane,
		    "a window of %s cannot be divided into panes of %s: choose a pane that divides "
		    "it",
		    size, span);
	else if (feature->size_ms / feature->pane_ms > LINEAGE_PANES_MAX)
		yaml_problem_add(reading->problems, reading->file, pane,
		    "a window of %s would have more than %d panes of %s: choose a longer pane",
		    size, LINEAGE_PANES_MAX, span);
}

void
reading_window(
    struct reading *reading, const struct yaml_node *map, struct lineage_feature *feature)
{
	const struct yaml_node *size, *pane, *lateness;
	bool good;

	if (!map || !reading_map(reading, map, "a window", window_keys))
		return;
	size = reading_need(
	    reading, map, "size", "say how far back the window goes, as in `size: 7d`");
	pane = reading_need(
	    reading, map, "pane", "say in which steps the window moves, as in `pane: 1d`");
	lateness = yaml_find(map, "lateness");
	good = size &&
	    reading_span(reading, size,
		"an empty window holds no events: make it longer, or remove `window`",
		&feature->size_ms);
	good &= pane &&
	    reading_span(
		reading, pane, "an empty pane divides nothing: make it longer", &feature->pane_ms);
	if (lateness)
		(void)reading_span(reading, lateness, NULL, &feature->lateness_ms);
	if (good)
		check_panes(reading, pane, feature);
}
