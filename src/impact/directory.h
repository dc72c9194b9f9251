/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where each feature's state stands in the image (state.h: struct entry), over all
 * epochs. What an epoch leaves unchanged keeps its place; what is new gets one, in
 * gaps that others left or in a new layer. Private to impact.
 */
#ifndef IMPACT_DIRECTORY_H
#define IMPACT_DIRECTORY_H

#include "chain.h"
#include "model/lineage.h"
#include "state.h"

struct directory {
	struct entry *entries;
	size_t count, capacity;
};

/* What the image holds. */
void directory_read(struct directory *directory, const struct image *image);
/* Replaces it; nothing is written when nothing changed. */
void directory_write(const struct directory *directory, struct image *image);
void directory_fini(struct directory *directory);

/* NULL: there is none. */
struct entry *directory_find(const struct directory *directory, enum entry_kind kind,
    const uint8_t digest[ENTRY_DIGEST_BYTES]);
struct entry *directory_group(const struct directory *directory, uint32_t group);
uint32_t directory_layers(const struct directory *directory, uint32_t group);

/* ERROR_LIMIT: the column of a feature is longer than a page */
MUST_USE bool directory_fits(const struct lineage *lineage, struct error *err);
/*
 * Gives every feature, member and memory of the lineage a place. What a dead entry held
 * is zeroed before.
 */
void
directory_place(struct directory *directory, const struct lineage *lineage, struct image *image);

/* What column.h and chain.h want to know of an entry. member: where it is a member; NULL while only bytes are asked for. */
struct column_plan directory_column(const struct entry *entry);
struct chain_plan directory_chain(const struct entry *entry, const struct entry *member);
/* Whether the model's input needs to remember a field's last value by entity; the memory's digest. */
bool directory_remembers(const struct lineage *lineage, const struct lineage_model *model,
    uint32_t input, uint8_t digest[ENTRY_DIGEST_BYTES]);

/* The digests by which entries are known. */
void definition_digests(
    const struct lineage *lineage, uint8_t (*digests)[ENTRY_DIGEST_BYTES]); /* [feature] */
/* name: of fields the field, of entities the dataset; of others it does not count. */
void definition_of_group(
    enum lineage_subject subject, struct text name, uint8_t digest[ENTRY_DIGEST_BYTES]);
void
definition_of_memory(struct text dataset, struct text field, uint8_t digest[ENTRY_DIGEST_BYTES]);

#endif
