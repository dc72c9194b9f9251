/* SPDX-License-Identifier: Apache-2.0 */
/* The host's two forms, then a port of 1 to 5 digits. */
#include "base/address.h"

#include <arpa/inet.h>
#include <stdlib.h>

/* 0: no port. */
static uint16_t
port_of(struct text digits)
{
	unsigned port = 0;
	size_t i;

	if (!digits.size || digits.size > 5)
		return 0;
	for (i = 0; i < digits.size; i++) {
		if (digits.data[i] < '0' || digits.data[i] > '9')
			return 0;
		port = port * 10 + (unsigned)(digits.data[i] - '0');
	}
	return port > 65535 ? 0 : (uint16_t)port;
}

static bool
set_v4(const char *host, uint16_t port, struct address *address)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};

	if (inet_pton(AF_INET, host, &v4.sin_addr) != 1)
		return false;
	memcpy(&address->socket, &v4, sizeof(v4));
	address->size = sizeof(v4);
	address->loopback = ntohl(v4.sin_addr.s_addr) >> 24 == 127;
	return true;
}

static bool
set_v6(const char *host, uint16_t port, struct address *address)
{
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};

	if (inet_pton(AF_INET6, host, &v6.sin6_addr) != 1)
		return false;
	memcpy(&address->socket, &v6, sizeof(v6));
	address->size = sizeof(v6);
	address->loopback = IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
	return true;
}

bool
address_parse(struct text text, struct address *address, struct error *err)
{
	char host[INET6_ADDRSTRLEN] = "", shown[64];
	size_t size = text.size;
	bool bracketed = size && text.data[0] == '[', good;
	uint16_t port;

	*address = (struct address){0};
	while (size && text.data[size - 1] != ':')
		size--;
	port = size ? port_of((struct text){text.data + size, text.size - size}) : 0;
	size -= size != 0;
	good = port && size > (bracketed ? 2 : 0) && size < sizeof(host) &&
	    (!bracketed || text.data[size - 1] == ']');
	if (good) {
		memcpy(host, text.data + bracketed, size - 2 * (size_t)bracketed);
		good = bracketed ? set_v6(host, port, address) : set_v4(host, port, address);
	}
	return good ||
	    error_set(err, ERROR_MALFORMED,
		"`%s` is no address to listen on: write 127.0.0.1:9464 or [::1]:9464",
		text_show(text, 40, shown, sizeof(shown)));
}
