/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A temporary folder with files, and a host that accounts for what the file
 * source gives as the route would. What was given is written down as text, one
 * message a line: "a.jsonl#1 0 {…}", "a.jsonl#1 1 blank", "a.jsonl#1 2 !json-malformed …".
 *
 * Time is the world's own: monotonic_ms() stands still but for the source's
 * waits, which take no time.
 */
#ifndef DYETRACE_TESTS_FILE_WORLD_H
#define DYETRACE_TESTS_FILE_WORLD_H

#include "base/buffer.h"
#include "file/file_source.h"

struct world {
	char folder[64];
	struct partition *partitions[512];
	size_t partition_count;
	struct buffer given, notices;
	/* the source, while it is open */
	struct yaml_document *settings;
	struct source *source;
	bool until_end;
	size_t record_bytes_max;    /* 0: 16 MiB */
	size_t capacity, bytes_max; /* of a batch; 0: 1,000 and 1 MiB */
	bool full_payloads;         /* else payloads are cut to 60 bytes in `given` */
	struct error err;
};

void world_open(struct world *world);
void world_close(struct world *world);

void world_write(struct world *world, const char *name, const char *text);
void world_write_bytes(struct world *world, const char *name, struct text bytes);
void world_append(struct world *world, const char *name, const char *text);
void world_append_bytes(struct world *world, const char *name, struct text bytes);
/* A gzip file of as many members as texts (NULL-terminated list). */
void world_write_gzip(struct world *world, const char *name, const char *const *texts);
void world_rename(struct world *world, const char *from, const char *to);
void world_copy(struct world *world, const char *from, const char *to);
void world_truncate(struct world *world, const char *name, size_t bytes);
void world_remove(struct world *world, const char *name);
/* seconds from now */
void world_touch(struct world *world, const char *name, int seconds);
void world_folder(struct world *world, const char *name);

/* yaml: the source's map, e.g. "{path: a.jsonl, format: jsonl}". false: world->err */
bool world_start(struct world *world, const char *yaml, bool until_end);
void world_stop(struct world *world);
/* One read, committed unless `crash`; false: world->err */
bool world_read(struct world *world, bool crash, enum source_state *state);
/* Reads until SOURCE_END; or, following, until nothing came for idle_ms. false: world->err */
bool world_drain(struct world *world, int64_t idle_ms);
/* start, drain, stop */
bool world_run(struct world *world, const char *yaml);

/* Asserts what was given since the last call. */
void world_expect(struct world *world, const char *given);
/* Asserts that the notices since the last call hold this; NULL: there were none. */
void world_expect_notice(struct world *world, const char *part);

#endif
