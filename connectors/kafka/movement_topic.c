/* SPDX-License-Identifier: Apache-2.0 */
#include "movement_topic.h"

#include "base/timestamp.h"
#include "json_members.h"

static const char *const kinds[] = {"feature", "model"};                 /* enum movement_kind */
static const char *const bys[] = {"team", "system", "channel", "field"}; /* enum movement_by */

static struct text
name_of(const struct publication_movement_cell *cell)
{
	return cell->word == MOVEMENT_EXPIRY ? TEXT("(expiry)") : cell->text;
}

static void
put_avro(const struct publication_movement *movement, struct buffer *out)
{
	size_t i;

	buffer_add_string(out, movement->subject);
	buffer_add_long(out, movement->kind);
	buffer_add_long(out, movement->hour_ms);
	buffer_add_byte(out, movement->ended);
	if (movement->count)
		buffer_add_long(out, (int64_t)movement->count);
	for (i = 0; i < movement->count; i++) {
		const struct publication_movement_cell *cell = &movement->cells[i];
		struct text name = name_of(cell);

		buffer_add_long(out, cell->by);
		buffer_add_long(out, name.data != NULL);
		if (name.data)
			buffer_add_string(out, name);
		buffer_add_long(out, (int64_t)cell->count);
		buffer_add_double(out, cell->magnitude);
		buffer_add_double(out, cell->moved);
	}
	buffer_add_long(out, 0);
}

static void
write_json(const struct publication_movement *movement, struct buffer *out)
{
	char time[TIMESTAMP_TEXT_BYTES];
	size_t i;

	buffer_add_byte(out, '{');
	members_text(out, "subject", movement->subject);
	members_text(out, "kind", text_of(kinds[movement->kind]));
	members_text(out, "hour", text_of(timestamp_text(movement->hour_ms, time)));
	members_true(out, "ended", movement->ended);
	members_key(out, "parts");
	buffer_add_byte(out, '[');
	for (i = 0; i < movement->count; i++) {
		const struct publication_movement_cell *cell = &movement->cells[i];

		buffer_add_text(out, i ? TEXT(",{") : TEXT("{"));
		members_text(out, "by", text_of(bys[cell->by]));
		members_text(out, "name", name_of(cell));
		members_long(out, "count", (int64_t)cell->count);
		members_number(out, "magnitude", cell->magnitude);
		members_number(out, "movement", cell->moved);
		buffer_add_byte(out, '}');
	}
	buffer_add_text(out, TEXT("]}"));
}

void
movement_topic_add(const struct outgoing_topic *topic, const struct publication_movement *movement,
    uint64_t record, struct outgoing *outgoing)
{
	char time[TIMESTAMP_TEXT_BYTES];

	outgoing_begin(outgoing, topic, PRODUCED_MOVEMENT, record);
	buffer_add_text(&outgoing->bytes, movement->subject);
	buffer_add_format(&outgoing->bytes, "/%s", timestamp_text(movement->hour_ms, time));
	outgoing_value(outgoing);
	if (topic->avro)
		put_avro(movement, &outgoing->bytes);
	else
		write_json(movement, &outgoing->bytes);
	outgoing_end(outgoing);
}
