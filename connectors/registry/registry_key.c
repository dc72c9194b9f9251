/* SPDX-License-Identifier: Apache-2.0 */
/* A key in words, in paths and in file names. */
#include "registry_key.h"

#include <inttypes.h>
#include <stdio.h>

static void
guid_print(struct schema_key key, const char *before, char *out, size_t out_bytes)
{
	snprintf(out, out_bytes,
	    "%s%08" PRIx64 "-%04" PRIx64 "-%04" PRIx64 "-%04" PRIx64 "-%012" PRIx64, before,
	    key.high >> 32, key.high >> 16 & 0xffff, key.high & 0xffff, key.low >> 48,
	    key.low & 0xffffffffffff);
}

static const char *
key_print(struct schema_key key, const char *const words[3], char *out, size_t out_bytes)
{
	if (key.kind == SCHEMA_GUID)
		guid_print(key, words[key.kind], out, out_bytes);
	else
		snprintf(out, out_bytes, "%s%" PRIu64, words[key.kind], key.low);
	return out;
}

const char *
schema_key_text(struct schema_key key, char out[SCHEMA_KEY_BYTES])
{
	static const char *const words[] = {"schema ", "schema ", "schema with global id "};

	return key_print(key, words, out, SCHEMA_KEY_BYTES);
}

const char *
schema_key_path(struct schema_key key, char out[SCHEMA_KEY_BYTES])
{
	static const char *const words[] = {"/schemas/ids/", "/schemas/guids/", "/ids/globalIds/"};

	return key_print(key, words, out, SCHEMA_KEY_BYTES);
}

const char *
schema_key_file(struct schema_key key, char out[SCHEMA_KEY_BYTES])
{
	static const char *const words[] = {"id-", "guid-", "global-"};

	return key_print(key, words, out, SCHEMA_KEY_BYTES);
}

const char *
schema_type_name(enum schema_type type)
{
	static const char *const names[] = {"AVRO", "JSON", "PROTOBUF"};

	return names[type];
}

bool
schema_type_find(struct text name, enum schema_type *type)
{
	for (*type = SCHEMA_AVRO; *type <= SCHEMA_PROTOBUF; ++*type)
		if (text_is(name, schema_type_name(*type)))
			return true;
	return false;
}
