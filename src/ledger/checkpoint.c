/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signed notes in the C2SP form. Signed is everything up to and including the
 * newline in front of the empty line.
 */
#include "ledger/checkpoint.h"

#include <stdio.h>

#include "base/base64.h"
#include "base/timestamp.h"

#define ED25519_NOTE 0x01 /* signature type of a C2SP note; Source: c2sp.org/signed-note */
static const char dash[] = "\xe2\x80\x94 "; /* an em dash and a space */

/* The first four bytes of SHA-256(name, newline, type, key). Source: c2sp.org/signed-note. */
static void
key_hash(const char *origin, const uint8_t public_key[KEY_BYTES], uint8_t hash[4])
{
	struct buffer text = {0};
	uint8_t digest[SHA256_BYTES];

	buffer_add_format(&text, "%s\n", origin);
	buffer_add_byte(&text, ED25519_NOTE);
	buffer_add(&text, public_key, KEY_BYTES);
	sha256_of(text.data, text.size, digest);
	memcpy(hash, digest, 4);
	buffer_fini(&text);
}

static void
write_body(const struct checkpoint *checkpoint, struct buffer *out)
{
	char time[TIMESTAMP_TEXT_BYTES];

	buffer_add_format(
	    out, "%s\n%llu\n", checkpoint->origin, (unsigned long long)checkpoint->size);
	base64_add(out, checkpoint->root.bytes, SHA256_BYTES);
	buffer_add_format(
	    out, "\nconclusions %llu ", (unsigned long long)checkpoint->conclusions_size);
	base64_add(out, checkpoint->conclusions_root.bytes, SHA256_BYTES);
	buffer_add_format(out, "\ntime %s\n",
	    checkpoint->time_ms == TIME_NONE ? "none" : timestamp_text(checkpoint->time_ms, time));
}

void
checkpoint_sign(const struct checkpoint *checkpoint, const struct keys *keys, struct buffer *out)
{
	struct buffer body = {0};
	uint8_t public_key[KEY_BYTES], signature[4 + SIGNATURE_BYTES];

	write_body(checkpoint, &body);
	keys_public(keys, public_key);
	key_hash(checkpoint->origin, public_key, signature);
	keys_sign(keys, buffer_text(&body), signature + 4);
	buffer_add_text(out, buffer_text(&body));
	buffer_add_format(out, "\n%s%s ", dash, checkpoint->origin);
	base64_add(out, signature, sizeof(signature));
	buffer_add_byte(out, '\n');
	buffer_fini(&body);
}

struct lines {
	struct text rest;
	int number;
};

static bool
next_line(struct lines *lines, struct text *line, struct error *err)
{
	const char *end =
	    lines->rest.size ? memchr(lines->rest.data, '\n', lines->rest.size) : NULL;

	lines->number++;
	if (!end)
		return error_set(
		    err, ERROR_MALFORMED, "line %d: missing, or without a newline", lines->number);
	*line = (struct text){lines->rest.data, (size_t)(end - lines->rest.data)};
	lines->rest = (struct text){end + 1, lines->rest.size - line->size - 1};
	return true;
}

static bool
wrong(const struct lines *lines, const char *expected, struct error *err)
{
	return error_set(err, ERROR_MALFORMED, "line %d: expected %s", lines->number, expected);
}

/* Decimal without leading zeros, as the form demands. */
static bool
number_of(struct text text, uint64_t *number)
{
	size_t i;

	*number = 0;
	if (!text.size || text.size > 19 || (text.size > 1 && text.data[0] == '0'))
		return false;
	for (i = 0; i < text.size; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		*number = *number * 10 + (uint64_t)(text.data[i] - '0');
	}
	return true;
}

static bool
hash_of(struct text text, struct tree_hash *hash)
{
	struct buffer bytes = {0};
	bool good = base64_read(text, &bytes) && bytes.size == sizeof(hash->bytes);

	if (good)
		memcpy(hash->bytes, bytes.data, bytes.size);
	buffer_fini(&bytes);
	return good;
}

/* What stands behind a prefix; absent if text does not begin with it. */
static struct text
behind(struct text text, const char *prefix)
{
	size_t size = strlen(prefix);

	if (!text.data || text.size < size || memcmp(text.data, prefix, size) != 0)
		return TEXT_NONE;
	return (struct text){text.data + size, text.size - size};
}

/* What a C2SP key may be called. */
static bool
is_name(struct text text)
{
	size_t i;

	for (i = 0; i < text.size; i++)
		if (text.data[i] <= ' ' || text.data[i] == '+' || text.data[i] > '~')
			return false;
	return text.size > 0;
}

static bool
read_origin(struct lines *lines, struct checkpoint *checkpoint, struct error *err)
{
	struct text line = TEXT("");

	if (!next_line(lines, &line, err))
		return false;
	if (!behind(line, "dyetrace/").size || line.size >= sizeof(checkpoint->origin) ||
	    !is_name(line))
		return wrong(lines, "the origin, dyetrace/ and the store's id", err);
	memcpy(checkpoint->origin, line.data, line.size);
	return true;
}

static bool
read_conclusions(struct lines *lines, struct checkpoint *checkpoint, struct error *err)
{
	struct text line = TEXT_NONE, rest;
	const char *space;

	if (!next_line(lines, &line, err))
		return false;
	rest = behind(line, "conclusions ");
	space = rest.size ? memchr(rest.data, ' ', rest.size) : NULL;
	if (!space ||
	    !number_of((struct text){rest.data, (size_t)(space - rest.data)},
		&checkpoint->conclusions_size) ||
	    !hash_of((struct text){space + 1, rest.size - (size_t)(space + 1 - rest.data)},
		&checkpoint->conclusions_root))
		return wrong(lines, "conclusions, their number and their root in base64", err);
	return true;
}

static bool
read_time(struct lines *lines, struct checkpoint *checkpoint, struct error *err)
{
	const struct timestamp_rule rule = {.format = TIMESTAMP_ISO8601};
	struct text line = TEXT_NONE, time;
	struct error ignored;
	char again[TIMESTAMP_TEXT_BYTES];

	if (!next_line(lines, &line, err))
		return false;
	time = behind(line, "time ");
	checkpoint->time_ms = TIME_NONE;
	if (text_is(time, "none"))
		return true;
	if (!time.size || !timestamp_parse(time, &rule, &checkpoint->time_ms, &ignored) ||
	    !text_is(time, timestamp_text(checkpoint->time_ms, again)))
		return wrong(lines, "time and a moment in ISO 8601, or none", err);
	return true;
}

static bool
read_body(struct lines *lines, struct checkpoint *checkpoint, struct error *err)
{
	struct text line = TEXT_NONE;

	if (!read_origin(lines, checkpoint, err) || !next_line(lines, &line, err))
		return false;
	if (!number_of(line, &checkpoint->size))
		return wrong(lines, "how many records the tree has", err);
	if (!next_line(lines, &line, err))
		return false;
	if (!hash_of(line, &checkpoint->root))
		return wrong(lines, "the root, 32 bytes in base64", err);
	return read_conclusions(lines, checkpoint, err) && read_time(lines, checkpoint, err);
}

/* Who signed, and the key hash and signature. */
struct signature {
	struct text name;
	uint8_t bytes[4 + SIGNATURE_BYTES];
	bool is_ed25519; /* as long as one */
};

static bool
read_signature(struct lines *lines, struct signature *signature, struct error *err)
{
	struct buffer bytes = {0};
	struct text line = TEXT_NONE, rest;
	const char *space;
	bool good;

	if (!next_line(lines, &line, err))
		return false;
	rest = behind(line, dash);
	space = rest.size ? memchr(rest.data, ' ', rest.size) : NULL;
	signature->name = space ? (struct text){rest.data, (size_t)(space - rest.data)} : TEXT_NONE;
	good = is_name(signature->name) &&
	    base64_read((struct text){space + 1, rest.size - signature->name.size - 1}, &bytes) &&
	    bytes.size > 4;
	signature->is_ed25519 = good && bytes.size == sizeof(signature->bytes);
	if (signature->is_ed25519)
		memcpy(signature->bytes, bytes.data, bytes.size);
	buffer_fini(&bytes);
	return good || wrong(lines, "a dash, a name and a signature in base64", err);
}

/* All lines are read; one of them must be the store's own. */
static bool
check_signatures(struct lines *lines, struct text body, const struct checkpoint *checkpoint,
    const uint8_t public_key[KEY_BYTES], struct error *err)
{
	struct signature signature = {0};
	bool good = !public_key;
	uint8_t hash[4];

	if (public_key)
		key_hash(checkpoint->origin, public_key, hash);
	do {
		if (!read_signature(lines, &signature, err))
			return false;
		if (!good && signature.is_ed25519 && text_is(signature.name, checkpoint->origin) &&
		    memcmp(hash, signature.bytes, sizeof(hash)) == 0)
			good = signature_check(public_key, body, signature.bytes + 4);
	} while (lines->rest.size);
	return good ||
	    error_set(err, ERROR_REFUSED, "not signed by this key, or altered since it was");
}

bool
checkpoint_read(struct text note, const uint8_t public_key[KEY_BYTES],
    struct checkpoint *checkpoint, struct error *err)
{
	struct lines lines = {.rest = note};
	struct text empty = TEXT_NONE, body;

	*checkpoint = (struct checkpoint){0};
	if (note.size > CHECKPOINT_BYTES_MAX)
		return error_set(
		    err, ERROR_MALFORMED, "longer than %d bytes", CHECKPOINT_BYTES_MAX);
	if (!read_body(&lines, checkpoint, err))
		return false;
	body = (struct text){note.data, note.size - lines.rest.size};
	if (!next_line(&lines, &empty, err))
		return false;
	if (empty.size)
		return wrong(&lines, "an empty line in front of the signature", err);
	return check_signatures(&lines, body, checkpoint, public_key, err);
}

void
checkpoint_verifier(const char *origin, const uint8_t public_key[KEY_BYTES], struct buffer *out)
{
	uint8_t hash[4], typed[1 + KEY_BYTES];
	char hex[9];

	key_hash(origin, public_key, hash);
	typed[0] = ED25519_NOTE;
	memcpy(typed + 1, public_key, KEY_BYTES);
	buffer_add_format(out, "%s+%s+", origin, digest_hex(hash, sizeof(hash), hex));
	base64_add(out, typed, sizeof(typed));
}

bool
checkpoint_verifier_parse(
    struct text text, char origin[128], uint8_t public_key[KEY_BYTES], struct error *err)
{
	const char *first, *second = NULL;
	struct buffer bytes = {0};
	char hex[9];
	uint8_t hash[4];
	size_t name;
	bool good;

	while (text.size && (text.data[text.size - 1] == '\n' || text.data[text.size - 1] == '\r'))
		text.size--;
	first = text.size ? memchr(text.data, '+', text.size) : NULL;
	if (first)
		second = memchr(first + 1, '+', text.size - (size_t)(first + 1 - text.data));
	name = first ? (size_t)(first - text.data) : 0;
	good = second && name < 128 && is_name((struct text){text.data, name}) &&
	    base64_read(
		(struct text){second + 1, text.size - (size_t)(second + 1 - text.data)}, &bytes) &&
	    bytes.size == 1 + KEY_BYTES && bytes.data[0] == ED25519_NOTE;
	if (good) {
		memcpy(origin, text.data, name);
		origin[name] = '\0';
		memcpy(public_key, bytes.data + 1, KEY_BYTES);
		key_hash(origin, public_key, hash);
		good = text_equal((struct text){first + 1, (size_t)(second - first - 1)},
		    text_of(digest_hex(hash, sizeof(hash), hex)));
	}
	buffer_fini(&bytes);
	return good ||
	    error_set(
		err, ERROR_MALFORMED, "a verifier key is ORIGIN+HASH+KEY, as in STORE/verifier");
}
