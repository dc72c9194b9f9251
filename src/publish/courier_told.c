/* SPDX-License-Identifier: Apache-2.0 */
/* What passes between a courier's thread and the others: orders one way, counts and words the other. */
#include <stdio.h>

#include "base/log.h"
#include "base/waiting.h"
#include "courier_inside.h"

#define MEASURE_EVERY_MS 1000
#define SAY_EVERY_MS 60000 /* a failure that goes on */

bool
courier_wants_stop(struct courier *courier)
{
	bool stop;

	pthread_mutex_lock(&courier->mutex);
	stop = courier->stop;
	pthread_mutex_unlock(&courier->mutex);
	return stop;
}

bool
courier_wants_finish(struct courier *courier)
{
	bool finish;

	pthread_mutex_lock(&courier->mutex);
	finish = courier->finish;
	pthread_mutex_unlock(&courier->mutex);
	return finish;
}

void
courier_rest(struct courier *courier, int64_t ms)
{
	struct timespec until = waiting_until(ms);

	pthread_mutex_lock(&courier->mutex);
	if (!courier->stop)
		pthread_cond_timedwait(&courier->told, &courier->mutex, &until);
	pthread_mutex_unlock(&courier->mutex);
}

void
courier_count(struct courier *courier, uint64_t committed)
{
	struct publishing_counts *counts = &courier->counts;
	uint64_t record = courier->cursor.record;

	pthread_mutex_lock(&courier->mutex);
	counts->published = courier->cursor.published;
	counts->dead = courier->cursor.dead;
	counts->waiting = courier->next > record ? courier->next - record : 0;
	counts->lag = committed > record ? committed - record : 0;
	pthread_mutex_unlock(&courier->mutex);
}

void
courier_say(struct courier *courier, const char *why, bool is_error)
{
	int64_t now = monotonic_ms();
	bool first, again;

	pthread_mutex_lock(&courier->mutex);
	first = !courier->counts.failing;
	courier->counts.failing = true;
	courier->counts.errors += is_error;
	again = strcmp(courier->counts.why, why) != 0;
	snprintf(courier->counts.why, sizeof(courier->counts.why), "%s", why);
	pthread_mutex_unlock(&courier->mutex);
	if (!first && !again && now - courier->said_ms < SAY_EVERY_MS)
		return;
	courier->said_ms = now;
	log_say(LOG_WARN, "publisher", NULL, "publisher %s: %s; it is tried again",
	    courier->entry->name, why);
}

void
courier_say_well(struct courier *courier)
{
	bool failed;

	pthread_mutex_lock(&courier->mutex);
	failed = courier->counts.failing;
	courier->counts.failing = false;
	courier->counts.why[0] = '\0';
	pthread_mutex_unlock(&courier->mutex);
	courier->retry_ms = 0;
	if (failed)
		log_say(LOG_INFO, "publisher", NULL, "publisher %s: goes on", courier->entry->name);
}

static void
add_figure(void *context, const char *name, double value)
{
	struct courier *courier = context;
	struct figure *figure;

	if (courier->figure_count == FIGURES_MAX)
		return;
	figure = &courier->figures[courier->figure_count++];
	snprintf(figure->name, sizeof(figure->name), "%s", name);
	figure->value = value;
}

void
courier_ask_figures(struct courier *courier)
{
	struct publisher_meter meter = {courier, add_figure};
	int64_t now = monotonic_ms();

	if (!courier->entry->type->measure || now - courier->measured_ms < MEASURE_EVERY_MS)
		return;
	courier->measured_ms = now;
	pthread_mutex_lock(&courier->mutex);
	courier->figure_count = 0;
	courier->entry->type->measure(courier->publisher, &meter);
	pthread_mutex_unlock(&courier->mutex);
}

static void
tell(struct courier *courier, bool *what)
{
	pthread_mutex_lock(&courier->mutex);
	*what = true;
	pthread_cond_broadcast(&courier->told);
	pthread_mutex_unlock(&courier->mutex);
}

void
courier_finish(struct courier *courier)
{
	tell(courier, &courier->finish);
}

void
courier_stop(struct courier *courier)
{
	tell(courier, &courier->stop);
}

bool
courier_ended(struct courier *courier)
{
	bool ended;

	pthread_mutex_lock(&courier->mutex);
	ended = courier->ended;
	pthread_mutex_unlock(&courier->mutex);
	return ended;
}

void
courier_counts(struct courier *courier, struct publishing_counts *counts)
{
	pthread_mutex_lock(&courier->mutex);
	*counts = courier->counts;
	pthread_mutex_unlock(&courier->mutex);
}

void
courier_measure(struct courier *courier, const struct publisher_meter *meter)
{
	size_t i;

	pthread_mutex_lock(&courier->mutex);
	for (i = 0; i < courier->figure_count; i++)
		meter->figure(meter->context, courier->figures[i].name, courier->figures[i].value);
	pthread_mutex_unlock(&courier->mutex);
}
