/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the route can say of itself at one moment: what metrics, health and
 * `status` are made of. Texts and rows stand in the figures' own arena, so that
 * they outlive the ingest and may be read by another thread.
 */
#ifndef DYETRACE_INGEST_FIGURES_H
#define DYETRACE_INGEST_FIGURES_H

#include "base/arena.h"
#include "ingest/ingest.h"

/* Partitions that are listed one by one, newest first; of all others only the sums are known. */
#define FIGURES_PARTITIONS_MAX 1024
/* Figures that one source may give of itself. */
#define FIGURES_OWN_MAX 64

#define COMMIT_BOUNDS 13
extern const double commit_bounds[COMMIT_BOUNDS]; /* seconds, ascending */

struct commit_figures {
	uint64_t count;
	uint64_t within[COMMIT_BOUNDS]; /* of them: took no longer than the bound */
	double seconds;                 /* all together */
	double waited_s;                /* the route waited for the writer */
};

/* What is committed of a partition. */
struct partition_mark {
	int64_t start, next_offset;
	int64_t recorded, quarantined, filtered, gaps;
};

/* Positions that nothing accounts for: 0, or something is wrong. */
static inline int64_t
partition_unexplained(const struct partition_mark *mark)
{
	return mark->next_offset - mark->start - mark->recorded - mark->quarantined -
	    mark->filtered - mark->gaps;
}

struct partition_figures {
	const char *source, *name;
	uint32_t incarnation;
	struct partition_mark committed;
	int64_t read; /* offset behind what was read */
	int64_t lag;  /* records that were not read yet; -1: not known */
	int64_t newest_ms;
};

struct own_figure {
	const char *name;
	double value;
};

struct source_figures {
	const char *name;
	const struct source_type *type;
	struct ingest_counts counts; /* what came from it, in this process */
	int64_t backlog_bytes;       /* -1: not known */
	const char *error;           /* why it was left out, NULL */
	bool ended;
	size_t own_count;
	struct own_figure *own; /* by source_type.measure */
};

struct ingest_figures {
	struct arena arena;
	uint32_t epoch;
	uint64_t records; /* in the ledger, those under way included */
	uint64_t conclusions;
	uint64_t actors;
	struct ingest_counts counts; /* in this process; replayed ones are in no source's */
	struct ingest_dropped dropped;
	struct commit_figures commits;
	int64_t unexplained; /* of all partitions */
	size_t source_count;
	struct source_figures *sources;
	size_t partition_count; /* listed: those that are not ended */
	struct partition_figures *partitions;
	size_t unlisted; /* that are not ended either */
};

void figures_init(struct ingest_figures *figures);
void figures_fini(struct ingest_figures *figures);
/* A copy of the text in the figures' arena, NUL-terminated. */
const char *figures_keep(struct ingest_figures *figures, const char *text);
/* Now. From the route's thread; asks the sources, which do not block. */
void figures_read(struct ingest *ingest, struct ingest_figures *figures);
/* Adds what an earlier ingest of this process counted, so that counters go on. */
void figures_continue(struct ingest_figures *figures, const struct ingest_figures *before);

#endif
