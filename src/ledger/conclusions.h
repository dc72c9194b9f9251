/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conclusions: what follows from the facts, in segments of their own
 * (STORE/conclusions/NNNNNN.avro, schema schemas/conclusions.avsc) and with a root of
 * their own. Now: the influences of each event that reaches a feature, in ledger order.
 * A conclusion names its fact by the fact's ledger index. A block needs nothing but
 * itself to be read.
 */
#ifndef DYETRACE_LEDGER_CONCLUSIONS_H
#define DYETRACE_LEDGER_CONCLUSIONS_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "model/influence.h"

#define CONCLUSIONS_MAX 1024 /* of a block */
/* What one conclusion may bring of each, so that a reader can bound them; a feature may stand there twice. */
#define CONCLUSION_INFLUENCES_MAX 131072

struct conclusion {
	uint64_t record;              /* of the fact, below 2^63 */
	uint32_t epoch;               /* that the numbers of features and models are of */
	struct influences influences; /* count > 0 */
};

struct conclusion_block {           /* ended by conclusion_block_free() */
	struct buffer body, leaves; /* as of struct block */
	uint32_t records;           /* = objects */
	uint32_t leaf_ends[CONCLUSIONS_MAX];
	uint64_t first_fact, last_fact;
};
void conclusion_block_free(struct conclusion_block *block); /* accepts NULL */

struct conclusion_builder;
/* gives: ended by conclusion_builder_close() */
struct conclusion_builder *conclusion_builder_open(void);
void conclusion_builder_close(struct conclusion_builder *builder);
/* Whether one more goes into a block at all; one that is not full takes any. */
bool conclusion_builder_takes(
    const struct conclusion_builder *builder, const struct conclusion *conclusion);
/* Ascending by record; copies. The builder must take it. */
void
conclusion_builder_add(struct conclusion_builder *builder, const struct conclusion *conclusion);
/* It is time to finish: a block of the size that readers like. */
bool conclusion_builder_full(const struct conclusion_builder *builder);
uint32_t conclusion_builder_count(const struct conclusion_builder *builder);
/* gives: NULL if nothing was added */
struct conclusion_block *conclusion_builder_finish(struct conclusion_builder *builder);
/* Takes a block that is done with, so that its memory serves the next one; accepts NULL. */
void conclusion_builder_reuse(struct conclusion_builder *builder, struct conclusion_block *block);

/*
 * All of a block, or (record not UINT64_MAX) the one of that fact: *count 0 when it has none;
 * what is behind it is not looked at then. Arrays live in arena.
 * ERROR_DAMAGED with the object's number and what is wrong; never trusts the bytes.
 */
MUST_USE bool conclusion_block_read(struct text body, uint32_t objects, uint64_t record,
    struct arena *arena, struct conclusion **conclusions, uint32_t *count, struct error *err);

/* The canonical leaf (schemas/conclusion_leaf.avsc): nothing relative. Appends. */
void conclusion_leaf(const struct conclusion *conclusion, struct buffer *out);
/* As a JSON object for people and for check-proof. ERROR_MALFORMED */
MUST_USE bool conclusion_leaf_show(struct text leaf, struct buffer *json, struct error *err);

extern const char ledger_conclusions_schema[]; /* the text of schemas/conclusions.avsc */
extern const char ledger_conclusion_leaf_schema[];

#endif
