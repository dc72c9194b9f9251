/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One canonical change event a line, read and fully validated: ours against
 * jansson. `bench_json [FILE]` takes lines from a file instead of those below.
 */
#include <jansson.h>

#include "base/json.h"
#include "base/memory.h"
#include "bench.h"

static const char *const lines[] = {
	"{\"id\":\"INC0000045/0\",\"time\":\"2016-02-29T01:23\",\"actor\":\"Updated by 21\",\"team\":\"Group 56\","
	"\"system\":\"servicenow\",\"channel\":\"Phone\",\"entity\":\"incident/INC0000045\",\"op\":\"update\","
	"\"changes\":[[\"incident_state\",\"New\",\"Active\"],[\"reassignment_count\",0,1],[\"impact\",\"2 - Medium\","
	"\"1 - High\"],[\"assignment_group\",null,\"Group 56\"],[\"knowledge\",false,true]]}",
};

struct work {
	struct text *lines;
	size_t count;
	struct json_reader *reader;
};

static uint64_t
ours(void *context)
{
	struct work *work = context;
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < work->count; i++) {
		struct json_document document;
		struct error err;

		if (!json_parse(work->reader, work->lines[i], &document, &err))
			abort();
		sum += document.count;
	}
	return sum;
}

static uint64_t
theirs(void *context)
{
	struct work *work = context;
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < work->count; i++) {
		json_t *json = json_loadb(work->lines[i].data, work->lines[i].size, JSON_REJECT_DUPLICATES, NULL);

		if (!json)
			abort();
		sum += json_object_size(json);
		json_decref(json);
	}
	return sum;
}

int
main(int argc, char **argv)
{
	struct work work = {NULL, 0, json_reader_open()};
	size_t capacity = 0;

	if (argc > 1) {
		FILE *file = fopen(argv[1], "r");
		char *line = NULL;
		size_t size = 0;
		ssize_t got;

		while (file && work.count < 20000 && (got = getline(&line, &size, file)) > 0) {
			memory_grow(&work.lines, &capacity, work.count + 1, sizeof(*work.lines));
			work.lines[work.count++] = (struct text){memory_text_n(line, (size_t)got - 1), (size_t)got - 1};
		}
	} else {
		for (; work.count < 20000; work.count++) {
			memory_grow(&work.lines, &capacity, work.count + 1, sizeof(*work.lines));
			work.lines[work.count] = text_of(memory_text(lines[0]));
		}
	}
	bench_pair("json", (double)work.count, ours, &work, "jansson", theirs, &work);
	return 0;
}
