/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Something on a port that may behave like a schema registry, or not at all: a
 * thread that answers one connection after another from a table.
 */
#ifndef DYETRACE_TESTS_FAKE_REGISTRY_H
#define DYETRACE_TESTS_FAKE_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>

enum fake_manner {
	FAKE_ANSWER,  /* status and body, as HTTP has it */
	FAKE_RAW,     /* the body's bytes and nothing else */
	FAKE_HANG,    /* says nothing until the other side goes */
	FAKE_RESET,   /* RST instead of an answer */
	FAKE_CLOSE,   /* closes without an answer */
	FAKE_DRIP,    /* a good header, then a byte each 20 ms */
	FAKE_FLOOD,   /* a good header without a length, then 100 MB of '[' */
	FAKE_HEADERS, /* headers without end */
	FAKE_SHORT,   /* says 1,000 bytes are coming and sends the body */
};

struct fake_reply {
	const char *path; /* a request line that begins with it; NULL ends the table: answers 404 */
	enum fake_manner manner;
	const char *status; /* "200 OK", more headers behind "\r\n" */
	const char *body;
};

struct fake_registry;

/* replies: borrowed. Listens at 127.0.0.1, a port that was free. */
struct fake_registry *fake_open(const struct fake_reply *replies);
void fake_close(struct fake_registry *fake);
/* Answers from another table from now on. */
void fake_turn(struct fake_registry *fake, const struct fake_reply *replies);
const char *fake_url(const struct fake_registry *fake);
unsigned fake_requests(struct fake_registry *fake);
/* Whether any request so far had this in it. */
bool fake_heard(struct fake_registry *fake, const char *text);
/* Bytes that a FAKE_FLOOD got rid of. */
size_t fake_flooded(struct fake_registry *fake);

#endif
