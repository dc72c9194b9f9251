/* SPDX-License-Identifier: Apache-2.0 */
/* One table: what is stored as a number, its name, the sentence people read. */
#include "model/influence.h"

#include <stddef.h>

static const struct {
	const char *name, *sentence;
} statuses[INFLUENCE_STATUS_COUNT] = {
    [INFLUENCE_COUNTED] = {"counted", "counted"},
    [INFLUENCE_ESTIMATED] = {"estimated", "counted; the value is estimated"},
    [INFLUENCE_LATE] = {"late", "its time lies before the window: moved nothing"},
    [INFLUENCE_NO_NUMBER] = {"no-number", "the value has no number: moved nothing"},
    [INFLUENCE_NO_KEY] = {"no-key", "the event names no entity: moved nothing"},
    [INFLUENCE_BEYOND] = {"beyond-limit",
	"as many keys are held as limits.feature-keys allows: not counted"},
};

const char *
influence_status_name(uint32_t status)
{
	return status < INFLUENCE_STATUS_COUNT ? statuses[status].name : NULL;
}

const char *
influence_status_sentence(uint32_t status)
{
	return status < INFLUENCE_STATUS_COUNT ? statuses[status].sentence : NULL;
}
