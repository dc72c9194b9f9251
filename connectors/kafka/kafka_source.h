/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The source of type `kafka`: topics of a cluster, read to where they end now or
 * followed. A partition is named TOPIC/NUMBER. Positions are the store's; the
 * consumer group only shows them.
 */
#ifndef DYETRACE_KAFKA_KAFKA_SOURCE_H
#define DYETRACE_KAFKA_KAFKA_SOURCE_H

#include "model/source.h"

extern const struct source_type kafka_source;

#endif
