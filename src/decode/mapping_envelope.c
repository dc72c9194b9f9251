/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a record is wrapped in: which paths there can be, what the program looks
 * for itself, and which parts need not be said.
 */
#include "base/suggest.h"
#include "mapping_reading.h"

static const char *const names[] = {
    [ENVELOPE_DEBEZIUM] = "debezium", [ENVELOPE_CLOUDEVENTS] = "cloudevents"};

/* --- debezium ------------------------------------------------------------------------- */

static uint32_t
want_record(struct reading *reading, const char *path)
{
	return mapping_want_in(reading, text_of(path), IN_VIEW(VIEW_RECORD));
}

static uint32_t
want_notice(struct reading *reading, const char *path)
{
	return mapping_want_in(reading, text_of(path), IN_VIEW(VIEW_NOTICE));
}

static void
begin_debezium(struct reading *reading)
{
	static const struct text finer[] = {{"ts_us", 5}, {"ts_ns", 5}};
	struct mapping *mapping = reading->mapping;
	struct wanted *notice = &mapping->views[VIEW_NOTICE];

	mapping->debezium = (struct debezium_cells){
	    .op = mapping_want_in(reading, TEXT("op"), IN_VIEW(VIEW_RECORD) | IN_VIEW(VIEW_NOTICE)),
	    .before = want_record(reading, "before"),
	    .after = want_record(reading, "after"),
	    .snapshot = want_record(reading, "source.snapshot"),
	    .database = want_record(reading, "source.db"),
	    .schema = want_record(reading, "source.schema"),
	    .table = want_record(reading, "source.table"),
	    .word = mapping_want_in(reading, TEXT("what op means"), IN_NO_VIEW),
	    .dataset = mapping_want_in(reading, TEXT("source.schema.table"), IN_NO_VIEW),
	    .payload = want_notice(reading, "payload"),
	    .beat = want_notice(reading, "ts_ms"),
	    .status = want_notice(reading, "status"),
	    .id = want_notice(reading, "id"),
	    .event_count = want_notice(reading, "event_count"),
	    .data_definition = want_notice(reading, "ddl"),
	    .database_name = want_notice(reading, "databaseName"),
	};
	mapping->views[VIEW_RECORD].wrapper = TEXT("payload");
	/* A heartbeat is known by having nothing else. */
	notice->wrapper = TEXT("payload");
	notice->rest = true;
	notice->except = finer;
	notice->except_count = ARRAY_COUNT(finer);
}

static bool
is_within(struct text path, const char *name)
{
	size_t size = strlen(name);

	return path.size > size + 1 && memcmp(path.data, name, size) == 0 && path.data[size] == '.';
}

/* What stands at the top of a change event. row: has columns; members: has others */
static const struct {
	const char *name;
	bool row, members;
} tops[] = {{"before", true, false}, {"after", true, false}, {"source", false, true},
    {"transaction", false, true}, {"op", false, false}, {"ts_ms", false, false},
    {"ts_us", false, false}, {"ts_ns", false, false}};

static void
not_debezium(struct reading *reading, const struct yaml_node *node, struct text path)
{
	const char *dot = memchr(path.data, '.', path.size);
	struct text first = {path.data, dot ? (size_t)(dot - path.data) : path.size}, best;
	struct suggestion suggestion;
	char shown[NAME_SHOWN_BYTES];
	size_t i;

	suggestion_init(&suggestion, first);
	for (i = 0; i < ARRAY_COUNT(tops); i++)
		suggestion_try(&suggestion, text_of(tops[i].name));
	best = suggestion_best(&suggestion);
	text_show(path, NAME_SHOWN, shown, sizeof(shown));
	if (is_within(path, "payload"))
		yaml_problem_add(reading->problems, reading->file, node,
		    "`%s`: leave `payload.` out, a change event is found with it and without",
		    shown);
	else if (best.data && !text_equal(best, first))
		yaml_problem_add(reading->problems, reading->file, node,
		    "`%s` is not in a change event: did you mean `%.*s%.*s`?", shown,
		    TEXT_PRINT(best), (int)(path.size - first.size), path.data + first.size);
	else
		yaml_problem_add(reading->problems, reading->file, node,
		    "`%s` is not in a change event: a column is `after.%s`; others begin with "
		    "before, source or transaction",
		    shown, dot ? "NAME" : shown);
}

static bool
debezium_path(struct reading *reading, const struct yaml_node *node, struct text path)
{
	size_t i;

	for (i = 0; i < ARRAY_COUNT(tops); i++) {
		bool inside = is_within(path, tops[i].name);

		if ((inside && (tops[i].row || tops[i].members)) ||
		    (text_is(path, tops[i].name) && !tops[i].row && !tops[i].members))
			return true;
		if (!text_is(path, tops[i].name))
			continue;
		yaml_problem_add(reading->problems, reading->file, node,
		    "`%s` is no single value: name %s of it, such as `%s.%s`", tops[i].name,
		    tops[i].row ? "a column" : "a member", tops[i].name,
		    tops[i].row ? "updated_by" : "id");
		return false;
	}
	not_debezium(reading, node, path);
	return false;
}

static void
debezium_defaults(struct reading *reading, const struct yaml_node *mapping)
{
	struct mapping *made = reading->mapping;

	if (!yaml_find(mapping, "time")) {
		made->time_cell = mapping_want(reading, mapping, TEXT("source.ts_ms"), true);
		made->time.format = TIMESTAMP_UNIX_MS;
	}
	if (!yaml_find(mapping, "dataset")) {
		made->parts[PART_DATASET].kind = PART_FIELD;
		made->parts[PART_DATASET].cell = made->debezium.dataset;
	}
	if (!yaml_find(mapping, "op")) {
		made->parts[PART_OP].kind = PART_FIELD;
		made->parts[PART_OP].cell = made->debezium.word;
	}
}

/* --- cloudevents ---------------------------------------------------------------------- */

static uint32_t
want_attribute(struct reading *reading, const struct yaml_node *mapping, const char *name)
{
	return mapping_want(reading, mapping, text_of(name), true);
}

static void
begin_cloudevents(struct reading *reading, const struct yaml_node *mapping)
{
	reading->mapping->cloudevents = (struct cloudevents_cells){
	    .id = want_attribute(reading, mapping, "id"),
	    .source = want_attribute(reading, mapping, "source"),
	    .type = want_attribute(reading, mapping, "type"),
	    .specversion = want_attribute(reading, mapping, "specversion"),
	    .content_type = want_attribute(reading, mapping, "datacontenttype"),
	    .data_base64 = want_record(reading, "data_base64"),
	};
}

/* Source: CloudEvents 1.0.2, "Attribute Naming Convention". */
static bool
is_attribute(struct text name)
{
	size_t i;

	for (i = 0; i < name.size; i++)
		if (!((name.data[i] >= 'a' && name.data[i] <= 'z') ||
			(name.data[i] >= '0' && name.data[i] <= '9')))
			return false;
	return name.size > 0;
}

static bool
cloudevents_path(struct reading *reading, const struct yaml_node *node, struct text path)
{
	char shown[NAME_SHOWN_BYTES];

	if (is_within(path, "data") || is_attribute(path))
		return true;
	text_show(path, NAME_SHOWN, shown, sizeof(shown));
	if (text_is(path, "data_base64"))
		yaml_problem_add(reading->problems, reading->file, node,
		    "`data_base64` is read as `data`: name what is in it, `data.NAME`");
	else if (path.size > 3 && memcmp(path.data, "ce_", 3) == 0 &&
	    is_attribute((struct text){path.data + 3, path.size - 3}))
		yaml_problem_add(reading->problems, reading->file, node,
		    "`%s` is not known here: did you mean `%s`? Attributes are named without "
		    "`ce_`",
		    shown, shown + 3);
	else
		yaml_problem_add(reading->problems, reading->file, node,
		    "`%s` is no attribute of a CloudEvent (small letters and digits): did you "
		    "mean `data.%s`?",
		    shown, shown);
	return false;
}

static void
cloudevents_defaults(struct reading *reading, const struct yaml_node *mapping)
{
	struct mapping *made = reading->mapping;

	if (!yaml_find(mapping, "time"))
		made->time_cell = want_attribute(reading, mapping, "time");
	if (!yaml_find(mapping, "id")) {
		made->parts[PART_ID].kind = PART_FIELD;
		made->parts[PART_ID].cell = made->cloudevents.id;
	}
}

/* --- either --------------------------------------------------------------------------- */

static void
unknown_envelope(struct reading *reading, const struct yaml_node *node)
{
	struct suggestion suggestion;
	char shown[NAME_SHOWN_BYTES];
	struct text best;
	size_t i;

	reading->unsure = true;
	suggestion_init(&suggestion, node->text);
	for (i = ENVELOPE_DEBEZIUM; i < ARRAY_COUNT(names); i++)
		suggestion_try(&suggestion, text_of(names[i]));
	best = suggestion_best(&suggestion);
	text_show(node->text, NAME_SHOWN, shown, sizeof(shown));
	if (best.data)
		yaml_problem_add(reading->problems, reading->file, node,
		    "`%s` is no envelope: did you mean `%.*s`?", shown, TEXT_PRINT(best));
	else
		yaml_problem_add(reading->problems, reading->file, node,
		    "`%s` is no envelope: use `debezium` or `cloudevents`, or leave it out", shown);
}

void
mapping_envelope(struct reading *reading, const struct yaml_node *mapping)
{
	const struct yaml_node *node = yaml_find(mapping, "envelope");
	struct text name;
	size_t i;

	if (!node || !mapping_name(reading, node, &name))
		return;
	for (i = ENVELOPE_DEBEZIUM; i < ARRAY_COUNT(names); i++)
		if (text_is(name, names[i]))
			reading->mapping->envelope = (enum envelope)i;
	if (reading->mapping->envelope == ENVELOPE_DEBEZIUM)
		begin_debezium(reading);
	else if (reading->mapping->envelope == ENVELOPE_CLOUDEVENTS)
		begin_cloudevents(reading, mapping);
	else
		unknown_envelope(reading, node);
}

void
mapping_envelope_defaults(struct reading *reading, const struct yaml_node *mapping)
{
	if (reading->mapping->envelope == ENVELOPE_DEBEZIUM)
		debezium_defaults(reading, mapping);
	else if (reading->mapping->envelope == ENVELOPE_CLOUDEVENTS)
		cloudevents_defaults(reading, mapping);
}

bool
mapping_envelope_path(struct reading *reading, const struct yaml_node *node, struct text path)
{
	if (reading->mapping->envelope == ENVELOPE_DEBEZIUM)
		return debezium_path(reading, node, path);
	if (reading->mapping->envelope == ENVELOPE_CLOUDEVENTS)
		return cloudevents_path(reading, node, path);
	return true;
}
