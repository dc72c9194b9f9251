/* SPDX-License-Identifier: Apache-2.0 */
/* The values of a command's own options, as the types it asks for. */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/suggest.h"
#include "base/timestamp.h"
#include "cli/command.h"

const char *
call_name(const struct call *call, char *out, size_t out_bytes)
{
	snprintf(out, out_bytes, "%s%s%s", call->group ? call->group->name : "",
	    call->group ? " " : "", call->command->name);
	return out;
}

const char *
call_option(const struct call *call, const char *name)
{
	const struct option *option;

	for (option = call->command->options; option && option->name; option++)
		if (strcmp(option->name, name) == 0)
			return call->values[option - call->command->options];
	assert(!"an option that the command does not have");
	return NULL;
}

bool
call_flag(const struct call *call, const char *name)
{
	return call_option(call, name);
}

static bool
expected(const char *name, const char *written, struct error *err, const char *what)
{
	char shown[64];

	return error_set(err, ERROR_USAGE, "--%s %s: %s is expected", name,
	    text_show(text_of(written), 40, shown, sizeof(shown)), what);
}

bool
call_long(const struct call *call, const char *name, int64_t low, int64_t high, int64_t *value,
    struct error *err)
{
	const char *written = call_option(call, name);
	char what[96], *end;
	int64_t read;

	if (!written)
		return true;
	errno = 0;
	read = strtoll(written, &end, 10);
	snprintf(what, sizeof(what), "a whole number from %lld to %lld", (long long)low,
	    (long long)high);
	if (errno || *end || strchr(" \t\n", written[0]) || read < low || read > high)
		return expected(name, written, err, what);
	*value = read;
	return true;
}

bool
call_time(const struct call *call, const char *name, int64_t *time_ms, struct error *err)
{
	static const struct timestamp_rule rule = {.format = TIMESTAMP_ISO8601};
	const char *written = call_option(call, name);
	struct error why = {0};

	if (!written || timestamp_parse(text_of(written), &rule, time_ms, &why))
		return true;
	return expected(name, written, err, "a time such as 2016-02-29 or 2016-02-29T01:23:00Z");
}

bool
call_span(const struct call *call, int64_t *from_ms, int64_t *to_ms, struct error *err)
{
	if (!call_time(call, "from", from_ms, err) || !call_time(call, "to", to_ms, err))
		return false;
	return *from_ms < *to_ms ||
	    error_set(err, ERROR_USAGE, "--to %s is not after --from %s: nothing lies between",
		call_option(call, "to"),
		call_option(call, "from") ? call_option(call, "from") : "the beginning");
}

bool
call_one_of(const struct call *call, const char *name, const char *other, struct error *err)
{
	return !call_option(call, name) || !call_option(call, other) ||
	    error_set(err, ERROR_USAGE, "--%s and --%s exclude each other", name, other);
}

bool
call_duration(const struct call *call, const char *name, int64_t *ms, struct error *err)
{
	const char *written = call_option(call, name);
	struct error why = {0};

	if (!written || duration_parse(text_of(written), ms, &why))
		return true;
	return expected(name, written, err, "a duration such as 90s, 15m, 36h or 7d");
}

bool
call_choice(const struct call *call, const char *name, const char *const *words, size_t *value,
    struct error *err)
{
	const char *written = call_option(call, name);
	struct suggestion suggestion;
	char what[256] = "one of";
	size_t used = strlen(what), i;

	if (!written)
		return true;
	suggestion_init(&suggestion, text_of(written));
	for (i = 0; words[i]; i++) {
		if (strcmp(words[i], written) == 0) {
			*value = i;
			return true;
		}
		suggestion_try(&suggestion, text_of(words[i]));
		if (used < sizeof(what))
			used += (size_t)snprintf(
			    what + used, sizeof(what) - used, "%s %s", i ? "," : "", words[i]);
	}
	expected(name, written, err, what);
	if (suggestion_best(&suggestion).data)
		return error_set(err, ERROR_USAGE, "--%s %s: did you mean %.*s?", name, written,
		    TEXT_PRINT(suggestion_best(&suggestion)));
	return false;
}
