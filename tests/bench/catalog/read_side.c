/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Single events, random over the whole store, named as people name them, through
 * the function behind `dyetrace trace`: the whole receipt, with lineage and
 * checkpoint. The peer gives the whole record of the event, undecoded.
 *
 * fresh  each question opens the store, as a command does; all files are in the page cache
 * warm   the store stays open
 * cold   fresh, and none of the files is in the page cache
 */
#include "catalog.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "catalog/catalog.h"
#include "inquiry/inquiry.h"
#include "peer.h"
#include "percentiles.h"

enum way {
	FRESH,
	WARM,
	COLD
};

struct reading {
	const struct settings *settings;
	const char *peer_path;
	uint64_t records, random;
	char *names[4096]; /* of partitions, by number */
	struct inquiry *inquiry;
	struct peer *peer, *index; /* index: what is asked for is chosen in it, off the clock */
};

/* What one look-up asks, and what must come back. */
struct asked {
	char id[256], position[4096];
	uint32_t partition;
	int64_t offset;
};

static uint64_t
random_of(struct reading *reading)
{
	/* Source: G. Marsaglia, Xorshift RNGs, J. Stat. Softw. 8(14), 2003. */
	reading->random ^= reading->random << 13;
	reading->random ^= reading->random >> 7;
	reading->random ^= reading->random << 17;
	return reading->random;
}

static void
choose(struct reading *reading, struct asked *asked)
{
	struct peer_row row;

	while (!peer_by_record(reading->index, random_of(reading) % reading->records, &row))
		;
	snprintf(asked->id, sizeof(asked->id), "%.*s", TEXT_PRINT(row.id));
	snprintf(asked->position, sizeof(asked->position), "%s:%lld", reading->names[row.partition],
	    (long long)row.offset + 1);
	asked->partition = row.partition;
	asked->offset = row.offset;
}

static void
check(const struct asked *asked, json_t *receipt, const struct error *err)
{
	const char *id;
	int64_t offset;

	well(receipt != NULL, err);
	id = json_string_value(json_object_get(json_object_get(receipt, "event"), "id"));
	offset =
	    json_integer_value(json_object_get(json_object_get(receipt, "position"), "offset"));
	if (!id || strcmp(id, asked->id) != 0 || offset != asked->offset) {
		fprintf(stderr, "bench_catalog: %s is not %s\n", asked->position, asked->id);
		exit(1);
	}
	json_decref(receipt);
}

static double
ask_ours(struct reading *reading, enum way way, bool by_id, const struct asked *asked)
{
	double start = wall_ns(), ns;
	struct inquiry *inquiry = reading->inquiry;
	struct error err = {0};
	json_t *receipt;

	if (way != WARM)
		well(inquiry_open(reading->settings, &inquiry, &err), &err);
	receipt = inquiry_trace(inquiry, text_of(by_id ? asked->id : asked->position), &err);
	if (way != WARM)
		inquiry_close(inquiry);
	ns = wall_ns() - start;
	check(asked, receipt, &err);
	return ns;
}

static double
ask_peer(struct reading *reading, enum way way, bool by_id, const struct asked *asked)
{
	double start = wall_ns();
	struct peer *peer = reading->peer;
	struct peer_row row;
	bool right;

	if (way != WARM)
		peer = peer_open(reading->peer_path, false, PEER_THREE);
	right = by_id ? peer_by_id(peer, text_of(asked->id), &row)
		      : peer_by_position(peer, asked->partition, asked->offset, &row);
	right = right && text_is(row.id, asked->id) && row.offset == asked->offset;
	if (way != WARM)
		peer_close(peer);
	if (!right) {
		fprintf(
		    stderr, "bench_catalog: the peer's %s is not %s\n", asked->position, asked->id);
		exit(1);
	}
	return wall_ns() - start;
}

/* Asks the kernel to forget a file's pages. */
static void
drop_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	close(fd);
}

/* Brings a file into the page cache. */
static void
read_file(const char *path)
{
	static char buffer[1 << 20];
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	while (read(fd, buffer, sizeof(buffer)) > 0)
		;
	close(fd);
}

static void
each_file(const char *folder, void (*visit)(const char *path))
{
	DIR *listing = opendir(folder);
	struct dirent *entry;
	char path[4400];

	while (listing && (entry = readdir(listing))) {
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		if (entry->d_type == DT_REG)
			visit(path);
	}
	if (listing)
		closedir(listing);
}

/* Every file of both sides. */
static void
each_side(const struct reading *reading, void (*visit)(const char *path))
{
	char facts[4096];

	snprintf(facts, sizeof(facts), "%s/facts", reading->settings->store);
	each_file(reading->settings->store, visit);
	each_file(facts, visit);
	visit(reading->peer_path);
}

struct kind {
	const char *bench;
	enum way way;
	bool by_id;
};

/* A fifth more look-ups come first and do not count, but for the cold. */
static void
measure(struct reading *reading, const struct kind *kind, size_t lookups)
{
	struct latencies latencies = {memory_get_array(lookups, sizeof(double)),
	    memory_get_array(lookups, sizeof(double)), 0};
	size_t i, warming = kind->way == COLD ? 0 : lookups / 5;
	struct asked asked;

	for (i = 0; i < warming + lookups; i++) {
		if (i == warming)
			latencies.count = 0;
		choose(reading, &asked);
		if (kind->way == COLD)
			each_side(reading, drop_file);
		latencies.ours[latencies.count] = ask_ours(reading, kind->way, kind->by_id, &asked);
		latencies.peers[latencies.count++] =
		    ask_peer(reading, kind->way, kind->by_id, &asked);
	}
	latencies_print(kind->bench, "SQLite, 3 indexes", &latencies);
	memory_free(latencies.ours);
	memory_free(latencies.peers);
}

static bool
keep_name(void *context, const struct partition *partition)
{
	struct reading *reading = context;

	if (partition->number < ARRAY_COUNT(reading->names))
		reading->names[partition->number] = memory_text(partition->name);
	return true;
}

static void
begin(struct reading *reading)
{
	struct catalog_state state;
	struct catalog *catalog;
	struct error err = {0};
	char path[4096];

	snprintf(path, sizeof(path), "%s/catalog.db", reading->settings->store);
	well(catalog_open(path, CATALOG_READ, &catalog, &err), &err);
	well(catalog_state(catalog, &state, &err), &err);
	well(catalog_partitions(catalog, keep_name, reading, &err), &err);
	catalog_close(catalog);
	reading->records = state.records;
	reading->peer = peer_open(reading->peer_path, false, PEER_THREE);
	reading->index = peer_open(reading->peer_path, false, PEER_THREE);
	well(inquiry_open(reading->settings, &reading->inquiry, &err), &err);
	sync();
	each_side(reading, read_file);
}

void
read_side(const struct settings *settings, const char *peer, size_t lookups, const char *only)
{
	static const struct kind kinds[] = {
	    {"read-position-fresh", FRESH, false},
	    {"read-position-warm", WARM, false},
	    {"read-id-fresh", FRESH, true},
	    {"read-id-warm", WARM, true},
	    {"read-position-cold", COLD, false},
	    {"read-id-cold", COLD, true},
	};
	static struct reading reading;
	size_t i;

	reading =
	    (struct reading){.settings = settings, .peer_path = peer, .random = 88172645463325252};
	begin(&reading);
	printf(
	    "{\"bench\":\"read-store\",\"records\":%llu}\n", (unsigned long long)reading.records);
	for (i = 0; i < ARRAY_COUNT(kinds); i++)
		if (!only || strstr(kinds[i].bench, only))
			measure(&reading, &kinds[i], lookups);
	inquiry_close(reading.inquiry);
	peer_close(reading.peer);
	peer_close(reading.index);
	for (i = 0; i < ARRAY_COUNT(reading.names); i++)
		memory_free(reading.names[i]);
}
