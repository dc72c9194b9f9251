/* SPDX-License-Identifier: Apache-2.0 */
/* Partitions: written whole whenever a commit touched them. */
#include "inside.h"

#include "base/memory.h"

bool
partition_put(struct catalog *catalog, const struct partition *partition, struct error *err)
{
	uint8_t content[SHA256_SAVED_BYTES];
	struct statement *statement;

	if (!catalog_sql(catalog, SQL_PARTITION_PUT, &statement, err))
		return false;
	sha256_save(&partition->content, content);
	statement_bind_long(statement, 1, partition->number);
	statement_bind_text(statement, 2, text_of(partition->source));
	statement_bind_text(statement, 3, text_of(partition->name));
	statement_bind_long(statement, 4, partition->incarnation);
	statement_bind_long(statement, 5, partition->ended);
	statement_bind_long(statement, 6, partition->start);
	statement_bind_long(statement, 7, partition->next_offset);
	statement_bind_long(statement, 8, partition->next_byte);
	statement_bind_long(statement, 9, partition->has_first);
	statement_bind_u64(statement, 10, partition->first_payload);
	statement_bind_long(statement, 11, partition->recorded);
	statement_bind_long(statement, 12, partition->quarantined);
	statement_bind_long(statement, 13, partition->filtered);
	statement_bind_long(statement, 14, partition->gaps);
	bind_time(statement, 15, partition->max_time_ms);
	statement_bind_blob(statement, 16, (struct text){(const char *)content, sizeof(content)});
	return statement_run(statement, err);
}

static char *
copy_text(struct text text)
{
	return memory_text_n(text.data, text.size);
}

static bool
read_partition(struct statement *statement, struct partition *partition, struct error *err)
{
	uint8_t content[SHA256_SAVED_BYTES];

	if (!statement_fixed(statement, 15, content, sizeof(content), err))
		return false;
	*partition = (struct partition){
	    .number = (uint32_t)statement_long(statement, 0),
	    .incarnation = (uint32_t)statement_long(statement, 3),
	    .ended = statement_long(statement, 4) != 0,
	    .start = statement_long(statement, 5),
	    .next_offset = statement_long(statement, 6),
	    .next_byte = statement_long(statement, 7),
	    .has_first = statement_long(statement, 8) != 0,
	    .first_payload = statement_u64(statement, 9),
	    .recorded = statement_long(statement, 10),
	    .quarantined = statement_long(statement, 11),
	    .filtered = statement_long(statement, 12),
	    .gaps = statement_long(statement, 13),
	    .max_time_ms = read_time(statement, 14),
	};
	sha256_load(&partition->content, content);
	partition->source = copy_text(statement_text(statement, 1));
	partition->name = copy_text(statement_text(statement, 2));
	return true;
}

bool
catalog_partitions(struct catalog *catalog,
    bool (*visit)(void *context, const struct partition *partition), void *context,
    struct error *err)
{
	struct partition partition;
	struct statement *statement;
	bool row, done, more = true;

	if (!catalog_sql_own(catalog, SQL_PARTITIONS, &statement, err))
		return false;
	while ((done = statement_step(statement, &row, err)) && row && more) {
		done = read_partition(statement, &partition, err);
		if (!done)
			break;
		more = visit(context, &partition);
		memory_free(partition.source);
		memory_free(partition.name);
	}
	statement_close(statement);
	return done;
}
