/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The schemas that were seen, a file each:
 *
 *   FOLDER/<identity of the registries' addresses, 16 hex>/id-12.schema
 *
 *   dyetrace-schema 1 AVRO id-12 1234 <SHA-256 of the text, 64 hex>\n
 *   the schema's text, 1234 bytes
 *
 * A file is believed if its first line names the key it is asked for, and size
 * and digest agree. It is written beside and renamed, so it is whole or absent.
 * Who may write there can plant a schema, no more: it is read as strictly as
 * one that the registry sends.
 */
#ifndef DYETRACE_REGISTRY_REGISTRY_CACHE_H
#define DYETRACE_REGISTRY_REGISTRY_CACHE_H

#include "base/buffer.h"
#include "base/error.h"
#include "registry.h"

/* gives: this registry's folder, made when needed. ERROR_IO. */
MUST_USE bool
registry_cache_folder(const char *cache, const char *urls, char **folder, struct error *err);

/* text: appended to. False: it is not there, or damaged: then it is as if it were not there. */
bool registry_cache_find(
    const char *folder, struct schema_key key, enum schema_type *type, struct buffer *text);
/* ERROR_IO */
MUST_USE bool registry_cache_keep(const char *folder, struct schema_key key, enum schema_type type,
    struct text text, struct error *err);

/* The file's bytes: for the two above, and for tests. text is borrowed from bytes. */
bool registry_cache_read(
    struct text bytes, struct schema_key key, enum schema_type *type, struct text *text);
void registry_cache_write(
    struct schema_key key, enum schema_type type, struct text text, struct buffer *out);

#endif
