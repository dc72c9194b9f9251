/* SPDX-License-Identifier: Apache-2.0 */
/* One publisher and its thread. */
#ifndef PUBLISH_COURIER_H
#define PUBLISH_COURIER_H

#include "publish/publish.h"

struct courier;

/* gives: ended by courier_close(). Its note is looked at here, all else in its thread. */
MUST_USE bool courier_open(const struct settings *settings,
    const struct settings_publisher *publisher, struct courier **courier, struct error *err);
/* From now on it ends when all that is committed is delivered. */
void courier_finish(struct courier *courier);
bool courier_ended(struct courier *courier);
/* Ends it at its next breath and waits for that. Accepts NULL. */
void courier_close(struct courier *courier);
void courier_counts(struct courier *courier, struct publishing_counts *counts);
void courier_measure(struct courier *courier, const struct publisher_meter *meter);

#endif
