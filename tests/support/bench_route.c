/* SPDX-License-Identifier: Apache-2.0 */
#include "bench_route.h"

#include <stdio.h>
#include <stdlib.h>

#include "decode/decoder.h"
#include "file/file_source.h"
#include "ingest/ingest.h"

void
bench_fail(const struct error *err)
{
	fprintf(stderr, "bench: %s\n", err->text);
	exit(1);
}

struct settings *
bench_settings(const char *path)
{
	static const struct source_type *const types[] = {&file_source, NULL};
	struct settings_options options = {
	    .path = path, .types = types, .check_mapping = mapping_check};
	struct yaml_problems problems = {0};
	struct settings *settings;

	if (!settings_open(&options, &settings, &problems)) {
		fprintf(stderr, "bench: %s is no settings file\n", path);
		exit(1);
	}
	yaml_problems_fini(&problems);
	return settings;
}

uint64_t
bench_route(const char *path)
{
	struct settings *settings = bench_settings(path);
	struct ingest_options options = {.settings = settings, .until_end = true};
	enum ingest_state state = INGEST_MORE;
	struct ingest *ingest;
	struct error err = {0};
	uint64_t count;

	if (!ingest_open(&options, &ingest, &err))
		bench_fail(&err);
	while (state != INGEST_END)
		if (!ingest_step(ingest, 100, &state, &err))
			bench_fail(&err);
	if (!ingest_checkpoint(ingest, &err))
		bench_fail(&err);
	count = (uint64_t)ingest_counts(ingest)->recorded;
	ingest_close(ingest);
	settings_close(settings);
	return count;
}
