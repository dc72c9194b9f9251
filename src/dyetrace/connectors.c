/* SPDX-License-Identifier: Apache-2.0 */
/* The types that `sources:` and `publish:` may name. */
#include "file/file_source.h"
#include "kafka/kafka_publisher.h"
#include "kafka/kafka_source.h"
#include "program.h"

const struct source_type *const program_sources[] = {
    &file_source,
    &kafka_source,
    NULL,
};

const struct publisher_type *const program_publishers[] = {
    &kafka_publisher,
    NULL,
};
