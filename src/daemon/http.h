/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /metrics, /livez and /readyz over HTTP, in a thread of its own that only reads
 * the board. GET and HEAD; a request of a few kilobytes, answered on a connection
 * that is closed behind it; a few connections at once, each for a few seconds:
 * whoever is slow is cut off and stops nobody.
 */
#ifndef DYETRACE_DAEMON_HTTP_H
#define DYETRACE_DAEMON_HTTP_H

#include "board.h"

struct http;

/*
 * board, store: borrowed until close
 *
 * ERROR_IO  the address is taken, or not of this machine
 */
MUST_USE bool http_open(const char *listen, struct board *board, const char *store,
    struct http **http, struct error *err);
/* Cuts off connections whose time is over; now and then, from any one thread. */
void http_sweep(struct http *http); /* accepts NULL */
void http_close(struct http *http); /* accepts NULL */

#endif
