/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Partitions whose leader went away, or that vanished and came back, since somebody
 * asked. librdkafka mends that by itself and tells nobody, so that a topic that was
 * deleted and made anew would be read on as if nothing had been. It does say so in
 * its debug log of topics, a few lines an event: "TOPIC [N]: broker unavailable: …".
 * And it says "Disconnected (after 5000ms in state UP)" of a connection that broke:
 * a broker that comes back may have lost the end of its logs, and by the next look
 * they may be as long as before; what is read before they are compared is another's.
 * A library that words it differently only makes us notice later (begin.c).
 */
#ifndef DYETRACE_KAFKA_LOST_H
#define DYETRACE_KAFKA_LOST_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "settings.h"

#define LOST_MAX 256 /* more are all */

struct lost_partition {
	int32_t number;
	char topic[KAFKA_TOPIC_BYTES_MAX + 1];
};

struct lost {
	pthread_mutex_t mutex;
	atomic_bool any;
	bool all;
	size_t count;
	struct lost_partition items[LOST_MAX];
};

void lost_init(struct lost *lost);
void lost_fini(struct lost *lost);
/* A line of the client's log; any thread. */
void lost_note(struct lost *lost, const char *facility, const char *line);
/* Calls visit for each noted since the last call; topic NULL: all. */
void lost_take(struct lost *lost, void (*visit)(void *context, const char *topic, int32_t number),
    void *context);

#endif
