/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One conclusion as its proof discloses it, and that leaf as a JSON document.
 * The bytes to show may come from anybody: whatever is not exactly what the
 * writer makes is refused.
 */
#include <jansson.h>

#include "base/json_print.h"
#include "conclusion_wire.h"
#include "json_number.h"

void
conclusion_leaf(const struct conclusion *conclusion, struct buffer *out)
{
	uint8_t *p = wire_room(out, leaf_room(&conclusion->influences));

	wire_done(out, put_leaf(p, conclusion));
}

static json_t *
json_moved(double number)
{
	int64_t whole;

	if (isnan(number))
		return json_null();
	return is_whole(number, &whole) ? json_integer(whole) : json_number_of(number);
}

static void
set_count(json_t *json, const char *name, struct reader *bytes, uint64_t max)
{
	json_object_set_new(json, name, json_integer((json_int_t)take_count(bytes, max)));
}

static json_t *
json_influence(struct reader *bytes)
{
	json_t *item = json_object();
	uint32_t status;
	double before, after;

	set_count(item, "feature", bytes, INT32_MAX);
	status = take_branch(bytes, INFLUENCE_STATUS_COUNT);
	before = take_moved(bytes, 0);
	after = take_moved(bytes, 0);
	if (!is_counted(status) && !(isnan(before) && isnan(after)))
		bytes->bad = true;
	json_object_set_new(item, "status", json_string(influence_status_name(status)));
	json_object_set_new(item, "before", json_moved(before));
	json_object_set_new(item, "after", json_moved(after));
	return item;
}

static json_t *
json_score(struct reader *bytes)
{
	json_t *item = json_object();

	set_count(item, "model", bytes, INT32_MAX);
	json_object_set_new(item, "before", json_number_of(take_double(bytes)));
	json_object_set_new(item, "movement", json_number_of(take_double(bytes)));
	return item;
}

/* An Avro array of one block, or none. */
static json_t *
json_items(struct reader *bytes, json_t *(*item)(struct reader *bytes))
{
	uint64_t count = take_count(bytes, CONCLUSION_INFLUENCES_MAX), i;
	json_t *items = json_array();

	for (i = 0; i < count && !bytes->bad; i++)
		json_array_append_new(items, item(bytes));
	if (count && take_long(bytes) != 0)
		bytes->bad = true;
	return items;
}

bool
conclusion_leaf_show(struct text leaf, struct buffer *json, struct error *err)
{
	struct reader bytes = reader_of(leaf);
	json_t *document = json_object();
	bool done;

	json_object_set_new(document, "kind", json_string("conclusion"));
	set_count(document, "record", &bytes, INT64_MAX);
	set_count(document, "epoch", &bytes, UINT32_MAX);
	json_object_set_new(document, "influences", json_items(&bytes, json_influence));
	json_object_set_new(document, "scores", json_items(&bytes, json_score));
	done = !bytes.bad && !reader_left(&bytes) &&
	    json_array_size(json_object_get(document, "influences"));
	if (done)
		json_print(document, 0, json);
	else
		error_set(err, ERROR_MALFORMED, "%zu bytes that are no leaf", leaf.size);
	json_decref(document);
	return done;
}
