/* SPDX-License-Identifier: Apache-2.0 */
#include "records.h"

#include <stdio.h>

#define NULLABLE(type) "[\"null\",\"" type "\"]"
#define FIELD(name, type) "{\"name\":\"" name "\",\"type\":" type "}"
#define ENUM(name, symbols) "{\"type\":\"enum\",\"name\":\"" name "\",\"symbols\":[" symbols "]}"
#define SCALAR "[\"null\",\"string\",\"double\",\"long\"]"

const char records_schema[] =
    "{\"type\":\"record\",\"name\":\"Touch\",\"namespace\":\"example.desk\",\"fields\":[" FIELD(
	"id", "\"string\"") "," FIELD("at",
	"{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}") "," FIELD("clerk",
	"\"string\"") "," FIELD("login", "\"string\"") "," FIELD("tool",
	ENUM("Tool", "\"DESK\",\"PHONE\",\"IMPORT\",\"ROBOT\",\"MAIL\"")) "," FIELD("deed",
	ENUM("Deed", "\"OPEN\",\"EDIT\",\"CLOSE\",\"TAG\"")) "," FIELD("kind",
	"\"string\"") "," FIELD("thing", "\"string\"") "," FIELD("edits",
	"{\"type\":\"array\",\"items\":{\"type\":\"record\",\"name\":\"Edit\",\"fields\":[" FIELD(
	    "field", "\"string\"") "," FIELD("old", SCALAR) "," FIELD("new",
	    SCALAR) "]}}") "," FIELD("remark", NULLABLE("string")) "," FIELD("sum",
	NULLABLE("double")) "," FIELD("took_ms", "\"long\"") "," FIELD("release",
	"\"string\"") "," FIELD("address", NULLABLE("string")) "," FIELD("ticket",
	NULLABLE("string")) "," FIELD("bulk", "\"boolean\"") "," FIELD("site",
	"\"string\"") "," FIELD("labels", "{\"type\":\"map\",\"values\":\"string\"}") "]}";

static const char *const kinds[] = {
    "loan", "support_case", "stock_item", "photo_label", "invoice", "supplier"};
static const char *const fields[] = {"limit", "risk_class", "state", "label", "rebate_pct",
    "category", "mood", "priority", "price_cents", "country", "owner", "score", "due_date",
    "weight_kg"};
static const char *const words[] = {"caller", "asked", "to", "mend", "the", "amount", "after",
    "checking", "with", "branch", "photo", "blurred", "typo", "by", "phone", "rule", "seven"};
static const char *const values[] = {
    "SILVER", "waiting", "furniture", "cat", "de-AT", "closed", "low risk"};

struct dice {
	uint64_t state;
};

/* Source: S. Vigna, xorshift64*, ACM TOMS 42(4), 2016. */
static uint64_t
roll(struct dice *dice, uint64_t sides)
{
	dice->state ^= dice->state >> 12;
	dice->state ^= dice->state << 25;
	dice->state ^= dice->state >> 27;
	return (dice->state * 0x2545f4914f6cdd1dull >> 11) % sides;
}

static void
add_scalar(struct buffer *out, struct dice *dice)
{
	uint64_t kind = roll(dice, 8);

	if (kind == 0) {
		buffer_add_long(out, 0);
	} else if (kind < 4) {
		buffer_add_long(out, 1);
		buffer_add_string(out, text_of(values[roll(dice, 7)]));
	} else if (kind < 6) {
		buffer_add_long(out, 2);
		buffer_add_double(out, (double)roll(dice, 1000000) / 100);
	} else {
		buffer_add_long(out, 3);
		buffer_add_long(out, (int64_t)roll(dice, 100000));
	}
}

static void
add_edits(struct buffer *out, struct dice *dice)
{
	uint64_t count = 1 + (roll(dice, 4) ? roll(dice, 2) : roll(dice, 4)),
		 first = roll(dice, 10), i;

	buffer_add_long(out, (int64_t)count);
	for (i = 0; i < count; i++) {
		buffer_add_string(out, text_of(fields[first + i]));
		add_scalar(out, dice);
		add_scalar(out, dice);
	}
	buffer_add_long(out, 0);
}

static void
add_formatted(struct buffer *out, const char *format, unsigned long long a, unsigned long long b)
{
	char text[64];

	snprintf(text, sizeof(text), format, a, b);
	buffer_add_string(out, text_of(text));
}

static void
add_remark(struct buffer *out, struct dice *dice)
{
	struct buffer remark = {0};
	uint64_t left = 6 + roll(dice, 6);

	buffer_add_long(out, 1);
	while (left--)
		buffer_add_format(&remark, "%s ", words[roll(dice, 17)]);
	buffer_add_string(out, buffer_text(&remark));
	buffer_fini(&remark);
}

static void
add_record(struct buffer *out, struct dice *dice, size_t i)
{
	const char *kind = kinds[roll(dice, 6)];
	bool has_ticket;

	add_formatted(out, "%016llx-4%03llx-a1b2-9c8d7e6f5a", roll(dice, (uint64_t)1 << 52),
	    roll(dice, 4096));
	buffer_add_long(out, 1460000000000 + (int64_t)(i * 5 + roll(dice, 90)));
	add_formatted(out, "c%07llu", 1000000 + roll(dice, 5000), 0);
	add_formatted(out, "%016llx", roll(dice, (uint64_t)1 << 52), 0);
	buffer_add_long(out, (int64_t)roll(dice, 5));
	buffer_add_long(out, (int64_t)roll(dice, 4));
	buffer_add_string(out, text_of(kind));
	add_formatted(out, "store-no-%08llu", roll(dice, 5000000), 0);
	add_edits(out, dice);
	if (roll(dice, 3))
		add_remark(out, dice);
	else
		buffer_add_long(out, 0);
	buffer_add_long(out, (int64_t)roll(dice, 2));
	if (out->data[out->size - 1])
		buffer_add_double(out, (double)roll(dice, 500000) / 100);
	buffer_add_long(out, (int64_t)roll(dice, 60000));
	buffer_add_string(out, TEXT("7.21.4"));
	buffer_add_long(out, 1);
	add_formatted(out, "10.%llu.17.%llu", roll(dice, 256), roll(dice, 256));
	has_ticket = roll(dice, 2);
	buffer_add_long(out, has_ticket);
	if (has_ticket)
		add_formatted(out, "tk-%016llx", roll(dice, (uint64_t)1 << 52), 0);
	buffer_add_byte(out, roll(dice, 10) == 0);
	buffer_add_string(out, roll(dice, 2) ? TEXT("plant-north") : TEXT("plant-south"));
	buffer_add_long(out, 1);
	buffer_add_string(out, TEXT("channel"));
	buffer_add_string(out, roll(dice, 2) ? TEXT("phone") : TEXT("desk"));
	buffer_add_long(out, 0);
}

void
records_make(struct records *records, size_t count, uint64_t seed)
{
	struct dice dice = {seed | 1};
	size_t i;

	*records = (struct records){.count = count};
	records->begins = memory_get_array(count + 1, sizeof(*records->begins));
	for (i = 0; i < count; i++) {
		records->begins[i] = records->bytes.size;
		add_record(&records->bytes, &dice, i);
	}
	records->begins[count] = records->bytes.size;
}

void
records_fini(struct records *records)
{
	buffer_fini(&records->bytes);
	memory_free(records->begins);
}
