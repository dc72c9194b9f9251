/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One partition of one topic: how far it was read, what it waits for, and the
 * messages that it gives. Offsets ascend without holes: what the broker does not
 * give becomes a gap with its reason.
 */
#ifndef DYETRACE_KAFKA_FEED_H
#define DYETRACE_KAFKA_FEED_H

#include "frame.h"
#include "history.h"
#include "look.h"
#include "model/source.h"

struct feed_topic;

enum feed_state {
	FEED_NEW,     /* where it begins is not known yet */
	FEED_DOUBTED, /* whether its log is still the one that was read is being found out */
	FEED_ABSENT,  /* the broker has no such partition, or does not let us read it: waits */
	FEED_WANTED,  /* to be read from next on: the client is told at the end of the turn */
	FEED_READING,
	FEED_HELD, /* the message at next waits for its schema */
	FEED_DONE, /* read to the end (with until_end) */
};

struct feed {
	struct feed_topic *topic;
	int32_t number;
	char *name; /* TOPIC/NUMBER; owned */
	enum feed_state state;
	bool is_late;                /* it was not there at the first look */
	struct partition *partition; /* the store's; NULL before it begins */
	int64_t next;                /* offset of the record that comes next */
	int64_t low, high;           /* of the log at the last look: [low, high) */
	int64_t stop; /* with until_end: where to stop; LOOK_UNKNOWN before it is known */
	int32_t leader;

	bool assigned;         /* the client reads it */
	uint64_t from_fetch;   /* what the client gave in an earlier fetch is stale */
	bool fresh;            /* nothing came since it was positioned */
	int64_t jumped_to;     /* a jump that is being looked at again; LOOK_UNKNOWN: none */
	unsigned jumps_proved; /* jumps that were real */
	int64_t unreadable;    /* where the client could not unpack something last; LOOK_UNKNOWN */

	/* A hole before `owed_to` that is to be recorded, and why; next >= owed_to: none. */
	int64_t owed_to;
	const char *owed_reason;

	/* Doubts: whether one is open, and what it waits for. */
	bool doubts, asked;  /* asked: a probe is under way */
	bool comparing;      /* history has begun */
	bool out_of_range;   /* the broker said that next is not in the log */
	uint64_t doubt_look; /* only a later look counts */
	struct history history;
	int64_t compared_ms; /* when it was compared last */
	int64_t moved_ms;    /* when something came last */
	int64_t short_ms; /* since when looks say that the log ends before next; 0: they do not */
	int64_t acknowledged, told; /* committed up to here; what of that the group was told */

	/* FEED_HELD: the record, owned; since when, and when that was said last (0: not) */
	rd_kafka_message_t *held;
	int64_t held_ms, held_said_ms;
};

struct feed_topic {
	char *name;                     /* owned */
	const rd_kafka_topic_t *handle; /* as messages name it; NULL before the first */
	struct frame_topic frame;       /* how its records are written */
	enum look_policy policy;
	int64_t retention_ms;
	rd_kafka_resp_err_t error;   /* at the last look */
	rd_kafka_resp_err_t refused; /* it can be seen and not read */
	int64_t error_ms;            /* since when; 0: well */
	int64_t said_ms;             /* when the operator was told last; 0: not yet */
	bool failed;                 /* with until_end: it is not waited for any longer */
	bool is_late;                /* it was not there at the first look */
	bool is_known, known_asked;  /* the store has read some partition of it */
	size_t feed_count;
	struct feed **feeds; /* by number */
};

/* Whether the broker is told to send it, or will be. */
static inline bool
feed_is_read(const struct feed *feed)
{
	return feed->state == FEED_WANTED || feed->state == FEED_READING;
}

/* gives: ended by feed_close() */
struct feed *feed_open(struct feed_topic *topic, int32_t number);
void feed_close(struct feed *feed); /* accepts NULL */

/* Reads on from next, in a fetch that is still to come. */
void feed_reposition(struct feed *feed);
/* Nothing more of it until its log is known to be the same. look: number of the last look */
void feed_doubt(struct feed *feed, uint64_t look);

/* Why there is nothing at [next, offset): by what the client said, and the topic's cleanup.policy. */
const char *feed_hole_reason(const struct feed *feed, int64_t offset);
/*
 * Adds the gap that is owed, if there is one and room for it.
 * true: none is owed any more
 */
bool feed_settle(struct feed *feed, struct batch *batch);

enum feed_took {
	FEED_KEPT,    /* the batch borrows the message */
	FEED_DROPPED, /* it is not needed any more */
	FEED_LATER,   /* the batch is full: give it again */
	FEED_PARKED,  /* the feed has taken it */
};
/*
 * What a jump means: the client may have left something out (librdkafka 2.0.2
 * does so behind a seek), so it is read again, and only what jumps twice to the same place
 * is a hole; behind a few of these a partition's holes in mid-stream are believed.
 *
 * true: [next, offset) is a hole and owed; false: repositioned
 */
bool feed_jump(struct feed *feed, int64_t offset);

#endif
