/* SPDX-License-Identifier: Apache-2.0 */
/* {"do":"value","feature":F,"key":K}: one act of act.c's table. */
#ifndef INGEST_ACT_VALUE_H
#define INGEST_ACT_VALUE_H

#include <jansson.h>

#include "route.h"

/* key: null or left out is the key null (of a feature without keys: its one value). ERROR_USAGE, ERROR_MISSING */
MUST_USE bool
act_value(struct ingest *ingest, const json_t *request, json_t *answer, struct error *err);

#endif
