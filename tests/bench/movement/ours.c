/* SPDX-License-Identifier: Apache-2.0 */
#include "ours.h"

#include <stdio.h>
#include <stdlib.h>

#include "bench.h"

void
well(bool good, const struct error *err)
{
	if (good)
		return;
	fprintf(stderr, "bench: %s\n", err->text);
	exit(1);
}

static void
make_names(struct symbols *symbols, const char *kind, uint32_t *names, uint32_t count)
{
	char name[32];
	uint32_t i;

	names[0] = SYMBOL_NONE;
	for (i = 1; i <= count; i++) {
		snprintf(name, sizeof(name), "%s %u", kind, i);
		names[i] = symbols_add(symbols, text_of(name));
	}
}

void
ours_open(struct ours *ours, const char *path)
{
	struct error err = {0};
	char name[32];
	uint32_t i;
	place root;

	*ours = (struct ours){.names = symbols_open()};
	well(image_open((size_t)4 << 30, &ours->image, &err), &err);
	root = image_get(ours->image, MOVEMENT_ROOT_BYTES);
	well(movement_open(ours->image, root, ours->names, &ours->movement, &err), &err);
	for (i = 0; i < STREAM_SUBJECTS; i++) {
		snprintf(name, sizeof(name), "subject %u", i);
		ours->subjects[i] =
		    movement_subject(ours->movement, MOVEMENT_FEATURE, text_of(name));
	}
	movement_subjects(ours->movement, ours->subjects, STREAM_SUBJECTS);
	make_names(ours->names, "team", ours->teams, STREAM_TEAMS);
	make_names(ours->names, "system", ours->systems, STREAM_SYSTEMS);
	make_names(ours->names, "channel", ours->channels, STREAM_CHANNELS);
	make_names(ours->names, "field", ours->fields, STREAM_FIELDS);
	if (path)
		well(catalog_open(path, CATALOG_WRITE, &ours->catalog, &err), &err);
}

void
ours_close(struct ours *ours)
{
	movement_log_fini(&ours->log);
	catalog_close(ours->catalog);
	movement_close(ours->movement);
	image_close(ours->image);
	symbols_close(ours->names);
}

void
ours_add(struct ours *ours, const struct stream_event *event, bool values)
{
	uint32_t field = ours->fields[event->field], i;
	const uint32_t *subjects = ours->subjects + event->first_subject;

	movement_clock(ours->movement, event->time_ms, ours->commits);
	movement_event(ours->movement, event->time_ms, ours->teams[event->team],
	    ours->systems[event->system], ours->channels[event->channel], event->actor);
	for (i = 0; i < STREAM_MOVES; i++)
		movement_add(ours->movement, subjects[i], field, event->moved[i], true);
	for (i = 0; values && i < STREAM_MOVES; i++)
		movement_value(ours->movement, subjects[i], event->values[i]);
	movement_event_end(ours->movement);
}

/* With one block of one record, which the catalog wants to see. */
static void
commit(struct ours *ours)
{
	static const uint8_t root[1][CATALOG_HASH_BYTES];
	const struct catalog_block block = {
	    .number = ours->commits + 1,
	    .segment = 1,
	    .offset = (int64_t)ours->commits,
	    .bytes = 1,
	    .objects = 1,
	    .records = 1,
	    .first_record = ours->commits,
	};
	const struct catalog_commit commit = {
	    .block_count = 1,
	    .blocks = &block,
	    .chunk_count = (ours->commits + 1) % 1024 == 0,
	    .first_chunk = ours->commits / 1024,
	    .chunks = root,
	    .records = ours->commits + 1,
	    .movement = &ours->log,
	};
	struct error err = {0};

	well(catalog_commit(ours->catalog, &commit, &err), &err);
	ours->commits++;
}

void
ours_commit(struct ours *ours, bool sparing)
{
	struct movement_sink sink = movement_log_sink(&ours->log, sparing);
	double start = bench_cpu_ns(), given;

	movement_log_clear(&ours->log);
	movement_rows(ours->movement, &sink);
	given = bench_cpu_ns();
	ours->rows_ns += given - start;
	if (ours->catalog)
		commit(ours);
	ours->commit_ns += bench_cpu_ns() - given;
}
