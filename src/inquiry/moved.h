/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who or what moved a feature or model, over days of event time; and what one actor
 * moved. docs/influence.md, "Movement added up", defines every number.
 */
#ifndef DYETRACE_INQUIRY_MOVED_H
#define DYETRACE_INQUIRY_MOVED_H

#include "inquiry/inquiry.h"

enum inquiry_by {
	INQUIRY_BY_TEAM,
	INQUIRY_BY_SYSTEM,
	INQUIRY_BY_CHANNEL,
	INQUIRY_BY_FIELD,
	INQUIRY_BY_ACTOR
};

struct inquiry_moved {
	int64_t from_ms,
	    to_ms; /* event time, [from, to): whole hours; TIME_NONE: no bound. By actor: whole days */
	enum inquiry_by by;
	size_t top; /* parts shown; the rest is one more row "(others)" */
};

/*
 * {"name", "kind":"feature"|"model", "what", "unit", "estimated", "from", "to",
 *  "total":{"events","moved","net"}, "expiry":{…}, "scale":{"value","day"}|null,
 *  "days":[{"day","events","moved","net"}], "by", "parts":[{"name","events","moved","net","share"}],
 *  "actors":[{"actor","events","moved","net","share"}], "actors_bound": what an actor that is not listed may have
 *  moved at most, "contributors":{"actors","effective"}}
 *
 * moved: sum of |movement|; net: sum of movement; share: of moved, expiry left out.
 */
json_t *inquiry_feature(struct inquiry *inquiry, struct text name,
    const struct inquiry_moved *question, struct error *err);
json_t *inquiry_model(struct inquiry *inquiry, struct text name,
    const struct inquiry_moved *question, struct error *err);
/*
 * {"actor", "from", "to", "influences", "days":[{"day","events"}], "features":[{"name","events","moved","net",
 * "share"}], "models":[the same with "unit"]}; share: of what all actors together moved it in these days.
 */
json_t *inquiry_actor(struct inquiry *inquiry, struct text pseudonym,
    const struct inquiry_moved *question, struct error *err);

#endif
