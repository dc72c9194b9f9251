/* SPDX-License-Identifier: Apache-2.0 */
/* connectors/kafka/connector.yaml names what settings.c reads, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "settings.h"

static bool
is_named(const struct yaml_node *list, const char *name)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (text_is(yaml_find(list->items[i], "name")->text, name))
			return true;
	return false;
}

static bool
is_read(const char *name)
{
	size_t i;

	for (i = 0; kafka_source_keys[i]; i++)
		if (strcmp(kafka_source_keys[i], name) == 0)
			return true;
	return false;
}

static bool
is_of_any_source(const char *name)
{
	return strcmp(name, "name") == 0 || strcmp(name, "type") == 0 ||
	    strcmp(name, "mapping") == 0;
}

static void
names_every_setting_and_no_other(void **state)
{
	struct yaml_document *manifest;
	struct error err = {0};
	const struct yaml_node *list;
	size_t i;

	if (!yaml_open(TEST_SOURCE "/connectors/kafka/connector.yaml", &manifest, &err))
		fail_msg("%s", err.text);
	list = yaml_find(manifest->root, "settings");
	for (i = 0; kafka_source_keys[i]; i++)
		if (!is_of_any_source(kafka_source_keys[i]) &&
		    !is_named(list, kafka_source_keys[i]))
			fail_msg("the manifest lacks %s", kafka_source_keys[i]);
	for (i = 0; i < list->count; i++)
		if (!is_read(yaml_find(list->items[i], "name")->text.data))
			fail_msg("line %u: settings.c reads no such thing", list->items[i]->line);
	yaml_close(manifest);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_every_setting_and_no_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
