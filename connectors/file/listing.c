/* SPDX-License-Identifier: Apache-2.0 */
/* Paths and patterns to names; glob(3) does the matching, order is bytewise. */
#include "listing.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"

static void
add(struct listing *listing, char *name, char *path)
{
	memory_grow(
	    &listing->items, &listing->capacity, listing->count + 1, sizeof(*listing->items));
	listing->items[listing->count++] = (struct listed){name, path};
}

static bool
is_folder(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static bool
add_path(const struct file_path *named, const char *settings_file, const char *folder,
    bool until_end, struct listing *listing, struct error *err)
{
	char *path = file_join(folder, named->text);
	bool there = access(path, F_OK) == 0;

	if (is_folder(path)) {
		memory_free(path);
		return error_set(err, ERROR_USAGE,
		    "%s:%u: path %s is a folder: name the files in it with a pattern, as "
		    "%s/*.jsonl",
		    settings_file, named->line, named->text, named->text);
	}
	if (!there && until_end) {
		error_system(err, errno == ENOENT ? ERROR_MISSING : ERROR_IO, "%s:%u: path %s",
		    settings_file, named->line, named->text);
		memory_free(path);
		return false;
	}
	add(listing, memory_text(named->text), path);
	return true;
}

/* The folder's own name must not be read as a pattern. gives */
static char *
pattern_in(const char *folder, const char *pattern)
{
	struct buffer whole = {0};
	const char *p;

	if (pattern[0] != '/' && folder && folder[0]) {
		for (p = folder; *p; p++) {
			if (strchr("*?[\\", *p))
				buffer_add_byte(&whole, '\\');
			buffer_add_byte(&whole, (uint8_t)*p);
		}
		buffer_add_byte(&whole, '/');
	}
	buffer_add(&whole, pattern, strlen(pattern) + 1);
	return (char *)whole.data;
}

/* Matches, and says whether a folder on the way is closed to us: files in it must not be passed over. */
static bool
match(const char *pattern, glob_t *found)
{
	int result = glob(pattern, GLOB_ERR, NULL, found);

	if (result == GLOB_ABORTED && errno == ENOENT) {
		/* A folder that is not there, or no longer, holds nothing. */
		globfree(found);
		result = glob(pattern, 0, NULL, found);
	}
	return result != GLOB_ABORTED;
}

static bool
add_pattern(const struct file_path *named, const char *settings_file, const char *folder,
    bool until_end, struct listing *listing, struct error *err)
{
	char *pattern = pattern_in(folder, named->text);
	size_t skip = named->text[0] != '/' && folder && folder[0] ? strlen(folder) + 1 : 0, i,
	       before = listing->count;
	bool folders = false, open;
	glob_t found = {0};

	errno = 0;
	open = match(pattern, &found);
	if (!open)
		error_system(err, ERROR_IO, "%s:%u: path %s: a folder cannot be read",
		    settings_file, named->line, named->text);
	for (i = 0; open && i < found.gl_pathc; i++) {
		if (is_folder(found.gl_pathv[i]))
			folders = true;
		else
			add(listing, memory_text(found.gl_pathv[i] + skip),
			    memory_text(found.gl_pathv[i]));
	}
	globfree(&found);
	memory_free(pattern);
	if (!open || listing->count > before || !until_end)
		return open;
	return error_set(err, ERROR_MISSING, "%s:%u: path %s matches %s", settings_file,
	    named->line, named->text, folders ? "folders only: name the files in them" : "no file");
}

static int
by_name(const void *a, const void *b)
{
	const struct listed *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static void
sort(struct listing *listing)
{
	size_t i, kept = 0;

	if (!listing->count)
		return;
	qsort(listing->items, listing->count, sizeof(*listing->items), by_name);
	for (i = 0; i < listing->count; i++) {
		if (kept && strcmp(listing->items[kept - 1].name, listing->items[i].name) == 0) {
			memory_free(listing->items[i].name);
			memory_free(listing->items[i].path);
		} else {
			listing->items[kept++] = listing->items[i];
		}
	}
	listing->count = kept;
}

/* A file may have a name that looks like a pattern; if it is there, it is meant. */
static bool
is_pattern(const char *text, const char *folder)
{
	char *path = file_join(folder, text);
	bool there = access(path, F_OK) == 0;

	memory_free(path);
	return !there && strpbrk(text, "*?[");
}

bool
listing_read(const struct file_settings *settings, const char *settings_file, const char *folder,
    bool until_end, struct listing *listing, struct error *err)
{
	bool good = true;
	size_t i;

	*listing = (struct listing){0};
	for (i = 0; good && i < settings->path_count; i++) {
		const struct file_path *named = &settings->paths[i];

		if (strcmp(named->text, "-") == 0)
			add(listing, memory_text("-"), NULL);
		else if (is_pattern(named->text, folder))
			good = add_pattern(named, settings_file, folder, until_end, listing, err);
		else
			good = add_path(named, settings_file, folder, until_end, listing, err);
	}
	sort(listing);
	return good;
}

void
listing_fini(struct listing *listing)
{
	size_t i;

	for (i = 0; i < listing->count; i++) {
		memory_free(listing->items[i].name);
		memory_free(listing->items[i].path);
	}
	memory_free(listing->items);
	*listing = (struct listing){0};
}
