/* SPDX-License-Identifier: Apache-2.0 */
#include "choice.h"

static const struct {
	const char *option;
	int by;
} kinds[] = {
    {"team", CHOICE_TEAM},
    {"actor", CHOICE_ACTOR},
    {"channel", CHOICE_CHANNEL},
    {"system", CHOICE_SYSTEM},
    {"event", CHOICE_EVENT},
};

bool
choice_words(
    const struct call *call, bool has_event, struct inquiry_choice *choice, struct error *err)
{
	size_t count = ARRAY_COUNT(kinds) - !has_event, i, given = 0;

	*choice = (struct inquiry_choice){.from_ms = TIME_MIN, .to_ms = INT64_MAX};
	for (i = 0; i < count; i++) {
		const char *value = call_option(call, kinds[i].option);

		if (!value)
			continue;
		given++;
		choice->by = kinds[i].by;
		choice->name = text_of(value);
	}
	if (given != 1)
		return error_set(err, ERROR_USAGE,
		    "say which events to leave out: one of --team, --actor, --channel, --system%s",
		    has_event ? ", --event" : "");
	return call_span(call, &choice->from_ms, &choice->to_ms, err);
}

void
choice_print(const struct inquiry_choice *choice, struct buffer *out)
{
	char time[TIMESTAMP_TEXT_BYTES], name[256];
	size_t i;

	for (i = 0; kinds[i].by != (int)choice->by; i++)
		;
	buffer_add_format(
	    out, "%s %s", kinds[i].option, text_show(choice->name, 200, name, sizeof(name)));
	if (choice->from_ms > TIME_MIN)
		buffer_add_format(out, ", from %s", timestamp_text(choice->from_ms, time));
	if (choice->to_ms <= TIME_MAX)
		buffer_add_format(out, ", before %s", timestamp_text(choice->to_ms, time));
}
