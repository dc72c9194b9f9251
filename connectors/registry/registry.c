/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table, the thread that fills it, and the mutex between them. An entry is
 * in the line while it is asked for; the thread takes the first, looks into the
 * folder, asks without the mutex, and says what came of it. After a failure
 * nothing is asked for a while: who looks meanwhile is told DOWN at once.
 */
#include "registry.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>

#include "base/memory.h"
#include "base/timestamp.h"
#include "base/waiting.h"
#include "registry_ask.h"
#include "registry_cache.h"
#include "registry_entries.h"
#include "registry_key.h"
#include "registry_news.h"

struct registry {
	struct registry_settings settings;
	char *folder; /* NULL: memory only */
	struct asker asker;
	pthread_t thread;
	bool started;
	atomic_bool stop;
	atomic_uint_least64_t turn, unknown, cached;
	pthread_mutex_t mutex; /* over what follows */
	pthread_cond_t work, answered;
	struct entries entries;
	struct registry_news news;
};

/* What came of one question. */
struct outcome {
	enum ask_result result;
	bool from_folder;
	enum schema_type type;
	struct buffer text;
	struct error err;
};

static void
ask(struct registry *registry, struct schema_key key, bool held, struct outcome *outcome)
{
	struct error *err = &outcome->err;

	*outcome = (struct outcome){.result = ASK_DOWN};
	if (registry->folder &&
	    registry_cache_find(registry->folder, key, &outcome->type, &outcome->text)) {
		outcome->result = ASK_FOUND;
		outcome->from_folder = true;
		atomic_fetch_add(&registry->cached, 1);
		return;
	}
	if (held)
		return;
	outcome->result = asker_schema(&registry->asker, key, &outcome->type, &outcome->text, err);
	if (outcome->result == ASK_FOUND && registry->folder &&
	    !registry_cache_keep(
		registry->folder, key, outcome->type, buffer_text(&outcome->text), err))
		error_within(err, "a schema cannot be kept for the next start");
}

/* An answer that cannot be used is about one schema: the others are asked for all the same. */
static void
settle_unusable(
    struct registry *registry, struct entry *entry, struct outcome *outcome, int64_t now)
{
	char name[SCHEMA_KEY_BYTES];

	entries_say(entry, REGISTRY_DOWN, outcome->err.text);
	entry->due_ms = now + registry_pause_ms(++entry->tries, registry->settings.retry_max_ms);
	error_within(&outcome->err, "%s", schema_key_text(entry->schema.key, name));
	news_up(&registry->news, now);
	news_doubt(&registry->news, now, &outcome->err);
}

static void
settle_down(struct registry *registry, struct entry *entry, const struct outcome *outcome,
    bool held, int64_t now)
{
	if (!held)
		news_down(&registry->news, now, &outcome->err);
	entry->due_ms = registry->news.due_ms;
	entries_say(entry, REGISTRY_DOWN, registry->news.last.text);
}

static void
settle(struct registry *registry, struct entry *entry, struct outcome *outcome, bool held)
{
	int64_t now = monotonic_ms();

	entries_done(&registry->entries, entry);
	if (outcome->result == ASK_FOUND) {
		if (!outcome->from_folder)
			news_up(&registry->news, now);
		if (outcome->err.text[0])
			news_doubt(&registry->news, now, &outcome->err);
		if (!entries_know(&registry->entries, entry, outcome->type, &outcome->text))
			entries_say(entry, REGISTRY_DOWN, "more schemas than are kept in memory");
	} else if (outcome->result == ASK_UNKNOWN) {
		news_up(&registry->news, now);
		atomic_fetch_add(&registry->unknown, 1);
		entry->due_ms = now + registry->settings.ask_again_ms;
		entries_say(entry, REGISTRY_UNKNOWN, outcome->err.text);
	} else if (outcome->result == ASK_UNUSABLE) {
		settle_unusable(registry, entry, outcome, now);
	} else {
		settle_down(registry, entry, outcome, held, now);
	}
	buffer_fini(&outcome->text);
	atomic_fetch_add(&registry->turn, 1);
	pthread_cond_broadcast(&registry->answered);
}

static void *
work(void *context)
{
	struct registry *registry = context;
	struct outcome outcome;
	struct entry *entry;
	bool held;

	pthread_mutex_lock(&registry->mutex);
	while (!atomic_load(&registry->stop)) {
		entry = entries_next(&registry->entries);
		if (!entry) {
			pthread_cond_wait(&registry->work, &registry->mutex);
			continue;
		}
		held = registry->news.down && monotonic_ms() < registry->news.due_ms;
		pthread_mutex_unlock(&registry->mutex);
		ask(registry, entry->schema.key, held, &outcome);
		pthread_mutex_lock(&registry->mutex);
		settle(registry, entry, &outcome, held);
	}
	pthread_mutex_unlock(&registry->mutex);
	return NULL;
}

/* Signals are the program's: none is taken by this thread. */
static bool
start(struct registry *registry, struct error *err)
{
	sigset_t all, before;
	int failed;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&registry->thread, NULL, work, registry);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failed) {
		errno = failed;
		return error_system(err, ERROR_IO, "no thread for the schema registry");
	}
	registry->started = true;
	return true;
}

static void
init_locks(struct registry *registry)
{
	pthread_mutex_init(&registry->mutex, NULL);
	waiting_init(&registry->work);
	waiting_init(&registry->answered);
}

bool
registry_open(const struct registry_settings *settings, const char *cache,
    struct registry **registry, struct error *err)
{
	struct registry *made = memory_get(sizeof(*made));

	registry_settings_copy(settings, &made->settings);
	made->news.settings = &made->settings;
	entries_init(&made->entries);
	init_locks(made);
	if (asker_init(&made->asker, &made->settings, &made->stop, err) &&
	    (!cache || registry_cache_folder(cache, made->settings.urls, &made->folder, err)) &&
	    start(made, err)) {
		*registry = made;
		return true;
	}
	registry_close(made);
	return error_within(err, "schema registry");
}

void
registry_close(struct registry *registry)
{
	if (!registry)
		return;
	atomic_store(&registry->stop, true);
	if (registry->started) {
		pthread_mutex_lock(&registry->mutex);
		pthread_cond_broadcast(&registry->work);
		pthread_mutex_unlock(&registry->mutex);
		pthread_join(registry->thread, NULL);
	}
	asker_fini(&registry->asker);
	entries_fini(&registry->entries);
	pthread_cond_destroy(&registry->work);
	pthread_cond_destroy(&registry->answered);
	pthread_mutex_destroy(&registry->mutex);
	memory_free(registry->folder);
	registry_settings_fini(&registry->settings);
	memory_free(registry);
}

static enum registry_answer
look(struct registry *registry, struct schema_key key, const struct registry_schema **schema)
{
	struct entry *entry = entries_find(&registry->entries, key);

	if (!entry)
		entry = entries_add(&registry->entries, key);
	if (!entry)
		return REGISTRY_DOWN;
	if (entry->answer == REGISTRY_KNOWN)
		*schema = &entry->schema;
	else if (!entry->wanted && monotonic_ms() >= entry->due_ms) {
		entries_want(&registry->entries, entry);
		pthread_cond_signal(&registry->work);
	}
	return entry->answer;
}

enum registry_answer
registry_find(
    struct registry *registry, struct schema_key key, const struct registry_schema **schema)
{
	enum registry_answer answer;

	pthread_mutex_lock(&registry->mutex);
	answer = look(registry, key, schema);
	pthread_mutex_unlock(&registry->mutex);
	return answer;
}

enum registry_answer
registry_await(struct registry *registry, struct schema_key key, int64_t wait_ms,
    const struct registry_schema **schema)
{
	struct timespec until = waiting_until(wait_ms);
	enum registry_answer answer;
	int late = 0;

	pthread_mutex_lock(&registry->mutex);
	while ((answer = look(registry, key, schema)) == REGISTRY_WAIT && !late)
		late = pthread_cond_timedwait(&registry->answered, &registry->mutex, &until);
	pthread_mutex_unlock(&registry->mutex);
	return answer;
}

const char *
registry_why(struct registry *registry, struct schema_key key, char *out, size_t out_bytes)
{
	const struct entry *entry;

	pthread_mutex_lock(&registry->mutex);
	entry = entries_find(&registry->entries, key);
	if (!entry)
		snprintf(out, out_bytes, "more than %d schemas are asked for", ENTRIES_OTHER_MAX);
	else
		snprintf(out, out_bytes, "%s", entry->why ? entry->why : "no answer yet");
	pthread_mutex_unlock(&registry->mutex);
	return out;
}

uint64_t
registry_turn(const struct registry *registry)
{
	return atomic_load(&registry->turn);
}

bool
registry_news(struct registry *registry, char *sentence, size_t sentence_bytes)
{
	bool any;

	pthread_mutex_lock(&registry->mutex);
	any = news_next(&registry->news, sentence, sentence_bytes);
	pthread_mutex_unlock(&registry->mutex);
	return any;
}

void
registry_counts(struct registry *registry, struct registry_counts *counts)
{
	*counts = (struct registry_counts){
	    .requests = atomic_load(&registry->asker.requests),
	    .errors = atomic_load(&registry->asker.errors),
	    .unknown = atomic_load(&registry->unknown),
	    .cached = atomic_load(&registry->cached),
	};
	pthread_mutex_lock(&registry->mutex);
	counts->schemas = registry->entries.known;
	counts->bytes = registry->entries.bytes;
	counts->down = registry->news.down;
	pthread_mutex_unlock(&registry->mutex);
}

static bool
register_with(
    struct asker *asker, const char *subject, struct text schema, uint32_t *id, struct error *err)
{
	return asker_register(asker, subject, schema, id, err) ||
	    error_within(err, "subject %s", subject);
}

bool
registry_register(struct registry *registry, const char *subject, struct text schema, uint32_t *id,
    struct error *err)
{
	struct asker asker;
	bool good = asker_init(&asker, &registry->settings, NULL, err) &&
	    register_with(&asker, subject, schema, id, err);

	atomic_fetch_add(&registry->asker.requests, atomic_load(&asker.requests));
	atomic_fetch_add(&registry->asker.errors, atomic_load(&asker.errors));
	asker_fini(&asker);
	return good;
}
