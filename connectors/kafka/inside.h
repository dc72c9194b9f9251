/* SPDX-License-Identifier: Apache-2.0 */
/* The source's own state; one thread uses it, the route's. */
#ifndef DYETRACE_KAFKA_INSIDE_H
#define DYETRACE_KAFKA_INSIDE_H

#include "intake.h"
#include "kick.h"
#include "trouble.h"
#include "watch.h"

struct source {
	struct kafka_settings settings;
	char *folder;
	rd_kafka_t *client;
	rd_kafka_queue_t *queue;
	struct watch *watch;
	struct kick *kick; /* NULL: the library needs none */
	struct feeds feeds;
	struct intake intake;

	struct kafka_trouble seen;
	bool was_read;
	int64_t opened_ms;
	int64_t away_ms; /* since when nobody answers; 0: somebody does */
	int64_t said_ms; /* when that was said last; 0: not */
	bool answered;   /* somebody ever has */

	int64_t group_ms; /* when the group was told last */
	bool group_told;  /* that the group cannot be told was told */
};

/* What the watch has found out since: topics, partitions, brokers that are away. */
void kafka_take_look(struct source *source);

/* away.c: nobody answered a look; somebody did. */
void kafka_is_away(struct source *source, int64_t now_ms);
void kafka_is_there(struct source *source);

/* measure.c: as struct source_type's lag, backlog and measure */
int64_t kafka_lag(struct source *source, const struct partition *partition);
int64_t kafka_backlog(struct source *source);
void kafka_measure(struct source *source, const struct source_meter *meter);

#endif
