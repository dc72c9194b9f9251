/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread that asks brokers what would keep the route waiting: looks at the
 * cluster now and then, records at positions when somebody wants to know, and
 * tells the consumer group how far we are. Answers are handed over whole;
 * nothing is shared.
 */
#ifndef DYETRACE_KAFKA_WATCH_H
#define DYETRACE_KAFKA_WATCH_H

#include "look.h"
#include "probe.h"

struct watch;

struct watch_options {
	rd_kafka_t *client;                    /* the one that reads; borrowed until close */
	const struct kafka_settings *settings; /* the same */
	const char *folder;                    /* the same */
};

struct watch_counts {
	uint64_t looks, failed_looks; /* failed: nobody answered */
	uint64_t probes;
	uint64_t commits, failed_commits; /* of the progress hint */
	char commit_trouble[256];         /* why the last commit failed; "" if it did not */
};

/* Begins to look at once. ERROR_IO: no thread */
MUST_USE bool
watch_open(const struct watch_options *options, struct watch **watch, struct error *err);
/* Waits for the question under way: some seconds at most. Accepts NULL. */
void watch_close(struct watch *watch);

/* gives the newest look since the last call, NULL: none; ended by look_close() */
struct look *watch_take_look(struct watch *watch);
/* Looks again soon. */
void watch_look_soon(struct watch *watch);
/* Takes what is in probes and empties it. One list at a time: false while another is under way. */
bool watch_ask(struct watch *watch, struct probes *probes);
/* Gives the answers to the list asked last; false: not yet. probes: empty before, ended by probes_fini() */
bool watch_take_answers(struct watch *watch, struct probes *probes);
/* Whether a list is being asked, or its answers were not taken yet. */
bool watch_is_asking(struct watch *watch);
/* Tells the group what comes next of a partition; what it was not told yet is replaced. */
void watch_commit(struct watch *watch, const char *topic, int32_t partition, int64_t offset);
void watch_counts(struct watch *watch, struct watch_counts *counts);

#endif
