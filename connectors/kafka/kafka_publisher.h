/* SPDX-License-Identifier: Apache-2.0 */
/* Publishes tags, influences and tagged copies to Kafka topics: docs/tags.md. */
#ifndef DYETRACE_KAFKA_KAFKA_PUBLISHER_H
#define DYETRACE_KAFKA_KAFKA_PUBLISHER_H

#include "model/publisher.h"

extern const struct publisher_type kafka_publisher;

#endif
