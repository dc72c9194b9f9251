/* SPDX-License-Identifier: Apache-2.0 */
#include "model/upstream.h"

static const char *const names[] = {
    [UPSTREAM_TRACEPARENT] = "traceparent",
    [UPSTREAM_CE_ID] = "ce_id",
    [UPSTREAM_CE_SOURCE] = "ce_source",
    [UPSTREAM_DYE_ID] = "dye_id",
    [UPSTREAM_DYE_ACTOR] = "dye_actor",
    [UPSTREAM_DYE_TEAM] = "dye_team",
    [UPSTREAM_DYE_SYSTEM] = "dye_system",
    [UPSTREAM_DYE_CHANNEL] = "dye_channel",
    [UPSTREAM_DYE_TIME] = "dye_time",
    [UPSTREAM_DYE_TRACE] = "dye_trace",
    [UPSTREAM_POSITION] = "position",
};

const char *
upstream_tag_name(enum upstream_tag tag)
{
	return (unsigned)tag < UPSTREAM_TAG_COUNT ? names[tag] : NULL;
}
