/* SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/image_file.h"
#include "base/memory.h"

#define IMAGE_MAX ((size_t)4 << 30)

static void
well(bool done, const struct error *err)
{
	if (!done)
		fail_msg("%s", err->text);
}

static void
open_keys(struct scene *scene)
{
	char folder[] = "/tmp/dyetrace-impact-XXXXXX", path[64];
	struct error err = {0};

	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/dyetrace.key", folder);
	well(keys_create(path, &err), &err);
	well(keys_open(path, &scene->keys, &err), &err);
	unlink(path);
	rmdir(folder);
}

static void
open_impact(struct scene *scene)
{
	struct error err = {0};
	struct impact_options options = {.keys = scene->keys, .keys_max = scene->keys_max};

	options.image = scene->image;
	options.names = scene->names = symbols_open();
	scene->tracer = tracer_open(scene->names);
	well(impact_open(&options, &scene->impact, &err), &err);
}

static void
close_impact(struct scene *scene)
{
	impact_close(scene->impact);
	tracer_close(scene->tracer);
	symbols_close(scene->names);
	image_close(scene->image);
}

static void
begin(struct scene *scene, const char *yaml)
{
	struct error err = {0};

	arena_init(&scene->arena);
	well(image_open(IMAGE_MAX, &scene->image, &err), &err);
	open_impact(scene);
	if (yaml)
		(void)scene_lineage(scene, yaml);
}

void
scene_begin(struct scene *scene, const char *yaml, uint64_t keys_max)
{
	*scene = (struct scene){.keys_max = keys_max};
	open_keys(scene);
	begin(scene, yaml);
}

void
scene_begin_as(struct scene *scene, const struct scene *other, const char *yaml)
{
	*scene =
	    (struct scene){.keys = other->keys, .keys_borrowed = true, .keys_max = other->keys_max};
	begin(scene, yaml);
}

void
scene_end(struct scene *scene)
{
	close_impact(scene);
	if (!scene->keys_borrowed)
		keys_close(scene->keys);
	arena_fini(&scene->arena);
}

static const struct lineage *
set_epoch(struct scene *scene, struct lineage *lineage)
{
	struct error err = {0};

	tracer_set(scene->tracer, lineage, scene->epoch);
	well(impact_set(scene->impact, lineage, scene->epoch, &err), &err);
	return lineage;
}

const struct lineage *
scene_lineage(struct scene *scene, const char *yaml)
{
	struct lineage *lineage = NULL;
	struct error err = {0};

	if (yaml)
		well(lineage_parse("lineage", text_of(yaml), &lineage, &err), &err);
	scene->epoch++;
	return set_epoch(scene, lineage);
}

static void
fill_event(struct scene *scene, const struct happening *happening, struct event *event,
    struct origin *origin)
{
	struct symbols *names = scene->names;
	uint32_t i, bits = happening->actor;

	*event = (struct event){.time_ms = happening->time_ms,
	    .entity = text_of(happening->entity),
	    .dataset = symbols_add(names, text_of(happening->dataset ? happening->dataset : "d")),
	    .op = symbols_add(names, text_of(happening->op)),
	    .system = symbols_add(names, text_of(happening->system)),
	    .channel = symbols_add(names, text_of(happening->channel)),
	    .change_count = happening->change_count};
	event->changes =
	    arena_get_zero(&scene->arena, (event->change_count + 1) * sizeof(*event->changes));
	for (i = 0; i < event->change_count; i++) {
		event->changes[i].field = symbols_add(names, text_of(happening->changes[i].field));
		event->changes[i].new_value = happening->changes[i].value;
	}
	*origin = (struct origin){.team = symbols_add(names, text_of(happening->team)),
	    .actor.bytes = {bits >> 24, bits >> 16 & 255, bits >> 8 & 255, bits & 255}};
}

static struct text
partition_name(const char *partition)
{
	return text_of(partition ? partition : "p");
}

struct influences
scene_event(struct scene *scene, const struct happening *happening)
{
	struct influences out;
	struct event event;
	struct origin origin;
	struct trace trace;
	struct impact_place at = {TEXT("source"), partition_name(happening->partition),
	    happening->incarnation + !happening->incarnation, happening->offset, scene->record++};

	arena_reset(&scene->arena);
	fill_event(scene, happening, &event, &origin);
	trace = lineage_event(scene->tracer, &event, &scene->arena);
	impact_event(scene->impact, &event, &origin, &trace, &at, &scene->arena, &out);
	return out;
}

void
scene_release(struct scene *scene, const char *partition, uint32_t incarnation)
{
	impact_release(
	    scene->impact, TEXT("source"), partition_name(partition), incarnation, scene->record++);
}

/* --- pages ------------------------------------------------------------------------------- */

static void
write_pages(struct image *image, struct image_file *file)
{
	static uint8_t content[IMAGE_PAGE_BYTES];
	struct error err = {0};
	size_t page, pages;

	image_snapshot_failed(image); /* the folder is new: it wants all of them */
	assert_true(image_snapshot_begin(image));
	pages = image_snapshot_pages(image);
	while (image_snapshot_next(image, &page, content))
		well(image_file_page(file, page, content, &err), &err);
	well(image_file_end(file, pages, TEXT("here"), &err), &err);
}

static void
remove_folder(const char *folder)
{
	char path[96];

	snprintf(path, sizeof(path), "%s/pages", folder);
	unlink(path);
	snprintf(path, sizeof(path), "%s/snapshot", folder);
	unlink(path);
	rmdir(folder);
}

/* The lineage is parsed again: nothing of the old process is left. */
static struct lineage *
parse_again(const struct scene *scene)
{
	const struct lineage *old = tracer_lineage(scene->tracer);
	struct lineage *lineage = NULL;
	struct buffer yaml = {0};
	struct error err = {0};

	if (!old)
		return NULL;
	lineage_print(old, &yaml);
	well(lineage_parse("lineage", buffer_text(&yaml), &lineage, &err), &err);
	buffer_fini(&yaml);
	return lineage;
}

void
scene_restart(struct scene *scene)
{
	char folder[] = "/tmp/dyetrace-impact-XXXXXX";
	struct lineage *lineage = parse_again(scene);
	struct image_file *file;
	struct buffer header = {0};
	struct error err = {0}, why = {0};
	bool found;

	assert_non_null(mkdtemp(folder));
	well(image_file_open(folder, scene->keys, &file, &err), &err);
	write_pages(scene->image, file);
	close_impact(scene);
	well(image_open(IMAGE_MAX, &scene->image, &err), &err);
	well(image_file_load(file, scene->image, &header, &found, &why, &err), &err);
	assert_true(found);
	buffer_fini(&header);
	image_file_close(file);
	remove_folder(folder);
	open_impact(scene);
	(void)set_epoch(scene, lineage);
}

uint32_t
scene_feature(const struct scene *scene, const char *name)
{
	const struct lineage *lineage = tracer_lineage(scene->tracer);
	const struct lineage_feature *feature = lineage_find_feature(lineage, text_of(name));

	assert_non_null(feature);
	return (uint32_t)(feature - lineage->features);
}

double
scene_value(struct scene *scene, const char *feature, const char *key)
{
	struct impact_value value;
	bool found;

	impact_value(
	    scene->impact, scene_feature(scene, feature), text_of(key), !key, &value, &found);
	return value.value;
}

uint64_t
scene_digest(const struct scene *scene)
{
	return digest_identity(
	    (struct text){(const char *)scene->image->bytes, image_end(scene->image)});
}
