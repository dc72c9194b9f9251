/* SPDX-License-Identifier: Apache-2.0 */
/* Each type of source examines what it needs; here its words become checks. */
#include <stdio.h>

#include "doctor.h"
#include "private.h"

struct examination {
	json_t *checks;
	char name[128];
};

static void
say(void *context, enum source_health health, const char *what, const char *advice)
{
	static const enum doctor_state states[] = {[SOURCE_WELL] = STATE_GOOD,
	    [SOURCE_DOUBTFUL] = STATE_WARNING,
	    [SOURCE_ILL] = STATE_BAD};
	const struct examination *examination = context;

	doctor_note(examination->checks, examination->name, states[health], advice ? advice : "",
	    "%s", what);
}

/* gives: those of the source that the store has read, NULL-terminated; ended by memory_free() */
static const struct partition **
partitions_of(const struct inquiry *inquiry, const char *source)
{
	size_t all = inquiry ? inquiry->partition_count : 0, count = 0, i;
	const struct partition **list = memory_get_array(all + 1, sizeof(*list));

	for (i = 0; i < all; i++)
		if (strcmp(inquiry->partitions[i]->source, source) == 0)
			list[count++] = inquiry->partitions[i];
	return list;
}

void
doctor_sources(const struct settings *settings, const struct inquiry *inquiry, json_t *checks)
{
	size_t i;

	for (i = 0; i < settings->source_count; i++) {
		const struct settings_source *source = &settings->sources[i];
		struct source_options options = settings_source_options(settings, source, false);
		struct examination examination = {.checks = checks};
		const struct source_examiner examiner = {&examination, say};
		const struct partition **partitions;

		if (!source->type->examine)
			continue;
		snprintf(examination.name, sizeof(examination.name), "source %s", source->name);
		partitions = partitions_of(inquiry, source->name);
		source->type->examine(&options, partitions, &examiner);
		memory_free(partitions);
	}
}
