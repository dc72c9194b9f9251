/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sealed row is: format (1 byte), delimiter (1), next byte of the partition (8,
 * big endian), in layout 2 what lies beside the record (quarantine_beside.c), the
 * payload. It is sealed together with its position, its schema's digest and its
 * layout, so that no row can stand in for another.
 */
#include "quarantine_inside.h"

#include "base/fault.h"
#include "base/memory.h"

#define APPLICATION 0x64796571u /* "dyeq" */
#define FRONT_BYTES 10

extern const char quarantine_1[], quarantine_2[];

static const char *const texts[QUARANTINE_SQL_COUNT] = {
    [SQL_PUT] = "INSERT OR REPLACE INTO raw (partition, offset, generation, schema, sealed, layout)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [SQL_PUT_SCHEMA] =
	"INSERT OR IGNORE INTO schema (digest, generation, sealed) VALUES (?1, ?2, ?3)",
    [SQL_GET] = "SELECT schema, sealed, layout FROM raw WHERE partition = ?1 AND offset = ?2",
    [SQL_GET_SCHEMA] = "SELECT sealed FROM schema WHERE digest = ?1",
    [SQL_DROP] = "DELETE FROM raw WHERE partition = ?1 AND offset = ?2",
    [SQL_DROP_SCHEMAS] = "DELETE FROM schema WHERE NOT EXISTS"
			 " (SELECT 1 FROM raw WHERE raw.schema = digest)",
    [SQL_BYTES] = "SELECT count(*), coalesce(sum(length(sealed)), 0) FROM raw",
    [SQL_STALE_COUNT] = "SELECT (SELECT count(*) FROM raw WHERE generation <> ?1)"
			" + (SELECT count(*) FROM schema WHERE generation <> ?1)",
    [SQL_STALE] = "SELECT partition, offset, schema, sealed, layout FROM raw"
		  " WHERE (partition, offset) > (?1, ?2) AND generation <> ?3"
		  " ORDER BY partition, offset LIMIT 1",
    [SQL_STALE_SCHEMA] = "SELECT digest, sealed FROM schema WHERE generation <> ?1 LIMIT 1",
    [SQL_RESEAL] =
	"UPDATE raw SET generation = ?3, sealed = ?4 WHERE partition = ?1 AND offset = ?2",
    [SQL_RESEAL_SCHEMA] = "UPDATE schema SET generation = ?2, sealed = ?3 WHERE digest = ?1",
};

bool
quarantine_open(const char *path, bool write, const struct keys *keys, struct quarantine **out,
    struct error *err)
{
	const char *const migrations[] = {quarantine_1, quarantine_2};
	const struct database_options options = {
	    .path = path,
	    .mode = write ? DATABASE_WRITE : DATABASE_READ,
	    .application = APPLICATION,
	    .migration_count = ARRAY_COUNT(migrations),
	    .migrations = migrations,
	    .empty_is_damage = true,
	    .secure_delete = true,
	};
	struct quarantine *quarantine = memory_get(sizeof(*quarantine));

	quarantine->keys = keys;
	if (!database_open(&options, &quarantine->database, err)) {
		quarantine_close(quarantine);
		return false;
	}
	*out = quarantine;
	return true;
}

void
quarantine_close(struct quarantine *quarantine)
{
	if (!quarantine)
		return;
	database_close(quarantine->database);
	memory_free(quarantine);
}

bool
quarantine_sql(struct quarantine *quarantine, enum quarantine_sql which,
    struct statement **statement, struct error *err)
{
	struct statement **prepared = &quarantine->statements[which];

	if (!*prepared && !statement_open(quarantine->database, texts[which], prepared, err))
		return false;
	*statement = *prepared;
	return true;
}

bool
quarantine_begin(struct quarantine *quarantine, struct error *err)
{
	if (!quarantine->writing && !database_begin(quarantine->database, err))
		return false;
	quarantine->writing = true;
	return true;
}

/* --- sealing -------------------------------------------------------------------------- */

static void
add_hex(struct buffer *out, struct text digest)
{
	char hex[2 * SHA256_BYTES + 1];

	buffer_add_format(out, "/%s",
	    digest.size == SHA256_BYTES ? digest_hex(digest.data, digest.size, hex) : "-");
}

void
raw_context(
    uint32_t partition, int64_t offset, struct text schema, int64_t layout, struct buffer *out)
{
	buffer_add_format(out, "quarantine/%u/%lld", partition, (long long)offset);
	add_hex(out, schema);
	/* What layout 1 was sealed with, before there was another. */
	if (layout != RAW_BARE)
		buffer_add_format(out, "/%lld", (long long)layout);
}

void
schema_context(struct text digest, struct buffer *out)
{
	buffer_add_format(out, "quarantine-schema");
	add_hex(out, digest);
}

static void
seal_message(const struct quarantine *quarantine, const struct message *message, struct text schema,
    enum raw_layout layout, struct buffer *sealed)
{
	struct buffer plain = {0}, context = {0};

	buffer_add_byte(&plain, (uint8_t)message->format);
	buffer_add_byte(&plain, message->schema ? (uint8_t)message->schema->delimiter : 0);
	buffer_add_u64(&plain, (uint64_t)message->next_byte);
	if (layout == RAW_BESIDE)
		beside_add(message, &plain);
	buffer_add_text(&plain, message->payload);
	raw_context(message->partition->number, message->offset, schema, layout, &context);
	keys_seal(quarantine->keys, buffer_text(&context), buffer_text(&plain), sealed);
	buffer_fini(&plain);
	buffer_fini(&context);
}

/* --- writing -------------------------------------------------------------------------- */

static bool
put_schema(struct quarantine *quarantine, struct text schema, struct text digest, struct error *err)
{
	struct buffer sealed = {0}, context = {0};
	struct statement *statement;
	bool done;

	if (!quarantine_sql(quarantine, SQL_PUT_SCHEMA, &statement, err))
		return false;
	schema_context(digest, &context);
	keys_seal(quarantine->keys, buffer_text(&context), schema, &sealed);
	statement_bind_blob(statement, 1, digest);
	statement_bind_long(statement, 2, keys_vault_generation(quarantine->keys));
	statement_bind_blob(statement, 3, buffer_text(&sealed));
	done = statement_run(statement, err);
	buffer_fini(&sealed);
	buffer_fini(&context);
	return done;
}

static bool
put_raw(struct quarantine *quarantine, const struct message *message, struct text schema,
    struct error *err)
{
	enum raw_layout layout = beside_is_needed(message) ? RAW_BESIDE : RAW_BARE;
	struct statement *statement;
	struct buffer sealed = {0};
	bool done;

	if (!quarantine_sql(quarantine, SQL_PUT, &statement, err))
		return false;
	seal_message(quarantine, message, schema, layout, &sealed);
	statement_bind_long(statement, 1, message->partition->number);
	statement_bind_long(statement, 2, message->offset);
	statement_bind_long(statement, 3, keys_vault_generation(quarantine->keys));
	statement_bind_blob(statement, 4, schema);
	statement_bind_blob(statement, 5, buffer_text(&sealed));
	statement_bind_long(statement, 6, layout);
	done = statement_run(statement, err);
	buffer_fini(&sealed);
	return done;
}

bool
quarantine_put(struct quarantine *quarantine, const struct message *message, struct error *err)
{
	uint8_t digest[SHA256_BYTES];
	struct text schema = TEXT_NONE;

	if (!quarantine_begin(quarantine, err))
		return false;
	if (message->schema && message->schema->text.size) {
		sha256_of(message->schema->text.data, message->schema->text.size, digest);
		schema = (struct text){(const char *)digest, sizeof(digest)};
		if (!put_schema(quarantine, message->schema->text, schema, err))
			return false;
	}
	return put_raw(quarantine, message, schema, err);
}

bool
quarantine_drop(
    struct quarantine *quarantine, uint32_t partition, int64_t offset, struct error *err)
{
	struct statement *statement;

	if (!quarantine_begin(quarantine, err) ||
	    !quarantine_sql(quarantine, SQL_DROP, &statement, err))
		return false;
	statement_bind_long(statement, 1, partition);
	statement_bind_long(statement, 2, offset);
	quarantine->dropped = true;
	return statement_run(statement, err);
}

static bool
drop_unused_schemas(struct quarantine *quarantine, struct error *err)
{
	struct statement *statement;

	if (!quarantine->dropped)
		return true;
	return quarantine_sql(quarantine, SQL_DROP_SCHEMAS, &statement, err) &&
	    statement_run(statement, err);
}

bool
quarantine_commit(struct quarantine *quarantine, struct error *err)
{
	bool done;

	if (!quarantine->writing)
		return true;
	done = drop_unused_schemas(quarantine, err) && database_commit(quarantine->database, err);
	if (!done)
		database_rollback(quarantine->database);
	quarantine->writing = quarantine->dropped = false;
	if (done)
		fault_point("quarantine-written");
	return done;
}

/* --- reading -------------------------------------------------------------------------- */

void
quarantine_raw_fini(struct quarantine_raw *raw)
{
	buffer_fini(&raw->payload);
	buffer_fini(&raw->schema);
	if (raw->row.data)
		explicit_bzero(raw->row.data, raw->row.size);
	buffer_fini(&raw->row);
	memory_free(raw->headers);
}

static bool
read_schema(
    struct quarantine *quarantine, struct text digest, struct buffer *out, struct error *err)
{
	struct buffer context = {0};
	struct statement *statement;
	bool row, done;

	if (!quarantine_sql(quarantine, SQL_GET_SCHEMA, &statement, err))
		return false;
	statement_bind_blob(statement, 1, digest);
	if (!statement_step(statement, &row, err))
		return false;
	schema_context(digest, &context);
	if (row)
		done = keys_unseal(quarantine->keys, buffer_text(&context),
		    statement_text(statement, 0), out, err);
	else
		done = error_set(err, ERROR_DAMAGED, "its schema is missing");
	statement_reset(statement);
	buffer_fini(&context);
	return done;
}

static bool
take_apart(int64_t layout, struct quarantine_raw *raw, struct error *err)
{
	struct reader in = reader_of(buffer_text(&raw->row));
	struct text front = reader_take(&in, FRONT_BYTES), payload;

	if (in.bad || (uint8_t)front.data[0] > FORMAT_AVRO ||
	    (layout != RAW_BARE && !beside_take(&in, raw)))
		return error_set(err, ERROR_DAMAGED, "sealed bytes of no known form");
	raw->format = (enum message_format)front.data[0];
	raw->delimiter = front.data[1];
	payload = reader_take(&in, reader_left(&in));
	buffer_add(&raw->payload, payload.data, payload.size);
	return true;
}

/* The row that the statement stands on. */
static bool
read_raw(struct quarantine *quarantine, struct statement *statement, uint32_t partition,
    int64_t offset, struct quarantine_raw *raw, struct error *err)
{
	struct text schema = statement_text(statement, 0);
	int64_t layout = statement_long(statement, 2);
	struct buffer context = {0};
	bool done;

	raw_context(partition, offset, schema, layout, &context);
	done = keys_unseal(quarantine->keys, buffer_text(&context), statement_text(statement, 1),
		   &raw->row, err) &&
	    take_apart(layout, raw, err) &&
	    (!schema.data || read_schema(quarantine, schema, &raw->schema, err));
	buffer_fini(&context);
	return done;
}

bool
quarantine_get(struct quarantine *quarantine, uint32_t partition, int64_t offset,
    struct quarantine_raw *raw, bool *found, struct error *err)
{
	struct statement *statement;
	bool done = true;

	*raw = (struct quarantine_raw){.source_time_ms = TIME_NONE};
	if (!quarantine_sql(quarantine, SQL_GET, &statement, err))
		return false;
	statement_bind_long(statement, 1, partition);
	statement_bind_long(statement, 2, offset);
	if (!statement_step(statement, found, err))
		return false;
	if (*found)
		done = read_raw(quarantine, statement, partition, offset, raw, err);
	statement_reset(statement);
	if (!done) {
		quarantine_raw_fini(raw);
		error_within(err, "%s: partition %u at %lld", database_path(quarantine->database),
		    partition, (long long)offset);
	}
	return done;
}

bool
quarantine_bytes(struct quarantine *quarantine, int64_t *count, int64_t *bytes, struct error *err)
{
	struct statement *statement;
	bool row;

	if (!quarantine_sql(quarantine, SQL_BYTES, &statement, err) ||
	    !statement_step(statement, &row, err))
		return false;
	*count = row ? statement_long(statement, 0) : 0;
	*bytes = row ? statement_long(statement, 1) : 0;
	statement_reset(statement);
	return true;
}
