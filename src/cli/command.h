/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A command is a const struct in the program's table. From the struct come the
 * parser, `help`, the manual page and the shell completions, so that they
 * cannot disagree.
 */
#ifndef DYETRACE_CLI_COMMAND_H
#define DYETRACE_CLI_COMMAND_H

#include "base/error.h"
#include "cli/screen.h"
#include "cli/status.h"
#include "model/publisher.h"
#include "model/source.h"

struct call;

struct option {
	const char *name; /* "until-end" */
	char letter;      /* 'u'; 0: none */
	const char *
	    argument; /* "FILE"; NULL: a flag. FILE and DIR complete to paths, "a|b|c" to its words */
	const char *help; /* a sentence, small letter first, no dot */
};

struct example {
	const char *line; /* "dyetrace run --until-end" */
	const char *what; /* "read all that is there now, then stop" */
};

/* Which of the options that many commands share it takes. */
enum {
	COMMON_SETTINGS = 1, /* -c, --settings FILE */
	COMMON_STORE = 2,    /* -s, --store DIR */
	COMMON_JSON = 4,     /* --json */
};

struct command {
	const char *name;
	const char *summary;     /* one line in the list of commands */
	const char *usage;       /* what stands behind the name, without options: "EVENT" */
	const char *description; /* paragraphs, divided by an empty line; `code` in backquotes */
	unsigned common;         /* COMMON_… */
	const struct option *options;   /* its own, ended by a name NULL; may be NULL */
	const struct example *examples; /* ended by a line NULL; may be NULL */
	size_t arguments_min, arguments_max;
	const struct command *const
	    *parts; /* sub-commands, NULL-terminated: `keys create`; then run is NULL */
	/*
	 * Does it. Answers go to call->out; standard error is for progress only. False: err
	 * says why, the caller prints it and takes the exit status from its kind,
	 * unless call->status was set.
	 */
	bool (*run)(struct call *call, struct error *err);
};

/* What the program is made of; given by its main(). */
struct program {
	const char *name, *version;
	const struct command *const
	    *commands; /* in the order in which help lists them, NULL-terminated */
	const struct source_type *const *sources;       /* NULL-terminated */
	const struct publisher_type *const *publishers; /* NULL-terminated */
};

/* One run of one command, its words taken apart. */
struct call {
	const struct program *program;
	const struct command *group; /* `keys` of `keys create`, else NULL */
	const struct command *command;
	const char *settings; /* -c; NULL: not given */
	const char *store;    /* -s; NULL: not given */
	bool json;
	size_t count; /* arguments that are no options */
	const char **arguments;
	struct screen out;  /* standard output */
	enum status status; /* STATUS_YES unless the command says otherwise */
	/* private: the own options' values, in the order of command->options */
	const char **values;
	const char *json_word; /* "" once --json was seen */
};

/* "keys create" */
const char *call_name(const struct call *call, char *out, size_t out_bytes);
/* The value of an own option, NULL if it was not given; "" of a flag. The name must be one of its options. */
const char *call_option(const struct call *call, const char *name);
bool call_flag(const struct call *call, const char *name);
/*
 * Typed values: *value stays as it is when the option was not given. ERROR_USAGE
 * names the option, what was written and what is expected.
 */
MUST_USE bool call_long(const struct call *call, const char *name, int64_t low, int64_t high,
    int64_t *value, struct error *err);
MUST_USE bool
call_time(const struct call *call, const char *name, int64_t *time_ms, struct error *err);
MUST_USE bool
call_duration(const struct call *call, const char *name, int64_t *ms, struct error *err);
/* Options from and to: [*from_ms, *to_ms), which must not be empty. */
MUST_USE bool
call_span(const struct call *call, int64_t *from_ms, int64_t *to_ms, struct error *err);
/* Not both of two options. */
MUST_USE bool
call_one_of(const struct call *call, const char *name, const char *other, struct error *err);
/* One of the NULL-terminated words; *value is its index. Suggests the nearest. */
MUST_USE bool call_choice(const struct call *call, const char *name, const char *const *words,
    size_t *value, struct error *err);

#endif
