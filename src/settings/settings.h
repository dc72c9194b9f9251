/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The settings in force: what dyetrace.yaml says, with defaults for the rest.
 * Every row of settings/table.h has its member here.
 */
#ifndef DYETRACE_SETTINGS_SETTINGS_H
#define DYETRACE_SETTINGS_SETTINGS_H

#include "base/buffer.h"
#include "base/yaml.h"
#include "model/publisher.h"
#include "model/source.h"

/* In the order of the words in the table. */
enum settings_deflate {
	SETTINGS_DEFLATE_AUTO,
	SETTINGS_DEFLATE_ISAL,
	SETTINGS_DEFLATE_ZLIB
};

enum settings_payload_digest {
	SETTINGS_PAYLOAD_XXH3,
	SETTINGS_PAYLOAD_SHA256
};

enum settings_log_format {
	SETTINGS_LOG_AUTO,
	SETTINGS_LOG_LOGFMT,
	SETTINGS_LOG_JSON
};

struct settings_source {
	const char *name; /* [a-z0-9-], unique */
	const struct source_type *type;
	enum message_format format;
	const struct yaml_node *settings; /* the source's own map, for its type */
	const struct yaml_node *mapping;  /* for decode */
	uint32_t line;                    /* of the source in the file */
};

/* Where a publisher begins that has not published from this store before. */
enum settings_from {
	PUBLISH_FROM_START,
	PUBLISH_FROM_NOW
};

struct settings_publisher {
	const char *name; /* [a-z0-9-], unique */
	const struct publisher_type *type;
	enum settings_from from;
	const struct yaml_node *settings; /* the publisher's own map, for its type */
	uint32_t line;
};

struct settings {
	const char *file;   /* as the caller named it, for messages; NULL: defaults only */
	const char *folder; /* what relative paths start from; "": the current folder */
	/* Paths as they can be opened. */
	char *store, *keys;
	char *lineage, *org_chart; /* NULL: there is none */
	int64_t batch_records, batch_bytes;
	int64_t commit_blocks, commit_every_ms;
	int64_t segment_bytes;
	int64_t deflate;        /* enum settings_deflate */
	int64_t payload_digest; /* enum settings_payload_digest */
	int64_t record_bytes_max, changes_max, actors_max, wide_entities_max, feature_keys_max;
	int64_t impact_idle_ms;
	int64_t checkpoint_every_ms;
	int64_t snapshot_records;
	char *http_listen;  /* NULL: off */
	int64_t log_format; /* enum settings_log_format */
	int64_t log_level;  /* as enum log_level counts */
	int64_t log_repeat_ms;
	size_t source_count;
	struct settings_source *sources;
	size_t publisher_count;
	struct settings_publisher *publishers;
	/* the rest is private */
	struct yaml_document *document;
	char *own_file, *own_folder;
};

struct settings_options {
	const char *path;
	const struct source_type *const *types; /* the source types there are, NULL-terminated */
	/* decode's mapping_check(); NULL: mappings are not looked at */
	void (*check_mapping)(
	    const char *file, const struct yaml_node *mapping, struct yaml_problems *problems);
	/* The publisher types there are, NULL-terminated; NULL: publishers are not looked at. */
	const struct publisher_type *const *publishers;
};

/*
 * Reads a settings file; adds every mistake to problems and goes on.
 *
 * settings  gives: ended by settings_close(). Set whenever the file is YAML, with
 *	     defaults in the place of what is wrong, so that `check` can look at the
 *	     files it names; NULL when it is not
 * Returns whether there was no mistake.
 */
MUST_USE bool settings_open(const struct settings_options *options, struct settings **settings,
    struct yaml_problems *problems);
/* The same from bytes that were read already; options->path only names them. */
MUST_USE bool settings_parse(const struct settings_options *options, struct text bytes,
    struct settings **settings, struct yaml_problems *problems);
/* gives: the defaults, no sources, paths relative to the current folder */
struct settings *settings_default(void);
void settings_close(struct settings *settings); /* accepts NULL */

/* NULL if there is none of that name */
const struct settings_source *
settings_source_find(const struct settings *settings, const char *name);

/* What a source type's open() and reread() are given. */
struct source_options settings_source_options(
    const struct settings *settings, const struct settings_source *source, bool until_end);

/* Where the file says a setting of the first level ("lineage"), for messages; NULL: it does not. */
const struct yaml_node *settings_place(const struct settings *settings, const char *name);

enum settings_part {
	SETTINGS_ALL, /* reads back to the same settings */
	SETTINGS_FACTS, /* what recorded facts depend on: not paths, batches, commits, limits of memory */
	SETTINGS_OPENED, /* what an open store and its sources keep: all but what may change meanwhile */
};
/* Appends YAML: the effective settings, every one of them, in the table's order. */
void settings_print(const struct settings *settings, enum settings_part part, struct buffer *out);

/* Appends a settings file to start from: every setting with its explanation, and one source. */
void settings_template(struct buffer *out);

#endif
