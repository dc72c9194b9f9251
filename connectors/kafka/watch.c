/* SPDX-License-Identifier: Apache-2.0 */
/* One thread, one mutex; whatever it does for long it does without the mutex. */
#include "watch.h"

#include <pthread.h>

#include "base/memory.h"
#include "base/timestamp.h"
#include "base/waiting.h"
#include "trouble.h"

#define LOOK_EVERY_MS 2000
#define LOOK_SOON_MS 100     /* so that many who ask get one look */
#define LOOK_TIMEOUT_MS 4000 /* an unreachable broker is said within 10 s */
#define POLICIES_EVERY_MS 60000
#define POLICIES_TIMEOUT_MS 1000
#define PROBE_TIMEOUT_MS 8000
#define COMMIT_TIMEOUT_MS 2000

struct watch {
	struct watch_options options;
	rd_kafka_topic_t **topics;
	rd_kafka_t *prober;        /* NULL: not needed yet */
	rd_kafka_queue_t *commits; /* of the prober: what became of commits */
	int64_t policies_ms;
	struct look *policies; /* the last look that has them */

	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t wake;
	/* The rest under the mutex. */
	bool stop;
	int64_t look_ms; /* when the next is due */
	struct look *look;
	bool looking, look_again; /* look_again: what the look under way finds is too old */
	bool answers;             /* brokers answered at the last look */
	bool asking, answered;
	struct probes probes;
	rd_kafka_topic_partition_list_t *commit;
	struct watch_counts counts;
};

/* --- what is asked; without the mutex ------------------------------------------------- */

/* Topics' settings seldom change. */
static void
add_policies(struct watch *watch, struct look *look)
{
	size_t i;

	if (look->error)
		return;
	if (monotonic_ms() >= watch->policies_ms) {
		look_policies(look, watch->options.client, POLICIES_TIMEOUT_MS);
		watch->policies_ms = monotonic_ms() + POLICIES_EVERY_MS;
		return;
	}
	for (i = 0; watch->policies && i < look->topic_count; i++) {
		const struct look_topic *known = look_find(watch->policies, look->topics[i].name);

		if (!known)
			continue;
		look->topics[i].policy = known->policy;
		look->topics[i].retention_ms = known->retention_ms;
	}
}

/* What is known of policies is kept for the looks between. */
static void
keep_policies(struct watch *watch, const struct look *look)
{
	struct look *kept;
	size_t i;

	if (look->error)
		return;
	kept = memory_get(sizeof(*kept));
	kept->topics = memory_get_array(look->topic_count + 1, sizeof(*kept->topics));
	for (i = 0; i < look->topic_count; i++) {
		kept->topics[kept->topic_count] = look->topics[i];
		kept->topics[kept->topic_count].partitions = NULL;
		kept->topics[kept->topic_count].partition_count = 0;
		kept->topics[kept->topic_count++].name = memory_text(look->topics[i].name);
	}
	look_close(watch->policies);
	watch->policies = kept;
}

static struct look *
look_now(struct watch *watch)
{
	const struct watch_options *options = &watch->options;
	struct look *look = look_topics(options->client, options->settings, LOOK_TIMEOUT_MS);

	look_offsets(look, options->client, options->settings, LOOK_TIMEOUT_MS);
	add_policies(watch, look);
	keep_policies(watch, look);
	return look;
}

static bool
open_prober(struct watch *watch)
{
	const struct watch_options *options = &watch->options;
	struct probe_client_options prober = {.settings = &options->settings->client,
	    .folder = options->folder,
	    .group = options->settings->group};

	if (watch->prober)
		return true;
	if (!probe_client_open(&prober, &watch->prober, NULL))
		return false;
	watch->commits = rd_kafka_queue_new(watch->prober);
	return true;
}

static void
answer(struct watch *watch, struct probes *probes)
{
	size_t i;

	if (open_prober(watch)) {
		probes_ask(watch->prober, probes, PROBE_TIMEOUT_MS);
		return;
	}
	for (i = 0; i < probes->count; i++)
		probes->items[i].answer = PROBE_FAILED;
}

static void
forget_commits(struct watch *watch)
{
	rd_kafka_event_t *event;

	while ((event = rd_kafka_queue_poll(watch->commits, 0)))
		rd_kafka_event_destroy(event);
}

static rd_kafka_resp_err_t
commit_error(rd_kafka_event_t *event)
{
	rd_kafka_topic_partition_list_t *list;
	rd_kafka_resp_err_t error;
	int i;

	if (!event)
		return RD_KAFKA_RESP_ERR__TIMED_OUT;
	error = rd_kafka_event_error(event);
	list = rd_kafka_event_topic_partition_list(event);
	for (i = 0; !error && list && i < list->cnt; i++)
		error = list->elems[i].err;
	return error;
}

/*
 * By the prober, so that assignments of the one that reads never wait for a
 * coordinator; and not for long, a hint is not worth it.
 */
static void
commit(struct watch *watch, rd_kafka_topic_partition_list_t *list, char *why, size_t why_bytes)
{
	rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR__TRANSPORT;
	rd_kafka_event_t *event;

	if (open_prober(watch)) {
		forget_commits(watch);
		error = rd_kafka_commit_queue(watch->prober, list, watch->commits, NULL, NULL);
	}
	if (!error) {
		event = rd_kafka_queue_poll(watch->commits, COMMIT_TIMEOUT_MS);
		error = commit_error(event);
		rd_kafka_event_destroy(event);
	}
	*why = '\0';
	if (error)
		kafka_trouble_text(error, rd_kafka_err2str(error), why, why_bytes);
	rd_kafka_topic_partition_list_destroy(list);
}

/* --- the thread; the mutex is held ----------------------------------------------------- */

static void
turn_probes(struct watch *watch)
{
	struct probes probes = watch->probes;

	watch->probes = (struct probes){0};
	watch->counts.probes += probes.count;
	pthread_mutex_unlock(&watch->mutex);
	answer(watch, &probes);
	pthread_mutex_lock(&watch->mutex);
	watch->probes = probes;
	watch->answered = true;
}

static void
turn_look(struct watch *watch)
{
	struct look *look;

	watch->look_ms = monotonic_ms() + LOOK_EVERY_MS;
	watch->looking = true;
	pthread_mutex_unlock(&watch->mutex);
	look = look_now(watch);
	pthread_mutex_lock(&watch->mutex);
	watch->looking = false;
	watch->answers = look->error == RD_KAFKA_RESP_ERR_NO_ERROR;
	watch->counts.looks++;
	watch->counts.failed_looks += look->error != RD_KAFKA_RESP_ERR_NO_ERROR;
	if (watch->look_again && !look->error) {
		look_close(look);
		watch->look_ms = monotonic_ms();
	} else {
		look_close(watch->look);
		watch->look = look;
	}
	watch->look_again = false;
}

static void
turn_commit(struct watch *watch)
{
	rd_kafka_topic_partition_list_t *list = watch->commit;
	char why[sizeof(watch->counts.commit_trouble)];

	watch->commit = NULL;
	pthread_mutex_unlock(&watch->mutex);
	commit(watch, list, why, sizeof(why));
	pthread_mutex_lock(&watch->mutex);
	watch->counts.commits++;
	watch->counts.failed_commits += *why != '\0';
	memcpy(watch->counts.commit_trouble, why, sizeof(why));
}

static void
wait_until(struct watch *watch, int64_t until_ms)
{
	int64_t left = until_ms - monotonic_ms();
	struct timespec until;

	if (left <= 0)
		return;
	until = waiting_until(left);
	pthread_cond_timedwait(&watch->wake, &watch->mutex, &until);
}

static void *
run(void *context)
{
	struct watch *watch = context;

	pthread_mutex_lock(&watch->mutex);
	while (!watch->stop) {
		if (watch->asking && !watch->answered)
			turn_probes(watch);
		else if (monotonic_ms() >= watch->look_ms)
			turn_look(watch);
		else if (watch->commit)
			turn_commit(watch);
		else
			wait_until(watch, watch->look_ms);
	}
	/* The last word to the group, if somebody is likely to hear it. */
	if (watch->commit && watch->answers)
		turn_commit(watch);
	pthread_mutex_unlock(&watch->mutex);
	return NULL;
}

/* --- the route's side ------------------------------------------------------------------ */

bool
watch_open(const struct watch_options *options, struct watch **opened, struct error *err)
{
	struct watch *watch = memory_get(sizeof(*watch));

	watch->options = *options;
	watch->topics =
	    memory_get_array(options->settings->topic_count + 1, sizeof(*watch->topics));
	look_name_topics(options->client, options->settings, watch->topics);
	pthread_mutex_init(&watch->mutex, NULL);
	waiting_init(&watch->wake);
	if (pthread_create(&watch->thread, NULL, run, watch) != 0) {
		watch->stop = true;
		watch_close(watch);
		return error_set(err, ERROR_IO, "no thread to watch the brokers");
	}
	*opened = watch;
	return true;
}

static void
join(struct watch *watch)
{
	if (watch->stop)
		return; /* it never ran */
	pthread_mutex_lock(&watch->mutex);
	watch->stop = true;
	pthread_cond_signal(&watch->wake);
	pthread_mutex_unlock(&watch->mutex);
	pthread_join(watch->thread, NULL);
}

void
watch_close(struct watch *watch)
{
	size_t i;

	if (!watch)
		return;
	join(watch);
	for (i = 0; i < watch->options.settings->topic_count; i++)
		rd_kafka_topic_destroy(watch->topics[i]);
	memory_free(watch->topics);
	if (watch->commit)
		rd_kafka_topic_partition_list_destroy(watch->commit);
	if (watch->prober) {
		rd_kafka_queue_destroy(watch->commits);
		rd_kafka_consumer_close(watch->prober);
		rd_kafka_destroy(watch->prober);
	}
	probes_fini(&watch->probes);
	look_close(watch->look);
	look_close(watch->policies);
	pthread_cond_destroy(&watch->wake);
	pthread_mutex_destroy(&watch->mutex);
	memory_free(watch);
}

struct look *
watch_take_look(struct watch *watch)
{
	struct look *look;

	pthread_mutex_lock(&watch->mutex);
	look = watch->look;
	watch->look = NULL;
	pthread_mutex_unlock(&watch->mutex);
	return look;
}

void
watch_look_soon(struct watch *watch)
{
	int64_t soon = monotonic_ms() + LOOK_SOON_MS;

	pthread_mutex_lock(&watch->mutex);
	if (watch->look_ms > soon)
		watch->look_ms = soon;
	watch->look_again = watch->looking;
	/* One that was not taken yet is of before, too. */
	if (watch->look && !watch->look->error) {
		look_close(watch->look);
		watch->look = NULL;
	}
	pthread_cond_signal(&watch->wake);
	pthread_mutex_unlock(&watch->mutex);
}

bool
watch_ask(struct watch *watch, struct probes *probes)
{
	bool taken;

	pthread_mutex_lock(&watch->mutex);
	taken = !watch->asking;
	if (taken) {
		watch->asking = true;
		watch->answered = false;
		watch->probes = *probes;
		*probes = (struct probes){0};
		pthread_cond_signal(&watch->wake);
	}
	pthread_mutex_unlock(&watch->mutex);
	return taken;
}

bool
watch_take_answers(struct watch *watch, struct probes *probes)
{
	bool there;

	pthread_mutex_lock(&watch->mutex);
	there = watch->asking && watch->answered;
	if (there) {
		*probes = watch->probes;
		watch->probes = (struct probes){0};
		watch->asking = watch->answered = false;
	}
	pthread_mutex_unlock(&watch->mutex);
	return there;
}

bool
watch_is_asking(struct watch *watch)
{
	bool asking;

	pthread_mutex_lock(&watch->mutex);
	asking = watch->asking;
	pthread_mutex_unlock(&watch->mutex);
	return asking;
}

void
watch_commit(struct watch *watch, const char *topic, int32_t partition, int64_t offset)
{
	rd_kafka_topic_partition_t *entry;

	pthread_mutex_lock(&watch->mutex);
	if (!watch->commit)
		watch->commit = rd_kafka_topic_partition_list_new(16);
	entry = rd_kafka_topic_partition_list_find(watch->commit, topic, partition);
	if (!entry)
		entry = rd_kafka_topic_partition_list_add(watch->commit, topic, partition);
	entry->offset = offset;
	pthread_cond_signal(&watch->wake);
	pthread_mutex_unlock(&watch->mutex);
}

void
watch_counts(struct watch *watch, struct watch_counts *counts)
{
	pthread_mutex_lock(&watch->mutex);
	*counts = watch->counts;
	pthread_mutex_unlock(&watch->mutex);
}
