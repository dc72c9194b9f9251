/* SPDX-License-Identifier: Apache-2.0 */
#include "registry_trouble.h"

const char *
registry_advice(enum registry_trouble trouble)
{
	static const char *const advice[] = {
	    [TROUBLE_NONE] = "nothing to do",
	    [TROUBLE_NAME] = "correct the host in schema.registry.url, or the name server",
	    [TROUBLE_CONNECT] =
		"start the registry, or correct host and port in schema.registry.url",
	    [TROUBLE_TIME] = "look at the registry's load and the network between, or raise "
			     "schema.registry: timeout",
	    [TROUBLE_BROKEN_OFF] = "look into the registry's log; where it speaks TLS only, write "
				   "https:// in schema.registry.url; where it asks for a client's "
				   "certificate, set ssl.certificate.location and ssl.key.location",
	    [TROUBLE_CERTIFICATE] =
		"set schema.registry: ssl.ca.location to the CA that signed the "
		"registry's certificate, and use the host name that is in it",
	    [TROUBLE_TLS] =
		"write http:// in schema.registry.url if the registry does not speak TLS; "
		"set ssl.certificate.location and ssl.key.location if it asks for a client's",
	    [TROUBLE_OUR_FILES] =
		"correct ssl.ca.location, ssl.certificate.location, ssl.key.location "
		"or ssl.key.password in schema.registry",
	    [TROUBLE_ALLOWED] = "correct basic.auth or bearer.auth in schema.registry; the user "
				"needs to read schemas",
	    [TROUBLE_REDIRECT] = "write the address it points to in schema.registry.url",
	    [TROUBLE_NO_REGISTRY] =
		"correct schema.registry.url: Apicurio's ends with /apis/ccompat/v7",
	    [TROUBLE_THEIRS] = "look into the registry's log",
	    [TROUBLE_ANSWER] = "ask the same address with curl: it should answer JSON",
	};

	return advice[trouble];
}
