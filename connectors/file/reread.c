/* SPDX-License-Identifier: Apache-2.0 */
/* The same framing as the route's, over the file that begins as the partition did. */
#include "reread.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "rotation.h"

/* Descriptor of the path if it begins as the partition does, else -1. */
static int
open_if_same(const char *path, const struct file_settings *settings, struct schemas *schemas,
    const struct partition *partition)
{
	struct beginning beginning;
	int fd = open(path, O_RDONLY | O_CLOEXEC), copy;

	if (fd < 0)
		return -1;
	copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (copy >= 0 &&
	    file_identity_begin(copy, settings, schemas, partition->next_byte, &beginning, NULL) &&
	    (!partition->has_first ||
		(beginning.has_first && beginning.first == partition->first_payload)))
		return fd;
	close(fd);
	return -1;
}

/* The file of that name, or the youngest beside it that begins so. */
static int
find_file(const char *path, const struct file_settings *settings, struct schemas *schemas,
    const struct partition *partition, struct error *err)
{
	struct rotation rotation;
	int fd = open_if_same(path, settings, schemas, partition);
	size_t i;

	if (fd >= 0)
		return fd;
	rotation_list(path, &rotation);
	for (i = rotation.count; fd < 0 && i; i--)
		fd = open_if_same(rotation.items[i - 1].path, settings, schemas, partition);
	rotation_fini(&rotation);
	if (fd < 0)
		error_set(err, ERROR_MISSING,
		    "%s: no file begins with the first record of incarnation %u any more, neither "
		    "this one nor one that "
		    "rotation left beside it",
		    partition->name, partition->incarnation);
	return fd;
}

static bool
visit_all(struct stream *stream, const struct partition *partition,
    bool (*visit)(void *context, const struct message *message), void *context, struct error *err)
{
	struct message message;
	bool found = true;

	while (stream_offset(stream) < partition->next_offset) {
		if (!stream_next(stream, false, &message, &found, err))
			return false;
		if (!found && !stream_next(stream, true, &message, &found, err))
			return false;
		if (!found)
			return true;
		message.partition = (struct partition *)partition;
		if (!visit(context, &message))
			return false;
	}
	return true;
}

static bool
reread(const char *path, const struct file_settings *settings, const struct partition *partition,
    bool (*visit)(void *context, const struct message *message), void *context, struct error *err)
{
	struct schemas schemas = {0};
	struct stream *stream = NULL;
	int fd = find_file(path, settings, &schemas, partition, err);
	bool done = fd >= 0 && file_identity_open(fd, settings, &schemas, true, &stream, err);

	if (done) {
		/* What was added since must not finish a record that was taken unfinished. */
		stream_limit(stream, partition->next_byte);
		done = visit_all(stream, partition, visit, context, err);
		if (!done)
			error_within(err, "%s", partition->name);
	}
	stream_close(stream);
	schemas_fini(&schemas);
	return done;
}

bool
file_reread(const struct source_options *options, const struct partition *partition,
    bool (*visit)(void *context, const struct message *message), void *context, struct error *err)
{
	struct file_settings settings;
	struct yaml_problems problems = {0};
	char *path = file_join(options->folder, partition->name);
	bool done = false;

	file_settings_read(options->settings_file, options->settings, &settings, &problems);
	settings.framing.record_bytes_max = options->record_bytes_max;
	if (strcmp(partition->name, "-") == 0)
		error_set(err, ERROR_MISSING, "-: standard input cannot be read again");
	else if (yaml_problems_check(&problems, err))
		done = reread(path, &settings, partition, visit, context, err);
	yaml_problems_fini(&problems);
	file_settings_fini(&settings);
	memory_free(path);
	return done;
}
