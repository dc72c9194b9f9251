/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a position was not recorded as an event. One table: the code that is
 * stored, the sentence people read, and what they can do about it.
 */
#ifndef DYETRACE_MODEL_REASON_H
#define DYETRACE_MODEL_REASON_H

#include "base/text.h"

struct reason {
	const char *code;     /* "json-malformed": stored in the ledger, stable for good */
	const char *sentence; /* "the line is not JSON" */
	const char *advice; /* "mend it at its source; or …, then `dyetrace quarantine replay`" */
};

/* NULL-terminated by code. */
extern const struct reason reasons[];
/* NULL if there is none of that code (an older or newer program wrote it) */
const struct reason *reason_find(struct text code);

#define REASON_BLANK "blank"
#define REASON_HEADER "header"
#define REASON_FILTERED "filtered-by-mapping"
#define REASON_SNAPSHOT "snapshot-read"
#define REASON_HEARTBEAT "heartbeat"
#define REASON_TRANSACTION "transaction-metadata"
#define REASON_SCHEMA_CHANGE "schema-change"
#define REASON_LOGICAL "logical-message"
#define REASON_ENVELOPE "envelope-malformed"
#define REASON_BATCHED "cloudevents-batch"
#define REASON_JSON "json-malformed"
#define REASON_JSON_DEPTH "json-too-deep"
#define REASON_UTF8 "not-utf8"
#define REASON_CSV "csv-malformed"
#define REASON_CSV_COLUMNS "csv-columns"
#define REASON_CSV_HEADER "csv-header"
#define REASON_AVRO "avro-malformed"
#define REASON_AVRO_SCHEMA "avro-schema"
#define REASON_AVRO_BLOCK "avro-block-damaged"
#define REASON_TOO_LONG "record-too-long"
#define REASON_FIELD_MISSING "required-field-missing"
#define REASON_FIELD_TYPE "field-has-wrong-type"
#define REASON_TIME "time-unreadable"
#define REASON_TIME_RANGE "time-out-of-range"
#define REASON_CHANGES "changes-malformed"
#define REASON_FIELD_TWICE "field-changed-twice"
#define REASON_TOO_MANY "too-many-changes"
#define REASON_NAMES "too-many-names"
#define REASON_NAME_LONG "name-too-long"
#define REASON_NUL "nul-in-text"
#define REASON_NUMBER "number-out-of-range"
#define REASON_FRAMING "framing"
#define REASON_SCHEMA_UNKNOWN "schema-unknown"
#define REASON_SCHEMA_REFUSED "schema-refused"
#define REASON_GONE "source-lost-records"
#define REASON_TOMBSTONE "tombstone"
#define REASON_GAP_COMPACTED "gap-compacted"
#define REASON_GAP_TRANSACTION "gap-transaction"
#define REASON_GAP_RETENTION "gap-retention"
#define REASON_GAP_SKIPPED "gap-skipped"
#define REASON_GAP_UNREADABLE "gap-unreadable"

#endif
