/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All partitions of one source: which there are, by what the looks at the
 * cluster say; where each begins; and which of them the client is told to send.
 */
#ifndef DYETRACE_KAFKA_FEEDS_H
#define DYETRACE_KAFKA_FEEDS_H

#include "feed.h"
#include "framing.h"
#include "lost.h"
#include "watch.h"

struct feeds {
	struct source_host host;
	char *source; /* its name in the settings; owned */
	const struct kafka_settings *settings;
	bool until_end;
	rd_kafka_t *client;
	struct kafka_framing framing;
	struct lost lost;

	struct feed_topic **topics;
	size_t topic_count, topic_capacity;
	size_t topic_last;              /* of the message before */
	size_t topic_asked, feed_asked; /* where feeds_of() found the last one */
	uint64_t looks;                 /* taken so far */
	uint64_t fetches;               /* of the client, see struct feed */
	bool changed;                   /* something is to be assigned or unassigned */
	bool look_soon;                 /* somebody waits for a look */
	/* No topic matches the pattern: since when, and when that was said last; 0: one does, not yet */
	int64_t unmatched_ms, unmatched_said_ms;

	/* The first trouble that until_end cannot read on with, and how many more there were. */
	struct error failure;
	size_t failures;
	uint64_t jumps, repositions, incarnations; /* for measure() */
};

void feeds_fini(struct feeds *feeds);

/* What a look says of topics and partitions. now_ms: monotonic */
void feeds_look(struct feeds *feeds, const struct look *look, int64_t now_ms);
/* Tells the client what to send from now on, if that changed. */
void feeds_assign(struct feeds *feeds);
/* The feed that a message is of; NULL: none that we know. */
struct feed *feeds_find(struct feeds *feeds, const rd_kafka_message_t *message);
/* The feed of a partition of the store; NULL: none */
struct feed *feeds_of(struct feeds *feeds, const struct partition *partition);
/* Calls visit for each. */
void feeds_each(struct feeds *feeds, void (*visit)(struct feeds *feeds, struct feed *feed));
/* Whether with until_end nothing more will come. */
bool feeds_done(const struct feeds *feeds);

/* Something keeps a topic or partition from being read: said now and then, and kept for until_end. */
void
feeds_fail(struct feeds *feeds, enum error_kind kind, const char *format, ...) PRINTF_LIKE(3, 4);
/* The broker lets us see the topic and not read it. */
void feeds_refused(struct feeds *feeds, struct feed_topic *topic, rd_kafka_resp_err_t error);
/* The broker was away: who got nothing since then is compared before it goes on. */
void feeds_doubt_all(struct feeds *feeds, int64_t since_ms);
/* Partitions that the client lost sight of are compared, too, before anything more of them is taken. */
void feeds_doubt_lost(struct feeds *feeds);
/* Tells the operator: what somebody should know, and what is as it should be. */
void feeds_notice(struct feeds *feeds, const char *format, ...) PRINTF_LIKE(2, 3);
void feeds_remark(struct feeds *feeds, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
