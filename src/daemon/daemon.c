/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop: one batch, then whatever was asked, then the next. States: reading,
 * draining after a first signal; a second signal ends the process where it is.
 */
#include "daemon/daemon.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "advice.h"
#include "base/log.h"
#include "base/memory.h"
#include "publish/publish.h"
#include "store/control.h"

#define WAIT_MS 200
/* How long nothing may leave before the end no longer waits for publishers; and after a signal. */
#define PUBLISH_PATIENCE_MS 30000
#define PUBLISH_PATIENCE_STOPPED_MS 5000

static volatile sig_atomic_t stop_signals, reload_signals, outlives_terminal;

static void
on_stop(int signal_number)
{
	if (stop_signals++)
		_exit(128 + signal_number);
}

/* Sent by somebody: reload. From the kernel, for a terminal that was closed: end, unless nohup(1) asked otherwise. */
static void
on_hangup(int signal_number, siginfo_t *info, void *context)
{
	(void)context;
	if (info->si_code == SI_KERNEL && !outlives_terminal)
		on_stop(signal_number);
	else
		reload_signals = 1;
}

static void
catch_signals(void)
{
	struct sigaction stop = {.sa_handler = on_stop}, ignore = {.sa_handler = SIG_IGN}, before;
	struct sigaction hangup = {.sa_sigaction = on_hangup, .sa_flags = SA_SIGINFO};

	stop_signals = reload_signals = 0;
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGINT, &stop, NULL);
	outlives_terminal = sigaction(SIGHUP, NULL, &before) == 0 && before.sa_handler == SIG_IGN;
	sigaction(SIGHUP, &hangup, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
}

static void
answer_request(void *context, struct text request, struct buffer *out)
{
	ingest_act(context, request, out);
}

static void
reload(struct ingest *ingest)
{
	struct buffer answer = {0};

	reload_signals = 0;
	ingest_act(ingest, TEXT("{\"do\":\"reload\"}"), &answer);
	log_line(LOG_INFO, "reload: %.*s", TEXT_PRINT(buffer_text(&answer)));
	buffer_fini(&answer);
}

static void
tell(const struct daemon_options *options, const struct ingest *ingest)
{
	const struct ingest_counts *counts = ingest_counts(ingest);
	int64_t backlog = ingest_backlog(ingest);

	if (options->progress)
		options->progress(options->context, counts->payload_bytes,
		    backlog < 0 ? -1 : counts->payload_bytes + backlog, counts);
}

static bool
loop(const struct daemon_options *options, struct ingest *ingest, int listener, struct error *err)
{
	enum ingest_state state = INGEST_MORE;

	while (!stop_signals && state != INGEST_END) {
		if (!ingest_step(ingest, WAIT_MS, &state, err))
			return false;
		control_serve(listener, answer_request, ingest);
		if (reload_signals)
			reload(ingest);
		tell(options, ingest);
	}
	return ingest_checkpoint(ingest, err) && ingest_settle(ingest, err);
}

/* Follows the sources, and beside it the publishers follow the ledger. */
static bool
track(const struct daemon_options *options, struct ingest *ingest, int listener, struct error *err)
{
	struct publishing *publishing = NULL;
	bool done = publishing_open(options->settings, &publishing, err) &&
	    loop(options, ingest, listener, err) &&
	    publishing_finish(
		publishing, stop_signals ? PUBLISH_PATIENCE_STOPPED_MS : PUBLISH_PATIENCE_MS, err);

	publishing_close(publishing);
	return done;
}

static void
conclude(const struct ingest *ingest, struct daemon_result *result)
{
	const char *name = ingest_source_error(ingest, &result->source_error);

	result->counts = *ingest_counts(ingest);
	ingest_dropped(ingest, &result->dropped);
	result->interrupted = stop_signals != 0;
	if (name)
		snprintf(result->failed_source, sizeof(result->failed_source), "%s", name);
}

bool
daemon_run(const struct daemon_options *options, struct daemon_result *result, struct error *err)
{
	struct ingest_options ingest_options = {
	    .settings = options->settings, .until_end = options->until_end};
	struct ingest *ingest = NULL;
	int listener = -1;
	bool done;

	*result = (struct daemon_result){0};
	catch_signals();
	if (!ingest_open(&ingest_options, &ingest, err))
		return advice_add(err);
	result->cut_bytes = ingest_cut_bytes(ingest);
	if (result->cut_bytes)
		log_line(LOG_WARN,
		    "recovery: dropped %lld uncommitted bytes of the ledger; they are read again",
		    (long long)result->cut_bytes);
	done = control_listen(options->settings->store, &listener, err) &&
	    track(options, ingest, listener, err);
	conclude(ingest, result);
	control_close(options->settings->store, listener);
	ingest_close(ingest);
	return done || advice_add(err);
}
