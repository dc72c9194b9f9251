/* SPDX-License-Identifier: Apache-2.0 */
/* Looking through one folder for a file's past. */
#include "rotation.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"

static const char *
name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* "events.jsonl": what comes before its first dot; all of a name without one. */
static size_t
stem_size(const char *name)
{
	const char *dot = name[0] ? strchr(name + 1, '.') : NULL;

	return dot ? (size_t)(dot - name) : strlen(name);
}

static bool
may_be_past(const char *entry, const char *name)
{
	size_t stem = stem_size(name);

	return strncmp(entry, name, stem) == 0 && entry[stem] && strchr(".-_", entry[stem]) &&
	    strcmp(entry, name) != 0;
}

static void
add(struct rotation *rotation, const char *folder, const char *entry)
{
	char *path = file_join(folder, entry);
	struct stat status;

	if (stat(path, &status) != 0 || !S_ISREG(status.st_mode) || !status.st_size) {
		memory_free(path);
		return;
	}
	memory_grow(
	    &rotation->items, &rotation->capacity, rotation->count + 1, sizeof(*rotation->items));
	rotation->items[rotation->count++] = (struct rotated){path, status.st_dev, status.st_ino,
	    (int64_t)status.st_mtim.tv_sec * 1000000000 + status.st_mtim.tv_nsec};
}

static int
by_age(const void *a, const void *b)
{
	const struct rotated *x = a, *y = b;

	if (x->changed_ns != y->changed_ns)
		return x->changed_ns < y->changed_ns ? -1 : 1;
	return strcmp(x->path, y->path);
}

void
rotation_list(const char *path, struct rotation *rotation)
{
	const char *name = name_of(path);
	char *folder = name == path ? memory_text(".") : memory_text_n(path, (size_t)(name - path));
	struct dirent *entry;
	DIR *dir = opendir(folder);

	*rotation = (struct rotation){0};
	while (dir && (entry = readdir(dir)))
		if (may_be_past(entry->d_name, name))
			add(rotation, folder, entry->d_name);
	if (dir)
		closedir(dir);
	memory_free(folder);
	if (rotation->count)
		qsort(rotation->items, rotation->count, sizeof(*rotation->items), by_age);
}

void
rotation_fini(struct rotation *rotation)
{
	size_t i;

	for (i = 0; i < rotation->count; i++)
		memory_free(rotation->items[i].path);
	memory_free(rotation->items);
	*rotation = (struct rotation){0};
}

/* Skips digits in both and ".gz" at their ends: whether nothing else differs. */
static bool
named_alike(const char *a, const char *b)
{
	for (;;) {
		a += strspn(a, "0123456789");
		b += strspn(b, "0123456789");
		if (strcmp(a, ".gz") == 0)
			a += 3;
		if (strcmp(b, ".gz") == 0)
			b += 3;
		if (!*a || *a != *b)
			return *a == *b;
		a++;
		b++;
	}
}

/* Keeps items[from] if `with` it, and the later ones named like it. */
static void
keep_from(struct rotation *rotation, size_t from, bool with)
{
	char *like = memory_text(rotation->items[from].path);
	size_t i, kept = 0;

	for (i = 0; i < rotation->count; i++) {
		struct rotated item = rotation->items[i];

		if ((i == from && with) ||
		    (i > from && named_alike(name_of(item.path), name_of(like))))
			rotation->items[kept++] = item;
		else
			memory_free(item.path);
	}
	rotation->count = kept;
	memory_free(like);
}

static bool
goes_on(const struct rotated *item, const struct file_settings *settings, struct schemas *schemas,
    const struct mark *mark)
{
	enum sameness sameness;
	struct stream *stream;
	int fd = open(item->path, O_RDONLY | O_CLOEXEC);

	/* One that cannot be read is not the one. */
	if (fd < 0 || !file_identity_compare(fd, settings, schemas, mark, &sameness, &stream, NULL))
		return false;
	stream_close(stream);
	return sameness == FILE_SAME;
}

bool
rotation_follow(struct rotation *rotation, const struct file_settings *settings,
    struct schemas *schemas, const struct mark *mark)
{
	size_t i = rotation->count;

	/* The youngest first: it is mostly the one. */
	while (i && !goes_on(&rotation->items[i - 1], settings, schemas, mark))
		i--;
	if (!i) {
		rotation_fini(rotation);
		return false;
	}
	keep_from(rotation, i - 1, true);
	return true;
}

void
rotation_after(struct rotation *rotation, dev_t device, ino_t inode)
{
	size_t i;

	for (i = 0; i < rotation->count; i++)
		if (rotation->items[i].device == device && rotation->items[i].inode == inode)
			break;
	if (i == rotation->count)
		rotation_fini(rotation);
	else
		keep_from(rotation, i, false);
}

/* The size of a name without ".gz" and without groups of digits behind . - or _ at its end. */
static size_t
core_size(const char *name)
{
	size_t size = strlen(name), digits;

	if (size > 3 && strcmp(name + size - 3, ".gz") == 0)
		size -= 3;
	for (;;) {
		digits = size;
		while (digits && name[digits - 1] >= '0' && name[digits - 1] <= '9')
			digits--;
		if (digits == size || digits < 2 || !strchr(".-_", name[digits - 1]))
			return size;
		size = digits - 1;
	}
}

bool
rotation_is_kin(const char *a, const char *b)
{
	size_t size = core_size(a);

	return size == core_size(b) && memcmp(a, b, size) == 0;
}
