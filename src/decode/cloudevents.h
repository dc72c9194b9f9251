/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CloudEvents 1.0.2 by its Kafka protocol binding: which mode a message is in,
 * its attributes, and where its data is. A mapping sees the structured form in
 * either mode.
 */
#ifndef DYETRACE_DECODE_CLOUDEVENTS_H
#define DYETRACE_DECODE_CLOUDEVENTS_H

#include "mapping.h"

enum cloudevents_mode {
	CLOUDEVENTS_BINARY,     /* attributes are headers, the payload is the data */
	CLOUDEVENTS_STRUCTURED, /* the payload is all of it */
	CLOUDEVENTS_NEITHER,    /* a batch, or an event format that is not read: problem is set */
};

/*
 * The mode by the headers: a content type that begins with application/cloudevents
 * is structured, else ce_specversion is binary; without either the payload itself
 * must say so. Source: Kafka Protocol Binding for CloudEvents 1.0.2, section 3.
 */
enum cloudevents_mode cloudevents_mode(const struct message *message, struct row_problem *problem);

/* Binary mode: fills the attributes' cells from headers. */
bool cloudevents_attributes(const struct mapping *mapping, const struct message *message,
    struct cell *cells, struct row_problem *problem);

/* Whether the event has what every CloudEvent must have, in a version that is known. */
bool cloudevents_check(
    const struct mapping *mapping, const struct cell *cells, struct row_problem *problem);

/* Whether the data is JSON by its content type; where an event names none it is. */
bool cloudevents_is_json(
    const struct mapping *mapping, const struct cell *cells, struct row_problem *problem);

/* Structured mode: the bytes of data_base64. *there: it has such. False: it is no base64. */
bool cloudevents_base64(const struct mapping *mapping, const struct row *row, struct text *data,
    bool *there, struct row_problem *problem);

#endif
