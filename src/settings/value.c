/* SPDX-License-Identifier: Apache-2.0 */
/* One setting's text to its value, and its value to text. */
#include <stdio.h>

#include "base/address.h"
#include "base/file.h"
#include "base/suggest.h"
#include "settings/table.h"

struct unit {
	const char *suffix;
	int64_t worth;
};

/* Largest first; the last is worth 1. */
static const struct unit byte_units[] = {{"G", 1 << 30}, {"M", 1 << 20}, {"k", 1 << 10}, {"", 1}};
static const struct unit count_units[] = {{"M", 1000000}, {"k", 1000}, {"", 1}};
static const struct unit time_units[] = {
    {"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}};

static const struct unit *
units_of(enum setting_kind kind)
{
	switch (kind) {
	case SETTING_BYTES:
		return byte_units;
	case SETTING_DURATION:
		return time_units;
	default:
		return count_units;
	}
}

static void
amount_text(enum setting_kind kind, int64_t amount, char *out, size_t out_bytes)
{
	const struct unit *unit = units_of(kind);

	/* 0 and 7777 stay as they are; 10000 is 10k. */
	while (unit->worth > 1 && (amount < unit->worth || amount % unit->worth))
		unit++;
	snprintf(out, out_bytes, "%lld%s", (long long)(amount / unit->worth), unit->suffix);
}

static void *
member(const struct setting *setting, const struct settings *settings)
{
	return (char *)settings + setting->member;
}

const char *
setting_shape(const struct setting *setting, char *out, size_t out_bytes)
{
	static const char *const nouns[] = {[SETTING_COUNT] = "a count",
	    [SETTING_BYTES] = "a size",
	    [SETTING_DURATION] = "a duration"};
	char low[32], high[32];
	size_t used, i;

	switch (setting->kind) {
	case SETTING_PATH:
		snprintf(out, out_bytes, "a path, relative to the settings file");
		break;
	case SETTING_ADDRESS:
		snprintf(out, out_bytes, "an address such as 127.0.0.1:9464, or off");
		break;
	case SETTING_CHOICE:
		used = (size_t)snprintf(out, out_bytes, "one of");
		for (i = 0; setting->words[i] && used < out_bytes; i++)
			used += (size_t)snprintf(
			    out + used, out_bytes - used, "%s %s", i ? "," : "", setting->words[i]);
		break;
	case SETTING_COUNT:
	case SETTING_BYTES:
	case SETTING_DURATION:
		amount_text(setting->kind, setting->low, low, sizeof(low));
		amount_text(setting->kind, setting->high, high, sizeof(high));
		snprintf(out, out_bytes, "%s from %s to %s", nouns[setting->kind], low, high);
		break;
	default:
		out[0] = '\0';
	}
	return out;
}

/* "4096", "10k", "2M": thousands and millions. */
static bool
read_count(const char *file, const struct yaml_node *node, int64_t *count)
{
	struct text text = node->text;
	struct yaml_node digits = *node;
	struct yaml_problems quiet = {0};
	char copy[24];
	int64_t worth = 1;
	bool held;

	if (node->kind != YAML_SCALAR || node->quoted || !text.size || text.size >= sizeof(copy))
		return false;
	memcpy(copy, text.data, text.size + 1);
	if (copy[text.size - 1] == 'k' || copy[text.size - 1] == 'M') {
		worth = copy[text.size - 1] == 'k' ? 1000 : 1000000;
		copy[text.size - 1] = '\0';
	}
	digits.text = text_of(copy);
	held = yaml_long(file, &digits, 0, INT64_MAX / worth, count, &quiet);
	yaml_problems_fini(&quiet);
	*count *= worth;
	return held;
}

static bool
read_amount(const struct setting *setting, const char *file, const struct yaml_node *node,
    int64_t *amount, struct yaml_problems *problems)
{
	char shown[64], shape[128];

	if (setting->kind == SETTING_BYTES)
		return yaml_size(file, node, amount, problems);
	if (setting->kind == SETTING_DURATION)
		return yaml_duration(file, node, amount, problems);
	if (read_count(file, node, amount))
		return true;
	if (node->kind == YAML_SCALAR)
		yaml_problem_add(problems, file, node,
		    "`%s` is no count: write `%s` as %s, such as %s",
		    text_show(node->text, 40, shown, sizeof(shown)), setting_name(setting),
		    setting_shape(setting, shape, sizeof(shape)), setting->value);
	else
		yaml_problem_add(problems, file, node, "`%s` is %s, such as %s",
		    setting_name(setting), setting_shape(setting, shape, sizeof(shape)),
		    setting->value);
	return false;
}

static void
read_ranged(const struct setting *setting, const char *file, const struct yaml_node *node,
    struct settings *settings, struct yaml_problems *problems)
{
	char shown[64], shape[128];
	int64_t amount = 0;

	if (!read_amount(setting, file, node, &amount, problems))
		return;
	if (amount < setting->low || amount > setting->high)
		yaml_problem_add(problems, file, node, "`%s` is out of range: `%s` is %s",
		    text_show(node->text, 40, shown, sizeof(shown)), setting->path,
		    setting_shape(setting, shape, sizeof(shape)));
	else
		*(int64_t *)member(setting, settings) = amount;
}

static void
read_choice(const struct setting *setting, const char *file, const struct yaml_node *node,
    struct settings *settings, struct yaml_problems *problems)
{
	char shown[64], shape[128];
	struct suggestion suggestion;
	struct text word = TEXT_NONE, best;
	int64_t i;

	if (!yaml_text(file, node, &word, problems))
		return;
	suggestion_init(&suggestion, word);
	for (i = 0; setting->words[i]; i++) {
		if (text_is(word, setting->words[i])) {
			*(int64_t *)member(setting, settings) = i;
			return;
		}
		suggestion_try(&suggestion, text_of(setting->words[i]));
	}
	best = suggestion_best(&suggestion);
	text_show(word, 40, shown, sizeof(shown));
	setting_shape(setting, shape, sizeof(shape));
	if (best.data)
		yaml_problem_add(problems, file, node,
		    "`%s` is not known here: did you mean `%.*s`? `%s` is %s", shown,
		    TEXT_PRINT(best), setting->path, shape);
	else
		yaml_problem_add(problems, file, node, "`%s` is not known here: `%s` is %s", shown,
		    setting->path, shape);
}

static void
read_path(const struct setting *setting, const char *file, const struct yaml_node *node,
    struct settings *settings, struct yaml_problems *problems)
{
	char **path = member(setting, settings);
	struct text text = TEXT_NONE;

	/* Nothing, where there need not be one, is none. */
	if (yaml_is_null(node) && !setting->value)
		return;
	if (node->kind == YAML_SCALAR && !yaml_is_null(node))
		text = node->text;
	if (!text.size || text_is(text, "-")) {
		yaml_problem_add(problems, file, node,
		    "`%s` is one path, relative to this file: write it, or remove the key",
		    setting->path);
		return;
	}
	memory_free(*path);
	*path = file_join(settings->folder, text.data);
}

static void
read_address(const struct setting *setting, const char *file, const struct yaml_node *node,
    struct settings *settings, struct yaml_problems *problems)
{
	char **listen = member(setting, settings);
	struct text text = TEXT_NONE;
	struct address address;
	struct error err = {0};

	if (!yaml_text(file, node, &text, problems))
		return;
	if (!text_is(text, "off") && !address_parse(text, &address, &err)) {
		yaml_problem_add(problems, file, node, "%s, or off", err.text);
		return;
	}
	memory_free(*listen);
	*listen = text_is(text, "off") ? NULL : memory_text(text.data);
}

void
setting_read(const struct setting *setting, const char *file, const struct yaml_node *node,
    struct settings *settings, struct yaml_problems *problems)
{
	switch (setting->kind) {
	case SETTING_PATH:
		read_path(setting, file, node, settings, problems);
		break;
	case SETTING_ADDRESS:
		read_address(setting, file, node, settings, problems);
		break;
	case SETTING_CHOICE:
		read_choice(setting, file, node, settings, problems);
		break;
	case SETTING_COUNT:
	case SETTING_BYTES:
	case SETTING_DURATION:
		read_ranged(setting, file, node, settings, problems);
		break;
	default:
		break;
	}
}

/* The path as it would be written in the file: relative to its folder where it can be. */
static const char *
written(const char *path, const char *folder)
{
	size_t size = strlen(folder);

	if (size && strncmp(path, folder, size) == 0 && path[size] == '/' &&
	    path[size + 1] != '/' && path[size + 1])
		return path + size + 1;
	return path;
}

/* A file that is called "null" needs quotes. */
static void
print_path(const char *path, struct buffer *out)
{
	struct yaml_node node = {.kind = YAML_SCALAR, .text = text_of(path)};

	yaml_write_text(node.text, yaml_is_null(&node), out);
}

bool
setting_print(const struct setting *setting, const struct settings *settings, struct buffer *out)
{
	const void *value = member(setting, settings);
	const char *path;
	char amount[32];

	switch (setting->kind) {
	case SETTING_PATH:
		path = *(char *const *)value;
		if (path)
			print_path(written(path, settings->folder), out);
		return path;
	case SETTING_ADDRESS:
		path = *(char *const *)value;
		yaml_write_text(path ? text_of(path) : TEXT("off"), false, out);
		return true;
	case SETTING_CHOICE:
		buffer_add_text(out, text_of(setting->words[*(const int64_t *)value]));
		return true;
	case SETTING_COUNT:
	case SETTING_BYTES:
	case SETTING_DURATION:
		amount_text(setting->kind, *(const int64_t *)value, amount, sizeof(amount));
		buffer_add_text(out, text_of(amount));
		return true;
	default:
		return false;
	}
}
