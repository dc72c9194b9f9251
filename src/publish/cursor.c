/* SPDX-License-Identifier: Apache-2.0 */
#include "cursor.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/json.h"
#include "base/json_print.h"
#include "base/timestamp.h"

#define NOTE_BYTES_MAX 4096

/* --- reading --------------------------------------------------------------------------- */

static bool
take_count(const struct json_document *document, const char *key, uint64_t *count)
{
	const struct json_node *node = json_member(document, 0, text_of(key));

	if (!node || node->kind != NODE_LONG || node->integer < 0)
		return false;
	*count = (uint64_t)node->integer;
	return true;
}

static bool
take_note(struct cursor *cursor, const struct json_document *document, struct error *err)
{
	const struct json_node *store, *day;
	uint8_t id[STORE_ID_BYTES];

	if (document->nodes[0].kind != NODE_OBJECT ||
	    !take_count(document, "record", &cursor->record) ||
	    !take_count(document, "published", &cursor->published) ||
	    !take_count(document, "dead", &cursor->dead))
		return error_set(err, ERROR_DAMAGED, "it is no note of how far a publisher came");
	store = json_member(document, 0, TEXT("store"));
	if (!store || store->kind != NODE_TEXT || !digest_from_hex(store->text, id, sizeof(id)) ||
	    memcmp(id, cursor->store_id, sizeof(id)) != 0)
		return error_set(err, ERROR_DAMAGED, "it is of another store");
	day = json_member(document, 0, TEXT("movement_day"));
	if (day && day->kind == NODE_LONG)
		cursor->movement_day = day->integer;
	return true;
}

static bool
parse_note(struct cursor *cursor, struct text bytes, struct error *err)
{
	struct json_reader *reader = json_reader_open();
	struct json_document document;
	struct error why = {0};
	bool good = json_parse(reader, bytes, &document, &why)
	    ? take_note(cursor, &document, err)
	    : error_set(err, ERROR_DAMAGED, "%s", why.text);

	json_reader_close(reader);
	return good;
}

static bool
read_note(struct cursor *cursor, struct error *err)
{
	struct buffer bytes = {0};
	bool good = file_read(cursor->path, NOTE_BYTES_MAX, &bytes, err);

	if (good) {
		cursor->there = true;
		good = parse_note(cursor, buffer_text(&bytes), err) ||
		    error_within(err, "%s (remove it to publish from where `from` says again)",
			cursor->path);
	} else if (err->kind == ERROR_MISSING) {
		*err = (struct error){0};
		good = true;
	}
	buffer_fini(&bytes);
	return good;
}

bool
cursor_open(struct cursor *cursor, const char *store, const char *publisher,
    const uint8_t store_id[STORE_ID_BYTES], struct error *err)
{
	char *folder = store_path(store, STORE_PUBLISHED);
	struct buffer dead = {0};
	bool good = file_make_folder(folder, err);

	*cursor = (struct cursor){.path = file_join(folder, publisher), .movement_day = INT64_MIN};
	memcpy(cursor->store_id, store_id, STORE_ID_BYTES);
	buffer_add_format(&dead, "%s.dead", cursor->path);
	buffer_add_byte(&dead, 0);
	cursor->dead_path = (char *)dead.data;
	memory_free(folder);
	return good && read_note(cursor, err);
}

void
cursor_fini(struct cursor *cursor)
{
	memory_free(cursor->path);
	memory_free(cursor->dead_path);
	*cursor = (struct cursor){0};
}

/* --- writing --------------------------------------------------------------------------- */

bool
cursor_note(struct cursor *cursor, struct error *err)
{
	char hex[2 * STORE_ID_BYTES + 1];
	struct buffer line = {0};
	bool done;

	buffer_add_format(&line,
	    "{\"store\":\"%s\",\"record\":%" PRIu64 ",\"published\":%" PRIu64 ",\"dead\":%" PRIu64,
	    digest_hex(cursor->store_id, STORE_ID_BYTES, hex), cursor->record, cursor->published,
	    cursor->dead);
	if (cursor->movement_day != INT64_MIN)
		buffer_add_format(&line, ",\"movement_day\":%" PRId64, cursor->movement_day);
	buffer_add_text(&line, TEXT("}\n"));
	done = file_replace(cursor->path, buffer_text(&line), 0600, err);
	cursor->there = cursor->there || done;
	buffer_fini(&line);
	return done;
}

static bool
append(const char *path, struct text line, struct error *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	bool done =
	    fd >= 0 && write(fd, line.data, line.size) == (ssize_t)line.size && fdatasync(fd) == 0;

	if (!done)
		error_system(err, ERROR_IO, "%s", path);
	if (fd >= 0)
		close(fd);
	return done && file_sync_folder_of(path, err);
}

bool
cursor_dead(struct cursor *cursor, uint64_t record, const char *what, struct text id,
    const char *reason, struct error *err)
{
	char time[TIMESTAMP_TEXT_BYTES];
	struct buffer line = {0};
	bool done;

	buffer_add_format(&line, "{\"time\":\"%s\",\"record\":%" PRIu64 ",\"what\":",
	    timestamp_text(timestamp_now(), time), record);
	json_print_text(text_of(what), &line);
	buffer_add_text(&line, TEXT(",\"id\":"));
	json_print_text(id, &line);
	buffer_add_text(&line, TEXT(",\"reason\":"));
	json_print_text(text_of(reason), &line);
	buffer_add_text(&line, TEXT("}\n"));
	done = append(cursor->dead_path, buffer_text(&line), err);
	cursor->dead++;
	buffer_fini(&line);
	return done;
}
