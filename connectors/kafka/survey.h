/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any topic of the cluster, read once with a client of its own: struct
 * source_type's survey. Commits nothing and joins no group.
 */
#ifndef DYETRACE_KAFKA_SURVEY_H
#define DYETRACE_KAFKA_SURVEY_H

#include "model/source.h"

/*
 * Committed records only; partition after partition, to where each ended when its turn came.
 *
 * ERROR_USAGE  there is no such topic
 * ERROR_IO     no broker answers, or not to the end
 */
MUST_USE bool kafka_survey(const struct source_options *options, const char *topic,
    const struct source_surveyor *surveyor, struct error *err);

#endif
