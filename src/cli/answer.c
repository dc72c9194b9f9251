/* SPDX-License-Identifier: Apache-2.0 */
/* Opening a store for a question, and reading its answer. */
#include "answer.h"

bool
question_settings(
    struct question *question, const struct call *call, enum place_need need, struct error *err)
{
	*question = (struct question){0};
	if (!place_open(call, need, &question->place, err))
		return false;
	question->settings = *question->place.settings;
	question->settings.store = (char *)question->place.store;
	question->settings.keys = (char *)question->place.keys;
	return true;
}

bool
question_open(struct question *question, const struct call *call, struct error *err)
{
	if (!question_settings(question, call, PLACE_SETTINGS_OPTIONAL, err))
		return false;
	if (inquiry_open(&question->settings, &question->inquiry, err))
		return true;
	question_fini(question);
	return false;
}

void
question_fini(struct question *question)
{
	inquiry_close(question->inquiry);
	place_fini(&question->place);
}

void
question_progress(void *context, int64_t done, int64_t total)
{
	struct question *question = context;

	question->progress.total = total;
	progress_set(&question->progress, done);
}

const char *
member_text(const json_t *document, const char *key)
{
	const char *text = json_string_value(json_object_get(document, key));

	return text ? text : "";
}

int64_t
member_long(const json_t *document, const char *key)
{
	return json_integer_value(json_object_get(document, key));
}

bool
member_true(const json_t *document, const char *key)
{
	return json_is_true(json_object_get(document, key));
}

const char *
grouped(int64_t number, char out[32])
{
	char digits[24];
	int size = snprintf(
		digits, sizeof(digits), "%lld", (long long)(number < 0 ? -number : number)),
	    i, to = 0;

	if (number < 0)
		out[to++] = '-';
	for (i = 0; i < size; i++) {
		if (i && (size - i) % 3 == 0)
			out[to++] = ',';
		out[to++] = digits[i];
	}
	out[to] = '\0';
	return out;
}

const char *
size_text(int64_t bytes, char out[32])
{
	static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
	double size = (double)bytes;
	size_t unit = 0;

	for (; size >= 1000 && unit + 1 < ARRAY_COUNT(units); unit++)
		size /= 1000;
	snprintf(out, 32, unit ? "%.1f %s" : "%.0f %s", size, units[unit]);
	return out;
}
