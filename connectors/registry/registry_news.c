/* SPDX-License-Identifier: Apache-2.0 */
#include "registry_news.h"

#include <stdio.h>

#include "base/keys.h"

int64_t
registry_pause_ms(unsigned tries, int64_t longest_ms)
{
	unsigned doublings = tries > 20 ? 20 : tries ? tries - 1 : 0;
	int64_t pause = (int64_t)RETRY_FIRST_MS << doublings;
	uint32_t dice;

	if (pause > longest_ms)
		pause = longest_ms;
	random_fill(&dice, sizeof(dice));
	return pause / 2 + (int64_t)((uint64_t)dice * (uint64_t)(pause - pause / 2) >> 32);
}

static struct error *
add(struct registry_news *news, int64_t now_ms)
{
	struct error *sentence;

	if (news->count == NEWS_MAX) {
		news->first = (news->first + 1) % NEWS_MAX;
		news->count--;
	}
	sentence = &news->sentences[(news->first + news->count++) % NEWS_MAX];
	*sentence = (struct error){0};
	news->said_ms = now_ms;
	news->said = true;
	return sentence;
}

static bool
is_due(const struct registry_news *news, int64_t now_ms)
{
	return !news->said || now_ms - news->said_ms >= news->settings->notice_ms;
}

void
news_down(struct registry_news *news, int64_t now_ms, const struct error *err)
{
	news->due_ms = now_ms + registry_pause_ms(++news->tries, news->settings->retry_max_ms);
	news->last = *err;
	if (!news->down) {
		news->down = true;
		news->down_since_ms = now_ms;
		error_set(
		    add(news, now_ms), ERROR_IO, "%s; asked again until it answers", err->text);
	} else if (is_due(news, now_ms)) {
		error_set(add(news, now_ms), ERROR_IO, "%s; no answer for %lld s now", err->text,
		    (long long)(now_ms - news->down_since_ms) / 1000);
	}
}

void
news_up(struct registry_news *news, int64_t now_ms)
{
	news->tries = 0;
	news->due_ms = 0;
	if (!news->down)
		return;
	news->down = false;
	error_set(add(news, now_ms), ERROR_IO, "the schema registry answers again after %.1f s",
	    (double)(now_ms - news->down_since_ms) / 1000);
	/* What comes next is news again. */
	news->said = false;
}

void
news_doubt(struct registry_news *news, int64_t now_ms, const struct error *err)
{
	if (is_due(news, now_ms))
		*add(news, now_ms) = *err;
}

bool
news_next(struct registry_news *news, char *sentence, size_t sentence_bytes)
{
	if (!news->count)
		return false;
	snprintf(sentence, sentence_bytes, "%s", news->sentences[news->first].text);
	news->first = (news->first + 1) % NEWS_MAX;
	news->count--;
	return true;
}
