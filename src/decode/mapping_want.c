/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the settings name, as cells: paths in the record, which each view sees
 * in its own way, and what lies beside it.
 */
#include "base/memory.h"
#include "base/suggest.h"
#include "mapping_reading.h"

static bool
begins(struct text text, const char *with)
{
	size_t size = strlen(with);

	return text.size > size && memcmp(text.data, with, size) == 0;
}

/* The cell of a path that is wanted already; NO_CELL: it is not. */
static uint32_t
find(const struct reading *reading, struct text path)
{
	size_t i;

	for (i = 0; i < reading->wants->count; i++)
		if (text_equal(reading->wants->items[i].path, path))
			return (uint32_t)i;
	return NO_CELL;
}

static uint32_t
add(struct reading *reading, struct text path, bool may_lack)
{
	struct want_list *wants = reading->wants;

	memory_grow(&wants->items, &wants->capacity, wants->count + 1, sizeof(*wants->items));
	wants->items[wants->count] = (struct mapping_want){
	    .path = arena_text(&reading->mapping->arena, path), .may_lack = may_lack};
	return (uint32_t)wants->count++;
}

uint32_t
mapping_want_in(struct reading *reading, struct text path, unsigned views)
{
	uint32_t cell = find(reading, path);
	struct mapping_want *want;
	unsigned view;

	if (cell == NO_CELL)
		cell = add(reading, path, true);
	want = &reading->wants->items[cell];
	for (view = 0; view < VIEW_COUNT; view++)
		if (views & IN_VIEW(view))
			want->in[view] = want->path;
	return cell;
}

/* --- beside the record ---------------------------------------------------------------- */

static void
unknown_address(struct reading *reading, const struct yaml_node *node, struct text path)
{
	static const char *const known[] = {"$key", "$timestamp", "$topic", "$header"};
	struct suggestion suggestion;
	char shown[NAME_SHOWN_BYTES];
	struct text best;
	size_t i;

	suggestion_init(&suggestion, path);
	for (i = 0; i < ARRAY_COUNT(known); i++)
		suggestion_try(&suggestion, text_of(known[i]));
	best = suggestion_best(&suggestion);
	text_show(path, NAME_SHOWN, shown, sizeof(shown));
	if (text_is(best, "$header") || text_is(path, "$header."))
		yaml_problem_add(reading->problems, reading->file, node,
		    "`%s` names no header: write `$header.NAME`", shown);
	else if (best.data)
		yaml_problem_add(reading->problems, reading->file, node,
		    "`%s` is not known here: did you mean `%.*s`?", shown, TEXT_PRINT(best));
	else
		yaml_problem_add(reading->problems, reading->file, node,
		    "`%s` is not known here: beside the record there are `$key`, `$timestamp`, "
		    "`$topic` and `$header.NAME`",
		    shown);
}

static bool
read_address(struct text path, struct address *address)
{
	static const struct {
		const char *name;
		enum address_kind kind;
	} plain[] = {
	    {"$key", ADDRESS_KEY}, {"$timestamp", ADDRESS_TIMESTAMP}, {"$topic", ADDRESS_TOPIC}};
	const size_t front = sizeof("$header.") - 1;
	size_t i;

	for (i = 0; i < ARRAY_COUNT(plain); i++) {
		if (!text_is(path, plain[i].name))
			continue;
		address->kind = plain[i].kind;
		return true;
	}
	if (!begins(path, "$header."))
		return false;
	address->kind = ADDRESS_HEADER;
	address->header = (struct text){path.data + front, path.size - front};
	return true;
}

static void
add_address(struct reading *reading, const struct yaml_node *node, uint32_t cell)
{
	struct mapping *mapping = reading->mapping;
	struct address address = {.cell = cell};

	if (!read_address(reading->wants->items[cell].path, &address)) {
		unknown_address(reading, node, reading->wants->items[cell].path);
		return;
	}
	memory_grow(&mapping->addresses, &reading->wants->address_capacity,
	    mapping->address_count + 1, sizeof(*mapping->addresses));
	mapping->addresses[mapping->address_count++] = address;
}

/* --- in the record -------------------------------------------------------------------- */

static struct text
joined(struct reading *reading, const char *front, struct text text)
{
	size_t size = strlen(front);
	char *out = arena_get(&reading->mapping->arena, size + text.size);

	memcpy(out, front, size);
	memcpy(out + size, text.data, text.size);
	return (struct text){out, size + text.size};
}

/* `after.x` and `before.x` belong together, whichever is named. */
static void
add_pair(struct reading *reading, const char *other_row, size_t front, uint32_t cell)
{
	struct mapping *mapping = reading->mapping;
	struct text path = reading->wants->items[cell].path;
	struct text other =
	    joined(reading, other_row, (struct text){path.data + front, path.size - front});
	uint32_t other_cell = mapping_want_in(reading, other, IN_VIEW(VIEW_RECORD));
	bool is_after = path.data[0] == 'a';

	memory_grow(&mapping->pairs, &reading->wants->pair_capacity, mapping->pair_count + 1,
	    sizeof(*mapping->pairs));
	mapping->pairs[mapping->pair_count++] = (struct column_pair){
	    .after = is_after ? cell : other_cell, .before = is_after ? other_cell : cell};
}

static void
add_debezium(struct reading *reading, uint32_t cell)
{
	struct mapping_want *want = &reading->wants->items[cell];

	want->in[VIEW_RECORD] = want->path;
	if (begins(want->path, "after."))
		add_pair(reading, "before.", sizeof("after.") - 1, cell);
	else if (begins(want->path, "before."))
		add_pair(reading, "after.", sizeof("before.") - 1, cell);
}

/* An attribute is a header in binary mode, and the content type is Kafka's own. */
static void
add_attribute(struct reading *reading, uint32_t cell)
{
	struct mapping *mapping = reading->mapping;
	struct text name = reading->wants->items[cell].path;
	struct text header =
	    text_is(name, "datacontenttype") ? TEXT("content-type") : joined(reading, "ce_", name);

	memory_grow(&mapping->attributes, &reading->wants->attribute_capacity,
	    mapping->attribute_count + 1, sizeof(*mapping->attributes));
	mapping->attributes[mapping->attribute_count++] =
	    (struct address){ADDRESS_HEADER, cell, header};
}

static void
add_cloudevents(struct reading *reading, uint32_t cell)
{
	struct mapping_want *want = &reading->wants->items[cell];
	const size_t front = sizeof("data.") - 1;

	want->in[VIEW_RECORD] = want->path;
	if (begins(want->path, "data."))
		want->in[VIEW_DATA] =
		    (struct text){want->path.data + front, want->path.size - front};
	else if (!text_is(want->path, "data"))
		add_attribute(reading, cell);
}

uint32_t
mapping_want(struct reading *reading, const struct yaml_node *node, struct text path, bool may_lack)
{
	uint32_t cell = find(reading, path);
	bool beside = path.size && path.data[0] == '$';

	/* Many tables may share a source: a schema may lack any of their columns. */
	may_lack = may_lack || reading->mapping->envelope == ENVELOPE_DEBEZIUM;
	if (!beside && !mapping_envelope_path(reading, node, path))
		return NO_CELL;
	if (cell != NO_CELL) {
		reading->wants->items[cell].may_lack &= may_lack;
		/* The program may have wanted it elsewhere only. */
		if (!beside)
			reading->wants->items[cell].in[VIEW_RECORD] =
			    reading->wants->items[cell].path;
		return cell;
	}
	cell = add(reading, path, may_lack);
	if (beside)
		add_address(reading, node, cell);
	else if (reading->mapping->envelope == ENVELOPE_DEBEZIUM)
		add_debezium(reading, cell);
	else if (reading->mapping->envelope == ENVELOPE_CLOUDEVENTS)
		add_cloudevents(reading, cell);
	else
		reading->wants->items[cell].in[VIEW_RECORD] = reading->wants->items[cell].path;
	return cell;
}

/* --- as the readers see it ------------------------------------------------------------ */

static void
end_view(struct reading *reading, enum view view)
{
	const struct want_list *wants = reading->wants;
	struct wanted *wanted = &reading->mapping->views[view];
	struct text *paths = mapping_array(reading, wants->count + 1, sizeof(*paths));
	bool *may_lack = mapping_array(reading, wants->count + 1, sizeof(*may_lack));
	bool *aside = mapping_array(reading, wants->count + 1, sizeof(*aside));
	size_t i;

	for (i = 0; i < wants->count; i++) {
		paths[i] = wants->items[i].in[view];
		may_lack[i] = wants->items[i].may_lack;
		aside[i] = !paths[i].data;
	}
	wanted->count = wants->count;
	wanted->paths = paths;
	wanted->may_lack = may_lack;
	wanted->aside = aside;
}

/* What was made in the heap while it grew moves to the mapping's arena. */
static void *
settled(struct reading *reading, void *items, size_t count, size_t bytes_each)
{
	void *out = mapping_array(reading, count + 1, bytes_each);

	if (count)
		memcpy(out, items, count * bytes_each);
	memory_free(items);
	return out;
}

void
mapping_want_end(struct reading *reading)
{
	struct mapping *mapping = reading->mapping;
	struct want_list *wants = reading->wants;
	struct text *paths = mapping_array(reading, wants->count + 1, sizeof(*paths));
	unsigned view;
	size_t i;

	for (i = 0; i < wants->count; i++)
		paths[i] = wants->items[i].path;
	for (view = 0; view < VIEW_COUNT; view++)
		end_view(reading, view);
	mapping->wants_data = mapping->views[VIEW_DATA].changes_path.data != NULL;
	for (i = 0; i < wants->count; i++)
		mapping->wants_data |= !mapping->views[VIEW_DATA].aside[i];
	mapping->cell_count = wants->count;
	mapping->paths = paths;
	mapping->addresses = settled(
	    reading, mapping->addresses, mapping->address_count, sizeof(*mapping->addresses));
	mapping->attributes = settled(
	    reading, mapping->attributes, mapping->attribute_count, sizeof(*mapping->attributes));
	mapping->pairs =
	    settled(reading, mapping->pairs, mapping->pair_count, sizeof(*mapping->pairs));
	memory_free(wants->items);
	wants->items = NULL;
}
