/* SPDX-License-Identifier: Apache-2.0 */
/* Handlers do what async-signal-safe functions allow: count, set the alarm, leave. */
#include "signals.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#define EXIT_ENVIRONMENT 3

static volatile sig_atomic_t stop_signals, reload_signals, outlives_terminal;

static void
on_stop(int signal_number)
{
	if (stop_signals++)
		_exit(128 + signal_number);
	alarm(DRAIN_SECONDS);
}

static void
on_alarm(int signal_number)
{
	static const char words[] =
	    "dyetrace: not drained within 30 s: ends now; nothing is lost, what is not "
	    "committed is read again\n";

	(void)signal_number;
	if (write(STDERR_FILENO, words, sizeof(words) - 1) < 0)
		_exit(EXIT_ENVIRONMENT);
	_exit(EXIT_ENVIRONMENT);
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

void
signals_catch(void)
{
	struct sigaction stop = {.sa_handler = on_stop}, ignore = {.sa_handler = SIG_IGN}, before;
	struct sigaction hangup = {.sa_sigaction = on_hangup, .sa_flags = SA_SIGINFO};
	struct sigaction late = {.sa_handler = on_alarm};

	stop_signals = reload_signals = 0;
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGALRM, &late, NULL);
	outlives_terminal = sigaction(SIGHUP, NULL, &before) == 0 && before.sa_handler == SIG_IGN;
	sigaction(SIGHUP, &hangup, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
}

bool
signals_stop(void)
{
	return stop_signals;
}

bool
signals_reload(void)
{
	bool asked = reload_signals;

	reload_signals = 0;
	return asked;
}

void
signals_drained(void)
{
	alarm(0);
}
