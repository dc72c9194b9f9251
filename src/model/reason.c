/* SPDX-License-Identifier: Apache-2.0 */
/* The table of reasons; codes are in ledgers and are never renamed. */
#include "model/reason.h"

const struct reason reasons[] = {
    {REASON_BLANK, "the position holds nothing", "nothing to do"},
    {REASON_HEADER, "a CSV header row", "nothing to do"},
    {REASON_FILTERED, "the mapping's `where` leaves it out",
	"nothing to do; change `where` if it should count"},
    {REASON_SNAPSHOT, "a row as it was when Debezium first read the table: nobody's act",
	"nothing to do"},
    {REASON_HEARTBEAT, "a heartbeat of Debezium", "nothing to do"},
    {REASON_TRANSACTION, "where a database's transaction begins or ends", "nothing to do"},
    {REASON_SCHEMA_CHANGE, "a change of a table's definition", "nothing to do"},
    {REASON_LOGICAL, "a logical message of PostgreSQL, which changes no row", "nothing to do"},
    {REASON_ENVELOPE, "the record is not in the mapping's `envelope`",
	"correct `envelope` in the mapping, or what writes the record, then replay"},
    {REASON_BATCHED, "a batch of CloudEvents",
	"let the writer send one event a message: Kafka's binding knows no batches"},
    {REASON_JSON, "the record is not a JSON object, or not strictly",
	"mend what writes it; records that were mended can be appended to the source again"},
    {REASON_JSON_DEPTH, "JSON nested deeper than 64 levels",
	"events are flat: mend what writes it"},
    {REASON_UTF8, "text that is not UTF-8", "mend the writer's encoding"},
    {REASON_CSV, "quotes that do not follow RFC 4180", "mend the quoting at the writer"},
    {REASON_CSV_COLUMNS, "not as many columns as the header names",
	"mend the row at the writer, or the delimiter in the source's `csv` settings, then replay"},
    {REASON_CSV_HEADER, "a CSV header that the mapping cannot be used with",
	"correct the column's name in the mapping, or give the part a `default`, then replay"},
    {REASON_AVRO, "bytes that do not follow the writer's Avro schema", "mend the writer"},
    {REASON_AVRO_SCHEMA, "an Avro schema that cannot be used",
	"see the detail; change the schema or the mapping, then replay"},
    {REASON_AVRO_BLOCK, "records of a damaged block of an Avro file",
	"if there is a whole copy of the file, add it under another name: it is read from its "
	"start"},
    {REASON_TOO_LONG, "a record longer than `limits.record`",
	"raise `limits.record` if such records are real, then replay"},
    {REASON_FIELD_MISSING, "a part that the mapping needs is missing",
	"correct the mapping, or give the part a `default`, then replay"},
    {REASON_FIELD_TYPE, "a part has a type that cannot be read as what the mapping says",
	"correct the mapping, then replay"},
    {REASON_TIME, "a time that the mapping's format cannot read",
	"correct `time: format` in the mapping, then replay"},
    {REASON_TIME_RANGE, "a time before 1900 or after 2200",
	"correct the writer's clock or `time: format`, then replay"},
    {REASON_CHANGES, "changes that are not a list of [field, old, new]",
	"correct `changes` in the mapping, then replay"},
    {REASON_FIELD_TWICE, "one field changed twice in one event",
	"mend what writes it: one change a field"},
    {REASON_TOO_MANY, "more changed fields than `limits.changes`",
	"raise `limits.changes` if such events are real, then replay"},
    {REASON_NAMES, "more different names than one source may bring",
	"map the part to a field with few values, then replay"},
    {REASON_NAME_LONG, "a name or an id that is too long",
	"map the part to a field with short texts, then replay"},
    {REASON_NUL, "a NUL character in text", "mend what writes it"},
    {REASON_NUMBER, "a number beyond what 64 bits hold",
	"write it as text, or mend what writes it"},
    {REASON_FRAMING, "a Kafka value that is neither JSON nor names its schema",
	"set the topic's `format`, or `schema` for bare Avro, then replay; else mend the producer"},
    {REASON_SCHEMA_UNKNOWN, "a schema that the schema registry does not have",
	"register it, or correct schema.registry.url, then replay"},
    {REASON_SCHEMA_REFUSED, "a schema that is not read: Protobuf, or Avro beyond its rules",
	"see the detail; send the topic as Avro or JSON"},
    {REASON_GONE, "the source no longer has these records",
	"keep the source's records until `dyetrace status` shows them read"},
    {REASON_TOMBSTONE, "a record without a value, which deletes its key in a compacted topic",
	"nothing to do"},
    {REASON_GAP_COMPACTED, "offsets that compaction removed: a younger record has the same key",
	"nothing to do; raise `min.compaction.lag.ms` of the topic if each record should be seen"},
    {REASON_GAP_TRANSACTION,
	"offsets of a transaction's end or of a transaction that was aborted: no records",
	"nothing to do"},
    {REASON_GAP_RETENTION, "records that retention or DeleteRecords removed before they were read",
	"raise `retention.ms` of the topic, or let the tracker run more often"},
    {REASON_GAP_SKIPPED, "positions that `skip` in the settings passes over",
	"nothing to do; who set it knows why"},
    {REASON_GAP_UNREADABLE, "records that the Kafka library cannot unpack",
	"see the notice in the log for the compression or the damage"},
    {NULL, NULL, NULL},
};

const struct reason *
reason_find(struct text code)
{
	const struct reason *reason;

	for (reason = reasons; reason->code; reason++)
		if (text_is(code, reason->code))
			return reason;
	return NULL;
}
