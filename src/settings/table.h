/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every setting, once. A row is the reader of a setting, its default and range,
 * the line of the template and the entry of the manual page.
 */
#ifndef DYETRACE_SETTINGS_TABLE_H
#define DYETRACE_SETTINGS_TABLE_H

#include "settings/settings.h"

enum setting_kind {
	SETTING_GROUP,     /* only a heading: its members follow */
	SETTING_PATH,      /* char *, joined to the settings' folder */
	SETTING_COUNT,     /* int64_t; 4096, 10k, 2M: thousands and millions */
	SETTING_BYTES,     /* int64_t; 64k, 16M, 1G: powers of 1,024 */
	SETTING_DURATION,  /* int64_t milliseconds */
	SETTING_CHOICE,    /* int64_t, index into the words */
	SETTING_ADDRESS,   /* char *, as base/address.h reads it; "off" is NULL */
	SETTING_SOURCES,   /* the list of sources */
	SETTING_SOURCE,    /* inside a source: read by sources.c, the source's type or decode */
	SETTING_PUBLISH,   /* the list of publishers */
	SETTING_PUBLISHER, /* inside a publisher: read by publishers.c, or the publisher's type */
};

struct setting {
	const char *path; /* "commit.every"; of SETTING_SOURCE: below the source */
	enum setting_kind kind;
	size_t member;            /* offset in struct settings */
	const char *value;        /* the default, as it would be written; NULL: none */
	int64_t low, high;        /* in bytes, milliseconds or pieces */
	const char *const *words; /* of a choice, NULL-terminated */
	bool facts;               /* recorded facts depend on it */
	bool live;                /* may change while the store is open */
	const char *example; /* what the template writes; NULL: the default; "": left out of it */
	const char *help;    /* sentences */
};

/* All end with a row whose path is NULL. */
extern const struct setting settings_table[];
extern const struct setting settings_source_table[];
extern const struct setting settings_publisher_table[];

/* The last part of the path: "every". */
const char *setting_name(const struct setting *setting);
/* How deep it stands: 0 for "store", 1 for "commit.every". */
int setting_depth(const struct setting *setting);
/* "a duration from 10ms to 1h", "one of auto, isal, zlib". Returns out. */
const char *setting_shape(const struct setting *setting, char *out, size_t out_bytes);

/* Appends the value in settings as YAML that reads back to it; false: it has none. */
bool
setting_print(const struct setting *setting, const struct settings *settings, struct buffer *out);
/* Reads one value into settings, or adds what is wrong. */
void setting_read(const struct setting *setting, const char *file, const struct yaml_node *node,
    struct settings *settings, struct yaml_problems *problems);

#endif
