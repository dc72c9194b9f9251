/* SPDX-License-Identifier: Apache-2.0 */
/* The "reaches" of a receipt. Private to inquiry. */
#ifndef DYETRACE_INQUIRY_REACHES_H
#define DYETRACE_INQUIRY_REACHES_H

#include "private.h"

/* {"epoch","features":[…],"models":[…]}; lineage NULL: nothing is reached. index: of the record. NULL with err */
json_t *reaches_document(struct inquiry *inquiry, const struct lineage *lineage, uint32_t epoch,
    const struct record *record, uint64_t index, struct error *err);

#endif
