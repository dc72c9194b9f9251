/* SPDX-License-Identifier: Apache-2.0 */
/* What stands in the messages of the provenance topic, read by avro-c and by jansson. */
#include "provenance.h"

#include <avro.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sample_batch.h"

static const char orders3[] = "orders/3", orders4[] = "orders/4";

static struct sample_batch sample;
static struct outgoing_topic avro = {.avro = true, .schema = 0x01020304}, json;
static struct outgoing outgoing;
static avro_schema_t schema;
static avro_value_iface_t *class;

static int
begin(void **state)
{
	sample_init(&sample);
	assert_int_equal(avro_schema_from_json_length(
			     kafka_provenance_schema, strlen(kafka_provenance_schema), &schema),
	    0);
	class = avro_generic_class_from_schema(schema);
	return 0;
}

static int
end(void **state)
{
	outgoing_fini(&outgoing);
	avro_value_iface_decref(class);
	avro_schema_decref(schema);
	sample_fini(&sample);
	return 0;
}

static void
make(const struct outgoing_topic *topic, uint32_t events, size_t bytes)
{
	struct provenance *provenance = provenance_open(topic, events, bytes);

	outgoing_clear(&outgoing);
	provenance_add(provenance, &sample.batch, &outgoing);
	provenance_close(provenance);
}

static struct text
key_of(size_t message)
{
	const struct outgoing_item *item = &outgoing.items[message];

	return (struct text){
	    (const char *)outgoing.bytes.data + item->key, item->value - item->key};
}

/* A message as avro-c reads it, all of it. */
static json_t *
read_avro(size_t message)
{
	const struct outgoing_item *item = &outgoing.items[message];
	const uint8_t *value = outgoing.bytes.data + item->value;
	size_t size = item->end - item->value;
	avro_reader_t reader;
	avro_value_t read;
	char *text = NULL;
	json_t *document;

	assert_memory_equal(value, "\0\1\2\3\4", FRAMING_BYTES);
	reader = avro_reader_memory(
	    (const char *)value + FRAMING_BYTES, (int64_t)(size - FRAMING_BYTES));
	avro_generic_value_new(class, &read);
	assert_int_equal(avro_value_read(reader, &read), 0);
	/* Nothing stands behind it. */
	assert_int_not_equal(avro_skip(reader, 1), 0);
	assert_int_equal(avro_value_to_json(&read, 1, &text), 0);
	document = json_loads(text, 0, NULL);
	assert_non_null(document);
	free(text);
	avro_value_decref(&read);
	avro_reader_free(reader);
	return document;
}

static void
says(json_t *document, const char *wanted)
{
	char *said = json_dumps(document, JSON_COMPACT | JSON_ENSURE_ASCII);

	assert_string_equal(said, wanted);
	free(said);
	json_decref(document);
}

static void
what_is_said_often_stands_once(void **state)
{
	sample_begin(&sample, 70);
	sample_event(&sample, orders3, 100, 'A');
	sample_event(&sample, orders3, 101, 0);
	sample_event(&sample, orders3, 102, 'A');
	sample_other(&sample, orders3, 103, RECORD_FILTERED, 1);
	sample_other(&sample, orders3, 104, RECORD_GAP, 6);
	make(&avro, 1024, 1000000);
	assert_int_equal(outgoing.count, 1);
	assert_true(text_is(key_of(0), "orders/3/100"));
	says(read_avro(0),
	    "{\"source\":\"incidents\",\"partition\":\"orders/3\",\"incarnation\":1,"
	    "\"first\":100,\"end\":110,\"replayed\":false,\"time_ms\":1456705480000,\"epoch\":3,"
	    "\"names\":[\"night\",\"chart\",\"servicenow.incident\",\"incident_priority\",\"web\","
	    "\"phone\",\"none\",\"open_count\",\"sla_breach\",\"tombstone\"],"
	    "\"origins\":[{\"actor\":{\"Pseudonym\":\"AAAAAAAAAAAAAAAA\"},"
	    "\"kind\":\"human\",\"team\":0,\"rule\":1,\"confidence\":100},"
	    "{\"actor\":null,\"kind\":\"unknown\",\"team\":-1,\"rule\":6,\"confidence\":0}],"
	    "\"traces\":[{\"dataset\":2,\"features\":[3],\"models\":[]},"
	    "{\"dataset\":2,\"features\":[3,7],\"models\":[8]}],"
	    "\"events\":[{\"at\":0,\"after_ms\":0,\"origin\":0,\"trace\":0,\"system\":4,"
	    "\"channel\":5},{\"at\":1,\"after_ms\":1000,\"origin\":1,\"trace\":1,\"system\":4,"
	    "\"channel\":5},{\"at\":2,\"after_ms\":2000,\"origin\":0,\"trace\":0,\"system\":4,"
	    "\"channel\":5}],"
	    "\"others\":[{\"at\":3,\"count\":1,\"disposition\":\"filtered\",\"reason\":9},"
	    "{\"at\":4,\"count\":6,\"disposition\":\"gap\",\"reason\":9}]}");
}

static void
without_a_registry_it_is_json(void **state)
{
	sample_begin(&sample, 70);
	sample_event(&sample, orders3, 101, 'A');
	sample_other(&sample, orders3, 102, RECORD_QUARANTINED, 1);
	make(&json, 1024, 1000000);
	assert_int_equal(outgoing.count, 1);
	says(json_loadb((char *)outgoing.bytes.data + outgoing.items[0].value,
		 outgoing.items[0].end - outgoing.items[0].value, 0, NULL),
	    "{\"source\":\"incidents\",\"partition\":\"orders/3\",\"incarnation\":1,"
	    "\"first\":101,\"end\":103,\"replayed\":false,\"epoch\":3,"
	    "\"events\":[{\"id\":\"orders/3/101\",\"offset\":101,"
	    "\"time\":\"2016-02-29T00:24:41Z\",\"actor\":\"41414141414141414141414141414141\","
	    "\"kind\":\"human\",\"team\":\"night\",\"rule\":\"chart\",\"confidence\":100,"
	    "\"system\":\"web\",\"channel\":\"phone\",\"dataset\":\"servicenow.incident\","
	    "\"features\":[\"incident_priority\",\"open_count\"],\"models\":[\"sla_breach\"]}],"
	    "\"others\":[{\"id\":\"orders/3/102\",\"offset\":102,\"count\":1,"
	    "\"disposition\":\"quarantined\",\"reason\":\"tombstone\"}]}");
}

static void
partitions_that_are_mixed_are_taken_apart(void **state)
{
	int64_t i;

	sample_begin(&sample, 0);
	for (i = 0; i < 10; i++) {
		sample_event(&sample, orders3, i, 1);
		sample_event(&sample, orders4, 50 + i, 2);
	}
	make(&avro, 1024, 1000000);
	assert_int_equal(outgoing.count, 2);
	assert_true(text_is(key_of(0), "orders/3/0"));
	assert_true(text_is(key_of(1), "orders/4/50"));
	assert_int_equal(outgoing.items[1].record, 1);
}

/* A replayed position stands below what was read meanwhile: it has a message of its own. */
static void
what_came_back_from_quarantine_stands_alone(void **state)
{
	json_t *document;

	sample_begin(&sample, 0);
	sample_event(&sample, orders3, 10, 1);
	sample_event(&sample, orders3, 4, 1)->replay = true;
	sample_event(&sample, orders3, 11, 1);
	sample_event(&sample, orders3, 2, 1)->replay = true;
	sample_event(&sample, orders3, 12, 1)->incarnation = 2;
	make(&avro, 1024, 1000000);
	assert_int_equal(outgoing.count, 4);
	assert_true(text_is(key_of(0), "orders/3/10"));
	assert_true(text_is(key_of(1), "orders/3/4"));
	assert_true(text_is(key_of(2), "orders/3/2"));
	assert_true(text_is(key_of(3), "orders/3/12~2"));
	document = read_avro(0);
	assert_int_equal(json_integer_value(json_object_get(document, "end")), 12);
	assert_int_equal(json_array_size(json_object_get(document, "events")), 2);
	json_decref(document);
	document = read_avro(1);
	assert_true(json_is_true(json_object_get(document, "replayed")));
	json_decref(document);
}

/* Every event of the run is in one of the messages, none in two. */
static void
covers(int64_t first, int64_t end)
{
	size_t i;

	for (i = 0; i < outgoing.count; i++) {
		json_t *document = read_avro(i);

		assert_int_equal(json_integer_value(json_object_get(document, "first")), first);
		first += (int64_t)json_array_size(json_object_get(document, "events"));
		assert_int_equal(json_integer_value(json_object_get(document, "end")), first);
		json_decref(document);
	}
	assert_int_equal(first, end);
}

static void
a_message_has_so_many_events_and_bytes_at_most(void **state)
{
	static const struct {
		uint32_t events;
		size_t bytes, messages;
	} cases[] = {
	    {1024, 1000000, 1},
	    {100, 1000000, 11},
	    {1, 1000000, 1024},
	    {1024, 8000, 4},
	    /* Smaller than one event can be: each goes alone, and the broker decides. */
	    {1024, 10, 1024},
	};
	size_t i, j;

	sample_begin(&sample, 0);
	for (i = 0; i < 1024; i++)
		sample_event(&sample, orders3, (int64_t)i, (uint8_t)(i % 200));
	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		make(&avro, cases[i].events, cases[i].bytes);
		assert_int_equal(outgoing.count, cases[i].messages);
		covers(0, 1024);
		for (j = 0; j < outgoing.count && cases[i].bytes > 10; j++)
			assert_in_range(
			    outgoing.items[j].end - outgoing.items[j].value, 1, cases[i].bytes);
	}
}

static void
equal_batches_give_equal_bytes(void **state)
{
	struct buffer before = {0};

	sample_begin(&sample, 0);
	sample_event(&sample, orders3, 0, 1);
	sample_event(&sample, orders4, 0, 2);
	make(&avro, 1024, 1000000);
	buffer_add_text(&before, buffer_text(&outgoing.bytes));
	make(&avro, 1024, 1000000);
	assert_int_equal(before.size, outgoing.bytes.size);
	assert_memory_equal(before.data, outgoing.bytes.data, before.size);
	buffer_fini(&before);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_said_often_stands_once),
	    cmocka_unit_test(without_a_registry_it_is_json),
	    cmocka_unit_test(partitions_that_are_mixed_are_taken_apart),
	    cmocka_unit_test(what_came_back_from_quarantine_stands_alone),
	    cmocka_unit_test(a_message_has_so_many_events_and_bytes_at_most),
	    cmocka_unit_test(equal_batches_give_equal_bytes),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
