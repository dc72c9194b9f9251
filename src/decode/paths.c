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

/* The place behind a step. */
static uint32_t
place_behind(struct paths *paths, uint32_t step)
{
	uint32_t place;

	if (paths->steps[step].deeper)
		return paths->steps[step].deeper;
	place = add_place(paths);
	paths->steps[step].deeper = place;
	return place;
}

static struct text
first_name(struct text path)
{
	const char *dot = memchr(path.data, '.', path.size);

	return (struct text){path.data, dot ? (size_t)(dot - path.data) : path.size};
}

static struct text
behind_name(struct text path, struct text name)
{
	return (struct text){path.data + name.size + 1, path.size - name.size - 1};
}

/* path: as seen from place */
static void
add_path(struct paths *paths, uint32_t place, struct text path, uint32_t leads_to)
{
	struct text name;
	uint32_t step;

	for (;;) {
		/* All that is left of the path as one name. */
		step = step_to(paths, place, path);
		if (paths->steps[step].leads_to == PATH_NOTHING)
			paths->steps[step].leads_to = leads_to;
		name = first_name(path);
		if (name.size == path.size)
			return;
		place = place_behind(paths, step_to(paths, place, name));
		path = behind_name(path, name);
	}
}

uint32_t
paths_reach(struct paths *paths, uint32_t place, struct text path)
{
	while (path.size) {
		struct text name = first_name(path);

		place = place_behind(paths, step_to(paths, place, name));
		if (name.size == path.size)
			break;
		path = behind_name(path, name);
	}
	return place;
}

/* The names that the rest leaves out, of the record or object at a place. */
static void
add_rest(struct paths *paths, uint32_t place, const struct wanted *wanted)
{
	size_t i;

	for (i = 0; i < wanted->except_count; i++)
		add_path(paths, place, wanted->except[i], PATH_EXCEPT);
}

/* All that is wanted, seen from a place where a record may begin. */
static void
add_wanted(struct paths *paths, uint32_t place, const struct wanted *wanted)
{
	size_t i;

	for (i = 0; i < wanted->count; i++)
		if (wanted_of_record(wanted, i))
			add_path(paths, place, wanted->paths[i], (uint32_t)i);
	if (wanted->changes_path.data)
		add_path(paths, place, wanted->changes_path, PATH_CHANGES);
	if (!wanted->rest_path_count)
		add_rest(paths, place, wanted);
	for (i = 0; i < wanted->rest_path_count; i++)
		add_rest(paths, paths_reach(paths, place, wanted->rest_paths[i]), wanted);
}

void
paths_init(struct paths *paths, const struct wanted *wanted)
{
	*paths = (struct paths){.step_count = 1};
	add_place(paths);
	add_wanted(paths, 0, wanted);
	if (wanted->wrapper.size)
		add_wanted(paths, paths_reach(paths, 0, wanted->wrapper), wanted);
}

void
paths_fini(struct paths *paths)
{
	memory_free(paths->steps);
	memory_free(paths->places);
	*paths = (struct paths){0};
}
