/* SPDX-License-Identifier: Apache-2.0 */
/* One lock, one write per line, so that lines of two threads do not mix. */
#include "base/log.h"

#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/timestamp.h"
#include "log_form.h"
#include "log_repeat.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct log_options in_force = {LOG_FORMAT_AUTO, LOG_INFO, 60 * 1000};
static struct log_counts counts;
static struct log_repeat repeats;
static uint64_t unsaid; /* dropped since the last line that was written */

void
log_set(const struct log_options *options)
{
	pthread_mutex_lock(&mutex);
	in_force = *options;
	pthread_mutex_unlock(&mutex);
}

static enum log_format
format_now(void)
{
	if (in_force.format != LOG_FORMAT_AUTO)
		return in_force.format;
	return isatty(STDERR_FILENO) ? LOG_FORMAT_PEOPLE : LOG_FORMAT_LOGFMT;
}

/* Whether standard error is the journal's, which takes the level in front: systemd.exec(5), JOURNAL_STREAM. */
static bool
goes_to_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat status;

	return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
	    fstat(STDERR_FILENO, &status) == 0 && status.st_dev == device && status.st_ino == inode;
}

/* A pipe with room, a file, a terminal that is not stopped. Who reads slowly must not stop who writes. */
static bool
takes_a_line(void)
{
	struct pollfd wait = {.fd = STDERR_FILENO, .events = POLLOUT};

	return poll(&wait, 1, 0) > 0 && wait.revents & POLLOUT;
}

/* Mutex held. */
static void
write_entry(struct log_entry *entry)
{
	static const char *const priorities[] = {"<3>", "<4>", "<6>", "<7>"};
	struct buffer line = {0};

	entry->time_ms = timestamp_now();
	entry->dropped = unsaid;
	if (goes_to_journal())
		buffer_add_text(&line, text_of(priorities[entry->level]));
	log_form(entry, format_now(), &line);
	if (takes_a_line() && write(STDERR_FILENO, line.data, line.size) > 0) {
		unsaid = 0;
	} else {
		unsaid++;
		counts.dropped++;
	}
	buffer_fini(&line);
}

/* Mutex held. */
static void
write_withheld(const struct log_said *said)
{
	struct log_entry entry = {.level = said->level,
	    .component = said->component,
	    .message = said->message,
	    .repeated = said->withheld};

	write_entry(&entry);
}

/* Mutex held. */
static void
say(enum log_level level, const char *component, const struct log_field *fields,
    const char *message)
{
	struct log_entry entry = {
	    .level = level, .component = component, .message = message, .fields = fields};
	struct log_said gone;

	counts.lines[level]++;
	if (!in_force.repeat_ms) {
		write_entry(&entry);
		return;
	}
	if (!log_repeat_say(&repeats, level, component, message, monotonic_ms(), in_force.repeat_ms,
		&entry.repeated, &gone))
		return;
	if (gone.message) {
		write_withheld(&gone);
		memory_free(gone.component);
		memory_free(gone.message);
	}
	write_entry(&entry);
}

void
log_say(enum log_level level, const char *component, const struct log_field *fields,
    const char *format, ...)
{
	char message[1200];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	pthread_mutex_lock(&mutex);
	if (level <= in_force.level)
		say(level, component, fields, message);
	pthread_mutex_unlock(&mutex);
}

void
log_line(enum log_level level, const char *format, ...)
{
	char message[1200];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	log_say(level, "tracker", NULL, "%s", message);
}

void
log_repeats(bool all)
{
	struct log_said *said;
	int64_t now = monotonic_ms();

	pthread_mutex_lock(&mutex);
	while ((said = log_repeat_due(&repeats, now, all ? INT64_MIN / 2 : in_force.repeat_ms))) {
		write_withheld(said);
		said->withheld = 0;
		said->said_ms = now;
	}
	pthread_mutex_unlock(&mutex);
}

void
log_counts(struct log_counts *out)
{
	pthread_mutex_lock(&mutex);
	*out = counts;
	pthread_mutex_unlock(&mutex);
}
