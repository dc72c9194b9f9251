/* SPDX-License-Identifier: Apache-2.0 */
/* Where something listens: `127.0.0.1:9464`, `[::1]:9464`. Numbers only, no names are looked up. */
#ifndef DYETRACE_BASE_ADDRESS_H
#define DYETRACE_BASE_ADDRESS_H

#include <sys/socket.h>

#include "base/error.h"
#include "base/text.h"

struct address {
	struct sockaddr_storage socket;
	socklen_t size;
	bool loopback; /* nobody else reaches it */
};

/* ERROR_MALFORMED: with the form that is expected */
MUST_USE bool address_parse(struct text text, struct address *address, struct error *err);

#endif
