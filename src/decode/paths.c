/* SPDX-License-Identifier: Apache-2.0 */
#include "paths.h"

#include "base/memory.h"

static uint32_t
add_place(struct paths *paths)
{
	memory_grow(
	    &paths->places, &paths->place_capacity, paths->place_count + 1, sizeof(*paths->places));
	memset(&paths->places[paths->place_count], 0, sizeof(*paths->places));
	return (uint32_t)paths->place_count++;
}

/* The step of that name from a place, made if it is not there. */
static uint32_t
step_to(struct paths *paths, uint32_t place, struct text name)
{
	const struct path_step *step = paths_find(paths, place, name);
	uint32_t *first = &paths->places[place].first[text_mark(name)];

	if (step)
		return (uint32_t)(step - paths->steps);
	memory_grow(
	    &paths->steps, &paths->step_capacity, paths->step_count + 1, sizeof(*paths->steps));
	paths->steps[paths->step_count] = (struct path_step){name, PATH_NOTHING, 0, *first};
	*first = (uint32_t)paths->step_count;
	return (uint32_t)paths->step_count++;
}

static void
add_path(struct paths *paths, struct text path, uint32_t leads_to)
{
	const char *dot;
	struct text name;
	uint32_t place = 0, step;

	for (;;) {
		/* All that is left of the path as one name. */
		step = step_to(paths, place, path);
		if (paths->steps[step].leads_to == PATH_NOTHING)
			paths->steps[step].leads_to = leads_to;
		dot = memchr(path.data, '.', path.size);
		if (!dot)
			return;
		name = (struct text){path.data, (size_t)(dot - path.data)};
		step = step_to(paths, place, name);
		if (!paths->steps[step].deeper) {
			place = add_place(paths);
			paths->steps[step].deeper = place;
		}
		place = paths->steps[step].deeper;
		path = (struct text){dot + 1, path.size - name.size - 1};
	}
}

void
paths_init(struct paths *paths, const struct wanted *wanted)
{
	size_t i;

	*paths = (struct paths){.step_count = 1};
	add_place(paths);
	for (i = 0; i < wanted->count; i++)
		add_path(paths, wanted->paths[i], (uint32_t)i);
	if (wanted->changes_path.data)
		add_path(paths, wanted->changes_path, PATH_CHANGES);
	for (i = 0; i < wanted->except_count; i++)
		add_path(paths, wanted->except[i], PATH_EXCEPT);
}

void
paths_fini(struct paths *paths)
{
	memory_free(paths->steps);
	memory_free(paths->places);
	*paths = (struct paths){0};
}
