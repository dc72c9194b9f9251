/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The origin tag, events of few and of many actors: ours against uthash.
 *
 *   bench_origin [FEW [MANY]]       10000 and 5000000
 *
 * Events come in batches of 4,096, whose texts were written just before, as
 * decoding does; only the tagging is timed. The actor of an event is drawn
 * either by Zipf's law (the k-th busiest acts 1/k times as often as the first:
 * what logs of people look like) or evenly (nobody's log: the memory's worst).
 * Every actor is known before. The chart holds one of 20, of few and of many
 * alike, for a ledger takes no chart of five million: two rows each, of which
 * the second holds. Who changes teams costs one look at the chart, once, which
 * is not measured here.
 *
 * The peer keeps actors and persons in two uthash tables and asks both for each
 * event, then finds the row by binary search: what one would write first.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <uthash.h>

#include "base/keys.h"
#include "base/memory.h"
#include "bench.h"
#include "origin/resolver.h"

#define BATCH 4096
#define EVENTS (BATCH * 256)
#define CHART_SHARE 20 /* one actor of so many is in the chart */
#define NAME_BYTES 32
#define DAY_MS 86400000ll
#define REORGANISATION_MS (15 * DAY_MS)

struct peer_actor {
	char *name;
	struct pseudonym pseudonym;
	uint32_t number;
	UT_hash_handle hh;
};

struct peer_row {
	int64_t from_ms, to_ms;
	uint32_t team;
};

struct peer_person {
	char *name;
	struct peer_row rows[2];
	UT_hash_handle hh;
};

struct world {
	uint32_t actors, persons;
	char folder[64], keys_path[96], identity_path[96];
	struct keys *keys;
	struct identity *identity;
	struct symbols *names;
	struct org_chart *chart;
	struct resolver *resolver;
	struct batch batch;
	struct peer_actor *peer_actors;
	struct peer_person *peer_persons;
	uint32_t *sequence; /* [EVENTS]: who acts */
};

static void
must(bool done, const struct error *err)
{
	if (done)
		return;
	fprintf(stderr, "%s\n", err->text);
	exit(1);
}

static struct text
name_of(uint32_t actor, char out[NAME_BYTES])
{
	return (struct text){out, (size_t)snprintf(out, NAME_BYTES, "person.%07u@company", actor)};
}

/* --- making the world ----------------------------------------------------------------- */

static void
make_chart(struct world *world)
{
	struct buffer csv = {0};
	struct error err = {0};
	char name[NAME_BYTES];
	uint32_t i;

	buffer_add_text(&csv, TEXT("person,team,manager,kind,valid_from,valid_to\n"));
	for (i = 0; i < world->persons; i++) {
		buffer_add_text(&csv, name_of(i * CHART_SHARE, name));
		buffer_add_format(&csv, ",team %u,,human,,1970-01-16\n", i % 100);
		buffer_add_text(&csv, name_of(i * CHART_SHARE, name));
		buffer_add_format(&csv, ",team %u,,human,1970-01-16,\n", i % 97);
	}
	must(org_chart_parse("chart", buffer_text(&csv), world->names, &world->chart, &err), &err);
	buffer_fini(&csv);
}

static double
resident_bytes(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	long all = 0, resident = 0;

	if (!file || fscanf(file, "%ld %ld", &all, &resident) != 2)
		exit(1);
	fclose(file);
	return (double)resident * (double)sysconf(_SC_PAGESIZE);
}

static double
wall_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* Adds everybody through the front door; says what a new actor costs and takes. */
static void
make_identity(struct world *world)
{
	struct identity_options options = {.path = world->identity_path,
	    .keys = world->keys,
	    .actors_max = UINT32_MAX,
	    .create = true};
	struct identity_entry *entry;
	struct identity_counts counts;
	struct error err = {0};
	char name[NAME_BYTES];
	double before = resident_bytes(), start = bench_cpu_ns(), begun = wall_ns(), took;
	uint32_t i;

	must(identity_open(&options, &world->identity, &err), &err);
	for (i = 0; i < world->actors; i++)
		must(identity_find_or_add(world->identity, name_of(i, name), &entry, &err), &err);
	must(identity_commit(world->identity, &err), &err);
	took = bench_cpu_ns() - start;
	identity_counts(world->identity, &counts);
	printf("{\"bench\":\"origin new actor\",\"n\":%u,\"ours_ns\":%.0f,\"wall_ns\":%.0f,"
	       "\"name_bytes\":%zu,\"bytes_per_actor\":%.1f,\"resident_per_actor\":%.1f}\n",
	    world->actors, took / world->actors, (wall_ns() - begun) / world->actors,
	    name_of(0, name).size, (double)counts.bytes / world->actors,
	    (resident_bytes() - before) / world->actors);
	fflush(stdout);
}

static void
make_peer(struct world *world)
{
	char name[NAME_BYTES];
	uint32_t i;

	for (i = 0; i < world->actors; i++) {
		struct peer_actor *actor = memory_get(sizeof(*actor));
		struct text text = name_of(i, name);

		actor->name = memory_text_n(text.data, text.size);
		actor->number = i + 1;
		random_fill(&actor->pseudonym, sizeof(actor->pseudonym));
		HASH_ADD_KEYPTR(hh, world->peer_actors, actor->name, text.size, actor);
	}
	for (i = 0; i < world->persons; i++) {
		struct peer_person *person = memory_get(sizeof(*person));
		struct text text = name_of(i * CHART_SHARE, name);

		person->name = memory_text_n(text.data, text.size);
		person->rows[0] = (struct peer_row){INT64_MIN, REORGANISATION_MS, 1 + i % 100};
		person->rows[1] = (struct peer_row){REORGANISATION_MS, INT64_MAX, 1 + i % 97};
		HASH_ADD_KEYPTR(hh, world->peer_persons, person->name, text.size, person);
	}
}

static void
open_world(struct world *world, uint32_t actors)
{
	struct error err = {0};

	*world = (struct world){.actors = actors};
	world->persons = actors / CHART_SHARE;
	strcpy(world->folder, "/tmp/dyetrace-bench-XXXXXX");
	if (!mkdtemp(world->folder))
		exit(1);
	snprintf(world->keys_path, sizeof(world->keys_path), "%s/key", world->folder);
	snprintf(
	    world->identity_path, sizeof(world->identity_path), "%s/identity.db", world->folder);
	must(keys_create(world->keys_path, &err) && keys_open(world->keys_path, &world->keys, &err),
	    &err);
	world->names = symbols_open();
	make_chart(world);
	make_identity(world);
	make_peer(world);
	world->resolver = resolver_open(world->identity, world->chart);
	batch_init(&world->batch, BATCH, SIZE_MAX);
	world->sequence = memory_get_array(EVENTS, sizeof(*world->sequence));
}

static void
close_world(struct world *world)
{
	struct peer_actor *actor, *next_actor;
	struct peer_person *person, *next_person;

	batch_fini(&world->batch);
	resolver_close(world->resolver);
	org_chart_close(world->chart);
	symbols_close(world->names);
	identity_close(world->identity);
	keys_close(world->keys);
	HASH_ITER(hh, world->peer_actors, actor, next_actor)
	{
		HASH_DEL(world->peer_actors, actor);
		memory_free(actor->name);
		memory_free(actor);
	}
	HASH_ITER(hh, world->peer_persons, person, next_person)
	{
		HASH_DEL(world->peer_persons, person);
		memory_free(person->name);
		memory_free(person);
	}
	memory_free(world->sequence);
	unlink(world->identity_path);
	unlink(world->keys_path);
	rmdir(world->folder);
}

/* --- who acts -------------------------------------------------------------------------- */

static uint64_t random_state = 0x9e3779b97f4a7c15u;

/* Source: S. Vigna, "An experimental exploration of Marsaglia's xorshift generators", 2016. */
static uint64_t
next_random(void)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return random_state * 0x2545f4914f6cdd1du;
}

static void
draw_evenly(struct world *world)
{
	size_t i;

	for (i = 0; i < EVENTS; i++)
		world->sequence[i] = (uint32_t)(next_random() >> 32) % world->actors;
}

/* Ranks by the inverse of their summed shares; a busy actor may stand anywhere. */
static void
draw_by_zipf(struct world *world)
{
	double *sums = memory_get_array(world->actors, sizeof(*sums)), sum = 0;
	uint32_t i, low, high, middle;

	for (i = 0; i < world->actors; i++)
		sums[i] = sum += 1.0 / (i + 1);
	for (i = 0; i < EVENTS; i++) {
		double at = (double)(next_random() >> 11) / 9007199254740992.0 * sum;

		for (low = 0, high = world->actors - 1; low < high;) {
			middle = low + (high - low) / 2;
			if (sums[middle] < at)
				low = middle + 1;
			else
				high = middle;
		}
		world->sequence[i] = (uint32_t)((uint64_t)low * 2654435761u % world->actors);
	}
	memory_free(sums);
}

/* --- tagging ---------------------------------------------------------------------------- */

/* What decoding leaves behind for events [first, first + BATCH). */
static void
fill(struct world *world, size_t first)
{
	struct batch *batch = &world->batch;
	char name[NAME_BYTES];
	size_t i;

	batch_reset(batch);
	for (i = 0; i < BATCH; i++) {
		batch_add(batch);
		batch->outcomes[i] = (struct outcome){.disposition = DISPOSITION_RECORDED};
		batch->events[i] = (struct event){
		    .time_ms = REORGANISATION_MS + (int64_t)(first + i) * 30 * DAY_MS / EVENTS,
		    .actor = arena_text(&batch->arena, name_of(world->sequence[first + i], name)),
		};
	}
}

static void
tag_ours(struct world *world)
{
	struct error err = {0};

	must(origin_batch(world->resolver, &world->batch, &err), &err);
}

static void
tag_peer(struct world *world)
{
	size_t i;

	for (i = 0; i < world->batch.count; i++) {
		const struct event *event = &world->batch.events[i];
		struct origin *origin = &world->batch.origins[i];
		struct peer_actor *actor;
		struct peer_person *person;

		*origin = (struct origin){.rule = ORIGIN_UNRESOLVED, .kind = ACTOR_HUMAN};
		HASH_FIND(hh, world->peer_actors, event->actor.data, event->actor.size, actor);
		HASH_FIND(hh, world->peer_persons, event->actor.data, event->actor.size, person);
		if (actor) {
			origin->actor = actor->pseudonym;
			origin->actor_number = actor->number;
		}
		if (person) {
			origin->team = person->rows[event->time_ms >= person->rows[1].from_ms].team;
			origin->rule = ORIGIN_CHART;
			origin->confidence = 100;
		}
	}
}

/* ns an event over all of them */
static double
time_of(struct world *world, void (*tag)(struct world *))
{
	double took = 0, start;
	size_t first, i;

	for (first = 0; first < EVENTS; first += BATCH) {
		fill(world, first);
		start = bench_cpu_ns();
		tag(world);
		took += bench_cpu_ns() - start;
		for (i = 0; i < BATCH; i++)
			bench_sink +=
			    world->batch.origins[i].actor_number + world->batch.origins[i].rule;
	}
	return took / EVENTS;
}

/* Few and many actors, ours and the peer, in turn: a busy machine troubles them alike. */
static void
measure(struct world worlds[2], double ours[2], double peer[2])
{
	double our_ns[2][BENCH_ROUNDS], peer_ns[2][BENCH_ROUNDS];
	int round, i;

	for (round = -1; round < BENCH_ROUNDS; round++) {
		for (i = 0; i < 2; i++) {
			double our_time = time_of(&worlds[i], tag_ours),
			       peer_time = time_of(&worlds[i], tag_peer);

			if (round < 0)
				continue; /* warming up */
			our_ns[i][round] = our_time;
			peer_ns[i][round] = peer_time;
		}
	}
	for (i = 0; i < 2; i++) {
		ours[i] = bench_median(our_ns[i], BENCH_ROUNDS);
		peer[i] = bench_median(peer_ns[i], BENCH_ROUNDS);
	}
}

static void
say(const char *what, uint32_t actors, double ours, double peer)
{
	printf("{\"bench\":\"origin tag, "
	       "%s\",\"n\":%u,\"ours_ns\":%.1f,\"peer\":\"uthash\",\"peer_ns\":%.1f,"
	       "\"ratio\":%.2f}\n",
	    what, actors, ours, peer, peer / ours);
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*draw)(struct world *);
	} laws[] = {{"Zipf", draw_by_zipf}, {"even", draw_evenly}};
	uint32_t actors[2] = {10000, 5000000};
	struct world worlds[2];
	double ours[2], peer[2];
	int i, law;

	for (i = 0; i < 2; i++) {
		if (i + 1 < argc)
			actors[i] = (uint32_t)strtoul(argv[i + 1], NULL, 10);
		open_world(&worlds[i], actors[i]);
	}
	for (law = 0; law < 2; law++) {
		for (i = 0; i < 2; i++)
			laws[law].draw(&worlds[i]);
		measure(worlds, ours, peer);
		for (i = 0; i < 2; i++)
			say(laws[law].name, actors[i], ours[i], peer[i]);
		printf("{\"bench\":\"origin tag, %s, %u to %u "
		       "actors\",\"ours_growth\":%.2f,\"peer_growth\":%.2f}\n",
		    laws[law].name, actors[0], actors[1], ours[1] / ours[0], peer[1] / peer[0]);
		fflush(stdout);
	}
	for (i = 0; i < 2; i++)
		close_world(&worlds[i]);
	return 0;
}
