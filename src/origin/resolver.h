/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The organ: says for every event whose action it was and which team it counts
 * for. The rules are in model/origin.h; docs/origin.md explains them.
 */
#ifndef DYETRACE_ORIGIN_RESOLVER_H
#define DYETRACE_ORIGIN_RESOLVER_H

#include "model/batch.h"
#include "origin/identity.h"
#include "origin/org_chart.h"

struct resolver;

/*
 * identity  borrowed until close
 * chart     borrowed until close or resolver_set_chart(); NULL: there is none
 * gives:    ended by resolver_close()
 */
struct resolver *resolver_open(struct identity *identity, const struct org_chart *chart);
void resolver_close(struct resolver *resolver);

/* From the next batch on. Its team symbols come from the table of the events'. NULL: none. */
void resolver_set_chart(struct resolver *resolver, const struct org_chart *chart);

/*
 * Fills batch->origins where the outcome is RECORDED. New actors are added in
 * the batch's order: call identity_commit() before a block that names them is
 * written.
 *
 * ERROR_DAMAGED, ERROR_IO  of the identity table
 */
MUST_USE bool origin_batch(struct resolver *resolver, struct batch *batch, struct error *err);

/* Events by the rule that decided, since open. */
void resolver_counts(const struct resolver *resolver, uint64_t counts[ORIGIN_RULE_COUNT]);

#endif
