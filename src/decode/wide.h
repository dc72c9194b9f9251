/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last row of each entity, so that a wide row becomes changes: each column
 * whose value differs from the entity's last one.
 *
 * Texts are known by mac and size only, so that what is known can be had again
 * from recorded events; so the old value of a text is always VALUE_HASHED.
 * Which entities are forgotten depends on the recorded events alone, too: the
 * ones that were longest without an event, as soon as there are more than
 * entities_max or more than 16 columns for each of those.
 */
#ifndef DYETRACE_DECODE_WIDE_H
#define DYETRACE_DECODE_WIDE_H

#include "model/event.h"
#include "text_macs.h"

struct wide;

/* macs, keys: borrowed until close. gives: ended by wide_close(), which accepts NULL */
struct wide *wide_open(size_t entities_max, struct text_macs *macs, const struct keys *keys);
void wide_close(struct wide *wide);

/*
 * changes[0..count) have field and new_value: keeps, in order, those whose
 * value differs from the last one and sets their old_value. Returns how many.
 * What is known stays as it is until wide_record().
 */
size_t wide_compare(
    struct wide *wide, uint32_t dataset, struct text entity, struct change *changes, size_t count);
/* The event is recorded (or was, before a restart): its new values are the last ones. */
void wide_record(struct wide *wide, const struct event *event);

/* Entities that are known, and how often one was forgotten. */
size_t wide_entities(const struct wide *wide);
uint64_t wide_forgotten(const struct wide *wide);

#endif
