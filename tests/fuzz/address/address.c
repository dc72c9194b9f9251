/* SPDX-License-Identifier: Apache-2.0 */
/* Where something is to listen: what is taken is an address with a port, and says so of itself. */
#include "base/address.h"

#include <assert.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct address address;
	struct error err = {0};

	if (!address_parse((struct text){(const char *)data, size}, &address, &err)) {
		assert(err.kind == ERROR_MALFORMED && err.text[0]);
		return 0;
	}
	if (address.socket.ss_family == AF_INET)
		assert(((struct sockaddr_in *)&address.socket)->sin_port);
	else
		assert(address.socket.ss_family == AF_INET6 &&
		    ((struct sockaddr_in6 *)&address.socket)->sin6_port);
	return 0;
}
