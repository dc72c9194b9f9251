/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/memory.h"

/* --- time ----------------------------------------------------------------- */

static int64_t clock_ms = 1000000;

int64_t __wrap_monotonic_ms(void);
int __real_poll(struct pollfd *fds, nfds_t count, int wait_ms);
int __wrap_poll(struct pollfd *fds, nfds_t count, int wait_ms);

int64_t
__wrap_monotonic_ms(void)
{
	return clock_ms;
}

/* Waiting for nothing is the only thing that takes time. */
int
__wrap_poll(struct pollfd *fds, nfds_t count, int wait_ms)
{
	clock_ms += wait_ms;
	return count ? __real_poll(fds, count, wait_ms) : 0;
}

/* What is written in place must have a later time, which the system counts in ticks. */
static void
tick(void)
{
	struct timespec little = {0, 6000000};

	nanosleep(&little, NULL);
}

/* --- files ---------------------------------------------------------------- */

void
world_open(struct world *world)
{
	*world = (struct world){.folder = "/tmp/dyetrace-file-XXXXXX"};
	assert_non_null(mkdtemp(world->folder));
}

void
world_close(struct world *world)
{
	char command[256];
	size_t i;

	world_stop(world);
	snprintf(
	    command, sizeof(command), "chmod -R u+rwx %s; rm -rf %s", world->folder, world->folder);
	assert_int_equal(system(command), 0);
	for (i = 0; i < world->partition_count; i++) {
		memory_free(world->partitions[i]->name);
		memory_free(world->partitions[i]);
	}
	buffer_fini(&world->given);
	buffer_fini(&world->notices);
}

static const char *
path_of(const struct world *world, const char *name)
{
	static char paths[2][512];
	static int turn;

	turn = !turn;
	snprintf(paths[turn], sizeof(paths[turn]), "%s/%s", world->folder, name);
	return paths[turn];
}

static void
put(const struct world *world, const char *name, struct text bytes, int flags)
{
	const char *path = path_of(world, name);
	int fd;

	if (flags == O_TRUNC && access(path, F_OK) == 0)
		tick();
	fd = open(path, O_WRONLY | O_CREAT | flags, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes.data, bytes.size), bytes.size);
	close(fd);
}

void
world_write_bytes(struct world *world, const char *name, struct text bytes)
{
	put(world, name, bytes, O_TRUNC);
}

void
world_write(struct world *world, const char *name, const char *text)
{
	put(world, name, text_of(text), O_TRUNC);
}

void
world_append(struct world *world, const char *name, const char *text)
{
	put(world, name, text_of(text), O_APPEND);
}

void
world_append_bytes(struct world *world, const char *name, struct text bytes)
{
	put(world, name, bytes, O_APPEND);
}

void
world_write_gzip(struct world *world, const char *name, const char *const *texts)
{
	const char *mode = "wb";

	for (; *texts; texts++, mode = "ab") {
		gzFile file = gzopen(path_of(world, name), mode);

		assert_non_null(file);
		assert_int_equal(gzwrite(file, *texts, (unsigned)strlen(*texts)), strlen(*texts));
		assert_int_equal(gzclose(file), Z_OK);
	}
}

void
world_rename(struct world *world, const char *from, const char *to)
{
	const char *source = path_of(world, from);

	assert_int_equal(rename(source, path_of(world, to)), 0);
}

void
world_copy(struct world *world, const char *from, const char *to)
{
	struct buffer bytes = {0};

	assert_true(file_read(path_of(world, from), (size_t)1 << 30, &bytes, NULL));
	world_write_bytes(world, to, buffer_text(&bytes));
	buffer_fini(&bytes);
}

void
world_truncate(struct world *world, const char *name, size_t bytes)
{
	tick();
	assert_int_equal(truncate(path_of(world, name), (off_t)bytes), 0);
}

void
world_remove(struct world *world, const char *name)
{
	assert_int_equal(unlink(path_of(world, name)), 0);
}

void
world_touch(struct world *world, const char *name, int seconds)
{
	struct timespec times[2];

	clock_gettime(CLOCK_REALTIME, &times[0]);
	times[0].tv_sec += seconds;
	times[1] = times[0];
	assert_int_equal(utimensat(AT_FDCWD, path_of(world, name), times, 0), 0);
}

void
world_folder(struct world *world, const char *name)
{
	assert_int_equal(mkdir(path_of(world, name), 0700), 0);
}

/* --- the host ------------------------------------------------------------- */

static struct partition *
latest(void *context, const char *source, const char *name)
{
	struct world *world = context;
	size_t i;

	for (i = world->partition_count; i; i--)
		if (strcmp(world->partitions[i - 1]->name, name) == 0)
			return world->partitions[i - 1];
	return NULL;
}

static struct partition *
begin(void *context, const char *source, const char *name, int64_t start)
{
	struct world *world = context;
	struct partition *before = latest(world, source, name),
			 *partition = memory_get(sizeof(*partition));

	assert_true(world->partition_count < ARRAY_COUNT(world->partitions));
	partition->name = memory_text(name);
	partition->incarnation = before ? before->incarnation + 1 : 1;
	partition->start = partition->next_offset = start;
	sha256_init(&partition->content);
	if (before)
		before->ended = true;
	world->partitions[world->partition_count++] = partition;
	return partition;
}

static struct partition *
beginning_with(void *context, const char *source, uint64_t first)
{
	struct world *world = context;
	size_t i;

	for (i = world->partition_count; i; i--)
		if (world->partitions[i - 1]->has_first &&
		    world->partitions[i - 1]->first_payload == first)
			return world->partitions[i - 1];
	return NULL;
}

static void
notice(void *context, const char *source, const char *sentence)
{
	struct world *world = context;

	buffer_add_format(&world->notices, "%s\n", sentence);
}

static void
account(const struct message *message)
{
	struct partition *partition = message->partition;

	assert_non_null(partition);
	assert_false(partition->ended);
	assert_int_equal(message->offset, partition->next_offset);
	assert_true(message->next_byte >= partition->next_byte);
	assert_true(message->count == 1 || (message->kind == MESSAGE_GAP && message->count > 0));
	assert_true(message->source_time_ms == TIME_NONE);
	if (message->kind != MESSAGE_GAP)
		content_add(&partition->content, message->payload);
	if (!partition->has_first && message->kind != MESSAGE_BLANK &&
	    message->kind != MESSAGE_GAP) {
		partition->has_first = true;
		partition->first_payload = digest_identity(message->payload);
	}
	partition->next_offset += message->count;
	partition->next_byte = message->next_byte;
}

static void
write_down(struct world *world, const struct message *message)
{
	struct text payload = message->payload;
	char shown[512];

	buffer_add_format(&world->given, "%s#%u %lld ", message->partition->name,
	    message->partition->incarnation, (long long)message->offset);
	if (message->kind != MESSAGE_PAYLOAD)
		buffer_add_format(&world->given, "%s%s", message->kind == MESSAGE_BROKEN ? "!" : "",
		    message->reason);
	if (message->kind == MESSAGE_BROKEN)
		buffer_add_byte(&world->given, ' ');
	if (message->kind == MESSAGE_BLANK)
		payload.size = 0;
	if (world->full_payloads)
		buffer_add_text(&world->given, payload);
	else
		buffer_add_format(
		    &world->given, "%s", text_show(payload, 60, shown, sizeof(shown)));
	buffer_add_byte(&world->given, '\n');
}

/* --- running -------------------------------------------------------------- */

bool
world_start(struct world *world, const char *yaml, bool until_end)
{
	struct source_host host = {.context = world,
	    .latest = latest,
	    .begin = begin,
	    .beginning_with = beginning_with,
	    .notice = notice};
	struct source_options options = {
	    .name = "test", .settings_file = "dyetrace.yaml", .folder = world->folder};

	world_stop(world);
	world->err = (struct error){0};
	world->until_end = until_end;
	if (!yaml_parse("dyetrace.yaml", text_of(yaml), &world->settings, &world->err))
		fail_msg("%s", world->err.text);
	options.settings = world->settings->root;
	options.until_end = until_end;
	options.record_bytes_max =
	    world->record_bytes_max ? world->record_bytes_max : (size_t)16 << 20;
	return file_source.open(&options, &host, &world->source, &world->err);
}

void
world_stop(struct world *world)
{
	file_source.close(world->source);
	world->source = NULL;
	yaml_close(world->settings);
	world->settings = NULL;
}

bool
world_read(struct world *world, bool crash, enum source_state *state)
{
	struct batch batch;
	bool good;
	size_t i;

	batch_init(&batch, world->capacity ? world->capacity : 1000,
	    world->bytes_max ? world->bytes_max : (size_t)1 << 20);
	good = file_source.read(world->source, &batch, 20, state, &world->err);
	for (i = 0; i < batch.count && !crash; i++) {
		write_down(world, &batch.messages[i]);
		account(&batch.messages[i]);
	}
	batch_fini(&batch);
	return good;
}

bool
world_drain(struct world *world, int64_t idle_ms)
{
	enum source_state state = SOURCE_MORE;
	int64_t quiet_since = monotonic_ms();
	size_t before;

	for (;;) {
		before = world->given.size;
		if (!world_read(world, false, &state))
			return false;
		if (state == SOURCE_END)
			return true;
		if (world->given.size > before)
			quiet_since = monotonic_ms();
		else if (!world->until_end && monotonic_ms() - quiet_since >= idle_ms)
			return true;
	}
}

bool
world_run(struct world *world, const char *yaml)
{
	bool good = world_start(world, yaml, true) && world_drain(world, 0);

	world_stop(world);
	return good;
}

void
world_expect(struct world *world, const char *given)
{
	buffer_add_byte(&world->given, 0);
	assert_string_equal((char *)world->given.data, given);
	world->given.size = 0;
}

void
world_expect_notice(struct world *world, const char *part)
{
	buffer_add_byte(&world->notices, 0);
	if (!part)
		assert_string_equal((char *)world->notices.data, "");
	else if (!strstr((char *)world->notices.data, part))
		fail_msg("no notice says \"%s\", they say: %s", part, (char *)world->notices.data);
	world->notices.size = 0;
}
