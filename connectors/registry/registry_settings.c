/* SPDX-License-Identifier: Apache-2.0 */
/* One row a key: its place, its kind, its range. */
#include "registry_settings.h"

#include "base/buffer.h"
#include "base/file.h"
#include "base/memory.h"
#include "registry_url.h"

enum key_kind {
	KEY_TEXT,
	KEY_SECRET,
	KEY_PATH,
	KEY_DURATION,
	KEY_SIZE
};

struct key {
	const char *name;
	enum key_kind kind;
	size_t place; /* in struct registry_settings */
	int64_t low, high, standard;
};

#define PLACE(member) offsetof(struct registry_settings, member)
#define SECOND 1000
#define MEBIBYTE (1 << 20)

/* basic.auth.user.info and bearer.auth.token are Confluent's names for the same. */
static const struct key keys[] = {
    {"basic.auth", KEY_SECRET, PLACE(basic_auth), 0, 0, 0},
    {"basic.auth.user.info", KEY_SECRET, PLACE(basic_auth), 0, 0, 0},
    {"bearer.auth", KEY_SECRET, PLACE(bearer_token), 0, 0, 0},
    {"bearer.auth.token", KEY_SECRET, PLACE(bearer_token), 0, 0, 0},
    {"ssl.ca.location", KEY_PATH, PLACE(ca_file), 0, 0, 0},
    {"ssl.certificate.location", KEY_PATH, PLACE(certificate_file), 0, 0, 0},
    {"ssl.key.location", KEY_PATH, PLACE(key_file), 0, 0, 0},
    {"ssl.key.password", KEY_SECRET, PLACE(key_password), 0, 0, 0},
    {"connect.timeout", KEY_DURATION, PLACE(connect_ms), 100, 60 * SECOND, 5 * SECOND},
    {"timeout", KEY_DURATION, PLACE(total_ms), 100, 300 * SECOND, 15 * SECOND},
    {"answer.limit", KEY_SIZE, PLACE(answer_bytes_max), 1024, 64 * MEBIBYTE, 4 * MEBIBYTE},
    {"ask.again", KEY_DURATION, PLACE(ask_again_ms), 100, 86400 * SECOND, 30 * SECOND},
    {"retry.limit", KEY_DURATION, PLACE(retry_max_ms), 100, 3600 * SECOND, 30 * SECOND},
    {"notice.interval", KEY_DURATION, PLACE(notice_ms), SECOND, 86400 * SECOND, 60 * SECOND},
};

static void *
place_of(struct registry_settings *settings, const struct key *key)
{
	return (char *)settings + key->place;
}

static const struct key *
key_find(struct text name)
{
	size_t i;

	for (i = 0; i < ARRAY_COUNT(keys); i++)
		if (text_is(name, keys[i].name))
			return &keys[i];
	return NULL;
}

/* Whether a secret is named rather than written; "reader:${file:…}" names one too. */
static bool
is_reference(struct text text)
{
	return text.size &&
	    (memmem(text.data, text.size, "${file:", 7) ||
		memmem(text.data, text.size, "${env:", 6));
}

static void
check_secret(const char *file, struct text name, const struct yaml_node *value,
    struct yaml_problems *problems)
{
	struct text text;

	if (yaml_text(file, value, &text, problems) && !is_reference(text))
		yaml_problem_add(problems, file, value,
		    "%.*s is a secret: write ${file:PATH} or ${env:NAME}, not the secret itself",
		    TEXT_PRINT(name));
}

static void
check_value(const char *file, const struct key *key, const struct yaml_member *member,
    struct yaml_problems *problems)
{
	struct text text;
	int64_t number;

	switch (key->kind) {
	case KEY_SECRET:
		check_secret(file, member->key, member->value, problems);
		return;
	case KEY_TEXT:
	case KEY_PATH:
		if (yaml_text(file, member->value, &text, problems) && !text.size)
			yaml_problem_add(problems, file, member->value, "%s is empty", key->name);
		return;
	case KEY_DURATION:
		if (!yaml_duration(file, member->value, &number, problems))
			return;
		break;
	case KEY_SIZE:
		if (!yaml_size(file, member->value, &number, problems))
			return;
		break;
	}
	if (number < key->low || number > key->high)
		yaml_problem_add(problems, file, member->value,
		    "%s is out of its range: %lld to %lld %s", key->name, (long long)key->low,
		    (long long)key->high, key->kind == KEY_SIZE ? "bytes" : "ms");
}

static void
check_urls(const char *file, const struct yaml_node *url, struct yaml_problems *problems)
{
	struct error err = {0};
	struct text text;

	if (!yaml_text(file, url, &text, problems))
		return;
	if (!registry_urls_check(text, &err))
		yaml_problem_add(problems, file, url, "schema.registry.url: %s", err.text);
}

/* Two names of one place, or a certificate without its key. */
static void
check_together(const char *file, const struct yaml_node *map, struct yaml_problems *problems)
{
	static const char *const pairs[][2] = {{"basic.auth", "basic.auth.user.info"},
	    {"bearer.auth", "bearer.auth.token"}, {"basic.auth", "bearer.auth"}};
	size_t i;

	for (i = 0; i < ARRAY_COUNT(pairs); i++)
		if (yaml_find(map, pairs[i][0]) && yaml_find(map, pairs[i][1]))
			yaml_problem_add(problems, file, yaml_find(map, pairs[i][1]),
			    "%s and %s: give one of them", pairs[i][0], pairs[i][1]);
	if (!yaml_find(map, "ssl.certificate.location") != !yaml_find(map, "ssl.key.location"))
		yaml_problem_add(problems, file, map,
		    "ssl.certificate.location and ssl.key.location belong together");
	if (yaml_find(map, "ssl.key.password") && !yaml_find(map, "ssl.key.location"))
		yaml_problem_add(
		    problems, file, map, "ssl.key.password is of no use without ssl.key.location");
}

void
registry_settings_check(const char *file, const struct yaml_node *url, const struct yaml_node *map,
    struct yaml_problems *problems)
{
	const char *known[ARRAY_COUNT(keys) + 1] = {NULL};
	size_t i;

	if (url)
		check_urls(file, url, problems);
	if (!map)
		return;
	for (i = 0; i < ARRAY_COUNT(keys); i++)
		known[i] = keys[i].name;
	if (map->kind != YAML_MAP) {
		yaml_problem_add(problems, file, map, "schema.registry is a map of settings");
		return;
	}
	if (!url)
		yaml_problem_add(problems, file, map,
		    "schema.registry says how, schema.registry.url is missing");
	yaml_check_keys(file, map, known, problems);
	for (i = 0; i < map->count; i++)
		if (key_find(map->members[i].key))
			check_value(
			    file, key_find(map->members[i].key), &map->members[i], problems);
	check_together(file, map, problems);
}

static bool
read_secret(
    struct text written, const struct registry_secrets *secrets, char **value, struct error *err)
{
	if (secrets)
		return secrets->resolve(secrets->context, written, value, err);
	*value = memory_text_n(written.data, written.size);
	return true;
}

static bool
read_text(const struct key *key, struct text written, const char *folder,
    const struct registry_secrets *secrets, char **place, struct error *err)
{
	char *value = NULL;

	if (key->kind == KEY_PATH)
		value = file_join(folder, written.data);
	else if (key->kind == KEY_TEXT)
		value = memory_text_n(written.data, written.size);
	else if (!read_secret(written, secrets, &value, err))
		return error_within(err, "%s", key->name);
	if (*place)
		memory_wipe(*place, strlen(*place));
	*place = value;
	return true;
}

static bool
read_value(const struct yaml_member *member, const char *folder,
    const struct registry_secrets *secrets, struct registry_settings *settings, struct error *err)
{
	const struct key *key = key_find(member->key);
	struct yaml_problems problems = {0};
	bool good = key != NULL;

	if (!key)
		error_set(err, ERROR_USAGE, "unknown key %.*s", TEXT_PRINT(member->key));
	else if (key->kind == KEY_DURATION)
		good = yaml_duration("", member->value, place_of(settings, key), &problems);
	else if (key->kind == KEY_SIZE)
		good = yaml_size("", member->value, place_of(settings, key), &problems);
	else
		good = read_text(
		    key, member->value->text, folder, secrets, place_of(settings, key), err);
	if (problems.count)
		error_set(err, ERROR_USAGE, "%s", problems.items[0].sentence);
	yaml_problems_fini(&problems);
	return good;
}

bool
registry_settings_read(const struct yaml_node *url, const struct yaml_node *map, const char *folder,
    const struct registry_secrets *secrets, struct registry_settings *settings, struct error *err)
{
	size_t i;

	registry_settings_init(settings);
	if (!url || url->kind != YAML_SCALAR)
		return error_set(err, ERROR_USAGE, "schema.registry.url is missing");
	settings->urls = memory_text_n(url->text.data, url->text.size);
	for (i = 0; map && i < map->count; i++)
		if (!read_value(&map->members[i], folder, secrets, settings, err))
			return false;
	return true;
}

void
registry_settings_init(struct registry_settings *settings)
{
	size_t i;

	*settings = (struct registry_settings){0};
	for (i = 0; i < ARRAY_COUNT(keys); i++)
		if (keys[i].kind == KEY_DURATION || keys[i].kind == KEY_SIZE)
			*(int64_t *)place_of(settings, &keys[i]) = keys[i].standard;
}

static char **
texts_of(struct registry_settings *settings, size_t i)
{
	char **const texts[] = {&settings->urls, &settings->basic_auth, &settings->bearer_token,
	    &settings->ca_file, &settings->certificate_file, &settings->key_file,
	    &settings->key_password};

	return i < ARRAY_COUNT(texts) ? texts[i] : NULL;
}

void
registry_settings_copy(const struct registry_settings *settings, struct registry_settings *copy)
{
	char **text;
	size_t i;

	*copy = *settings;
	for (i = 0; (text = texts_of(copy, i)) != NULL; i++)
		if (*text)
			*text = memory_text(*text);
}

void
registry_settings_fini(struct registry_settings *settings)
{
	char **text;
	size_t i;

	for (i = 0; (text = texts_of(settings, i)) != NULL; i++)
		if (*text)
			memory_wipe(*text, strlen(*text));
	*settings = (struct registry_settings){0};
}
