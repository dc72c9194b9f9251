/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cells that are not in the record but beside it: a Kafka record's key, time,
 * topic and headers. A mapping names them as it names fields: `$key`,
 * `$timestamp`, `$topic`, `$header.NAME`.
 */
#ifndef DYETRACE_DECODE_ADDRESS_H
#define DYETRACE_DECODE_ADDRESS_H

#include "cells.h"
#include "model/message.h"

enum address_kind {
	ADDRESS_KEY,
	ADDRESS_TIMESTAMP, /* as Kafka has it; absent from files */
	ADDRESS_TOPIC,     /* the partition's name without its number; of a file all of it */
	ADDRESS_HEADER,    /* the last one of that name */
};

struct address {
	enum address_kind kind;
	uint32_t cell;
	struct text header; /* ADDRESS_HEADER: its name */
};

/* NULL: the message has none. The last one of a name counts, as in Kafka's own clients. */
const struct message_header *address_header(const struct message *message, const char *name);

/* Fills the address's cell. False: what is there is no text (UTF-8 without NUL). */
bool address_fill(const struct address *address, const struct message *message, struct cell *cells,
    struct row_problem *problem);

#endif
