/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An epoch, compiled: where each feature's column stands, whom it is passed on to,
 * and what of it a model reads. Made from the lineage and the directory in the image
 * (directory.h); all of it dies with the epoch. Private to impact.
 */
#ifndef IMPACT_PLAN_H
#define IMPACT_PLAN_H

#include "base/symbols.h"
#include "chain.h"
#include "directory.h"
#include "groups.h"
#include "movement.h"

/* One filter; answers for symbols are remembered. */
struct plan_filter {
	const struct lineage_filter *lineage;
	uint32_t field;  /* symbol, of SUBJECT_FIELD */
	uint8_t *passes; /* [symbol]: 0 not known yet, 1 no, 2 yes */
	size_t symbols, capacity;
};

/* What a model reads of a feature. */
struct plan_use {
	uint32_t model;
	double factor; /* weight, or sensitivity */
};

/* A window that features share, and where the event in hand falls. */
struct plan_window {
	struct column_plan column; /* only its window counts */
	uint64_t event;
	int64_t pane,
	    first; /* first: pane that the clock and the event's partition have not left behind */
};

struct plan_feature {
	const struct lineage_feature *lineage;
	uint32_t index, group, layer;
	uint32_t subject; /* of movement.h */
	bool chain, windowed, numeric;
	struct column_plan column;    /* plain ones; of chains only the window counts */
	struct chain_plan chain_plan; /* features of features */
	uint32_t member_layer;        /* of the source's group */
	uint32_t source;              /* LINEAGE_NONE */
	uint32_t window;              /* its number, of windowed ones */
	double of_none;               /* the value without an observation */
	uint32_t field_count;
	uint32_t *fields;            /* symbols, ascending by text */
	uint32_t dataset, key_field; /* symbols */
	uint32_t filter_count;
	struct plan_filter *filters;
	uint32_t dependent_count;
	uint32_t *dependents; /* features computed from it */
	uint32_t use_count;
	struct plan_use *uses; /* models with a known size of movement */
	int64_t lowest;        /* pane with state, maybe lower than the true one; INT64_MAX: none */
	int64_t leaves_ms;     /* when it leaves; INT64_MAX */
};

struct plan_group {
	enum lineage_subject subject;
	place piece;
	struct layers layers;
	bool gives; /* a row whose windows are empty is given back */
	uint32_t feature_count, member_count;
	uint32_t *features, *members; /* whose columns, whose members (chains) stand in its rows */
	place *by_symbol;             /* of teams, systems, channels; 0 not known */
	size_t symbols, symbol_capacity;
	/* Of the event in hand: */
	uint64_t event;
	uint64_t hash; /* 0: not worked out, the row is known by its symbol */
	place row;     /* 0: not held */
	bool has_key;
};

struct plan_input {
	uint32_t feature, memory; /* memory: index, LINEAGE_NONE: its key is not a field's value */
	double weight;
};

struct plan_model {
	enum lineage_kind kind;
	uint32_t subject;
	double intercept;
	uint32_t input_count;
	struct plan_input *inputs;
};

/* Where an entity's row remembers the value that it gave a field last. */
struct plan_memory {
	uint32_t dataset, field; /* symbols */
	uint32_t group, layer, offset;
};

/* Entities of a dataset have a group of their own: a ticket's row has no room for an order's features. */
struct plan_entities {
	uint32_t dataset, group; /* dataset: symbol */
};

struct plan {
	const struct lineage *lineage;
	uint32_t epoch, feature_count, group_count, model_count, memory_count, window_count;
	struct plan_feature *features;
	struct plan_group *groups;
	struct plan_model *models;
	struct plan_memory *memories;
	struct plan_window *windows;
	uint32_t actor_group; /* LINEAGE_NONE: there is none */
	uint32_t entity_count;
	struct plan_entities *entities;
	int64_t next_ms; /* the clock at which the first pane leaves; INT64_MAX */
	struct arena arena;
};

/* gives: ended by plan_close(). lineage may be NULL; directory: of this lineage. */
struct plan *
plan_open(const struct lineage *lineage, uint32_t epoch, const struct directory *directory,
    const struct columns *columns, struct symbols *names, struct movement *movement);
/* Only the groups, whatever features stand in them. */
struct plan *plan_layout(const struct directory *directory);
void plan_close(struct plan *plan); /* accepts NULL */

/* A pane of the feature has state now: it may be the next to leave. */
void plan_pane(struct plan *plan, struct plan_feature *feature, int64_t pane);
/* Asks the column for its lowest pane again. */
void plan_lowest(struct plan *plan, const struct columns *columns, struct plan_feature *feature);
/* next_ms, after lowest panes changed. */
void plan_next(struct plan *plan);

#endif
