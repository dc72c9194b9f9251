/* SPDX-License-Identifier: Apache-2.0 */
/* References are replaced from left to right; what they stand for is not looked at again. */
#include "secrets.h"

#include <stdlib.h>

#include "base/buffer.h"
#include "base/file.h"

#define NAME_BYTES_MAX 1024

enum reference_kind {
	REFERENCE_FILE,
	REFERENCE_VARIABLE,
};

struct reference {
	enum reference_kind kind;
	struct text name;
	size_t begin, end; /* in the text */
};

/* The next "${" at or behind a place. */
static const char *
opening(struct text written, size_t from)
{
	return from < written.size ? memmem(written.data + from, written.size - from, "${", 2)
				   : NULL;
}

bool
secret_is_reference(struct text written)
{
	return opening(written, 0) != NULL;
}

static bool
starts_with(struct text text, const char *word)
{
	size_t size = strlen(word);

	return text.size >= size && memcmp(text.data, word, size) == 0;
}

/* The next reference; *found says whether there is one. */
static bool
next_reference(
    struct text written, size_t from, struct reference *reference, bool *found, struct error *err)
{
	const char *begin = opening(written, from), *end;
	struct text inside;

	*found = begin != NULL;
	if (!begin)
		return true;
	reference->begin = (size_t)(begin - written.data);
	end = memchr(begin, '}', written.size - reference->begin);
	if (!end)
		return error_set(err, ERROR_USAGE, "a reference that begins with ${ ends with }");
	reference->end = (size_t)(end + 1 - written.data);
	inside = (struct text){begin + 2, (size_t)(end - begin - 2)};
	if (starts_with(inside, "file:"))
		*reference = (struct reference){REFERENCE_FILE, {inside.data + 5, inside.size - 5},
		    reference->begin, reference->end};
	else if (starts_with(inside, "env:"))
		*reference = (struct reference){REFERENCE_VARIABLE,
		    {inside.data + 4, inside.size - 4}, reference->begin, reference->end};
	else
		return error_set(
		    err, ERROR_USAGE, "a reference is ${file:PATH} or ${env:NAME}, nothing else");
	if (!reference->name.size || reference->name.size > NAME_BYTES_MAX)
		return error_set(err, ERROR_USAGE, "a reference names a file or a variable");
	return true;
}

bool
secret_check(struct text written, struct error *err)
{
	struct reference reference = {0};
	bool found;

	do {
		if (!next_reference(written, reference.end, &reference, &found, err))
			return false;
	} while (found);
	return true;
}

static bool
add_file(const char *folder, const char *name, struct buffer *out, struct error *err)
{
	char *path = file_join(folder, name);
	size_t before = out->size;
	bool good = file_read(path, SECRET_BYTES_MAX, out, err) ||
	    error_within(
		err, "${file:%s} cannot be read: make the file, or correct its name", name);

	if (good && out->size > before && out->data[out->size - 1] == '\n')
		out->size--;
	if (good && out->size > before && out->data[out->size - 1] == '\r')
		out->size--;
	memory_free(path);
	return good;
}

static bool
add_variable(const char *name, struct buffer *out, struct error *err)
{
	const char *value = getenv(name);

	if (!value)
		return error_set(err, ERROR_MISSING, "the environment has no variable %s", name);
	buffer_add_text(out, text_of(value));
	return true;
}

static bool
add_reference(
    const char *folder, const struct reference *reference, struct buffer *out, struct error *err)
{
	char *name = memory_text_n(reference->name.data, reference->name.size);
	bool good = reference->kind == REFERENCE_FILE ? add_file(folder, name, out, err)
						      : add_variable(name, out, err);

	memory_free(name);
	return good;
}

bool
secret_resolve(const char *folder, struct text written, char **value, struct error *err)
{
	struct reference reference = {0};
	struct buffer out = {0};
	size_t at = 0;
	bool found, good;

	for (;;) {
		good = next_reference(written, at, &reference, &found, err);
		if (!good || !found)
			break;
		buffer_add(&out, written.data + at, reference.begin - at);
		good = add_reference(folder, &reference, &out, err);
		if (!good)
			break;
		at = reference.end;
	}
	if (good) {
		buffer_add(&out, written.data + at, written.size - at);
		good = !memchr(buffer_text(&out).data, '\0', out.size) ||
		    error_set(err, ERROR_USAGE, "a secret holds a NUL character");
	}
	if (good)
		*value = memory_text_n(buffer_text(&out).data, out.size);
	memory_wipe(out.data, out.size);
	return good;
}

void
secret_free(char *value)
{
	if (value)
		memory_wipe(value, strlen(value));
}
