/* SPDX-License-Identifier: Apache-2.0 */
#include "stream.h"

static uint64_t
random_next(struct stream *stream)
{
	stream->random ^= stream->random << 13;
	stream->random ^= stream->random >> 7;
	stream->random ^= stream->random << 17;
	return stream->random >> 16;
}

void
stream_next(struct stream *stream, struct stream_event *event)
{
	uint64_t bits = random_next(stream);
	uint32_t number = (uint32_t)(bits % stream->actors), i;

	event->time_ms =
	    (int64_t)((double)stream->next++ * STREAM_DAY_MS / (double)stream->day_events);
	event->actor = stream_actor(number);
	event->team = 1 + number % STREAM_TEAMS;
	event->system = 1 + (uint32_t)(bits >> 32) % STREAM_SYSTEMS;
	event->channel = 1 + (uint32_t)(bits >> 36) % STREAM_CHANNELS;
	event->first_subject = (uint32_t)(bits >> 40) % 3 * STREAM_MOVES;
	event->field = 1 + event->first_subject / STREAM_MOVES * 4 + (uint32_t)(bits >> 44) % 4;
	for (i = 0; i < STREAM_MOVES; i++) {
		bits = random_next(stream);
		event->moved[i] = ((double)(bits % 2001) - 1000) / 16;
		event->values[i] = (double)(bits >> 20 & 0xffff) / 64;
	}
}
