/* SPDX-License-Identifier: Apache-2.0 */
/* The tables are those of schemas/catalog. */
#include "sql.h"

#define PARTITION                                                                                  \
	"number, source, name, incarnation, ended, start, next_offset, next_byte, has_first, "     \
	"first_payload, recorded, quarantined, filtered, gaps, max_time_ms, content"
#define BLOCK                                                                                      \
	"block.number, segment, offset, bytes, objects, records, events, block.first_record, "     \
	"identity, min_time_ms, max_time_ms"
#define SPAN                                                                                       \
	"span.partition, span.first_offset, span.end_offset, span.block, span.first_record, "      \
	"span.end_record"
#define CONCLUSIONS                                                                                \
	"number, segment, offset, bytes, records, first_conclusion, first_fact, last_fact, "       \
	"identity"
#define QUARANTINED "partition, offset, record, reason, detail, replay_record"

const char *const catalog_sql_texts[SQL_COUNT] = {
    [SQL_STATE] = "SELECT store_id, records, blocks, segment, segment_bytes, epoch,"
		  " conclusions, conclusion_segment, conclusion_bytes FROM state",
    [SQL_STATE_PUT] =
	"UPDATE state SET records = ?1, blocks = ?2, segment = ?3, segment_bytes = ?4,"
	" epoch = ?5, frontier = ?6, conclusions = ?7, conclusion_segment = ?8,"
	" conclusion_bytes = ?9, conclusion_frontier = ?10",
    [SQL_STORE_ID_PUT] = "UPDATE state SET store_id = ?1 WHERE store_id IS NULL OR store_id = ?1",
    [SQL_FRONTIER] = "SELECT frontier FROM state",

    [SQL_PARTITIONS] = "SELECT " PARTITION " FROM partition ORDER BY number",
    [SQL_PARTITION_PUT] =
	"INSERT INTO partition (" PARTITION ") VALUES"
	" (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)"
	" ON CONFLICT (number) DO UPDATE SET source = ?2, name = ?3, incarnation = ?4, ended = ?5,"
	" start = ?6, next_offset = ?7, next_byte = ?8, has_first = ?9, first_payload = ?10,"
	" recorded = ?11, quarantined = ?12, filtered = ?13, gaps = ?14, max_time_ms = ?15,"
	" content = ?16",

    [SQL_BLOCK] = "SELECT " BLOCK " FROM block WHERE number = ?1",
    [SQL_BLOCK_LAST] = "SELECT " BLOCK " FROM block ORDER BY number DESC LIMIT 1",
    [SQL_BLOCK_OF_RECORD] = "SELECT " BLOCK " FROM block WHERE first_record <= ?1"
			    " ORDER BY first_record DESC LIMIT 1",
    [SQL_BLOCK_OF_POSITION] =
	"SELECT " BLOCK ", " SPAN " FROM span JOIN block ON block.number = span.block"
	" WHERE partition = ?1 AND first_offset <= ?2 ORDER BY first_offset DESC LIMIT 1",
    [SQL_BLOCK_PUT] = "INSERT INTO block (number, segment, offset, bytes, objects, records, events,"
		      " first_record, identity, min_time_ms, max_time_ms)"
		      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    [SQL_BLOCKS] = "SELECT " BLOCK " FROM block ORDER BY number",
    [SQL_SPAN_PUT] = "INSERT INTO span (partition, first_offset, end_offset, block, first_record,"
		     " end_record) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    /* Every partition, and every span with the block it names: what is missing on a side is NULL. */
    [SQL_SPANS] = "SELECT " SPAN ", block.number, block.records FROM span"
		  " LEFT JOIN block ON block.number = span.block ORDER BY partition, first_offset",

    [SQL_ID_BUCKET] = "SELECT pairs FROM id_bucket WHERE number = ?1",
    [SQL_ID_BUCKET_PUT] = "INSERT INTO id_bucket (number, pairs) VALUES (?1, ?2)",
    [SQL_ID_BUCKETS] = "SELECT number, pairs FROM id_bucket ORDER BY number",
    [SQL_ID_TAIL] = "SELECT block, pairs FROM id_tail ORDER BY block",
    [SQL_ID_TAIL_PUT] = "INSERT INTO id_tail (block, pairs) VALUES (?1, ?2)",
    [SQL_ID_TAIL_CLEAR] = "DELETE FROM id_tail",

    [SQL_CHUNK] = "SELECT root FROM chunk WHERE number = ?1",
    [SQL_CHUNKS] = "SELECT number, root FROM chunk WHERE number < ?1 ORDER BY number",
    [SQL_CHUNK_COUNT] = "SELECT coalesce(max(number) + 1, 0) FROM chunk",
    [SQL_CHUNK_PUT] = "INSERT INTO chunk (number, root) VALUES (?1, ?2)",

    [SQL_CONCLUSIONS] = "SELECT " CONCLUSIONS " FROM conclusion_block WHERE number = ?1",
    [SQL_CONCLUSIONS_LAST] =
	"SELECT " CONCLUSIONS " FROM conclusion_block ORDER BY number DESC LIMIT 1",
    /* Of the block that holds the fact. */
    [SQL_CONCLUSIONS_OF_FACT] =
	"SELECT " CONCLUSIONS " FROM conclusion_block WHERE number = (SELECT number FROM block"
	" WHERE first_record <= ?1 ORDER BY first_record DESC LIMIT 1)",
    [SQL_CONCLUSIONS_AT] =
	"SELECT " CONCLUSIONS " FROM conclusion_block WHERE first_conclusion <= ?1"
	" ORDER BY first_conclusion DESC LIMIT 1",
    /* Each with its block: what is missing is NULL. */
    [SQL_CONCLUSIONS_ALL] =
	"SELECT c.number, c.segment, c.offset, c.bytes, c.records, c.first_conclusion,"
	" c.first_fact, c.last_fact, c.identity, block.first_record, block.records"
	" FROM conclusion_block AS c LEFT JOIN block ON block.number = c.number ORDER BY c.number",
    [SQL_CONCLUSIONS_PUT] = "INSERT INTO conclusion_block (" CONCLUSIONS ") VALUES"
			    " (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    [SQL_CONCLUSION_CHUNK] = "SELECT root FROM conclusion_chunk WHERE number = ?1",
    [SQL_CONCLUSION_CHUNKS] =
	"SELECT number, root FROM conclusion_chunk WHERE number < ?1 ORDER BY number",
    [SQL_CONCLUSION_CHUNK_COUNT] = "SELECT coalesce(max(number) + 1, 0) FROM conclusion_chunk",
    [SQL_CONCLUSION_CHUNK_PUT] = "INSERT INTO conclusion_chunk (number, root) VALUES (?1, ?2)",
    [SQL_CONCLUSION_FRONTIER] = "SELECT conclusion_frontier FROM state",

    [SQL_SUBJECT] = "SELECT number FROM subject WHERE kind = ?1 AND name = ?2",
    [SQL_SUBJECTS] = "SELECT number, kind, name FROM subject ORDER BY number",
    [SQL_SUBJECT_SAME] = "SELECT 1 FROM subject WHERE number = ?1 AND name = ?2 AND kind = ?3",
    [SQL_SUBJECT_PUT] = "INSERT INTO subject (number, name, kind) VALUES (?1, ?2, ?3)",
    [SQL_WORD] = "SELECT text FROM word WHERE number = ?1",
    [SQL_WORDS] = "SELECT number, text FROM word ORDER BY number",
    [SQL_WORD_SAME] = "SELECT 1 FROM word WHERE number = ?1 AND text = ?2",
    [SQL_WORD_PUT] = "INSERT INTO word (number, text) VALUES (?1, ?2)",
    [SQL_MOVEMENT_DAYS] = "SELECT subject, day, ended, actor_count, total, squares, cells, actors"
			  " FROM movement_day WHERE key BETWEEN ?1 AND ?2 ORDER BY key",
    [SQL_MOVEMENT_DAY_PUT] =
	"INSERT OR REPLACE INTO movement_day"
	" (key, subject, day, ended, actor_count, total, squares, cells, actors)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    [SQL_MOVEMENT_ACTORS] = "SELECT day, part, ended, rows, bucket FROM movement_actor"
			    " WHERE key BETWEEN ?1 AND ?2 ORDER BY key",
    [SQL_MOVEMENT_ACTOR_PUT] =
	"INSERT OR REPLACE INTO movement_actor (key, bucket, day, part, ended, rows)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [SQL_SCALE_AT] = "SELECT record, day, scale FROM scale WHERE subject = ?1 AND record <= ?2"
		     " ORDER BY record DESC LIMIT 1",
    [SQL_SCALES] = "SELECT subject, record FROM scale ORDER BY subject, record",
    [SQL_SCALE_PUT] = "INSERT OR REPLACE INTO scale (subject, record, day, scale)"
		      " VALUES (?1, ?2, ?3, ?4)",

    [SQL_QUARANTINED] = "SELECT " QUARANTINED " FROM quarantined"
			" WHERE ?1 OR replay_record IS NULL ORDER BY record",
    [SQL_QUARANTINED_AT] =
	"SELECT " QUARANTINED " FROM quarantined WHERE partition = ?1 AND offset = ?2",
    [SQL_QUARANTINED_REASONS] = "SELECT reason, count(*) FROM quarantined"
				" WHERE replay_record IS NULL GROUP BY reason ORDER BY reason",
    [SQL_QUARANTINED_COUNTS] =
	"SELECT number, partition.quarantined,"
	" (SELECT count(*) FROM quarantined WHERE partition = number AND replay_record IS NULL)"
	" FROM partition ORDER BY number",
    [SQL_QUARANTINED_PUT] = "INSERT INTO quarantined (partition, offset, record, reason, detail)"
			    " VALUES (?1, ?2, ?3, ?4, ?5)",
    [SQL_QUARANTINED_REPLAYED] = "UPDATE quarantined SET replay_record = ?3"
				 " WHERE partition = ?1 AND offset = ?2 AND replay_record IS NULL",

    [SQL_EPOCHS] = "SELECT record, number, what, body FROM epoch ORDER BY record",
    [SQL_EPOCH_AT] = "SELECT number, record FROM epoch WHERE number > 0 AND record <= ?1"
		     " ORDER BY record DESC LIMIT 1",
    [SQL_EPOCH_PUT] = "INSERT INTO epoch (record, number, what, body) VALUES (?1, ?2, ?3, ?4)",

    [SQL_TABLES] = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name",
};
