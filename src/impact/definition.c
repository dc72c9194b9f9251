/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What makes two features of two epochs the same: all that decides their values, in one
 * canonical run of bytes, digested. Of a feature of a feature, its source's digest stands in it.
 */
#include "directory.h"

#include <stdlib.h>

#include "base/buffer.h"
#include "base/digest.h"

static void
add_double(struct buffer *bytes, double number)
{
	uint64_t bits;

	memcpy(&bits, &number, sizeof(bits));
	buffer_add_u64(bytes, bits);
}

static void
add_filter(struct buffer *bytes, const struct lineage_filter *filter)
{
	uint32_t i;

	buffer_add_long(bytes, filter->subject);
	buffer_add_string(bytes, filter->field);
	buffer_add_byte(bytes, filter->null);
	buffer_add_long(bytes, filter->value_count);
	for (i = 0; i < filter->value_count; i++)
		buffer_add_string(bytes, filter->values[i]);
}

static int
text_order(const void *a, const void *b)
{
	return text_compare(*(const struct text *)a, *(const struct text *)b);
}

/* The order in which fields are written down changes nothing. */
static void
add_fields(struct buffer *bytes, const struct lineage_feature *feature)
{
	struct text *fields = memory_get_array(feature->field_count + 1, sizeof(*fields));
	uint32_t i;

	if (feature->field_count)
		memcpy(fields, feature->fields, feature->field_count * sizeof(*fields));
	qsort(fields, feature->field_count, sizeof(*fields), text_order);
	buffer_add_long(bytes, feature->field_count);
	for (i = 0; i < feature->field_count; i++)
		buffer_add_string(bytes, fields[i]);
	memory_free(fields);
}

static void
add_encoding(struct buffer *bytes, const struct lineage_feature *feature)
{
	uint32_t i;

	buffer_add_long(bytes, feature->encoding);
	buffer_add_byte(bytes, feature->has_other);
	add_double(bytes, feature->has_other ? feature->other : 0);
	buffer_add_long(bytes, feature->code_count);
	for (i = 0; i < feature->code_count; i++) {
		buffer_add_string(bytes, feature->codes[i].value);
		add_double(bytes, feature->codes[i].number);
	}
	buffer_add_byte(bytes, feature->value_null);
	buffer_add_string(bytes, feature->value);
}

static void
add_rest(struct buffer *bytes, const struct lineage_feature *feature)
{
	uint32_t i;

	buffer_add_long(bytes, feature->filter_count);
	for (i = 0; i < feature->filter_count; i++)
		add_filter(bytes, &feature->filters[i]);
	buffer_add_long(bytes, feature->key);
	buffer_add_string(bytes, feature->key_field);
	buffer_add_long(bytes, feature->aggregate);
	buffer_add_long(bytes, feature->size_ms);
	buffer_add_long(bytes, feature->size_ms ? feature->pane_ms : 0);
	buffer_add_long(bytes, feature->size_ms ? feature->lateness_ms : 0);
}

static void
finish(struct buffer *bytes, uint8_t digest[ENTRY_DIGEST_BYTES])
{
	uint8_t whole[SHA256_BYTES];

	sha256_of(bytes->data, bytes->size, whole);
	memcpy(digest, whole, ENTRY_DIGEST_BYTES);
	bytes->size = 0;
}

/* Sources first; a chain has at most LINEAGE_CHAIN_MAX features, so that the way down is short. */
static void
digest_feature(const struct lineage *lineage, uint32_t index, struct buffer *bytes,
    uint8_t (*digests)[ENTRY_DIGEST_BYTES], bool *done)
{
	const struct lineage_feature *feature = &lineage->features[index];

	if (done[index])
		return;
	done[index] = true;
	if (feature->source != LINEAGE_NONE)
		digest_feature(lineage, feature->source, bytes, digests, done);
	buffer_add_text(bytes, TEXT("feature 1\n"));
	buffer_add_string(bytes, feature->name);
	buffer_add_string(bytes, lineage->datasets[feature->dataset].name);
	if (feature->source != LINEAGE_NONE)
		buffer_add(bytes, digests[feature->source], ENTRY_DIGEST_BYTES);
	add_fields(bytes, feature);
	add_encoding(bytes, feature);
	add_rest(bytes, feature);
	finish(bytes, digests[index]);
}

void
definition_digests(const struct lineage *lineage, uint8_t (*digests)[ENTRY_DIGEST_BYTES])
{
	bool *done = memory_get_array(lineage->feature_count + 1, sizeof(*done));
	struct buffer bytes = {0};
	uint32_t i;

	for (i = 0; i < lineage->feature_count; i++)
		digest_feature(lineage, i, &bytes, digests, done);
	buffer_fini(&bytes);
	memory_free(done);
}

void
definition_of_group(
    enum lineage_subject subject, struct text name, uint8_t digest[ENTRY_DIGEST_BYTES])
{
	struct buffer bytes = {0};

	buffer_add_text(&bytes, TEXT("group 1\n"));
	buffer_add_long(&bytes, subject);
	buffer_add_string(
	    &bytes, subject == SUBJECT_FIELD || subject == SUBJECT_ENTITY ? name : TEXT(""));
	finish(&bytes, digest);
	buffer_fini(&bytes);
}

void
definition_of_memory(struct text dataset, struct text field, uint8_t digest[ENTRY_DIGEST_BYTES])
{
	struct buffer bytes = {0};

	buffer_add_text(&bytes, TEXT("memory 1\n"));
	buffer_add_string(&bytes, dataset);
	buffer_add_string(&bytes, field);
	finish(&bytes, digest);
	buffer_fini(&bytes);
}
