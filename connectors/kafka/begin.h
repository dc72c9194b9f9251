/* SPDX-License-Identifier: Apache-2.0 */
/* Where a partition begins and goes on, by what looks say of its log. */
#ifndef DYETRACE_KAFKA_BEGIN_H
#define DYETRACE_KAFKA_BEGIN_H

#include "feeds.h"

/* A look at one partition: begins it, notices that its log is another, lets it go on. */
void feed_look(
    struct feeds *feeds, struct feed *feed, const struct look_partition *look, int64_t now_ms);
/* Its log is the one that is recorded up to next: reads on, behind what is gone. */
void feed_go_on(struct feeds *feeds, struct feed *feed);

#endif
