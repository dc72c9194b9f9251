/* SPDX-License-Identifier: Apache-2.0 */
#include "tag_judge.h"

#include "model/tag.h"

const char *const tag_part_names[TAG_PARTS] = {
    TAG_ID, TAG_ACTOR, TAG_TEAM, TAG_SYSTEM, TAG_CHANNEL, TAG_TIME, TAG_TRACE, TAG_DISPOSITION};

const char *
tag_verdict_name(enum tag_verdict verdict)
{
	static const char *const names[TAG_VERDICTS] = {
	    "intact", "altered", "partly_dropped", "dropped", "foreign"};

	return names[verdict];
}

void
tag_read(const struct message *message, struct tag *tag)
{
	size_t i, part;

	*tag = (struct tag){0};
	for (i = 0; i < message->header_count; i++)
		for (part = 0; part < TAG_PARTS; part++)
			if (text_is(message->headers[i].name, tag_part_names[part]))
				tag->parts[part] = message->headers[i].value;
}

bool
tag_part_differs(const struct tag *found, const struct tag *known, enum tag_part part)
{
	struct text a = found->parts[part], b = known->parts[part];

	return !a.data != !b.data || !text_equal(a, b);
}

static size_t
count(const struct tag *tag)
{
	size_t part, there = 0;

	for (part = 0; part < TAG_PARTS; part++)
		there += tag->parts[part].data != NULL;
	return there;
}

enum tag_verdict
tag_judge(const struct tag *found, const struct tag *known)
{
	enum tag_verdict verdict = TAG_INTACT;
	unsigned part;

	if (!count(found))
		return TAG_DROPPED;
	if (!found->parts[TAG_PART_ID].data)
		return TAG_PARTLY;
	if (!known)
		return TAG_FOREIGN;
	for (part = 0; part < TAG_PARTS; part++) {
		if (!tag_part_differs(found, known, part))
			continue;
		if (found->parts[part].data)
			return TAG_ALTERED;
		verdict = TAG_PARTLY;
	}
	return verdict;
}
