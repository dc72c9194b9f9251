/* SPDX-License-Identifier: Apache-2.0 */
/* The types of source that `sources:` may name. */
#include "file/file_source.h"
#include "program.h"

const struct source_type *const program_sources[] = {
    &file_source,
    NULL,
};
