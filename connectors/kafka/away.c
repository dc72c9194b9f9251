/* SPDX-License-Identifier: Apache-2.0 */
/* Brokers that are away: said now and then, waited for, and with until_end given up at last. */
#include "inside.h"
#include "trouble.h"

#define SAY_AGAIN_MS 60000
/* With until_end: how long they may be away, at first and once they have answered. */
#define AWAY_FIRST_MS 8000
#define AWAY_LATER_MS 60000

static void
say_away(struct source *source, int64_t now_ms)
{
	char why[KAFKA_TROUBLE_BYTES];

	if (source->said_ms && now_ms - source->said_ms < SAY_AGAIN_MS)
		return;
	source->said_ms = now_ms;
	kafka_trouble_seen(&source->seen, why, sizeof(why));
	feeds_notice(&source->feeds, "no broker of %s can be read from: %s; trying on",
	    source->settings.client.servers, why);
}

static void
fail_away(struct source *source, int64_t now_ms)
{
	int64_t longest = source->answered ? AWAY_LATER_MS : AWAY_FIRST_MS;
	bool hopeless = kafka_trouble_is_setting(source->seen.code, source->seen.reason);
	char why[KAFKA_TROUBLE_BYTES];

	if (!source->feeds.until_end || source->feeds.failures ||
	    (!hopeless &&
		now_ms - (source->answered ? source->away_ms : source->opened_ms) < longest))
		return;
	kafka_trouble_seen(&source->seen, why, sizeof(why));
	feeds_fail(&source->feeds, ERROR_IO, "no broker of %s can be read from: %s",
	    source->settings.client.servers, why);
}

void
kafka_is_away(struct source *source, int64_t now_ms)
{
	if (!source->away_ms)
		source->away_ms = now_ms;
	/* With until_end it is said once, as the source's error. */
	if (!source->feeds.until_end)
		say_away(source, now_ms);
	fail_away(source, now_ms);
}

void
kafka_is_there(struct source *source)
{
	if (source->said_ms)
		feeds_remark(&source->feeds, "a broker of %s answers again",
		    source->settings.client.servers);
	if (source->away_ms && source->answered)
		feeds_doubt_all(&source->feeds, source->away_ms);
	source->answered = true;
	source->away_ms = source->said_ms = 0;
	source->seen = (struct kafka_trouble){0};
}
