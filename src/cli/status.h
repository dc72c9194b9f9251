/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exit statuses; scripts rely on them.
 */
#ifndef DYETRACE_CLI_STATUS_H
#define DYETRACE_CLI_STATUS_H

#include "base/error.h"

enum status {
	STATUS_YES = 0, /* yes, or done */
	STATUS_NO = 1,  /* the answer is no: verify failed, something unexplained, no such event */
	STATUS_USAGE = 2, /* the words or the settings are off */
	STATUS_ENVIRONMENT =
	    3,              /* disk, network, permissions, inputs; somebody else holds the store */
	STATUS_DAMAGED = 4, /* the store contradicts itself */
};

/* The one place where an error's kind becomes an exit status. */
enum status status_of(const struct error *err);
/* "usage", "missing", … as --json names a kind. */
const char *status_kind_name(enum error_kind kind);

#endif
