/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What became of a tag on its way through somebody's pipeline: the headers that a
 * record has against those that the ledger says it had.
 */
#ifndef DYETRACE_INQUIRY_TAG_JUDGE_H
#define DYETRACE_INQUIRY_TAG_JUDGE_H

#include "model/message.h"

enum tag_part {
	TAG_PART_ID,
	TAG_PART_ACTOR,
	TAG_PART_TEAM,
	TAG_PART_SYSTEM,
	TAG_PART_CHANNEL,
	TAG_PART_TIME,
	TAG_PART_TRACE,
	TAG_PART_DISPOSITION,
	TAG_PARTS
};
extern const char *const tag_part_names[TAG_PARTS]; /* "dye-id" */

struct tag {
	struct text parts[TAG_PARTS]; /* absent: there is no such header */
};

enum tag_verdict {
	TAG_INTACT,
	TAG_ALTERED, /* the id is known, and a header is not what the ledger says */
	TAG_PARTLY,  /* some headers are there, and those are right, but not all */
	TAG_DROPPED, /* no header of ours is left */
	TAG_FOREIGN, /* an id that the ledger does not have */
	TAG_VERDICTS
};
const char *tag_verdict_name(enum tag_verdict verdict); /* "partly_dropped": a key of documents */

/* Of two headers of a name the last counts, as consumers take it. Borrowed from the message. */
void tag_read(const struct message *message, struct tag *tag);
/* known: what the ledger says of the id that was found; NULL: there is no id, or the ledger does not have it. */
enum tag_verdict tag_judge(const struct tag *found, const struct tag *known);
/* Whether this header is not what it should be: another value, too many, missing. */
bool tag_part_differs(const struct tag *found, const struct tag *known, enum tag_part part);

#endif
