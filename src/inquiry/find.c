/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From what somebody typed to a record: FILE:LINE (LINE counts from 1),
 * TOPIC/PARTITION/OFFSET (OFFSET from 0), or the event's own id.
 */
#include <stdio.h>

#include "base/suggest.h"
#include "private.h"

static bool
digits(struct text text, int64_t *number)
{
	size_t i;

	*number = 0;
	if (!text.size || text.size > 18)
		return false;
	for (i = 0; i < text.size; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		*number = *number * 10 + (text.data[i] - '0');
	}
	return true;
}

/* The last separator and the number behind it. */
static bool
split(struct text named, char separator, struct text *name, int64_t *number)
{
	const char *at = named.size ? memrchr(named.data, separator, named.size) : NULL;

	if (!at)
		return false;
	*name = (struct text){named.data, (size_t)(at - named.data)};
	return digits((struct text){at + 1, named.size - name->size - 1}, number);
}

static struct text
last_part(struct text path)
{
	const char *slash = path.size ? memrchr(path.data, '/', path.size) : NULL;

	if (!slash)
		return path;
	return (struct text){slash + 1, path.size - (size_t)(slash + 1 - path.data)};
}

/* By its whole name, or by the file's name alone; the newest incarnation that holds the offset. */
static const struct partition *
partition_named(const struct inquiry *inquiry, struct text name, int64_t offset)
{
	const struct partition *best = NULL;
	int rank, best_rank = 0;
	size_t i;

	for (i = 0; i < inquiry->partition_count; i++) {
		const struct partition *partition = inquiry->partitions[i];
		bool whole = text_is(name, partition->name);

		if (!whole && !text_equal(last_part(text_of(partition->name)), name))
			continue;
		rank =
		    1 + whole + 2 * (offset >= partition->start && offset < partition->next_offset);
		if (rank >= best_rank) {
			best = partition;
			best_rank = rank;
		}
	}
	return best;
}

bool
inquiry_find_position(const struct inquiry *inquiry, struct text named,
    const struct partition **partition, int64_t *offset)
{
	struct text name;
	int64_t number;

	*partition = NULL;
	if (split(named, ':', &name, &number) && number > 0) {
		*offset = number - 1;
		*partition = partition_named(inquiry, name, *offset);
	} else if (split(named, '/', &name, &number)) {
		*offset = number;
		*partition = partition_named(inquiry, name, *offset);
	}
	return *partition != NULL;
}

static bool
keep_row(void *context, const struct catalog_quarantined *row)
{
	*(struct catalog_quarantined *)context = *row;
	return true;
}

static bool
holds(const struct record *record, const struct partition *partition, int64_t offset)
{
	return record->kind != RECORD_NOTE && !record->replay &&
	    text_is(record->partition, partition->name) &&
	    text_is(record->source, partition->source) &&
	    record->incarnation == partition->incarnation && offset >= record->offset &&
	    offset < record->offset + record->count;
}

/*
 * The record of a position within its span. Where nothing of other partitions and
 * no gap lies in between, as many records behind the first as offsets.
 */
static bool
record_in_span(struct inquiry *inquiry, const struct catalog_block *block,
    const struct catalog_span *span, const struct partition *partition, int64_t offset,
    uint64_t *index, struct error *err)
{
	const struct record *record;
	uint32_t i;

	*index = block->first_record + span->first_record + (uint64_t)(offset - span->first_offset);
	if (span->end_offset - span->first_offset == span->end_record - span->first_record) {
		record = inquiry_record(inquiry, *index, err);
		if (!record || holds(record, partition, offset))
			return record != NULL;
	}
	if (!inquiry_block(inquiry, block, err))
		return false;
	for (i = span->first_record; i < span->end_record && i < block->records; i++) {
		*index = block->first_record + i;
		if (holds(&inquiry->content.records[i], partition, offset))
			return true;
	}
	return error_set(err, ERROR_DAMAGED,
	    "block %llu does not hold %s offset %lld, the catalog says it does",
	    (unsigned long long)block->number, partition->name, (long long)offset);
}

static bool
record_at(struct inquiry *inquiry, const struct partition *partition, int64_t offset,
    uint64_t *index, struct error *err)
{
	struct catalog_quarantined aside = {0};
	struct catalog_block block;
	struct catalog_span span;
	bool found;

	if (!catalog_quarantined_at(
		inquiry->catalog, partition->number, offset, keep_row, &aside, &found, err))
		return false;
	if (found) {
		*index = aside.replayed ? aside.replay_record : aside.record;
		return true;
	}
	if (!catalog_block_of_position(
		inquiry->catalog, partition->number, offset, &block, &span, &found, err))
		return false;
	if (!found)
		return error_set(err, ERROR_MISSING, "%s has records %lld to %lld here, not %lld",
		    partition->name, (long long)partition->start + 1,
		    (long long)partition->next_offset, (long long)offset + 1);
	return record_in_span(inquiry, &block, &span, partition, offset, index, err);
}

/* The partition of that whole name, of one incarnation (0: the newest that holds the offset). */
static const struct partition *
partition_exactly(
    const struct inquiry *inquiry, struct text name, uint32_t incarnation, int64_t offset)
{
	const struct partition *best = NULL;
	size_t i;

	for (i = 0; i < inquiry->partition_count; i++) {
		const struct partition *partition = inquiry->partitions[i];

		if (text_is(name, partition->name) && offset >= partition->start &&
		    offset < partition->next_offset &&
		    (incarnation ? incarnation == partition->incarnation
				 : !best || partition->incarnation > best->incarnation))
			best = partition;
	}
	return best;
}

bool
inquiry_find_tagged(struct inquiry *inquiry, struct text id, bool position, bool *found,
    uint64_t *index, struct error *err)
{
	const struct partition *partition = NULL;
	struct text first, name;
	int64_t incarnation, offset;

	*found = false;
	if (!split(id, '~', &first, &incarnation)) {
		first = id;
		incarnation = 1;
	} else if (incarnation < 2 || incarnation > UINT32_MAX) {
		return true;
	}
	if (split(first, '/', &name, &offset))
		partition = partition_exactly(inquiry, name,
		    position && first.size == id.size ? 0 : (uint32_t)incarnation, offset);
	if (!partition)
		return true;
	*found = record_at(inquiry, partition, offset, index, err);
	if (*found || err->kind != ERROR_MISSING)
		return *found;
	*err = (struct error){0};
	return true;
}

struct id_search {
	struct inquiry *inquiry;
	struct text id;
	bool found;
	uint64_t index;
	struct error error;
};

static bool
try_candidate(void *context, uint64_t index)
{
	struct id_search *search = context;
	const struct record *record = inquiry_record(search->inquiry, index, &search->error);

	if (!record)
		return false;
	if (record->kind == RECORD_EVENT && text_equal(record->event.id, search->id)) {
		search->found = true;
		search->index = index;
	}
	return true;
}

/* Nothing of that name: say what there is. */
static bool
nothing_named(struct inquiry *inquiry, struct text named, struct error *err)
{
	struct suggestion suggestion;
	struct text name = named, best;
	char safe[256];
	int64_t number;
	size_t i;

	if (!split(named, ':', &name, &number))
		name = named;
	suggestion_init(&suggestion, name);
	for (i = 0; i < inquiry->partition_count; i++) {
		suggestion_try(&suggestion, text_of(inquiry->partitions[i]->name));
		suggestion_try(&suggestion, last_part(text_of(inquiry->partitions[i]->name)));
	}
	best = suggestion_best(&suggestion);
	text_show(named, 120, safe, sizeof(safe));
	if (best.data)
		return error_set(err, ERROR_MISSING,
		    "no event has the id %s, and nothing was read from a file of that name; did "
		    "you mean %.*s:LINE?",
		    safe, TEXT_PRINT(best));
	return error_set(err, ERROR_MISSING,
	    "no event has the id %s; an event is named by its id, by FILE:LINE or by "
	    "TOPIC/PARTITION/OFFSET (`dyetrace status` lists what was read)",
	    safe);
}

static bool
find_id(struct inquiry *inquiry, struct text named, bool *found, uint64_t *index, struct error *err)
{
	struct id_search search = {.inquiry = inquiry, .id = named};

	if (!catalog_records_of_id(
		inquiry->catalog, digest_identity(named), try_candidate, &search, err))
		return false;
	if (search.error.kind != ERROR_NONE) {
		*err = search.error;
		return false;
	}
	*found = search.found;
	*index = search.index;
	return true;
}

/* A position of something that was read comes first: it is the cheaper question. */
bool
inquiry_find(struct inquiry *inquiry, struct text named, uint64_t *index, struct error *err)
{
	const struct partition *partition;
	int64_t offset;
	bool found;

	if (inquiry_find_position(inquiry, named, &partition, &offset))
		return record_at(inquiry, partition, offset, index, err);
	if (!find_id(inquiry, named, &found, index, err))
		return false;
	return found || nothing_named(inquiry, named, err);
}
