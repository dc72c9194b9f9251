/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a source needs from outside, looked at for `doctor`: struct source_type's
 * examine. Some seconds; reads at most one record of each partition.
 */
#ifndef DYETRACE_KAFKA_EXAMINE_H
#define DYETRACE_KAFKA_EXAMINE_H

#include "model/source.h"

void kafka_examine(const struct source_options *options, const struct partition *const *partitions,
    const struct source_examiner *examiner);

#endif
