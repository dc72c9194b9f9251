/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The influence topic: one message for each event that moved (or should have moved) one of the
 * features that are asked for, keyed by its dye-id (schemas/influence.avsc).
 */
#ifndef DYETRACE_KAFKA_INFLUENCE_TOPIC_H
#define DYETRACE_KAFKA_INFLUENCE_TOPIC_H

#include "outgoing.h"

struct influence_topic;

/* gives: ended by influence_topic_close(). features: borrowed; count 0: all, and what models were moved by */
struct influence_topic *influence_topic_open(
    const struct outgoing_topic *topic, char *const *features, size_t feature_count);
void influence_topic_close(struct influence_topic *influence); /* accepts NULL */
/* Appends the messages of a batch. */
void influence_topic_add(struct influence_topic *influence, const struct publication_batch *batch,
    struct outgoing *outgoing);

extern const char kafka_influence_schema[]; /* the text of schemas/influence.avsc */

#endif
