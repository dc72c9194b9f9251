/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Registering, and looking for `doctor`. First it is asked whether the schema
 * is there already, which a user who may only read is allowed to.
 */
#include "registry_ask.h"

#include <stdio.h>

#include "base/json_print.h"
#include "base/memory.h"
#include "base/timestamp.h"

static bool
read_id(struct asker *asker, void *context, struct error *err)
{
	return registry_answer_read_id(
	    asker->reader, buffer_text(&asker->answer.body), context, err);
}

static enum ask_result
post(struct asker *asker, const char *subject, const char *behind, struct text schema, uint32_t *id,
    struct error *err)
{
	struct question question = {.read = read_id, .context = id};
	struct buffer path = {0}, body = {0};
	enum ask_result result;

	buffer_add_text(&path, TEXT("/subjects/"));
	registry_url_segment(text_of(subject), &path);
	buffer_add_text(&path, text_of(behind));
	buffer_add_byte(&path, 0);
	buffer_add_text(&body, TEXT("{\"schema\":"));
	json_print_text(schema, &body);
	buffer_add_byte(&body, '}');
	question.path = (char *)path.data;
	question.body = buffer_text(&body);
	result = asker_send(asker, &question, err);
	buffer_fini(&path);
	buffer_fini(&body);
	return result;
}

bool
asker_register(
    struct asker *asker, const char *subject, struct text schema, uint32_t *id, struct error *err)
{
	enum ask_result result = post(asker, subject, "", schema, id, err);

	if (result == ASK_UNKNOWN || result == ASK_UNUSABLE)
		result = post(asker, subject, "/versions", schema, id, err);
	if (result == ASK_FOUND)
		return true;
	if (result != ASK_DOWN || asker->answer.trouble == TROUBLE_ALLOWED)
		err->kind = ERROR_REFUSED;
	return false;
}

struct examination {
	void (*say)(void *context, bool well, const char *what, const char *advice);
	void *context;
};

static void
examine_one(struct asker *asker, const struct examination *to)
{
	const struct question question = {.path = "/subjects?limit=1"};
	int64_t begun = monotonic_ms();
	struct error err = {0};
	char what[sizeof(err.text) + 64];

	if (asker_send(asker, &question, &err) == ASK_FOUND) {
		snprintf(what, sizeof(what), "schema registry %s answers in %lld ms",
		    asker->urls.items[0], (long long)(monotonic_ms() - begun));
		to->say(to->context, true, what, NULL);
	} else {
		to->say(to->context, false, err.text, registry_advice(asker->answer.trouble));
	}
}

void
registry_examine(const struct registry_settings *settings,
    void (*say)(void *context, bool well, const char *what, const char *advice), void *context)
{
	struct examination to = {say, context};
	struct error err = {0};
	struct asker asker;
	size_t i, count;
	char *first;

	if (!asker_init(&asker, settings, NULL, &err)) {
		say(context, false, err.text, registry_advice(TROUBLE_OUR_FILES));
		asker_fini(&asker);
		return;
	}
	count = asker.urls.count;
	asker.urls.count = 1;
	first = asker.urls.items[0];
	for (i = 0; i < count; i++) {
		asker.urls.items[0] = i ? asker.urls.items[i] : first;
		examine_one(&asker, &to);
	}
	asker.urls.items[0] = first;
	asker.urls.count = count;
	asker_fini(&asker);
}
