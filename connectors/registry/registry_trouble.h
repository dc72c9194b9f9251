/* SPDX-License-Identifier: Apache-2.0 */
/* The ways in which a registry fails us, each with what to do about it. */
#ifndef DYETRACE_REGISTRY_REGISTRY_TROUBLE_H
#define DYETRACE_REGISTRY_REGISTRY_TROUBLE_H

enum registry_trouble {
	TROUBLE_NONE,
	TROUBLE_NAME,        /* the host's name is not known */
	TROUBLE_CONNECT,     /* nobody listens, or the network is in the way */
	TROUBLE_TIME,        /* no whole answer in time */
	TROUBLE_BROKEN_OFF,  /* the connection ended early */
	TROUBLE_CERTIFICATE, /* theirs: not signed by whom we trust, or for another host */
	TROUBLE_TLS,         /* no TLS with them */
	TROUBLE_OUR_FILES,   /* ours: certificate, key or CA file cannot be used */
	TROUBLE_ALLOWED,     /* 401, 403, 407 */
	TROUBLE_REDIRECT,    /* to somewhere else */
	TROUBLE_NO_REGISTRY, /* it speaks HTTP, but is no registry, or has not what was asked for */
	TROUBLE_THEIRS,      /* 5xx, 429: their trouble */
	TROUBLE_ANSWER, /* an answer that cannot be used: not HTTP, too long, not JSON, not a schema */
};

/* One sentence in the imperative. */
const char *registry_advice(enum registry_trouble trouble);

#endif
