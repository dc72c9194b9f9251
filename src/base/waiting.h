/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waiting for another thread, but not for ever: conditions that go by the clock
 * that nobody sets, so that a wait is as long as it was meant to be.
 */
#ifndef DYETRACE_BASE_WAITING_H
#define DYETRACE_BASE_WAITING_H

#include <pthread.h>
#include <stdint.h>
#include <time.h>

/* Of the monotonic clock; ended by pthread_cond_destroy(). */
void waiting_init(pthread_cond_t *condition);
/* When ms from now will be, as pthread_cond_timedwait() wants it of such a condition. */
struct timespec waiting_until(int64_t ms);

#endif
