/* SPDX-License-Identifier: Apache-2.0 */
/* The lineage as a text tree for people: dataset, field, feature, model. */
#ifndef DYETRACE_LINEAGE_TREE_H
#define DYETRACE_LINEAGE_TREE_H

#include "lineage/graph.h"

/*
 * Appends the tree, two spaces a level, one thing a line:
 *
 *   servicenow.incident
 *     priority
 *       incident_priority: mean by entity over 7d
 *         sla_breach 2016.1: logistic, weight 0.8
 *
 * only  a dataset, field, feature or model: the branches that pass through it;
 *       absent: all of them
 *
 * False (and nothing appended) when nothing has that name: see lineage_suggest().
 */
bool lineage_tree(const struct lineage *lineage, struct text only, struct buffer *out);

/* "mean of numbers by entity over 7d": what a feature is, in words; for the tree and for receipts. */
void lineage_feature_words(const struct lineage_feature *feature, struct buffer *out);

#endif
