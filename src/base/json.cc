/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one C++ file: simdjson's first stage, which finds where tokens begin and
 * checks UTF-8 and strings, chosen for the processor it runs on.
 */
#include "json_scan.h"

#include <charconv>
#include <cmath>
#include <memory>
#include <new>
#include <simdjson.h>

/* A scanner keeps room for documents of this size; more is let go at the next small one. */
static const size_t keep_bytes = (size_t)256 << 10;

struct json_scanner {
	std::unique_ptr<simdjson::internal::dom_parser_implementation> stages;
	size_t capacity; /* bytes */
};

struct json_scanner *
json_scanner_open(void)
{
	return new json_scanner();
}

void
json_scanner_close(struct json_scanner *scanner)
{
	delete scanner;
}

static bool
reserve(struct json_scanner *scanner, size_t bytes)
{
	size_t want = keep_bytes;
	simdjson::error_code code;

	if (bytes <= scanner->capacity && (bytes > keep_bytes || scanner->capacity == keep_bytes))
		return true;
	while (want < bytes)
		want *= 2;
	scanner->capacity = 0;
	if (scanner->stages)
		code = scanner->stages->set_capacity(want);
	else
		code = simdjson::get_active_implementation()->create_dom_parser_implementation(
		    want, simdjson::DEFAULT_MAX_DEPTH, scanner->stages);
	if (code)
		return false;
	scanner->capacity = want;
	return true;
}

static enum json_scan_result
result_of(simdjson::error_code code)
{
	switch (code) {
	case simdjson::SUCCESS:
		return SCAN_GOOD;
	case simdjson::EMPTY:
		return SCAN_EMPTY;
	case simdjson::UTF8_ERROR:
		return SCAN_NOT_UTF8;
	case simdjson::UNESCAPED_CHARS:
		return SCAN_CONTROL;
	case simdjson::UNCLOSED_STRING:
		return SCAN_OPEN;
	default:
		return SCAN_NO_MEMORY;
	}
}

enum json_scan_result
json_scan(struct json_scanner *scanner, const char *bytes, size_t size, const uint32_t **tokens,
    size_t *count)
{
	simdjson::error_code code;

	if (!reserve(scanner, size))
		return SCAN_NO_MEMORY;
	code =
	    scanner->stages->stage1((const uint8_t *)bytes, size, simdjson::stage1_mode::regular);
	*tokens = scanner->stages->structural_indexes.get();
	*count = scanner->stages->n_structural_indexes;
	return result_of(code);
}

bool
json_scan_double(const char *start, const char *end, double *value)
{
	std::from_chars_result result = std::from_chars(start, end, *value);

	return result.ec == std::errc() && std::isfinite(*value);
}
