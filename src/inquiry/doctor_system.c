/* SPDX-License-Identifier: Apache-2.0 */
/* What the machine allows the tracker, and what the running one says. */
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/timex.h>

#include "base/address.h"
#include "doctor.h"

/* Segments, side stores and a socket for each broker need some hundred. */
#define FILES_LOW 1024

/* "Max open files            1024                 524288               files", of the running tracker. */
static long
files_of(long process)
{
	char path[64], line[256];
	long files = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%ld/limits", process);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "Max open files %ld", &files) == 1)
			break;
	if (file)
		fclose(file);
	return files;
}

static void
check_files(long process, json_t *checks)
{
	struct rlimit limit;
	long files = process ? files_of(process) : -1;

	if (files < 0 && getrlimit(RLIMIT_NOFILE, &limit) == 0)
		files = (long)limit.rlim_cur;
	if (files < 0)
		return;
	doctor_note(checks, "open files", files < FILES_LOW ? STATE_WARNING : STATE_GOOD,
	    "raise it: `LimitNOFILE=65536` in the unit, or `ulimit -n 65536`", "%ld may be open%s",
	    files, process ? " in the tracker" : "");
}

/* The wall clock is what the kernel says of it: adjtimex(2). */
static void
check_synchronised(json_t *checks)
{
	struct timex clock = {0};
	int state = adjtimex(&clock);

	if (state == -1)
		return;
	if (state == TIME_ERROR || clock.status & STA_UNSYNC)
		doctor_note(checks, "system clock", STATE_WARNING,
		    "let systemd-timesyncd, chrony or the host keep it: times of log lines and "
		    "certificates depend on it, results do not",
		    "no time service keeps it");
	else
		doctor_note(checks, "system clock", STATE_GOOD, "",
		    "kept by a time service, to %.0f ms", (double)clock.maxerror / 1000);
}

static void
check_listen(const struct settings *settings, json_t *checks)
{
	struct address address;
	struct error err = {0};

	if (!settings->http_listen)
		doctor_note(checks, "metrics", STATE_GOOD, "", "off");
	else if (!address_parse(text_of(settings->http_listen), &address, &err))
		doctor_note(checks, "metrics", STATE_BAD, "correct `http.listen`", "%s", err.text);
	else if (address.loopback)
		doctor_note(checks, "metrics", STATE_GOOD, "", "on %s, of this machine alone",
		    settings->http_listen);
	else
		doctor_note(checks, "metrics", STATE_WARNING,
		    "whoever reaches it reads names of topics and files: let a firewall or a proxy "
		    "say who may, or listen on 127.0.0.1",
		    "on %s, which other machines may reach", settings->http_listen);
}

void
doctor_system(const struct settings *settings, long process, json_t *checks)
{
	check_files(process, checks);
	check_synchronised(checks);
	check_listen(settings, checks);
}

/* --- the running tracker ------------------------------------------------------------------ */

static const char *
text_in(const json_t *document, const char *key)
{
	const char *text = json_string_value(json_object_get(document, key));

	return text ? text : "";
}

void
doctor_tracker(const json_t *tracker, json_t *checks)
{
	const json_t *one;
	char name[128];
	size_t i;

	if (*text_in(tracker, "paused"))
		doctor_note(checks, "tracker", STATE_BAD,
		    "mend that: it tries again by itself and goes on where the last commit ended",
		    "paused: %s", text_in(tracker, "paused"));
	json_array_foreach(json_object_get(tracker, "sources"), i, one)
	{
		if (!*text_in(one, "trouble"))
			continue;
		snprintf(name, sizeof(name), "source %s", text_in(one, "name"));
		doctor_note(checks, name, STATE_BAD,
		    "mend that, then reload or restart the tracker: the source is left out until "
		    "then",
		    "%s", text_in(one, "trouble"));
	}
	json_array_foreach(json_object_get(tracker, "publishers"), i, one)
	{
		if (!json_is_true(json_object_get(one, "failing")))
			continue;
		snprintf(name, sizeof(name), "publisher %s", text_in(one, "name"));
		doctor_note(checks, name, STATE_BAD,
		    "mend that: it tries again by itself, nothing is lost",
		    "behind by %lld records: %s",
		    (long long)json_integer_value(json_object_get(one, "lag")),
		    text_in(one, "trouble"));
	}
}
