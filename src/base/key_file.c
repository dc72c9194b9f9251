/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and writing the key file; every copy that is made is wiped. */
#include "key_file.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

#define FIRST_LINE "dyetrace-keys 1"

/* What has been seen while the lines are read. */
struct parse {
	struct key_file *file;
	bool has_store, has_sign;
	struct error *err;
};

/* The next word of line, cut off it; absent at its end. */
static struct text
word(struct text *line)
{
	struct text found;
	size_t size = 0;

	while (line->size && *line->data == ' ')
		*line = (struct text){line->data + 1, line->size - 1};
	if (!line->size)
		return TEXT_NONE;
	while (size < line->size && line->data[size] != ' ')
		size++;
	found = (struct text){line->data, size};
	*line = (struct text){line->data + size, line->size - size};
	return found;
}

static bool
parse_secret(struct parse *parse, struct text *line, uint8_t secret[KEY_BYTES])
{
	struct text hex = word(line);

	if (hex.size != 2 * KEY_BYTES)
		return error_set(parse->err, ERROR_MALFORMED,
		    "%d hex digits expected, %zu characters found", 2 * KEY_BYTES, hex.size);
	if (!digest_from_hex(hex, secret, KEY_BYTES))
		return error_set(parse->err, ERROR_MALFORMED, "a character that is no hex digit");
	if (word(line).data)
		return error_set(parse->err, ERROR_MALFORMED, "something stands behind the key");
	return true;
}

static bool
parse_single(
    struct parse *parse, const char *name, bool *has, struct text *line, uint8_t secret[KEY_BYTES])
{
	if (*has)
		return error_set(
		    parse->err, ERROR_MALFORMED, "a second %s key; one is allowed", name);
	*has = true;
	return parse_secret(parse, line, secret);
}

static bool
parse_generation(struct text digits, uint32_t *generation)
{
	uint64_t number = 0;
	size_t i;

	if (!digits.size || digits.size > 10)
		return false;
	for (i = 0; i < digits.size; i++) {
		if (digits.data[i] < '0' || digits.data[i] > '9')
			return false;
		number = number * 10 + (uint64_t)(digits.data[i] - '0');
	}
	*generation = (uint32_t)number;
	return number && number < UINT32_MAX;
}

static bool
parse_vault(struct parse *parse, struct text *line)
{
	struct key_file *file = parse->file;
	struct vault_key vault;
	bool done = false;
	size_t at;

	if (!parse_generation(word(line), &vault.generation))
		return error_set(
		    parse->err, ERROR_MALFORMED, "vault needs a generation from 1, then its key");
	if (file->vault_count == KEY_GENERATIONS_MAX)
		return error_set(
		    parse->err, ERROR_MALFORMED, "more than %d vault keys", KEY_GENERATIONS_MAX);
	if (!parse_secret(parse, line, vault.secret))
		goto undo;
	for (at = file->vault_count; at && file->vaults[at - 1].generation > vault.generation; at--)
		;
	if (at && file->vaults[at - 1].generation == vault.generation) {
		error_set(parse->err, ERROR_MALFORMED, "a second vault key of generation %u",
		    vault.generation);
		goto undo;
	}
	memmove(file->vaults + at + 1, file->vaults + at, (file->vault_count - at) * sizeof(vault));
	file->vaults[at] = vault;
	file->vault_count++;
	done = true;
undo:
	OPENSSL_cleanse(&vault, sizeof(vault));
	return done;
}

static bool
parse_line(struct parse *parse, struct text line)
{
	struct text name;

	if (line.size && *line.data == '#')
		return true;
	name = word(&line);
	if (!name.data)
		return true;
	if (text_is(name, "store"))
		return parse_single(parse, "store", &parse->has_store, &line, parse->file->store);
	if (text_is(name, "sign"))
		return parse_single(parse, "sign", &parse->has_sign, &line, parse->file->sign);
	if (text_is(name, "vault"))
		return parse_vault(parse, &line);
	/* Not shown: it may be a key whose name was lost. */
	return error_set(parse->err, ERROR_MALFORMED, "store, vault or sign expected");
}

static bool
check_complete(const struct parse *parse)
{
	const char *missing = NULL;

	if (!parse->has_store)
		missing = "store";
	else if (!parse->file->vault_count)
		missing = "vault";
	else if (!parse->has_sign)
		missing = "sign";
	return !missing ||
	    error_set(parse->err, ERROR_MALFORMED,
		"no %s key: the file is cut short; restore it from its copy", missing);
}

/* The line that starts the rest, cut off it with its end. */
static struct text
next_line(struct text *rest)
{
	const char *end = memchr(rest->data, '\n', rest->size);
	size_t size = end ? (size_t)(end - rest->data) : rest->size;
	struct text line = {rest->data, size};

	size += end != NULL;
	*rest = (struct text){rest->data + size, rest->size - size};
	return line;
}

bool
key_file_parse(struct text bytes, struct key_file *file, struct error *err)
{
	struct parse parse = {.file = file, .err = err};
	unsigned number;

	memset(file, 0, sizeof(*file));
	if (!bytes.size)
		return error_set(err, ERROR_MALFORMED, "line 1: the file is empty");
	if (!text_is(next_line(&bytes), FIRST_LINE))
		return error_set(err, ERROR_MALFORMED,
		    "line 1: \"%s\" expected: this is no key file", FIRST_LINE);
	for (number = 2; bytes.size; number++)
		if (!parse_line(&parse, next_line(&bytes)))
			return error_within(err, "line %u", number);
	return check_complete(&parse);
}

/* A mode that lets others in is refused before a byte is read. */
static bool
check_mode(const char *path, int fd, struct error *err)
{
	struct stat stat;

	if (fstat(fd, &stat) != 0)
		return error_system(err, ERROR_IO, "key file %s", path);
	if (S_ISDIR(stat.st_mode))
		return error_set(err, ERROR_IO, "key file %s: is a folder", path);
	if (stat.st_mode & (S_IRWXG | S_IRWXO))
		return error_set(err, ERROR_REFUSED,
		    "key file %s: others may read or write it (mode %04o); run: chmod 600 %s", path,
		    stat.st_mode & 07777, path);
	return true;
}

/* Up to one byte more than allowed; the count, -1 on failure. */
static ssize_t
read_all(int fd, char *bytes)
{
	size_t size = 0;
	ssize_t got;

	while (size <= KEY_FILE_BYTES_MAX) {
		got = read(fd, bytes + size, KEY_FILE_BYTES_MAX + 1 - size);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (!got)
			break;
		size += (size_t)got;
	}
	return (ssize_t)size;
}

static bool
read_open(const char *path, int fd, struct key_file *file, struct error *err)
{
	char *bytes;
	ssize_t size;
	bool done = false;

	if (!check_mode(path, fd, err))
		return false;
	bytes = memory_get(KEY_FILE_BYTES_MAX + 1);
	size = read_all(fd, bytes);
	if (size < 0)
		error_system(err, ERROR_IO, "key file %s", path);
	else if (size > KEY_FILE_BYTES_MAX)
		error_set(err, ERROR_MALFORMED, "key file %s: longer than %d bytes", path,
		    KEY_FILE_BYTES_MAX);
	else if (!key_file_parse((struct text){bytes, (size_t)size}, file, err))
		error_within(err, "key file %s", path);
	else
		done = true;
	memory_wipe(bytes, KEY_FILE_BYTES_MAX + 1);
	return done;
}

bool
key_file_read(const char *path, struct key_file *file, struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool done;

	if (fd < 0 && errno == ENOENT)
		return error_set(err, ERROR_MISSING,
		    "key file %s: not there; make one with `dyetrace keys create`, or restore it "
		    "from its copy",
		    path);
	if (fd < 0)
		return error_system(err, ERROR_IO, "key file %s", path);
	done = read_open(path, fd, file, err);
	close(fd);
	return done;
}

size_t
key_file_print(const struct key_file *file, char *out)
{
	char hex[2 * KEY_BYTES + 1];
	size_t size, i;

	size = (size_t)sprintf(out,
	    FIRST_LINE "\n# Keep a copy away from this machine: without it names and texts stay "
		       "hidden for good.\n");
	size += (size_t)sprintf(out + size, "store %s\n", digest_hex(file->store, KEY_BYTES, hex));
	for (i = 0; i < file->vault_count; i++)
		size += (size_t)sprintf(out + size, "vault %u %s\n", file->vaults[i].generation,
		    digest_hex(file->vaults[i].secret, KEY_BYTES, hex));
	size += (size_t)sprintf(out + size, "sign %s\n", digest_hex(file->sign, KEY_BYTES, hex));
	OPENSSL_cleanse(hex, sizeof(hex));
	return size;
}
