/* SPDX-License-Identifier: Apache-2.0 */
/* The movement topic: what moved a feature or model in an hour (schemas/movement.avsc), newest wins. */
#ifndef DYETRACE_KAFKA_MOVEMENT_TOPIC_H
#define DYETRACE_KAFKA_MOVEMENT_TOPIC_H

#include "outgoing.h"

/* Appends the message. record: that the host is told of should it be dead */
void movement_topic_add(const struct outgoing_topic *topic,
    const struct publication_movement *movement, uint64_t record, struct outgoing *outgoing);

extern const char kafka_movement_schema[]; /* the text of schemas/movement.avsc */

#endif
