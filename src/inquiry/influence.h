/* SPDX-License-Identifier: Apache-2.0 */
/* What the conclusions say of one event, as pieces of its receipt. Private to inquiry. */
#ifndef DYETRACE_INQUIRY_INFLUENCE_H
#define DYETRACE_INQUIRY_INFLUENCE_H

#include "private.h"

/* [{"status","sentence","before","after","movement","scaled","share_of_day"}]; usually one. NULL with err */
json_t *
inquiry_feature_influences(struct inquiry *inquiry, const struct lineage *lineage, uint32_t feature,
    const struct conclusion *conclusion, const struct record *record, struct error *err);
/*
 * Adds to a model's document: "movement", "before", "after", "share_of_day", for logistic
 * models "probability", where the lineage says what a unit is worth "value"; of opaque
 * models "estimated", or nothing where no sensitivity is known.
 */
MUST_USE bool inquiry_model_movement(struct inquiry *inquiry, const struct lineage *lineage,
    uint32_t model, const struct conclusion *conclusion, const struct record *record,
    json_t *document, struct error *err);

#endif
