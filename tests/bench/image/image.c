/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long a snapshot stops the thread that changes the state: 5 million rows of 110
 * bytes (550 MB), touched at random while another thread seals and writes all of it. The
 * peer forks, as Redis does: the child seals and writes the same pages by the same functions, the
 * parent touches the same rows. Both states are read back and compared.
 *
 *   bench_image FOLDER     on the disk to be measured
 */
#include "bench.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/image_file.h"

enum {
	ROWS = 5000000,
	ROW_BYTES = 110,
	BATCH = 1024,
	ROUNDS = 5
};

struct load {
	struct image *image;
	place *rows;
	uint64_t seed;
	char *folder;
	struct keys *keys;
	struct image_file *file;
	pthread_t thread;
	atomic_bool done;
	double end_ms; /* how long image_file_end() took */
};

/* What one round cost. */
struct stops {
	double begin_ms;         /* in image_snapshot_begin() or fork() */
	double longest_ms;       /* of one row, begin among them */
	double longest_batch_ms; /* of 1,024 rows */
	double total_ms;         /* until the snapshot was durable */
	double rows_per_second;  /* meanwhile */
	double memory_mb;        /* more than before, at most */
};

static struct stops our[ROUNDS], their[ROUNDS];

static double
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void
must(bool good, const struct error *err)
{
	if (good)
		return;
	fprintf(stderr, "%s\n", err->text);
	exit(1);
}

static uint64_t
draw(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static double
memory_now_mb(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	long size, resident;

	if (!file || fscanf(file, "%ld %ld", &size, &resident) != 2)
		abort();
	fclose(file);
	return (double)resident * 4096 / 1e6;
}

/* --- the rows --------------------------------------------------------------------------- */

static void
change_row(struct load *load)
{
	uint64_t *row = image_touch(load->image, load->rows[draw(&load->seed) % ROWS]);

	row[0]++;
	row[6] += load->seed;
}

/* Changes rows until the other is done, and at least 5 million. */
static void
change_rows(struct load *load, bool (*is_done)(struct load *), struct stops *stops)
{
	double begin = now_ms(), last = begin, batch = begin, now = begin, memory = memory_now_mb();
	long n;

	for (n = 1; n <= ROWS || !is_done(load); n++) {
		change_row(load);
		now = now_ms();
		if (now - last > stops->longest_ms)
			stops->longest_ms = now - last;
		last = now;
		if (n % BATCH)
			continue;
		if (now - batch > stops->longest_batch_ms)
			stops->longest_batch_ms = now - batch;
		if (n % (BATCH * 4) == 0 && memory_now_mb() - memory > stops->memory_mb)
			stops->memory_mb = memory_now_mb() - memory;
		batch = last = now_ms();
	}
	stops->rows_per_second = (double)n / (now - begin) * 1e3;
}

/* --- ours ------------------------------------------------------------------------------- */

static void *
take(void *context)
{
	struct load *load = context;
	uint8_t *content = memory_get(IMAGE_PAGE_BYTES);
	struct error err = {0};
	size_t page;
	double begin;

	while (image_snapshot_next(load->image, &page, content))
		must(image_file_page(load->file, page, content, &err), &err);
	begin = now_ms();
	must(image_file_end(load->file, image_snapshot_pages(load->image), TEXT("bench"), &err),
	    &err);
	load->end_ms = now_ms() - begin;
	memory_free(content);
	atomic_store(&load->done, true);
	return NULL;
}

static bool
taken(struct load *load)
{
	return atomic_load(&load->done);
}

static void
ours(struct load *load, struct stops *stops)
{
	double begin;

	image_snapshot_failed(load->image);
	atomic_store(&load->done, false);
	begin = now_ms();
	if (!image_snapshot_begin(load->image))
		abort();
	stops->begin_ms = stops->longest_ms = now_ms() - begin;
	if (pthread_create(&load->thread, NULL, take, load) != 0)
		abort();
	change_rows(load, taken, stops);
	pthread_join(load->thread, NULL);
	stops->total_ms = now_ms() - begin;
}

/* --- the peer ----------------------------------------------------------------------------- */

static pid_t child;

static bool
child_ended(struct load *load)
{
	int status;

	if (atomic_load(&load->done))
		return true;
	if (waitpid(child, &status, WNOHANG) == child) {
		if (status)
			abort();
		atomic_store(&load->done, true);
	}
	return atomic_load(&load->done);
}

static void
write_all(struct load *load)
{
	size_t page, pages = image_end(load->image) / IMAGE_PAGE_BYTES;
	struct error err = {0};

	for (page = 0; page < pages; page++)
		must(image_file_page(
			 load->file, page, load->image->bytes + page * IMAGE_PAGE_BYTES, &err),
		    &err);
	must(image_file_end(load->file, pages, TEXT("bench"), &err), &err);
	_exit(0);
}

static void
forked(struct load *load, struct stops *stops)
{
	double begin;

	atomic_store(&load->done, false);
	begin = now_ms();
	child = fork();
	if (child < 0)
		abort();
	if (!child)
		write_all(load);
	stops->begin_ms = stops->longest_ms = now_ms() - begin;
	change_rows(load, child_ended, stops);
	stops->total_ms = now_ms() - begin;
}

/* --- reading back --------------------------------------------------------------------------- */

/* How long it took; the digest of what was there. */
static double
load_back(struct load *load, uint64_t *digest)
{
	struct image_file *file = NULL;
	struct image *image = NULL;
	struct buffer header = {0};
	struct error err = {0}, why = {0};
	double begin = now_ms(), took;
	bool found = false;

	must(image_open((size_t)1 << 30, &image, &err) &&
		image_file_open(load->folder, load->keys, &file, &err) &&
		image_file_load(file, image, &header, &found, &why, &err),
	    &err);
	must(found, &why);
	took = now_ms() - begin;
	*digest = digest_identity((struct text){(const char *)image->bytes, image_end(image)});
	buffer_fini(&header);
	image_file_close(file);
	image_close(image);
	return took;
}

static uint64_t
digest_now(const struct load *load)
{
	return digest_identity(
	    (struct text){(const char *)load->image->bytes, image_end(load->image)});
}

static void
open_load(struct load *load, const char *folder)
{
	struct error err = {0};
	char *keys = file_join(folder, "bench-keys");
	size_t i;

	load->folder = file_join(folder, "bench-state");
	unlink(keys);
	load->rows = memory_get_array(ROWS, sizeof(*load->rows));
	load->seed = 88172645463325252u;
	must(keys_create(keys, &err) && keys_open(keys, &load->keys, &err) &&
		image_open((size_t)1 << 30, &load->image, &err) &&
		image_file_open(load->folder, load->keys, &load->file, &err),
	    &err);
	for (i = 0; i < ROWS; i++)
		load->rows[i] = image_get(load->image, ROW_BYTES);
	memory_free(keys);
}

static void
say(const char *what, struct stops *all, size_t at)
{
	double values[ROUNDS];
	int i;

	for (i = 0; i < ROUNDS; i++)
		memcpy(&values[i], (char *)&all[i] + at, sizeof(double));
	printf(",\"%s\":%.2f", what, bench_median(values, ROUNDS));
	if (at == offsetof(struct stops, longest_ms) ||
	    at == offsetof(struct stops, longest_batch_ms))
		printf(",\"%s_worst\":%.2f", what, values[ROUNDS - 1]);
}

static void
say_all(const char *name, struct stops *all)
{
	printf("{\"bench\":\"image_snapshot\",\"how\":\"%s\",\"n\":%d", name, ROWS);
	say("begin_ms", all, offsetof(struct stops, begin_ms));
	say("longest_row_ms", all, offsetof(struct stops, longest_ms));
	say("longest_batch_ms", all, offsetof(struct stops, longest_batch_ms));
	say("total_ms", all, offsetof(struct stops, total_ms));
	say("rows_per_second", all, offsetof(struct stops, rows_per_second));
	if (all == our) /* what the child takes is not seen here */
		say("more_memory_mb", all, offsetof(struct stops, memory_mb));
	printf("}\n");
}

/* What was begun comes back: nobody changes meanwhile, so it can be told from the image. */
static void
check_back(struct load *load)
{
	uint64_t now = digest_now(load), back;
	double took;

	if (!image_snapshot_begin(load->image))
		abort();
	take(load);
	took = load_back(load, &back);
	printf("{\"bench\":\"image_load\",\"n\":%zu,\"load_ms\":%.1f,\"same\":%s,\"last_end_ms\":%."
	       "1f}\n",
	    image_end(load->image), took, back == now ? "true" : "false", load->end_ms);
	if (back != now)
		exit(1);
}

int
main(int argc, char **argv)
{
	static struct load load;
	static struct stops alone;
	int round;

	open_load(&load, argc > 1 ? argv[1] : ".");
	atomic_store(&load.done, true);
	change_rows(&load, taken, &alone);
	printf("{\"bench\":\"image_alone\",\"n\":%d,\"rows_per_second\":%.0f,\"longest_row_ms\":%."
	       "2f,\"longest_batch_ms\":%.2f}\n",
	    ROWS, alone.rows_per_second, alone.longest_ms, alone.longest_batch_ms);
	for (round = 0; round < ROUNDS; round++) {
		ours(&load, &our[round]);
		forked(&load, &their[round]);
	}
	say_all("image", our);
	say_all("fork", their);
	check_back(&load);
	image_file_close(load.file);
	image_close(load.image);
	return 0;
}
