/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preloaded before libfaketime: librdkafka waits by C11's cnd_timedwait until a moment of the clock
 * that libfaketime moves, and libfaketime knows only the POSIX call. Without this a clock that is
 * said to be two hours ahead makes it wait for two hours, which no real jump ahead does.
 */
#include <errno.h>
#include <pthread.h>
#include <threads.h>
#include <time.h>

int
cnd_timedwait(cnd_t *condition, mtx_t *mutex, const struct timespec *until)
{
	int error =
	    pthread_cond_timedwait((pthread_cond_t *)condition, (pthread_mutex_t *)mutex, until);

	if (error == ETIMEDOUT)
		return thrd_timedout;
	return error ? thrd_error : thrd_success;
}
