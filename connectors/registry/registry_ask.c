/* SPDX-License-Identifier: Apache-2.0 */
#include "registry_ask.h"

#include "base/memory.h"

bool
asker_init(struct asker *asker, const struct registry_settings *settings, const atomic_bool *stop,
    struct error *err)
{
	*asker = (struct asker){.reader = json_reader_open()};
	return registry_urls_read(settings->urls, &asker->urls, err) &&
	    registry_http_open(settings, stop, &asker->http, err);
}

void
asker_fini(struct asker *asker)
{
	registry_http_close(asker->http);
	registry_urls_fini(&asker->urls);
	json_reader_close(asker->reader);
	buffer_fini(&asker->answer.body);
}

static enum ask_result
say(struct asker *asker, enum registry_trouble trouble, enum ask_result result, struct error *err,
    const char *what)
{
	struct registry_refusal refusal;

	registry_refusal_read(asker->reader, buffer_text(&asker->answer.body), &refusal);
	asker->answer.trouble = trouble;
	error_set(err, ERROR_IO, "answers %ld%s%s%s%s", asker->answer.status, *what ? ", " : "",
	    what, refusal.message[0] ? ": " : "", refusal.message);
	return result;
}

/* Only a registry says 404 with a code of its own: 40401 subject, 40402 version, 40403 schema. A
 * proxy or another program on that port says it without. */
static enum ask_result
say_missing(struct asker *asker, struct error *err)
{
	struct registry_refusal refusal;

	registry_refusal_read(asker->reader, buffer_text(&asker->answer.body), &refusal);
	if (refusal.code >= 40401 && refusal.code <= 40403)
		return say(asker, TROUBLE_NONE, ASK_UNKNOWN, err, "");
	if (refusal.code)
		return say(asker, TROUBLE_NO_REGISTRY, ASK_UNUSABLE, err,
		    "it does not know this kind of question");
	return say(asker, TROUBLE_NO_REGISTRY, ASK_DOWN, err, "no schema registry at this address");
}

/* What proxies and portals answer for everything. */
static bool
is_page(struct text body)
{
	while (body.size && (body.data[0] == ' ' || body.data[0] == '\n' || body.data[0] == '\r')) {
		body.data++;
		body.size--;
	}
	return body.size && body.data[0] == '<';
}

static enum ask_result
judge(struct asker *asker, struct error *err)
{
	long status = asker->answer.status;

	if (status / 100 == 2 && is_page(buffer_text(&asker->answer.body)))
		return say(
		    asker, TROUBLE_NO_REGISTRY, ASK_DOWN, err, "an HTML page instead of JSON");
	if (status / 100 == 2)
		return ASK_FOUND;
	if (status == 404)
		return say_missing(asker, err);
	if (status == 401 || status == 403 || status == 407)
		return say(asker, TROUBLE_ALLOWED, ASK_DOWN, err, "we are not allowed");
	if (status == 429 || status / 100 == 5)
		return say(asker, TROUBLE_THEIRS, ASK_DOWN, err, "");
	return say(asker, TROUBLE_ANSWER, ASK_UNUSABLE, err, "");
}

static bool
address(const char *url, const char *path, bool apicurio, struct buffer *out)
{
	out->size = 0;
	if (!apicurio)
		buffer_add_text(out, text_of(url));
	else if (!registry_url_apicurio(url, out))
		return false;
	buffer_add_text(out, text_of(path));
	buffer_add_byte(out, 0);
	return true;
}

static enum ask_result
send_and_judge(
    struct asker *asker, const char *url, const struct question *question, struct error *err)
{
	enum ask_result result;

	asker->requests++;
	if (!registry_http_send(asker->http, url, question->body, &asker->answer, err))
		return asker->answer.trouble == TROUBLE_ANSWER ? ASK_UNUSABLE : ASK_DOWN;
	result = judge(asker, err);
	if (result == ASK_FOUND && question->read &&
	    !question->read(asker, question->context, err)) {
		asker->answer.trouble = TROUBLE_ANSWER;
		return ASK_UNUSABLE;
	}
	return result;
}

static enum ask_result
send_to(struct asker *asker, const char *url, const struct question *question, struct error *err)
{
	struct buffer whole = {0};
	enum ask_result result = ASK_UNUSABLE;

	if (address(url, question->path, question->apicurio, &whole)) {
		result = send_and_judge(asker, (char *)whole.data, question, err);
		if (result > ASK_UNKNOWN)
			asker->errors++;
	} else {
		error_set(err, ERROR_IO,
		    "a global id of Apicurio, but the address does not end with /apis/ccompat/v7");
		asker->answer.trouble = TROUBLE_NO_REGISTRY;
	}
	buffer_fini(&whole);
	if (result != ASK_FOUND)
		error_within(err, "schema registry %s", url);
	return result;
}

/* An answer ends the turn; of several failures the one that says most is told. */
enum ask_result
asker_send(struct asker *asker, const struct question *question, struct error *err)
{
	enum ask_result result, worst = ASK_DOWN;
	struct error now;
	size_t i, turn;

	for (i = 0; i < asker->urls.count; i++) {
		turn = (asker->first + i) % asker->urls.count;
		now = (struct error){0};
		result = send_to(asker, asker->urls.items[turn], question, &now);
		if (i == 0 || result < worst) {
			*err = now;
			worst = result;
		}
		if (result <= ASK_UNKNOWN) {
			asker->first = turn;
			return result;
		}
	}
	return worst;
}
