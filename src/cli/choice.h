/* SPDX-License-Identifier: Apache-2.0 */
/* Which events are left out, as `without` and `exclude` are told. */
#ifndef DYETRACE_CLI_CHOICE_H
#define DYETRACE_CLI_CHOICE_H

#include "cli/command.h"
#include "inquiry/inquiry.h"

/* The options of choice_words(), for a command's table. */
#define CHOICE_OPTIONS                                                                             \
	{"team", 0, "NAME", "what people of this team did"},                                       \
	    {"actor", 0, "PSEUDONYM", "what this person or service did; `unknown`: nobody known"}, \
	    {"channel", 0, "NAME", "what came in by this channel"},                                \
	{                                                                                          \
		"system", 0, "NAME", "what was entered in this system"                             \
	}
#define CHOICE_TIMES                                                                               \
	{"from", 0, "TIME", "only at or after this time"},                                         \
	{                                                                                          \
		"to", 0, "TIME", "only before this time"                                           \
	}

/*
 * has_event: the command has an option --event, too.
 *
 * ERROR_USAGE  none of them was given, or more than one, or times that leave nothing
 */
MUST_USE bool choice_words(
    const struct call *call, bool has_event, struct inquiry_choice *choice, struct error *err);
/* "team Service Desk, from 2016-03-01T00:00:00Z"; appends */
void choice_print(const struct inquiry_choice *choice, struct buffer *out);

#endif
