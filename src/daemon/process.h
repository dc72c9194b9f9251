/* SPDX-License-Identifier: Apache-2.0 */
/* What the process itself takes, as every client library of Prometheus says it; and the store's files. */
#ifndef DYETRACE_DAEMON_PROCESS_H
#define DYETRACE_DAEMON_PROCESS_H

#include <stdint.h>

struct process_figures {
	double cpu_seconds;
	double resident_bytes, virtual_bytes;
	double started_s; /* since 1970; NAN where it is not known, as the others */
	double open_fds, max_fds;
};

void process_read(struct process_figures *figures);

struct store_sizes {
	int64_t facts_bytes, conclusions_bytes, state_bytes, catalog_bytes;
	int64_t free_bytes; /* for the tracker's user; -1: not known */
};

/* Looks at the folder's files; a few hundred of them at most. */
void store_sizes_read(const char *store, struct store_sizes *sizes);

#endif
