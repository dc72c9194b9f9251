/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the snapshot of a store's state is what the ledger's facts lead to: loads it,
 * replays the facts before it into an image of its own, and compares the digests of all values and
 * whose they are, and all rows of movement that are not final.
 *
 *   state_equal STORE KEYS     prints where they stand and the digests of both; exit 1: they differ
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/image_file.h"
#include "replay/replay.h"
#include "store/store.h"

static struct keys *keys;
static struct symbols *names;

static void
must(bool good, const struct error *err)
{
	if (good)
		return;
	printf("%s\n", err->text);
	exit(1);
}

static struct image *
opened_image(void)
{
	struct image *image;
	struct error err = {0};

	must(image_open((size_t)8 << 30, &image, &err), &err);
	return image;
}

static struct impact *
opened_impact(struct image *image)
{
	struct impact_options options = {names, keys, image, 10000000};
	struct impact *impact;
	struct error err = {0};

	must(impact_open(&options, &impact, &err), &err);
	return impact;
}

/* The snapshot's image, and the record that it stands at. */
static struct image *
loaded(const char *store, uint64_t *record)
{
	char *folder = store_path(store, STORE_STATE);
	struct image *image = opened_image();
	struct image_file *file;
	struct buffer header = {0};
	struct reader in;
	struct error why = {0}, err = {0};
	bool found = false;

	must(image_file_open(folder, keys, &file, &err) &&
		image_file_load(file, image, &header, &found, &why, &err),
	    &err);
	if (!found) {
		printf("no snapshot: %s\n", why.text);
		exit(1);
	}
	in = reader_of(buffer_text(&header));
	reader_u32(&in);
	*record = reader_u64(&in);
	buffer_fini(&header);
	image_file_close(file);
	memory_free(folder);
	return image;
}

/*
 * The facts [from, to) through lineage and impact; from == to: only the lineage in force. gives: the
 * tracer, whose lineage impact goes on to look at
 */
static struct tracer *
replay_facts(const char *store, uint64_t from, uint64_t to, struct impact *impact)
{
	char *facts = store_path(store, STORE_FACTS), *path = store_path(store, STORE_CATALOG);
	struct replay_options options = {.names = names, .keys = keys, .impact = impact};
	struct ledger_reader *reader = NULL;
	struct catalog *catalog = NULL;
	struct replay *replay = NULL;
	struct error err = {0};

	options.tracer = tracer_open(names);
	must(catalog_open(path, CATALOG_READ, &catalog, &err) &&
		ledger_reader_open(facts, &reader, &err) && replay_open(&options, &replay, &err) &&
		replay_ledger(replay, reader, catalog, from, to, &err),
	    &err);
	replay_close(replay);
	ledger_reader_close(reader);
	catalog_close(catalog);
	memory_free(facts);
	memory_free(path);
	return options.tracer;
}

/* --- the rows of movement, in no order ------------------------------------------------------- */

static void
add_row(uint64_t *sum, struct buffer *row)
{
	*sum += digest_identity(buffer_text(row));
	buffer_fini(row);
}

static void
add_day(void *context, uint32_t subject, int64_t day, bool ended, uint64_t actor_count,
    double total, double squares, struct text cells, struct text actors)
{
	struct buffer row = {0};

	/* Those of days that ended were given before the snapshot, and forgotten. */
	if (ended)
		return;
	buffer_add_format(&row, "%u %lld %llu %a %a ", subject, (long long)day,
	    (unsigned long long)actor_count, total, squares);
	buffer_add_text(&row, cells);
	buffer_add_text(&row, actors);
	add_row(context, &row);
}

static void
add_actors(void *context, int64_t day, uint32_t part, uint32_t bucket, bool ended, struct text rows)
{
	struct buffer row = {0};

	if (ended)
		return;
	buffer_add_format(&row, "%lld %u %u ", (long long)day, part, bucket);
	buffer_add_text(&row, rows);
	add_row(context, &row);
}

static void
add_name(void *context, uint32_t number, struct text text)
{
	struct buffer row = {0};

	buffer_add_format(&row, "%u ", number);
	buffer_add_text(&row, text);
	add_row(context, &row);
}

static void
add_subject(void *context, uint32_t number, enum movement_kind kind, struct text name)
{
	add_name(context, number * 2 + kind, name);
}

static void
ignore_scale(void *context, uint32_t subject, uint64_t record, int64_t day, double scale)
{
}

static uint64_t
digest_rows(struct impact *impact)
{
	uint64_t sum = 0;
	struct movement_sink sink = {.context = &sum,
	    .subject = add_subject,
	    .word = add_name,
	    .day = add_day,
	    .actors = add_actors,
	    .scale = ignore_scale};

	impact_rows(impact, &sink);
	return sum;
}

int
main(int argc, char **argv)
{
	struct image *images[2];
	struct impact *impacts[2];
	struct tracer *tracer;
	uint64_t record, values[2], rows[2];
	struct error err = {0};
	int i;

	if (argc != 3)
		return 2;
	must(keys_open(argv[2], &keys, &err), &err);
	names = symbols_open();
	images[0] = loaded(argv[1], &record);
	images[1] = opened_image();
	for (i = 0; i < 2; i++) {
		impacts[i] = opened_impact(images[i]);
		tracer = replay_facts(argv[1], i ? 0 : record, record, impacts[i]);
		values[i] = impact_digest(impacts[i]);
		rows[i] = digest_rows(impacts[i]);
		printf("%srecord %llu, values %016llx, rows %016llx\n",
		    i ? "replay:   " : "snapshot: ", (unsigned long long)record,
		    (unsigned long long)values[i], (unsigned long long)rows[i]);
		impact_close(impacts[i]);
		tracer_close(tracer);
		image_close(images[i]);
	}
	symbols_close(names);
	keys_close(keys);
	return values[0] != values[1] || rows[0] != rows[1];
}
