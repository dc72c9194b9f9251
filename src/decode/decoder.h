/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes to events. A decoder belongs to one source; its mapping says where the
 * parts of an event are. What cannot be read, or lacks a part that every event
 * must have, is put aside with a reason; its neighbours are untouched.
 */
#ifndef DYETRACE_DECODE_DECODER_H
#define DYETRACE_DECODE_DECODER_H

#include "base/keys.h"
#include "base/symbols.h"
#include "base/yaml.h"
#include "model/batch.h"

struct decoder_options {
	const char *settings_file; /* for messages */
	const char *source;        /* its name in the settings */
	enum message_format format;
	const struct yaml_node *mapping; /* the source's `mapping`; borrowed for the call */
	struct symbols
	    *names; /* borrowed until close; names of datasets, fields, … are added to it */
	const struct keys *keys;  /* borrowed until close; for texts that are kept as macs */
	size_t changes_max;       /* limits.changes */
	size_t wide_entities_max; /* limits.wide-entities */
	size_t names_max;         /* different names the source may make in one run; 0: 65,536 */
};

struct decoder;

/* Looks at a source's `mapping` and adds every mistake; mapping NULL: one that says it is needed. */
void mapping_check(
    const char *settings_file, const struct yaml_node *mapping, struct yaml_problems *problems);

/* gives *decoder, ended by decoder_close(). ERROR_USAGE: what mapping_check() would say first. */
MUST_USE bool
decoder_open(const struct decoder_options *options, struct decoder **decoder, struct error *err);
void decoder_close(struct decoder *decoder); /* accepts NULL */

/*
 * Fills outcomes[i] and events[i] for every message of the batch. BLANK gives
 * filtered, BROKEN quarantined, GAP gap. Texts of events borrow from the
 * payloads and from the batch's arena.
 */
void decoder_batch(struct decoder *decoder, struct batch *batch);

/*
 * Whether events depend on earlier ones (a mapping with `changes: {wide: …}`).
 * If so, every recorded event of this source goes to decoder_restore(), in
 * ledger order, before the first batch.
 */
bool decoder_remembers(const struct decoder *decoder);
void decoder_restore(struct decoder *decoder, const struct event *event);
/* How many entities were forgotten because of wide_entities_max: their next row is as a first one. */
uint64_t decoder_forgotten(const struct decoder *decoder);
/* How many headers that say where an event was before were passed over for their value. */
uint64_t decoder_headers_dropped(const struct decoder *decoder);

#endif
