/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the registry is down, since when, when it is tried again, and what
 * the operator is told of it: once when it begins, once an interval, once when
 * it is over. Under registry.c's mutex.
 */
#ifndef DYETRACE_REGISTRY_REGISTRY_NEWS_H
#define DYETRACE_REGISTRY_REGISTRY_NEWS_H

#include "base/error.h"
#include "registry_settings.h"

#define NEWS_MAX 8 /* sentences that nobody fetched; the oldest are let go */
#define RETRY_FIRST_MS 200

struct registry_news {
	const struct registry_settings *settings;
	bool down;
	unsigned tries;        /* failures in a row */
	int64_t down_since_ms; /* monotonic, as all here */
	int64_t due_ms;        /* nobody is asked before */
	int64_t said_ms;       /* when something was said last */
	bool said;
	struct error last; /* why it is down */
	struct error sentences[NEWS_MAX];
	size_t first, count;
};

/* No registry answered. */
void news_down(struct registry_news *news, int64_t now_ms, const struct error *err);
/* A registry answered. */
void news_up(struct registry_news *news, int64_t now_ms);
/* What concerns one schema, or the folder; at most once an interval. */
void news_doubt(struct registry_news *news, int64_t now_ms, const struct error *err);
bool news_next(struct registry_news *news, char *sentence, size_t sentence_bytes);

/*
 * How long to wait after that many failures in a row: 200 ms, doubled each time up to the longest;
 * between a half and the whole of that, so that many who wait do not come back at once.
 */
int64_t registry_pause_ms(unsigned tries, int64_t longest_ms);

#endif
