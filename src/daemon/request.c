/* SPDX-License-Identifier: Apache-2.0 */
/* A request goes to the running tracker; with none running this process is the writer. */
#include "daemon/daemon.h"

#include "advice.h"
#include "store/control.h"

/* Re-encrypting a large identity table takes its time. */
#define ANSWER_WAIT_MS (int64_t)(30 * 60 * 1000)

bool
daemon_ask(
    const struct settings *settings, struct text request, struct buffer *answer, struct error *err)
{
	struct ingest_options options = {
	    .settings = settings, .until_end = true, .without_sources = true};
	struct ingest *ingest = NULL;
	bool running, done;

	if (!control_ask(settings->store, request, ANSWER_WAIT_MS, &running, answer, err))
		return false;
	if (running)
		return true;
	if (!ingest_open(&options, &ingest, err))
		return advice_add(err);
	ingest_act(ingest, request, answer);
	done = ingest_checkpoint(ingest, err) && ingest_settle(ingest, err);
	ingest_close(ingest);
	return done || advice_add(err);
}
