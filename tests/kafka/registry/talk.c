/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The registry's client by hand: registry_talk URLS [CACHE|- [CA [CERTIFICATE KEY
 * PASSWORD]]], then a command a line on standard input, an answer a line on
 * standard output.
 *
 *   find id|global NUMBER WAIT_MS   known AVRO TEXT | wait | unknown WHY | down WHY
 *   register SUBJECT SCHEMA         id NUMBER | refused WHY | failed WHY
 *   news                            news SENTENCE | none
 *   counts                          REQUESTS ERRORS UNKNOWN CACHED SCHEMAS
 *   examine                         well SENTENCE | ill SENTENCE: ADVICE
 */
#include "registry/registry.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"

#define LINE_BYTES (1 << 20)

static void
find(struct registry *registry, const char *line)
{
	static const char *const types[] = {"AVRO", "JSON", "PROTOBUF"};
	const struct registry_schema *schema = NULL;
	struct schema_key key = {SCHEMA_ID, 0, 0};
	long long wait_ms;
	char kind[16], why[1024];

	if (sscanf(line, "find %15s %" SCNu64 " %lld", kind, &key.low, &wait_ms) != 3)
		exit(2);
	if (strcmp(kind, "global") == 0)
		key.kind = SCHEMA_GLOBAL_ID;
	switch (registry_await(registry, key, wait_ms, &schema)) {
	case REGISTRY_KNOWN:
		printf("known %s %.*s\n", types[schema->type], TEXT_PRINT(schema->text));
		return;
	case REGISTRY_WAIT:
		printf("wait\n");
		return;
	case REGISTRY_UNKNOWN:
		printf("unknown %s\n", registry_why(registry, key, why, sizeof(why)));
		return;
	case REGISTRY_DOWN:
		printf("down %s\n", registry_why(registry, key, why, sizeof(why)));
		return;
	}
}

static void
register_schema(struct registry *registry, const char *line)
{
	struct error err = {0};
	char subject[256];
	uint32_t id;
	int at = 0;

	if (sscanf(line, "register %255s %n", subject, &at) != 1 || !at)
		exit(2);
	if (registry_register(registry, subject, text_of(line + at), &id, &err))
		printf("id %" PRIu32 "\n", id);
	else
		printf("%s %s\n", err.kind == ERROR_REFUSED ? "refused" : "failed", err.text);
}

static void
say(void *context, bool well, const char *what, const char *advice)
{
	(void)context;
	if (well)
		printf("well %s\n", what);
	else
		printf("ill %s: %s\n", what, advice);
}

static void
answer(struct registry *registry, const struct registry_settings *settings, const char *line)
{
	struct registry_counts counts;
	char sentence[1024];

	if (strncmp(line, "find ", 5) == 0)
		find(registry, line);
	else if (strncmp(line, "register ", 9) == 0)
		register_schema(registry, line);
	else if (strcmp(line, "examine") == 0)
		registry_examine(settings, say, NULL);
	else if (strcmp(line, "news") == 0)
		printf(registry_news(registry, sentence, sizeof(sentence)) ? "news %s\n" : "none\n",
		    sentence);
	else if (strcmp(line, "counts") == 0) {
		registry_counts(registry, &counts);
		printf("%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
		    counts.requests, counts.errors, counts.unknown, counts.cached, counts.schemas);
	} else {
		exit(2);
	}
	fflush(stdout);
}

static void
set_files(struct registry_settings *settings, int argc, char **argv)
{
	if (argc > 3)
		settings->ca_file = memory_text(argv[3]);
	if (argc > 6) {
		settings->certificate_file = memory_text(argv[4]);
		settings->key_file = memory_text(argv[5]);
		settings->key_password = memory_text(argv[6]);
	}
}

int
main(int argc, char **argv)
{
	static char line[LINE_BYTES];
	struct registry_settings settings;
	struct registry *registry;
	struct error err = {0};

	if (argc < 2)
		return 2;
	registry_settings_init(&settings);
	settings.urls = memory_text(argv[1]);
	settings.total_ms = 1500;
	settings.ask_again_ms = 300;
	settings.retry_max_ms = 300;
	set_files(&settings, argc, argv);
	if (!registry_open(
		&settings, argc > 2 && *argv[2] != '-' ? argv[2] : NULL, &registry, &err)) {
		fprintf(stderr, "%s\n", err.text);
		return 3;
	}
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = 0;
		answer(registry, &settings, line);
	}
	registry_close(registry);
	registry_settings_fini(&settings);
	return 0;
}
