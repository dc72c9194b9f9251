/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tracker as a process, and how commands reach it.
 */
#ifndef DYETRACE_DAEMON_DAEMON_H
#define DYETRACE_DAEMON_DAEMON_H

#include "ingest/ingest.h"

struct daemon_options {
	const struct settings *settings;
	bool until_end;      /* stop when everything that is there has been read */
	const char *version; /* of the program, for its metrics; NULL: none */
	/*
	 * Reads the settings again from where they came, for a reload: every mistake in them and in the
	 * files they name is added. gives settings (settings_close()), NULL where they are no YAML.
	 * Returns whether there was no mistake. NULL: they come from no file.
	 */
	bool (*reread)(void *context, struct settings **settings, struct yaml_problems *problems);
	/* Called often: bytes read and bytes there are (-1: unknown), for a progress bar. May be NULL. */
	void (*progress)(void *context, int64_t done_bytes, int64_t all_bytes,
	    const struct ingest_counts *counts);
	void *context;
};

struct daemon_result {
	struct ingest_counts counts;
	struct ingest_dropped dropped;
	int64_t cut_bytes;       /* dropped by recovery at start and read again */
	bool interrupted;        /* ended by a signal */
	char failed_source[128]; /* name of a source that stopped early, "" if none */
	struct error source_error;
};

/*
 * Runs until the end or a signal; everything read is committed when it returns
 * true. Without until_end it is a service: metrics and health over HTTP, and a
 * store that cannot be written is waited for.
 */
MUST_USE bool
daemon_run(const struct daemon_options *options, struct daemon_result *result, struct error *err);

/*
 * Has a request (ingest/ingest.h ingest_act) done: by the tracker that runs on
 * the store, or, with none running, here. answer: one JSON document.
 */
MUST_USE bool daemon_ask(
    const struct settings *settings, struct text request, struct buffer *answer, struct error *err);

#endif
