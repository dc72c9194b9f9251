/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lineage as it lies in memory: which fields flow into which features, and
 * which features into which models. What was read is checked and complete: every
 * index leads somewhere, no cycles, all numbers are finite (schemas/lineage.md
 * has every rule; lineage/graph.h reads and prints it).
 *
 * Order is the file's, except that codes of an encoding and values of a filter
 * are ascending by text.
 */
#ifndef DYETRACE_MODEL_LINEAGE_H
#define DYETRACE_MODEL_LINEAGE_H

#include "base/arena.h"
#include "base/timestamp.h"

#define LINEAGE_NONE UINT32_MAX /* an index that leads nowhere */
#define LINEAGE_NAME_BYTES 200  /* the longest name, code or filter value */
#define LINEAGE_PANES_MAX 10000 /* of one window */
#define LINEAGE_CHAIN_MAX 16    /* features computed one from another */

enum lineage_type {
	TYPE_ANY,
	TYPE_CATEGORY,
	TYPE_NUMBER,
	TYPE_TEXT,
	TYPE_BOOLEAN,
	TYPE_TIME
};

struct lineage_field {
	struct text name;
	enum lineage_type type; /* TYPE_ANY: not said */
};

struct lineage_dataset {
	struct text name;
	bool listed; /* fields are all there are; else any field may occur */
	uint32_t field_count;
	struct lineage_field *fields;
	const struct lineage_field **by_name; /* the same, ascending by name */
};

/* Where a filter or key looks: the origin's team, the event's other words, or a changed field's new value. */
enum lineage_subject {
	SUBJECT_ENTITY,
	SUBJECT_TEAM,
	SUBJECT_SYSTEM,
	SUBJECT_CHANNEL,
	SUBJECT_OP,
	SUBJECT_ACTOR,
	SUBJECT_NONE,
	SUBJECT_FIELD
};

/* Passes when the subject is one of the values; a field that the event does not change does not pass. */
struct lineage_filter {
	enum lineage_subject subject; /* TEAM, SYSTEM, CHANNEL, OP or FIELD */
	struct text field;            /* of SUBJECT_FIELD */
	bool null;                    /* null is one of them */
	uint32_t value_count;
	struct text *values; /* as value_text() writes them, ascending */
};

/* What one value of a field is as a number. */
struct lineage_code {
	struct text value; /* as value_text() writes it; null is "null" */
	double number;
};

enum lineage_encoding {
	ENCODING_NONE,    /* the aggregate looks at values, not at numbers */
	ENCODING_NUMERIC, /* numbers as they are, booleans 0 and 1, text that is a decimal number */
	ENCODING_CODES,
};

enum lineage_aggregate {
	AGGREGATE_LAST,  /* the newest number */
	AGGREGATE_COUNT, /* of changes of the field, of events without one */
	AGGREGATE_SUM,
	AGGREGATE_MEAN,
	AGGREGATE_MIN,
	AGGREGATE_MAX,
	AGGREGATE_DISTINCT, /* how many different new values */
	AGGREGATE_SHARE,    /* of new values that are `value`, 0..1 */
	AGGREGATE_RATE,     /* count per day of the window */
	AGGREGATE_KINDS     /* how many there are */
};

struct lineage_feature {
	struct text name;
	uint32_t line;    /* in the file, for messages */
	uint32_t dataset; /* index; of a feature of a feature: that of its root */
	uint32_t source;  /* index of the feature it is computed from; LINEAGE_NONE: from fields */
	uint32_t root;    /* where the chain of sources ends; itself when computed from fields */
	uint32_t field_count;
	struct text *fields; /* a change of any of them counts; none: events count */
	enum lineage_encoding encoding;
	bool
	    has_other; /* what has no code counts as `other`; else it is counted as an error and moves nothing */
	double other;
	uint32_t code_count;
	struct lineage_code *codes; /* ascending by value */
	uint32_t filter_count;      /* all must pass */
	struct lineage_filter *filters;
	enum lineage_subject key; /* one value of the feature for each; NONE: one for all */
	struct text key_field;    /* of SUBJECT_FIELD */
	enum lineage_aggregate aggregate;
	bool value_null;
	struct text value;                     /* of share, as value_text() writes it */
	int64_t size_ms, pane_ms, lateness_ms; /* size 0: since ever */
};

struct lineage_input {
	uint32_t feature; /* index */
	double weight;    /* of linear and logistic models */
	bool has_sensitivity;
	double sensitivity; /* of opaque ones: the owner's estimate of |movement| per unit */
	struct text source; /* who or what it is from */
	int64_t date_ms;
};

enum lineage_kind {
	KIND_LINEAR,
	KIND_LOGISTIC,
	KIND_OPAQUE
};

struct lineage_cut {
	struct text version;
	int64_t cut_ms; /* trained on events before it */
};

struct lineage_model {
	struct text name, version;
	uint32_t line;
	enum lineage_kind kind;
	double intercept;
	uint32_t input_count;
	struct lineage_input *inputs;
	struct text unit; /* absent: not said */
	bool has_value_per_unit;
	double value_per_unit;
	struct text currency; /* three letters; only with value_per_unit */
	uint32_t cut_count;
	struct lineage_cut *cuts; /* ascending by time */
	int64_t every_ms;         /* 0: no schedule */
	int64_t from_ms;          /* the first scoring of the schedule */
	struct text topic;        /* absent: not scored from a topic */
};

struct lineage {
	uint32_t dataset_count, feature_count, model_count;
	struct lineage_dataset *datasets;
	struct lineage_feature *features;
	struct lineage_model *models;
	struct arena arena; /* everything above and its texts */
};

#endif
