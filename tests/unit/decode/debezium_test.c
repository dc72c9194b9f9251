/* SPDX-License-Identifier: Apache-2.0 */
/* Debezium's change events: what each op becomes, and what is nobody's act. */
#include "decoding.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define NAMED                                                                                      \
	"envelope: debezium\nactor: after.by\nentity: {template: \"case/{after.id}\"}\n"           \
	"changes: {columns: [state, prio, sum]}\n"
#define ALL                                                                                        \
	"envelope: debezium\nactor: after.by\nentity: {template: \"case/{after.id}\"}\n"           \
	"changes: {columns: all, except: [mail]}\n"
#define SOURCE                                                                                     \
	",\"source\":{\"ts_ms\":1456708980000,\"db\":\"crm\",\"schema\":\"public\",\"table\":"     \
	"\"case\""
#define EVENT(op, before, after)                                                                   \
	"{\"before\":" before ",\"after\":" after SOURCE ",\"snapshot\":\"false\"},\"op\":\"" op   \
	"\",\"ts_ms\":1456708981000,\"transaction\":null}"
#define OLD "{\"id\":7,\"state\":\"new\",\"prio\":3,\"sum\":1.5,\"by\":\"ann\",\"mail\":\"m\"}"
#define NEW "{\"id\":7,\"state\":\"open\",\"prio\":3,\"sum\":null,\"by\":\"bob\",\"mail\":\"n\"}"
#define WHO "2016-02-29T01:23:00Z public.case actor="

struct change_case {
	const char *json, *expected;
};

static void
check_all(const char *mapping, const struct change_case *cases, size_t count)
{
	struct decoding decoding;
	size_t i;

	decoding_open(&decoding, FORMAT_JSON, mapping, NULL);
	for (i = 0; i < count; i++)
		assert_string_equal(
		    decoding_one(&decoding, text_of(cases[i].json)), cases[i].expected);
	decoding_close(&decoding);
}

static void
each_op_becomes_an_event(void **state)
{
	static const struct change_case cases[] = {
	    {EVENT("c", "null", OLD),
		WHO "ann entity=case/7 op=create [state null -> 'new', prio null -> 3, sum null -> "
		    "1.5d]"},
	    {EVENT("u", OLD, NEW),
		WHO "bob entity=case/7 op=update [state 'new' -> 'open', sum 1.5d -> null]"},
	    {EVENT("u", OLD, OLD), WHO "ann entity=case/7 op=update []"},
	    /* the row before is not there: old values are not known */
	    {EVENT("u", "null", NEW),
		WHO "bob entity=case/7 op=update [state null -> 'open', prio null -> 3]"},
	    /* the row that went says who and which */
	    {EVENT("d", OLD, "null"),
		WHO "ann entity=case/7 op=delete [state 'new' -> null, prio 3 -> null, sum 1.5d -> "
		    "null]"},
	    {EVENT("d", "{\"id\":7}", "null"),
		"2016-02-29T01:23:00Z public.case entity=case/7 op=delete []"},
	    {EVENT("d", "null", "null"), "2016-02-29T01:23:00Z public.case op=delete []"},
	    {EVENT("t", "null", "null"), "2016-02-29T01:23:00Z public.case op=truncate []"},
	    /* a value that was too large to be sent has not changed */
	    {EVENT("u", OLD, "{\"id\":7,\"state\":\"__debezium_unavailable_value\",\"prio\":4}"),
		"2016-02-29T01:23:00Z public.case entity=case/7 op=update [prio 3 -> 4]"},
	    {EVENT("u", "{\"state\":\"X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ==\"}", NEW),
		WHO "bob entity=case/7 op=update [state null -> 'open', prio null -> 3]"},
	};

	check_all(NAMED, cases, ARRAY_COUNT(cases));
}

static void
with_and_without_its_schema(void **state)
{
	static const struct change_case cases[] = {
	    {"{\"schema\":{\"type\":\"struct\",\"fields\":[{\"field\":\"op\"}],\"name\":\"x\"},"
	     "\"payload\":" EVENT("u", OLD, NEW) "}",
		WHO "bob entity=case/7 op=update [state 'new' -> 'open', sum 1.5d -> null]"},
	    {"{\"payload\":" EVENT("d", OLD, "null") ",\"schema\":null}",
		WHO "ann entity=case/7 op=delete [state 'new' -> null, prio 3 -> null, sum 1.5d -> "
		    "null]"},
	    {"{\"schema\":null,\"payload\":null}", "filtered: blank: "},
	    {"{\"schema\":{},\"payload\":{\"ts_ms\":1}}", "filtered: heartbeat: "},
	};

	check_all(NAMED, cases, ARRAY_COUNT(cases));
}

static void
all_columns_but_those_that_are_named(void **state)
{
	static const struct change_case cases[] = {
	    {EVENT("c", "null", OLD),
		WHO "ann entity=case/7 op=create [state null -> 'new', prio null -> 3, sum null -> "
		    "1.5d]"},
	    {EVENT("u", OLD, NEW),
		WHO "bob entity=case/7 op=update [state 'new' -> 'open', sum 1.5d -> null]"},
	    {EVENT("d", OLD, "null"),
		WHO "ann entity=case/7 op=delete [state 'new' -> null, prio 3 -> null, sum 1.5d -> "
		    "null]"},
	    /* in another order, of other columns, with more than one value */
	    {EVENT("u", "{\"z\":1,\"y\":2,\"x\":3,\"v\":5}", "{\"x\":4,\"y\":2,\"z\":0,\"w\":[1]}"),
		"2016-02-29T01:23:00Z public.case op=update [x 3 -> 4, z 1 -> 0]"},
	    {"{\"schema\":{},\"payload\":" EVENT("u", "{\"b\":1}", "{\"b\":2,\"c\":3}") "}",
		"2016-02-29T01:23:00Z public.case op=update [b 1 -> 2, c null -> 3]"},
	    {EVENT("t", "null", "null"), "2016-02-29T01:23:00Z public.case op=truncate []"},
	    /* both with and without its schema at once */
	    {"{\"payload\":{\"after\":{\"a\":1}},\"after\":{\"a\":2},\"op\":\"c\"" SOURCE "}}",
		"quarantined: field-changed-twice: a column is there twice"},
	};

	check_all(ALL, cases, ARRAY_COUNT(cases));
}

static void
what_is_nobodys_act_is_left_out(void **state)
{
	static const struct change_case cases[] = {
	    {EVENT("r", "null", OLD), "filtered: snapshot-read: "},
	    {"{\"after\":" OLD SOURCE ",\"snapshot\":true},\"op\":\"c\"}",
		"filtered: snapshot-read: "},
	    {"{\"after\":" OLD SOURCE ",\"snapshot\":\"last\"},\"op\":\"c\"}",
		"filtered: snapshot-read: "},
	    {"{\"op\":\"m\",\"ts_ms\":1,\"message\":{\"prefix\":\"p\",\"content\":\"AA==\"}}",
		"filtered: logical-message: "},
	    {"{\"ts_ms\":1456708980000}", "filtered: heartbeat: "},
	    {"{\"ts_ms\":1,\"ts_us\":1000,\"ts_ns\":1000000}", "filtered: heartbeat: "},
	    {"{\"status\":\"BEGIN\",\"id\":\"571:53195829\",\"event_count\":null,"
	     "\"data_collections\":null,\"ts_ms\":1}",
		"filtered: transaction-metadata: "},
	    {"{\"status\":\"END\",\"id\":\"571\",\"event_count\":2,\"data_collections\":[],\"ts_"
	     "ms\":1}",
		"filtered: transaction-metadata: "},
	    {"{\"source\":{\"ts_ms\":1},\"ts_ms\":1,\"databaseName\":\"crm\",\"ddl\":\"CREATE "
	     "TABLE x\",\"tableChanges\":[]}",
		"filtered: schema-change: "},
	};

	check_all(NAMED, cases, ARRAY_COUNT(cases));
}

#define NO_OP                                                                                      \
	"quarantined: envelope-malformed: no `op`: not a change event of Debezium (one that "      \
	"ExtractNewRecordState made flat is mapped without `envelope`)"

/* A flat row may have columns that a heartbeat or a transaction has, too. */
static void
what_is_no_change_event_is_put_aside(void **state)
{
	static const struct change_case cases[] = {
	    {"{}", NO_OP},
	    {"{\"id\":7,\"state\":\"new\"}", NO_OP},
	    {"{\"status\":\"open\",\"id\":\"7\",\"event_count\":1,\"ts_ms\":1}", NO_OP},
	    {"{\"ts_ms\":1,\"state\":\"new\"}", NO_OP},
	    {"{\"ts_ms\":1,\"id\":7}", NO_OP},
	    {"{\"op\":5}", "quarantined: envelope-malformed: op is none of c, u, d, r, t and m"},
	    {EVENT("x", "null", OLD),
		"quarantined: envelope-malformed: op is none of c, u, d, r, t and m"},
	    {EVENT("c", "null", "null"),
		"quarantined: envelope-malformed: after is not there, which its op needs"},
	    {EVENT("u", "null", "\"{}\""),
		("quarantined: envelope-malformed: after is a single value, not a row (MongoDB's "
		 "documents are not read)")},
	    {EVENT("d", "5", "null"),
		("quarantined: envelope-malformed: before is a single value, not a row (MongoDB's "
		 "documents are not read)")},
	    {EVENT("c", "null", "{\"state\":[1]}"),
		"quarantined: field-has-wrong-type: changes: field state holds a list or an "
		"object"},
	    {"{\"after\":{},\"op\":\"c\",\"source\":{\"table\":\"t\",\"db\":\"d\"}}",
		"quarantined: required-field-missing: time: field source.ts_ms is absent"},
	    {"{\"after\":{},\"op\":\"c\",\"source\":{\"ts_ms\":1}}",
		"quarantined: required-field-missing: dataset: the record does not say"},
	    {"{\"op\":\"c\"",
		"quarantined: json-malformed: ',' or '}' expected, not the end, at byte 10"},
	};

	check_all(NAMED, cases, ARRAY_COUNT(cases));
}

static void
parts_may_be_said(void **state)
{
	static const struct change_case cases[] = {
	    {"{\"after\":{\"n\":1},\"op\":\"c\",\"ts_ms\":1456708981000,\"transaction\":{\"id\":"
	     "\"571\",\"total_order\":1},\"source\":{\"ts_ms\":1,\"db\":\"crm\",\"table\":\"case\","
	     "\"txId\":9}}",
		"2016-02-29T01:23:01Z case id=571 actor=9 system=crm op=c [n null -> 1]"},
	    {"{\"before\":{\"n\":1},\"after\":{\"n\":2},\"op\":\"u\",\"ts_ms\":1456708981000,"
	     "\"source\":{\"table\":\"other\"}}",
		"filtered: filtered-by-mapping: field source.table"},
	};

	check_all("envelope: debezium\ndataset: source.table\ntime: {field: ts_ms, format: "
		  "unix-ms}\nid: transaction.id\nop: op\nactor: source.txId\nsystem: source.db\n"
		  "where: [{field: source.table, is: case}]\nchanges: {columns: [n]}\n",
	    cases, ARRAY_COUNT(cases));
}

/* MySQL has databases and no schemas. */
static void
the_dataset_is_the_table(void **state)
{
	static const struct change_case cases[] = {
	    {"{\"after\":{},\"op\":\"c\",\"source\":{\"ts_ms\":0,\"db\":\"crm\",\"table\":\"t\"}}",
		"1970-01-01T00:00:00Z crm.t op=create []"},
	    {"{\"after\":{},\"op\":\"c\",\"source\":{\"ts_ms\":0,\"db\":\"crm\",\"schema\":null,"
	     "\"table\":\"t\"}}",
		"1970-01-01T00:00:00Z crm.t op=create []"},
	    {"{\"after\":{},\"op\":\"c\",\"source\":{\"ts_ms\":0,\"db\":\"crm\",\"schema\":\"s\","
	     "\"table\":\"t\"}}",
		"1970-01-01T00:00:00Z s.t op=create []"},
	};

	check_all("envelope: debezium\n", cases, ARRAY_COUNT(cases));
}

/* --- Avro, as the connector's converter writes it ---------------------------------------- */

#define NULLABLE(type) "[\"null\"," type "]"
#define FIELD(name, type) "{\"name\":\"" name "\",\"type\":" type "}"
#define RECORD(name, fields) "{\"type\":\"record\",\"name\":\"" name "\",\"fields\":[" fields "]}"
#define ROW                                                                                                       \
	RECORD("Value",                                                                                           \
	    FIELD("id", "\"long\"") "," FIELD("state", NULLABLE("\"string\"")) "," FIELD("sum",                   \
		"{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":9,\"scale\":2}") "," FIELD("tags", \
		"{\"type\":\"array\",\"items\":\"string\"}") "," FIELD("by",                                      \
		NULLABLE("\"string\"")))

static const char envelope[] = RECORD("Envelope",
    FIELD("before", NULLABLE(ROW)) "," FIELD("after", NULLABLE("\"Value\"")) "," FIELD("source",
	RECORD("Source",
	    FIELD("ts_ms", "\"long\"") "," FIELD("snapshot", NULLABLE("\"string\"")) "," FIELD(
		"db", "\"string\"") "," FIELD("schema", "\"string\"") "," FIELD("table",
		"\"string\""))) "," FIELD("op", "\"string\"") "," FIELD("ts_ms",
	NULLABLE("\"long\"")));
static const char heartbeat[] = RECORD("Heartbeat", FIELD("ts_ms", "\"long\""));
static const char transaction[] = RECORD("Transaction",
    FIELD("status", "\"string\"") "," FIELD("id", "\"string\"") "," FIELD(
	"event_count", NULLABLE("\"long\"")) "," FIELD("ts_ms", "\"long\""));
static const char flat[] = RECORD("Flat", FIELD("id", "\"long\"") "," FIELD("ts_ms", "\"long\""));

struct avro_row {
	const char *state, *by; /* NULL: null */
	int64_t id;
	uint8_t cents;
};

static void
add_optional(struct buffer *out, const char *text)
{
	buffer_add_long(out, text != NULL);
	if (text)
		buffer_add_string(out, text_of(text));
}

static void
add_avro_row(struct buffer *out, const struct avro_row *row)
{
	buffer_add_long(out, row != NULL);
	if (!row)
		return;
	buffer_add_long(out, row->id);
	add_optional(out, row->state);
	buffer_add_string(out, (struct text){(const char *)&row->cents, 1});
	buffer_add_long(out, 0);
	add_optional(out, row->by);
}

static const char *
decode_avro(struct decoding *decoding, const char *schema, const struct buffer *bytes)
{
	static struct message_schema schemas[4];
	static const char *const texts[] = {envelope, heartbeat, transaction, flat};
	struct message *message;
	size_t i;

	decoding_reset(decoding);
	decoding_add(decoding, buffer_text(bytes));
	message = &decoding->batch.messages[0];
	message->format = FORMAT_AVRO;
	message->framing = 5;
	for (i = 0; texts[i] != schema; i++)
		;
	schemas[i] =
	    (struct message_schema){.id = i + 1, .format = FORMAT_AVRO, .text = text_of(schema)};
	message->schema = &schemas[i];
	decoding_run(decoding);
	return decoding_show(decoding, 0);
}

static const char *
decode_change(struct decoding *decoding, const struct avro_row *before,
    const struct avro_row *after, const char *op)
{
	static struct buffer bytes;

	bytes.size = 0;
	buffer_add(&bytes, "\0\0\0\0\7", 5);
	add_avro_row(&bytes, before);
	add_avro_row(&bytes, after);
	buffer_add_long(&bytes, INT64_C(1456708980000));
	add_optional(&bytes, "false");
	buffer_add_string(&bytes, TEXT("crm"));
	buffer_add_string(&bytes, TEXT("public"));
	buffer_add_string(&bytes, TEXT("case"));
	buffer_add_string(&bytes, text_of(op));
	buffer_add_long(&bytes, 0);
	return decode_avro(decoding, envelope, &bytes);
}

static void
avro_is_read_as_json_is(void **state)
{
	static const struct avro_row old = {"new", "ann", 7, 50}, now = {"open", "bob", 7, 50};
	static const char *const mappings[] = {NAMED,
	    "envelope: debezium\nactor: after.by\nentity: {template: \"case/{after.id}\"}\n"
	    "changes: {columns: all}\n"};
	struct decoding decoding;
	size_t i;

	for (i = 0; i < ARRAY_COUNT(mappings); i++) {
		decoding_open(&decoding, FORMAT_JSON, mappings[i], NULL);
		assert_string_equal(decode_change(&decoding, NULL, &old, "c"),
		    WHO "ann entity=case/7 op=create [state null -> 'new', sum null -> 0.5d]");
		assert_string_equal(decode_change(&decoding, &old, &now, "u"),
		    WHO "bob entity=case/7 op=update [state 'new' -> 'open']");
		assert_string_equal(decode_change(&decoding, &old, NULL, "d"),
		    WHO "ann entity=case/7 op=delete [state 'new' -> null, sum 0.5d -> null]");
		assert_string_equal(
		    decode_change(&decoding, NULL, &old, "r"), "filtered: snapshot-read: ");
		/* and JSON in between */
		assert_string_equal(decoding_one(&decoding, TEXT(EVENT("t", "null", "null"))),
		    "2016-02-29T01:23:00Z public.case op=truncate []");
		decoding_close(&decoding);
	}
}

static void
avro_that_is_no_change_event(void **state)
{
	struct decoding decoding;
	struct buffer bytes = {0};

	decoding_open(&decoding, FORMAT_JSON, NAMED, NULL);
	buffer_add(&bytes, "\0\0\0\0\7", 5);
	buffer_add_long(&bytes, 1);
	assert_string_equal(decode_avro(&decoding, heartbeat, &bytes), "filtered: heartbeat: ");
	buffer_add_long(&bytes, 1);
	assert_string_equal(decode_avro(&decoding, flat, &bytes), NO_OP);
	assert_string_equal(decode_avro(&decoding, heartbeat, &bytes),
	    "quarantined: avro-malformed: bytes behind the value (byte 2 of 2)");
	bytes.size = 5;
	buffer_add_string(&bytes, TEXT("END"));
	buffer_add_string(&bytes, TEXT("571:12"));
	buffer_add_long(&bytes, 1);
	buffer_add_long(&bytes, 3);
	buffer_add_long(&bytes, 9);
	assert_string_equal(
	    decode_avro(&decoding, transaction, &bytes), "filtered: transaction-metadata: ");
	buffer_fini(&bytes);
	decoding_close(&decoding);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_op_becomes_an_event),
	    cmocka_unit_test(with_and_without_its_schema),
	    cmocka_unit_test(all_columns_but_those_that_are_named),
	    cmocka_unit_test(what_is_nobodys_act_is_left_out),
	    cmocka_unit_test(what_is_no_change_event_is_put_aside),
	    cmocka_unit_test(parts_may_be_said),
	    cmocka_unit_test(the_dataset_is_the_table),
	    cmocka_unit_test(avro_is_read_as_json_is),
	    cmocka_unit_test(avro_that_is_no_change_event),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
