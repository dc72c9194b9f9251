/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a file's beginning, or all of it up to a mark, to know it again. */
#include "identity.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* A second descriptor of the same file; reads go by position, so they do not disturb each other. */
static bool
again(int fd, int *copy, struct error *err)
{
	*copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	return *copy >= 0 || error_system(err, ERROR_IO, "cannot be opened");
}

bool
file_identity_open(int fd, const struct file_settings *settings, struct schemas *schemas,
    bool final, struct stream **stream, struct error *err)
{
	struct input *input;

	*stream = NULL;
	if (!input_open(fd, settings->compression, final, &input, err))
		return false;
	if (input)
		*stream = stream_open(input, settings, schemas);
	return true;
}

/* The next message; *found false: the file ends. What lacks a line end is taken and told. */
static bool
next_of_all(struct stream *stream, struct message *message, bool *found, bool *unfinished,
    struct error *err)
{
	*unfinished = false;
	if (!stream_next(stream, false, message, found, err))
		return false;
	if (*found)
		return true;
	*unfinished = true;
	return stream_next(stream, true, message, found, err);
}

/* How a file begins does not depend on a container's block that is still being written. */
static bool
next_of_beginning(struct stream *stream, const struct file_settings *settings,
    struct message *message, bool *found, bool *unfinished, struct error *err)
{
	*unfinished = false;
	if (settings->format == FORMAT_AVRO)
		return stream_next(stream, false, message, found, err);
	return next_of_all(stream, message, found, unfinished, err);
}

bool
file_identity_begin(int fd, const struct file_settings *settings, struct schemas *schemas,
    int64_t limit_byte, struct beginning *beginning, struct error *err)
{
	struct message message;
	struct stream *stream;
	bool found, done;

	*beginning = (struct beginning){.header_offset = -1};
	if (!file_identity_open(fd, settings, schemas, true, &stream, err))
		return false;
	stream_limit(stream, limit_byte);
	do {
		done = next_of_beginning(
		    stream, settings, &message, &found, &beginning->is_unfinished, err);
		if (done && found && message.kind == MESSAGE_BLANK && stream_schema(stream) &&
		    beginning->header_offset < 0 && settings->header)
			beginning->header_offset = message.offset;
	} while (done && found && !stream_first(stream, &beginning->first));
	beginning->has_first = stream_first(stream, &beginning->first);
	beginning->schema = stream_schema(stream);
	stream_close(stream);
	return done;
}

bool
file_identity_verify(int fd, const struct file_settings *settings, struct schemas *schemas,
    const struct mark *mark, bool *same, struct error *err)
{
	uint8_t read[SHA256_BYTES], known[SHA256_BYTES];
	struct sha256 content;
	struct message message;
	struct stream *stream;
	bool found = true, done = true, unfinished;

	sha256_init(&content);
	if (!file_identity_open(fd, settings, schemas, true, &stream, err))
		return false;
	stream_limit(stream, mark->byte);
	while (done && found && stream_offset(stream) < mark->offset) {
		done = next_of_all(stream, &message, &found, &unfinished, err);
		if (done && found && message.kind != MESSAGE_GAP)
			content_add(&content, message.payload);
	}
	sha256_now(&content, read);
	sha256_now(mark->content, known);
	*same = found && memcmp(read, known, sizeof(read)) == 0;
	stream_close(stream);
	return done;
}

/* A stream at the mark; *sameness tells whether the file reaches it. */
static bool
resume(int fd, const struct file_settings *settings, struct schemas *schemas,
    const struct mark *mark, const struct beginning *beginning, enum sameness *sameness,
    struct stream **stream, struct error *err)
{
	const struct message_schema *schema = NULL;
	bool there = false, done;

	if (beginning->header_offset < mark->offset)
		schema = beginning->schema;
	if (!file_identity_open(fd, settings, schemas, true, stream, err))
		return false;
	done = stream_resume(*stream, mark->offset, mark->byte, schema, &there, err);
	*sameness = there ? FILE_SAME : FILE_SHORTER;
	return done;
}

/* No line ends at the mark, or no first record is known: only the whole content can tell. */
static bool
settle_doubt(int fd, const struct file_settings *settings, struct schemas *schemas,
    const struct mark *mark, enum sameness *sameness, struct error *err)
{
	bool same = mark->has_first;
	int copy;

	if (mark->content &&
	    (!again(fd, &copy, err) ||
		!file_identity_verify(copy, settings, schemas, mark, &same, err)))
		return false;
	*sameness = same ? FILE_SAME : FILE_OTHER;
	return true;
}

static bool
compare(int fd, const struct file_settings *settings, struct schemas *schemas,
    const struct mark *mark, enum sameness *sameness, struct stream **stream, struct error *err)
{
	struct beginning beginning;
	int copy;

	if (!again(fd, &copy, err) ||
	    !file_identity_begin(copy, settings, schemas, mark->byte, &beginning, err))
		return false;
	if (mark->has_first && (!beginning.has_first || beginning.first != mark->first)) {
		*sameness = beginning.has_first ? FILE_OTHER : FILE_SHORTER;
		return true;
	}
	if (!again(fd, &copy, err) ||
	    !resume(copy, settings, schemas, mark, &beginning, sameness, stream, err))
		return false;
	if (*sameness == FILE_SAME &&
	    (stream_is_unended(*stream) || (!mark->has_first && mark->offset)))
		return settle_doubt(fd, settings, schemas, mark, sameness, err);
	return true;
}

bool
file_identity_compare(int fd, const struct file_settings *settings, struct schemas *schemas,
    const struct mark *mark, enum sameness *sameness, struct stream **stream, struct error *err)
{
	bool done;

	*stream = NULL;
	*sameness = FILE_OTHER;
	done = compare(fd, settings, schemas, mark, sameness, stream, err);
	close(fd);
	if (!done || *sameness != FILE_SAME) {
		stream_close(*stream);
		*stream = NULL;
	}
	return done;
}
