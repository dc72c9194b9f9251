/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A queue that shrinks by a quarter, or is empty, while we take from it is one
 * that nobody fills. If somebody does, the question costs a broker some 50 µs.
 */
#include "kick.h"

#include <pthread.h>

#include "base/memory.h"
#include "base/timestamp.h"

#define LEADERS_MAX 64
#define EVERY_MS 3
#define ASK_MS 1000

struct leader {
	int32_t broker, partition;
	char topic[KAFKA_TOPIC_BYTES_MAX + 1];
};

struct kick {
	rd_kafka_t *client;
	/* The route's: messages in the queue since the last kick; when that was; whether one is due. */
	size_t peak;
	int64_t kicked_ms;
	bool due;
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t wake;
	bool stop, wanted;
	uint64_t count;
	size_t leader_count;
	struct leader leaders[LEADERS_MAX];
};

static void
ask(struct kick *kick, const struct leader *leader)
{
	int64_t low, high;

	rd_kafka_query_watermark_offsets(
	    kick->client, leader->topic, leader->partition, &low, &high, ASK_MS);
}

static void *
run(void *context)
{
	struct kick *kick = context;
	struct leader leader;
	size_t i;

	pthread_mutex_lock(&kick->mutex);
	while (!kick->stop) {
		if (!kick->wanted) {
			pthread_cond_wait(&kick->wake, &kick->mutex);
			continue;
		}
		kick->wanted = false;
		kick->count++;
		for (i = 0; i < kick->leader_count && !kick->stop; i++) {
			leader = kick->leaders[i];
			pthread_mutex_unlock(&kick->mutex);
			ask(kick, &leader);
			pthread_mutex_lock(&kick->mutex);
		}
	}
	pthread_mutex_unlock(&kick->mutex);
	return NULL;
}

bool
kick_open(rd_kafka_t *client, struct kick **opened, struct error *err)
{
	struct kick *kick = memory_get(sizeof(*kick));

	kick->client = client;
	pthread_mutex_init(&kick->mutex, NULL);
	pthread_cond_init(&kick->wake, NULL);
	if (pthread_create(&kick->thread, NULL, run, kick) == 0) {
		*opened = kick;
		return true;
	}
	pthread_cond_destroy(&kick->wake);
	pthread_mutex_destroy(&kick->mutex);
	memory_free(kick);
	return error_set(err, ERROR_IO, "no thread to wake the client");
}

void
kick_close(struct kick *kick)
{
	if (!kick)
		return;
	pthread_mutex_lock(&kick->mutex);
	kick->stop = true;
	pthread_cond_signal(&kick->wake);
	pthread_mutex_unlock(&kick->mutex);
	pthread_join(kick->thread, NULL);
	pthread_cond_destroy(&kick->wake);
	pthread_mutex_destroy(&kick->mutex);
	memory_free(kick);
}

static bool
has_leader(const struct kick *kick, int32_t broker)
{
	size_t i;

	for (i = 0; i < kick->leader_count; i++)
		if (kick->leaders[i].broker == broker)
			return true;
	return false;
}

static void
add_leader(struct kick *kick, const struct feed *feed)
{
	struct leader *leader;
	size_t size = strlen(feed->topic->name);

	if (feed->leader < 0 || kick->leader_count == LEADERS_MAX ||
	    has_leader(kick, feed->leader) || size > KAFKA_TOPIC_BYTES_MAX)
		return;
	leader = &kick->leaders[kick->leader_count++];
	leader->broker = feed->leader;
	leader->partition = feed->number;
	memcpy(leader->topic, feed->topic->name, size + 1);
}

void
kick_leaders(struct kick *kick, const struct feeds *feeds)
{
	size_t i, k;

	pthread_mutex_lock(&kick->mutex);
	kick->leader_count = 0;
	for (i = 0; i < feeds->topic_count; i++)
		for (k = 0; k < feeds->topics[i]->feed_count; k++)
			add_leader(kick, feeds->topics[i]->feeds[k]);
	pthread_mutex_unlock(&kick->mutex);
}

void
kick_look(struct kick *kick, size_t left, bool took, int64_t now_ms)
{
	if (left > kick->peak)
		kick->peak = left;
	/* What comes too soon behind the last one is made good for, though nothing is taken any more. */
	kick->due |= took && (!left || left <= kick->peak - kick->peak / 4);
	if (!kick->due || now_ms - kick->kicked_ms < EVERY_MS)
		return;
	kick->due = false;
	kick->peak = left;
	kick->kicked_ms = now_ms;
	pthread_mutex_lock(&kick->mutex);
	kick->wanted = true;
	pthread_cond_signal(&kick->wake);
	pthread_mutex_unlock(&kick->mutex);
}

uint64_t
kick_count(struct kick *kick)
{
	uint64_t count;

	pthread_mutex_lock(&kick->mutex);
	count = kick->count;
	pthread_mutex_unlock(&kick->mutex);
	return count;
}
