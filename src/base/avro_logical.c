/* SPDX-License-Identifier: Apache-2.0 */
/* Logical types: an unknown or ill-formed one is none. */
#include "avro_build.h"

/* Decimal digits that a two's complement of so many bytes always holds.
 * Source: Avro 1.11.1 Specification, "Decimal": floor(log10(2^(8n-1) - 1)). */
static int64_t
fixed_digits(uint32_t bytes)
{
	return bytes ? (int64_t)((8.0 * bytes - 1) * 0.30102999566398120) : 0;
}

static bool
decimal_of(const struct avro_build *build, uint32_t object, struct avro_node *node)
{
	uint32_t at = avro_member(build, object, "precision"),
		 scale_at = avro_member(build, object, "scale");
	const struct json_node *precision = &build->json->nodes[at],
			       *scale = &build->json->nodes[scale_at];

	if (!at || precision->kind != NODE_LONG || precision->integer < 1)
		return false;
	if (node->kind == AVRO_KIND_FIXED && precision->integer > fixed_digits(node->size_bytes))
		return false;
	if (!scale_at)
		return true;
	if (scale->kind != NODE_LONG || scale->integer < 0 || scale->integer > precision->integer ||
	    scale->integer > UINT32_MAX)
		return false;
	node->scale = (uint32_t)scale->integer;
	return true;
}

static const struct logical {
	const char *name;
	enum avro_kind kind;
	enum avro_logical logical;
} logicals[] = {
    {"decimal", AVRO_KIND_BYTES, AVRO_LOGICAL_DECIMAL},
    {"decimal", AVRO_KIND_FIXED, AVRO_LOGICAL_DECIMAL},
    {"uuid", AVRO_KIND_STRING, AVRO_LOGICAL_UUID},
    {"uuid", AVRO_KIND_FIXED, AVRO_LOGICAL_UUID},
    {"date", AVRO_KIND_INT, AVRO_LOGICAL_DATE},
    {"time-millis", AVRO_KIND_INT, AVRO_LOGICAL_TIME_MILLIS},
    {"time-micros", AVRO_KIND_LONG, AVRO_LOGICAL_TIME_MICROS},
    {"timestamp-millis", AVRO_KIND_LONG, AVRO_LOGICAL_TIMESTAMP_MILLIS},
    {"timestamp-micros", AVRO_KIND_LONG, AVRO_LOGICAL_TIMESTAMP_MICROS},
    {"timestamp-nanos", AVRO_KIND_LONG, AVRO_LOGICAL_TIMESTAMP_NANOS},
    {"local-timestamp-millis", AVRO_KIND_LONG, AVRO_LOGICAL_TIMESTAMP_MILLIS},
    {"local-timestamp-micros", AVRO_KIND_LONG, AVRO_LOGICAL_TIMESTAMP_MICROS},
    {"local-timestamp-nanos", AVRO_KIND_LONG, AVRO_LOGICAL_TIMESTAMP_NANOS},
};

enum avro_logical
avro_logical_of(const struct avro_build *build, uint32_t object, struct avro_node *node)
{
	uint32_t at = avro_member(build, object, "logicalType"), i;

	if (!at || build->json->nodes[at].kind != NODE_TEXT)
		return AVRO_LOGICAL_NONE;
	for (i = 0; i < ARRAY_COUNT(logicals); i++)
		if (logicals[i].kind == node->kind &&
		    text_is(build->json->nodes[at].text, logicals[i].name))
			break;
	if (i == ARRAY_COUNT(logicals))
		return AVRO_LOGICAL_NONE;
	if (logicals[i].logical == AVRO_LOGICAL_DECIMAL && !decimal_of(build, object, node))
		return AVRO_LOGICAL_NONE;
	if (logicals[i].logical == AVRO_LOGICAL_UUID && node->kind == AVRO_KIND_FIXED &&
	    node->size_bytes != 16)
		return AVRO_LOGICAL_NONE;
	return logicals[i].logical;
}
