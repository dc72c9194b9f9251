/* SPDX-License-Identifier: Apache-2.0 */
/* Records that somebody else has read. */
#include "inside.h"

bool
replay_records(struct replay *replay, struct record *records, uint32_t count, uint64_t first,
    struct error *err)
{
	uint32_t i;

	arena_reset(&replay->arena);
	for (i = 0; i < count; i++) {
		struct record *record = &records[i];
		struct reach reach = {0};
		struct waiting event = {record, &reach, first + i, {0}};

		if (record->kind == RECORD_NOTE && !replay_note(replay, record, first + i, err))
			return false;
		if (record->kind != RECORD_EVENT)
			continue;
		reach.trace = lineage_event(replay->tracer, &record->event, &replay->arena);
		if (!replay_one(replay, &event))
			break;
	}
	return true;
}
