/* SPDX-License-Identifier: Apache-2.0 */
/* Every mistake in a source's map is told at its place, with what to write instead. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "kafka/kafka_source.h"
#include "settings.h"

#define GOOD "bootstrap.servers: 'a:1', topics: [t]"

static const struct {
	const char *yaml, *expected; /* line:column sentence, one a line */
} cases[] = {
    {"{name: x, type: kafka, mapping: {}, " GOOD "}", ""},
    {"{bootstrap.servers: 'a:1,b:2', topics: t, group.id: g, begin: latest, format: avro}", ""},
    {"{bootstrap.servers: 'a:1', topics.regex: 'a\\.(b|c).*', begin: 2026-03-01}", ""},
    {"{" GOOD ", begin: {t: '2026-03-01T10:00:00Z'}, skip: {t/3: 17}}", ""},
    {"{" GOOD ", kafka: {security.protocol: SASL_SSL, sasl.password: '${file:p}', "
     "socket.timeout.ms: 5000}}",
	""},
    {"{topics: [t]}",
	"1:1 bootstrap.servers is missing: HOST:PORT of a broker, several with commas\n"},
    {"{bootstrap.servers: '', topics: [t]}",
	"1:21 bootstrap.servers names no broker: HOST:PORT, several with commas\n"},
    {"{bootstrap.servers: 'a:1'}",
	"1:1 topics is missing: a list of topics, or topics.regex: 'crm\\..*'\n"},
    {"{bootstrap.servers: 'a:1', topics: []}",
	"1:36 topics is an empty list: name at least one topic\n"},
    {"{bootstrap.servers: 'a:1', topics: ['a b', t, t]}",
	"1:37 'a b' is no name of a topic: up to 249 letters, digits, '.', '_' and '-'\n"
	"1:47 t is named twice: once is enough\n"},
    {"{" GOOD ", topics.regex: 'x'}", "1:55 topics and topics.regex both: keep one of them\n"},
    {"{bootstrap.servers: 'a:1', topics.regex: '(x'}",
	"1:42 topics.regex is no extended regular expression (POSIX): Unmatched ( or \\(\n"},
    {"{" GOOD ", begin: yesterday}",
	"1:48 begin is earliest, latest or a time like 2026-03-01T00:00:00Z, not 'yesterday'\n"},
    {"{" GOOD ", begin: {u: latest}}",
	"1:49 begin names 'u', which this source does not read: add it to topics, or correct its "
	"name\n"},
    {"{" GOOD ", skip: {t: 5}}",
	"1:48 skip names no partition of a topic that is read: TOPIC/PARTITION\n"},
    {"{" GOOD ", skip: {t/0: -5}}",
	"1:53 -5 is out of range: write a number from 0 to 9223372036854775807\n"},
    {"{" GOOD ", format: jsno}",
	"1:49 format is auto, avro or json, not 'jsno': did you mean 'json'?\n"},
    {"{" GOOD ", on.unknown.schema: drop}",
	"1:60 on.unknown.schema is pause or quarantine, not 'drop'\n"},
    {"{" GOOD ", kafka: {sasl.password: hush}}",
	"1:64 `sasl.password` stands here in clear: put it into a file of its own and write "
	"\"${file:PATH}\", or \"${env:NAME}\"\n"},
    {"{" GOOD ", kafka: {sasl.password: '${file:x'}}",
	"1:64 a reference that begins with ${ ends with }\n"},
    {"{" GOOD ", kafka: {sasl.usernmae: x}}",
	"1:49 librdkafka knows no setting `sasl.usernmae`: did you mean `sasl.username`?\n"},
    {"{" GOOD ", kafka: {enable.auto.commit: true}}",
	"1:49 `enable.auto.commit` is not for `kafka`: positions are the store's: leave it out\n"},
    {"{" GOOD ", kafka: {bootstrap.servers: x}}",
	"1:49 `bootstrap.servers` is not for `kafka`: write it beside `kafka`, not within\n"},
    {"{" GOOD ", kafka: {security.protocol: TLS}}",
	"1:68 librdkafka does not take this: Invalid value \"TLS\" for configuration property "
	"\"security.protocol\"\n"},
    {"{" GOOD ", kafka: [a]}",
	"1:48 `kafka` is a map of librdkafka's settings: {security.protocol: SASL_SSL, …}\n"},
};

static void
tells_every_mistake(void **state)
{
	size_t i, k;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		struct yaml_problems problems = {0};
		struct yaml_document *document;
		struct buffer said = {0};
		struct error err = {0};

		if (!yaml_parse("x.yaml", text_of(cases[i].yaml), &document, &err))
			fail_msg("%s", err.text);
		kafka_source.check("x.yaml", document->root, &problems);
		for (k = 0; k < problems.count; k++)
			buffer_add_format(&said, "%u:%u %s\n", problems.items[k].line,
			    problems.items[k].column, problems.items[k].sentence);
		buffer_add_byte(&said, 0);
		if (strcmp((char *)said.data, cases[i].expected) != 0)
			fail_msg("%s: %s", cases[i].yaml, (char *)said.data);
		buffer_fini(&said);
		yaml_problems_fini(&problems);
		yaml_close(document);
	}
}

static struct kafka_settings
read_settings(const char *yaml)
{
	struct yaml_problems problems = {0};
	struct yaml_document *document;
	struct kafka_settings settings;

	assert_true(yaml_parse("x.yaml", text_of(yaml), &document, NULL));
	assert_true(kafka_settings_read("x.yaml", document->root, &settings, &problems));
	yaml_close(document);
	return settings;
}

static void
a_pattern_is_of_the_whole_name_and_leaves_the_brokers_own_alone(void **state)
{
	struct kafka_settings settings =
	    read_settings("{bootstrap.servers: 'a:1', topics.regex: 'crm\\.|.*offsets'}");

	assert_true(kafka_wants_topic(&settings, "crm."));
	assert_false(kafka_wants_topic(&settings, "crm.case"));
	assert_false(kafka_wants_topic(&settings, "crmx"));
	assert_true(kafka_wants_topic(&settings, "my_offsets"));
	assert_false(kafka_wants_topic(&settings, "__consumer_offsets"));
	kafka_settings_fini(&settings);
}

static void
each_topic_begins_where_the_map_says_and_earliest_else(void **state)
{
	struct kafka_settings settings = read_settings("{bootstrap.servers: 'a:1', topics: [a, b, "
						       "c], begin: {a: latest, b: 1970-01-02}}");

	assert_int_equal(kafka_begin_of(&settings, "a").at, KAFKA_LATEST);
	assert_int_equal(kafka_begin_of(&settings, "b").at, KAFKA_TIME);
	assert_int_equal(kafka_begin_of(&settings, "b").time_ms, 86400000);
	assert_int_equal(kafka_begin_of(&settings, "c").at, KAFKA_EARLIEST);
	assert_string_equal(settings.group, "dyetrace");
	kafka_settings_fini(&settings);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(tells_every_mistake),
	    cmocka_unit_test(a_pattern_is_of_the_whole_name_and_leaves_the_brokers_own_alone),
	    cmocka_unit_test(each_topic_begins_where_the_map_says_and_earliest_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
