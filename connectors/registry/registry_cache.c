/* SPDX-License-Identifier: Apache-2.0 */
#include "registry_cache.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/memory.h"
#include "registry_key.h"

#define MAGIC "dyetrace-schema 1"
#define CACHE_BYTES_MAX ((size_t)64 << 20) /* as much as answer.limit may be */

bool
registry_cache_folder(const char *cache, const char *urls, char **folder, struct error *err)
{
	struct buffer path = {0};

	buffer_add_format(&path, "%s/%016" PRIx64, cache, digest_identity(text_of(urls)));
	buffer_add_byte(&path, 0);
	*folder = (char *)path.data;
	if (file_make_folder(*folder, err))
		return true;
	memory_free(*folder);
	*folder = NULL;
	return error_within(err, "folder of schemas");
}

static void
add_first_line(struct schema_key key, enum schema_type type, struct text text, struct buffer *out)
{
	uint8_t digest[SHA256_BYTES];
	char name[SCHEMA_KEY_BYTES], hex[2 * SHA256_BYTES + 1];

	sha256_of(text.data, text.size, digest);
	buffer_add_format(out, "%s %s %s %zu %s\n", MAGIC, schema_type_name(type),
	    schema_key_file(key, name), text.size, digest_hex(digest, SHA256_BYTES, hex));
}

void
registry_cache_write(
    struct schema_key key, enum schema_type type, struct text text, struct buffer *out)
{
	add_first_line(key, type, text, out);
	buffer_add_text(out, text);
}

/* The type is the one thing of the first line that is not known: so each is tried. */
bool
registry_cache_read(
    struct text bytes, struct schema_key key, enum schema_type *type, struct text *text)
{
	const char *end = bytes.size ? memchr(bytes.data, '\n', bytes.size) : NULL;
	struct buffer line = {0};
	size_t size = end ? (size_t)(end - bytes.data) + 1 : 0;
	bool found = false;

	*text = (struct text){bytes.data + size, bytes.size - size};
	for (*type = SCHEMA_AVRO; size && *type <= SCHEMA_PROTOBUF; ++*type) {
		line.size = 0;
		add_first_line(key, *type, *text, &line);
		found = text_equal(buffer_text(&line), (struct text){bytes.data, size});
		if (found)
			break;
	}
	buffer_fini(&line);
	return found;
}

static char *
path_of(const char *folder, struct schema_key key)
{
	char name[SCHEMA_KEY_BYTES], file[SCHEMA_KEY_BYTES + 8];

	snprintf(file, sizeof(file), "%s.schema", schema_key_file(key, name));
	return file_join(folder, file);
}

bool
registry_cache_find(
    const char *folder, struct schema_key key, enum schema_type *type, struct buffer *text)
{
	char *path = path_of(folder, key);
	struct buffer bytes = {0};
	struct text inside;
	bool found = file_read(path, CACHE_BYTES_MAX, &bytes, NULL) &&
	    registry_cache_read(buffer_text(&bytes), key, type, &inside);

	if (found)
		buffer_add_text(text, inside);
	buffer_fini(&bytes);
	memory_free(path);
	return found;
}

bool
registry_cache_keep(const char *folder, struct schema_key key, enum schema_type type,
    struct text text, struct error *err)
{
	char *path = path_of(folder, key);
	struct buffer bytes = {0};
	bool good;

	registry_cache_write(key, type, text, &bytes);
	good = file_replace(path, buffer_text(&bytes), 0600, err);
	buffer_fini(&bytes);
	memory_free(path);
	return good;
}
