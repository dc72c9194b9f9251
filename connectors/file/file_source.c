/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of one source taking turns. To an end they are read one after the
 * other, by name; following, a turn ends where the file ended when it began, so
 * that a busy file does not keep the others waiting.
 */
#include "file_source.h"

#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "listing.h"
#include "reread.h"
#include "tracked.h"

#define LIST_EVERY_MS 1000 /* new names are looked for */
#define LOOK_EVERY_MS 500  /* files that wait are looked at */
#define POLL_MS 50
#define OPEN_FILES_MAX 256 /* followed files beyond are closed while they are idle */

struct source {
	struct scope scope;
	char *settings_file, *folder;
	size_t turn;
	int64_t list_ms, look_ms; /* when next */
};

static void
check(const char *settings_file, const struct yaml_node *map, struct yaml_problems *problems)
{
	struct file_settings settings;

	file_settings_read(settings_file, map, &settings, problems);
	file_settings_fini(&settings);
}

static size_t
place_of(const struct scope *scope, const char *name)
{
	size_t low = 0, high = scope->file_count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (strcmp(scope->files[middle]->name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* takes name and path */
static void
add_file(struct source *source, char *name, char *path)
{
	struct scope *scope = &source->scope;
	size_t at = place_of(scope, name);

	if (at < scope->file_count && strcmp(scope->files[at]->name, name) == 0) {
		memory_free(name);
		memory_free(path);
		return;
	}
	memory_grow(
	    &scope->files, &scope->file_capacity, scope->file_count + 1, sizeof(struct tracked *));
	memmove(scope->files + at + 1, scope->files + at,
	    (scope->file_count - at) * sizeof(struct tracked *));
	scope->files[at] = tracked_add(scope, name, path);
	scope->file_count++;
	if (at < source->turn)
		source->turn++;
}

static bool
list_files(struct source *source, struct error *err)
{
	struct listing listing;
	size_t i;
	bool good = listing_read(&source->scope.settings, source->settings_file, source->folder,
	    source->scope.until_end, &listing, err);

	for (i = 0; good && i < listing.count; i++) {
		add_file(source, listing.items[i].name, listing.items[i].path);
		listing.items[i] = (struct listed){0};
	}
	listing_fini(&listing);
	source->list_ms = monotonic_ms() + LIST_EVERY_MS;
	return good;
}

static void
source_close(struct source *source)
{
	size_t i;

	if (!source)
		return;
	for (i = 0; i < source->scope.file_count; i++)
		tracked_close(source->scope.files[i]);
	memory_free(source->scope.files);
	memory_free(source->scope.source);
	schemas_fini(&source->scope.schemas);
	file_settings_fini(&source->scope.settings);
	memory_free(source->settings_file);
	memory_free(source->folder);
	memory_free(source);
}

static bool
source_open(const struct source_options *options, const struct source_host *host,
    struct source **opened, struct error *err)
{
	struct source *source = memory_get(sizeof(*source));
	struct yaml_problems problems = {0};
	bool good;

	source->scope.host = *host;
	source->scope.source = memory_text(options->name);
	source->scope.until_end = options->until_end;
	source->settings_file = memory_text(options->settings_file);
	source->folder = memory_text(options->folder ? options->folder : "");
	file_settings_read(
	    options->settings_file, options->settings, &source->scope.settings, &problems);
	source->scope.settings.framing.record_bytes_max = options->record_bytes_max;
	good = yaml_problems_check(&problems, err) && list_files(source, err);
	yaml_problems_fini(&problems);
	if (!good) {
		source_close(source);
		return false;
	}
	if (!source->scope.file_count)
		scope_notice(&source->scope, "no file matches %s: waiting for one",
		    source->scope.settings.paths[0].text);
	*opened = source;
	return true;
}

/* One file after the other; the next only when the one before is at its end. */
static void
read_in_order(struct source *source, struct batch *batch)
{
	struct scope *scope = &source->scope;

	for (; source->turn < scope->file_count; source->turn++) {
		struct tracked *file = scope->files[source->turn];

		while (!batch_full(batch) && tracked_read(file, batch))
			;
		if (file->state != TRACKED_DONE && file->state != TRACKED_FAILED)
			return;
	}
}

/* An idle file is closed so that there is a descriptor for the next. */
static void
make_room(struct scope *scope)
{
	struct tracked *longest = NULL;
	size_t i, open = 0;

	for (i = 0; i < scope->file_count; i++) {
		struct tracked *file = scope->files[i];

		if (!file->stream)
			continue;
		open++;
		if (file->path && file->paused && !file->moved && file->quiet_since_ms &&
		    !stream_tail_bytes(file->stream) &&
		    (!longest || file->quiet_since_ms < longest->quiet_since_ms))
			longest = file;
	}
	if (open >= OPEN_FILES_MAX && longest)
		tracked_suspend(longest);
}

/* A turn goes up to where the file ended when it began. */
static void
read_turn(struct source *source, struct tracked *file, struct batch *batch)
{
	struct stamp stamp;
	bool deleted;

	if (!file->stream)
		make_room(&source->scope);
	else if (file->turn_end < 0 && file->path &&
	    stamp_of_descriptor(input_descriptor(stream_input(file->stream)), &stamp, &deleted))
		file->turn_end = stamp.bytes;
	while (!batch_full(batch) && tracked_read(file, batch))
		;
}

static bool
has_more(const struct tracked *file, const struct batch *batch)
{
	return batch_full(batch) && file->stream && file->path &&
	    input_raw_bytes(stream_input(file->stream)) < file->turn_end;
}

static void
read_around(struct source *source, struct batch *batch)
{
	struct scope *scope = &source->scope;
	int64_t now = monotonic_ms();
	bool look = now >= source->look_ms;
	size_t i;

	if (look)
		source->look_ms = now + LOOK_EVERY_MS;
	for (i = 0; i < scope->file_count && !batch_full(batch); i++) {
		struct tracked *file = scope->files[source->turn % scope->file_count];

		if (file->state != TRACKED_WAITING || look)
			read_turn(source, file, batch);
		if (has_more(file, batch))
			break;
		file->turn_end = -1;
		source->turn = (source->turn + 1) % scope->file_count;
	}
}

/* Whether all is read (with until_end); the first failure of a file is the source's. */
static bool
finish(struct source *source, enum source_state *state, struct error *err)
{
	const struct scope *scope = &source->scope;
	const struct tracked *failed = NULL;
	size_t i, failures = 0;

	*state = SOURCE_IDLE;
	if (!scope->until_end || source->turn < scope->file_count)
		return true;
	*state = SOURCE_END;
	for (i = 0; i < scope->file_count; i++) {
		if (scope->files[i]->state != TRACKED_FAILED)
			continue;
		failed = failed ? failed : scope->files[i];
		failures++;
	}
	if (!failed)
		return true;
	if (failures == 1)
		return error_set(err, failed->failure.kind, "%s", failed->failure.text);
	return error_set(err, failed->failure.kind, "%s (and %zu more files that cannot be read)",
	    failed->failure.text, failures - 1);
}

/* Waits for a while, or until standard input has something. A signal ends it. */
static bool
wait_ms(const struct source *source, int64_t ms)
{
	struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
	const struct scope *scope = &source->scope;
	bool piped = false;
	size_t i;

	for (i = 0; i < scope->file_count; i++)
		piped = piped || (!scope->files[i]->path && scope->files[i]->state < TRACKED_DONE);
	return poll(&input, piped ? 1 : 0, (int)ms) >= 0;
}

static bool
source_read(struct source *source, struct batch *batch, int64_t longest_ms,
    enum source_state *state, struct error *err)
{
	int64_t deadline = monotonic_ms() + longest_ms, left;
	size_t before = batch->count;
	bool good = true;

	source->scope.batch_before = before;
	for (;;) {
		if (source->scope.until_end)
			read_in_order(source, batch);
		else if (monotonic_ms() >= source->list_ms)
			good = list_files(source, err);
		if (!source->scope.until_end)
			read_around(source, batch);
		*state = SOURCE_MORE;
		if (batch->count > before || batch_full(batch))
			return true;
		if (!good)
			return false;
		if (!finish(source, state, err))
			return false;
		if (*state == SOURCE_END)
			return true;
		left = deadline - monotonic_ms();
		if (left <= 0 || !wait_ms(source, left < POLL_MS ? left : POLL_MS))
			return true;
	}
}

static int64_t
backlog(struct source *source)
{
	const struct scope *scope = &source->scope;
	int64_t bytes = 0;
	size_t i;

	for (i = 0; i < scope->file_count; i++)
		bytes += tracked_backlog(scope->files[i]);
	return bytes;
}

/* Positions are the store's; a file needs no word of them. */
static void
acknowledge(struct source *source, const struct partition *partition)
{
}

/* Standard input is read once. */
static bool
reads_input(const struct yaml_node *settings)
{
	const struct yaml_node *path = yaml_find(settings, "path");
	size_t i;

	if (!path)
		return false;
	for (i = 0; path->kind == YAML_LIST && i < path->count; i++)
		if (path->items[i]->kind == YAML_SCALAR && text_is(path->items[i]->text, "-"))
			return true;
	return path->kind == YAML_SCALAR && text_is(path->text, "-");
}

const struct source_type file_source = {
    .name = "file",
    .in_turn = true,
    .once = reads_input,
    .summary = "files and standard input: JSON lines, CSV, Avro containers, plain or gzip",
    .check = check,
    .open = source_open,
    .read = source_read,
    .acknowledge = acknowledge,
    .backlog = backlog,
    .close = source_close,
    .reread = file_reread,
};
