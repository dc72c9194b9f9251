/* SPDX-License-Identifier: Apache-2.0 */
/* A few lines, searched one by one: whoever logs is not in a hurry. */
#include "log_repeat.h"

#include "base/digest.h"
#include "base/memory.h"

static void
forget(struct log_said *said)
{
	memory_free(said->component);
	memory_free(said->message);
	*said = (struct log_said){0};
}

void
log_repeat_fini(struct log_repeat *repeat)
{
	size_t i;

	for (i = 0; i < LOG_REPEAT_LINES; i++)
		forget(&repeat->lines[i]);
}

static uint64_t
identity_of(enum log_level level, const char *component, const char *message)
{
	return digest_identity(text_of(message)) * 31 + digest_identity(text_of(component)) * 7 +
	    (uint64_t)level;
}

/* The line, or the place for it. */
static struct log_said *
find(struct log_repeat *repeat, uint64_t identity)
{
	struct log_said *oldest = &repeat->lines[0];
	size_t i;

	for (i = 0; i < LOG_REPEAT_LINES; i++) {
		struct log_said *said = &repeat->lines[i];

		if (said->message && said->identity == identity)
			return said;
		if (!said->message || (oldest->message && said->said_ms < oldest->said_ms))
			oldest = said;
	}
	return oldest;
}

bool
log_repeat_say(struct log_repeat *repeat, enum log_level level, const char *component,
    const char *message, int64_t now_ms, int64_t within_ms, uint64_t *repeated,
    struct log_said *gone)
{
	uint64_t identity = identity_of(level, component, message);
	struct log_said *said = find(repeat, identity);

	*repeated = 0;
	*gone = (struct log_said){0};
	if (said->message && said->identity == identity) {
		if (now_ms - said->said_ms < within_ms) {
			said->withheld++;
			return false;
		}
		*repeated = said->withheld;
	} else {
		if (said->withheld)
			*gone = *said;
		else
			forget(said);
		*said = (struct log_said){.identity = identity,
		    .level = level,
		    .component = memory_text(component),
		    .message = memory_text(message)};
	}
	said->said_ms = now_ms;
	said->withheld = 0;
	return true;
}

struct log_said *
log_repeat_due(struct log_repeat *repeat, int64_t now_ms, int64_t within_ms)
{
	size_t i;

	for (i = 0; i < LOG_REPEAT_LINES; i++)
		if (repeat->lines[i].withheld && now_ms - repeat->lines[i].said_ms >= within_ms)
			return &repeat->lines[i];
	return NULL;
}
