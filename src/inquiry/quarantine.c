/* SPDX-License-Identifier: Apache-2.0 */
/* What lies aside, why, and what to do about it. */
#include "catalog/quarantine.h"

#include "base/base64.h"
#include "model/reason.h"
#include "private.h"
#include "store/store.h"

#define RAW_SHOWN 2000

struct list {
	struct inquiry *inquiry;
	struct text reason;
	int64_t limit, count;
	json_t *records;
};

static json_t *
row_document(struct inquiry *inquiry, const struct catalog_quarantined *row)
{
	const struct partition *partition = inquiry_partition(inquiry, row->partition);
	const struct reason *reason = reason_find(row->reason);
	char named[512];

	snprintf(named, sizeof(named), "%s:%lld", partition ? partition->name : "?",
	    (long long)row->offset + 1);
	return json_pack("{s:s, s:s, s:I, s:I, s:o, s:s, s:o, s:s, s:b}", "at", named, "source",
	    partition ? partition->source : "?", "offset", (json_int_t)row->offset, "record",
	    (json_int_t)row->record, "reason", show_text(row->reason), "sentence",
	    reason ? reason->sentence : "a reason of another version", "detail",
	    show_text(row->detail), "advice", reason ? reason->advice : "", "replayed",
	    row->replayed);
}

static bool
list_row(void *context, const struct catalog_quarantined *row)
{
	struct list *list = context;

	if (list->reason.data && !text_equal(list->reason, row->reason))
		return true;
	if (!list->limit || list->count < list->limit)
		json_array_append_new(list->records, row_document(list->inquiry, row));
	list->count++;
	return true;
}

json_t *
inquiry_quarantine(struct inquiry *inquiry, struct text reason, int64_t limit, struct error *err)
{
	struct list list = {
	    .inquiry = inquiry, .reason = reason, .limit = limit, .records = json_array()};

	if (!catalog_quarantined_each(inquiry->catalog, false, list_row, &list, err)) {
		json_decref(list.records);
		return NULL;
	}
	return json_pack(
	    "{s:I, s:o}", "quarantined", (json_int_t)list.count, "records", list.records);
}

static bool
one_row(void *context, const struct catalog_quarantined *row)
{
	struct list *list = context;

	json_array_append_new(list->records, row_document(list->inquiry, row));
	return true;
}

static json_t *
base64(struct text bytes)
{
	struct buffer coded = {0};
	json_t *text;

	base64_add(&coded, bytes.data, bytes.size);
	text = json_stringn(buffer_text(&coded).data, coded.size);
	buffer_fini(&coded);
	return text;
}

static bool
add_raw(struct inquiry *inquiry, json_t *document, const struct partition *partition,
    int64_t offset, struct error *err)
{
	char *path = store_path(inquiry->settings->store, STORE_QUARANTINE), safe[8 * RAW_SHOWN];
	struct quarantine *quarantine = NULL;
	struct quarantine_raw raw = {0};
	bool found, good;

	if (!inquiry->keys) {
		*err = inquiry->keys_error;
		memory_free(path);
		return error_within(err, "the raw bytes are encrypted");
	}
	good = quarantine_open(path, false, inquiry->keys, &quarantine, err) &&
	    quarantine_get(quarantine, partition->number, offset, &raw, &found, err);
	if (good && found) {
		json_object_set_new(document, "bytes", json_integer((json_int_t)raw.payload.size));
		json_object_set_new(document, "shown",
		    json_string(
			text_show(buffer_text(&raw.payload), RAW_SHOWN, safe, sizeof(safe))));
		json_object_set_new(document, "raw", base64(buffer_text(&raw.payload)));
	}
	quarantine_raw_fini(&raw);
	quarantine_close(quarantine);
	memory_free(path);
	return good;
}

json_t *
inquiry_quarantined(struct inquiry *inquiry, struct text named, struct error *err)
{
	struct list list = {.inquiry = inquiry, .records = json_array()};
	const struct partition *partition;
	json_t *document = NULL;
	int64_t offset;
	bool found;

	if (!inquiry_find_position(inquiry, named, &partition, &offset)) {
		error_set(err, ERROR_MISSING,
		    "no partition of that name: `dyetrace quarantine list` shows what lies aside, "
		    "as FILE:LINE");
		goto undo;
	}
	if (!catalog_quarantined_at(
		inquiry->catalog, partition->number, offset, one_row, &list, &found, err))
		goto undo;
	if (!found) {
		error_set(err, ERROR_MISSING, "%s:%lld is not quarantined", partition->name,
		    (long long)offset + 1);
		goto undo;
	}
	document = json_incref(json_array_get(list.records, 0));
	if (!add_raw(inquiry, document, partition, offset, err)) {
		json_decref(document);
		document = NULL;
	}
undo:
	json_decref(list.records);
	return document;
}
