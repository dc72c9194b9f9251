/* SPDX-License-Identifier: Apache-2.0 */
/* The conclusions of a block, from bytes that may be anything. */
#include <stdarg.h>
#include <stdio.h>

#include "conclusion_wire.h"

#define EVERY_FACT UINT64_MAX

struct written_shape {
	uint32_t epoch, count, model_count;
	uint32_t counted;        /* influences that have numbers */
	struct influence *items; /* without numbers; in the arena, as models */
	uint32_t *models;
};

struct conclusions_reading {
	struct reader bytes;
	const uint8_t *start;
	uint64_t
	    wanted; /* EVERY_FACT, or the fact whose conclusion is given: others are walked over */
	struct arena *arena;
	struct error *err;
	bool said; /* err says more than "malformed" */
	uint32_t object, objects, influence_count;
	uint64_t record; /* of the object before */
	struct written_shape *shapes;
	size_t shape_count, shape_capacity;
};

static void
refuse(struct conclusions_reading *in, const char *format, ...)
{
	char what[256];
	va_list args;

	in->bytes.bad = true;
	if (in->said)
		return;
	in->said = true;
	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	error_set(in->err, ERROR_DAMAGED, "object %u: %s", in->object, what);
}

/* The count of an array as the writer makes them, one block or none. */
static uint32_t
take_array(struct conclusions_reading *in, uint64_t max, size_t bytes_each)
{
	uint64_t count = take_count(&in->bytes, max);

	if (count > reader_left(&in->bytes) / bytes_each)
		in->bytes.bad = true;
	return in->bytes.bad ? 0 : (uint32_t)count;
}

static void
take_array_end(struct conclusions_reading *in, uint64_t count)
{
	if (count && take_long(&in->bytes) != 0)
		in->bytes.bad = true;
}

static void
take_items(struct conclusions_reading *in, struct written_shape *shape)
{
	uint32_t i, before = 0;

	shape->count = take_array(in, CONCLUSION_INFLUENCES_MAX, 2);
	shape->items = arena_get(in->arena, shape->count * sizeof(struct influence));
	for (i = 0; i < shape->count && !in->bytes.bad; i++) {
		struct influence *item = &shape->items[i];

		*item = (struct influence){.feature = (uint32_t)take_count(&in->bytes, INT32_MAX),
		    .status = take_branch(&in->bytes, INFLUENCE_STATUS_COUNT),
		    .before = INFLUENCE_NONE,
		    .after = INFLUENCE_NONE};
		shape->counted += is_counted(item->status);
		if (item->feature < before)
			refuse(in, "features that are not ascending");
		before = item->feature;
	}
	take_array_end(in, shape->count);
	if (!shape->count && !in->bytes.bad)
		refuse(in, "a shape without influences");
}

static void
take_models(struct conclusions_reading *in, struct written_shape *shape)
{
	uint32_t i;

	shape->model_count = take_array(in, CONCLUSION_INFLUENCES_MAX, 1);
	shape->models = arena_get(in->arena, shape->model_count * sizeof(uint32_t));
	for (i = 0; i < shape->model_count && !in->bytes.bad; i++) {
		shape->models[i] = (uint32_t)take_count(&in->bytes, INT32_MAX);
		if (i && shape->models[i] <= shape->models[i - 1])
			refuse(in, "models that are not ascending");
	}
	take_array_end(in, shape->model_count);
}

/* NULL when bad, else borrowed until the next one. */
static const struct written_shape *
take_shape(struct conclusions_reading *in)
{
	struct written_shape shape = {0};
	int64_t number;

	if (take_branch(&in->bytes, 2) == REFERENCE_NUMBER) {
		number = take_long(&in->bytes);
		if (!in->bytes.bad && (number < 0 || (uint64_t)number >= in->shape_count))
			refuse(in, "shape %lld is referred to, and %zu were written",
			    (long long)number, in->shape_count);
		return in->bytes.bad ? NULL : &in->shapes[number];
	}
	shape.epoch = (uint32_t)take_count(&in->bytes, UINT32_MAX);
	take_items(in, &shape);
	take_models(in, &shape);
	if (in->bytes.bad)
		return NULL;
	memory_grow(&in->shapes, &in->shape_capacity, in->shape_count + 1, sizeof(shape));
	in->shapes[in->shape_count] = shape;
	return &in->shapes[in->shape_count++];
}

static void
take_pair(struct reader *bytes, double *before, double *after)
{
	int64_t whole;

	*before = take_moved(bytes, 0);
	*after = take_moved(bytes, is_whole(*before, &whole) ? whole : 0);
}

/* items: NULL, or those to fill. */
static void
take_values(
    struct conclusions_reading *in, const struct written_shape *shape, struct influence *items)
{
	uint32_t count = take_array(in, INFLUENCES_MAX, 1), i;

	if (!in->bytes.bad && count != shape->counted * 2)
		refuse(in, "%u values of %u influences that have two", count, shape->counted);
	for (i = 0; i < shape->count && !in->bytes.bad; i++) {
		double before, after;

		if (!is_counted(shape->items[i].status))
			continue;
		take_pair(&in->bytes, &before, &after);
		if (items) {
			items[i].before = before;
			items[i].after = after;
		}
	}
	take_array_end(in, count);
}

static void
take_scores(struct conclusions_reading *in, const struct written_shape *shape,
    struct influence_score *scores)
{
	uint32_t count = take_array(in, INFLUENCES_MAX, 8), i;

	if (!in->bytes.bad && count != shape->model_count * 2)
		refuse(in, "%u numbers of %u models that have two", count, shape->model_count);
	for (i = 0; i < shape->model_count && !in->bytes.bad; i++) {
		double before = take_double(&in->bytes), movement = take_double(&in->bytes);

		if (scores)
			scores[i] = (struct influence_score){shape->models[i], before, movement};
	}
	take_array_end(in, count);
}

#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
#define FUZZING true
#else
#define FUZZING false
#endif

/* The last object vouches for the block's bytes. */
static void
take_check(struct conclusions_reading *in)
{
	struct text vouched = {(const char *)in->start, (size_t)(in->bytes.next - in->start)};
	bool last = in->object + 1 == in->objects;
	uint64_t check;

	if ((take_branch(&in->bytes, 2) == OPTION_SOME) != last && !in->bytes.bad)
		refuse(in,
		    last ? "the last one, without a check" : "a check that is not the last one's");
	if (!last || in->bytes.bad)
		return;
	check = reader_u64(&in->bytes);
	if (!in->bytes.bad && !FUZZING && check != digest_identity(vouched))
		refuse(in, "the block's bytes are not those that were written");
}

static uint64_t
take_record(struct conclusions_reading *in)
{
	uint64_t difference = take_count(&in->bytes, INT64_MAX), record;

	record = in->object ? in->record + difference : difference;
	if (in->bytes.bad)
		return 0;
	if ((in->object && !difference) || record > INT64_MAX)
		refuse(in, "records that are not ascending");
	in->record = record;
	return record;
}

static void
give(struct conclusions_reading *in, const struct written_shape *shape, struct conclusion *out)
{
	struct influence *items = arena_get(in->arena, shape->count * sizeof(*items));
	struct influence_score *scores = arena_get(in->arena, shape->model_count * sizeof(*scores));

	memcpy(items, shape->items, shape->count * sizeof(*items));
	take_values(in, shape, items);
	take_scores(in, shape, scores);
	*out = (struct conclusion){
	    in->record, shape->epoch, {shape->count, shape->model_count, items, scores}};
}

/* Whether it was given. */
static bool
take_object(struct conclusions_reading *in, struct conclusion *out)
{
	uint64_t record = take_record(in);
	const struct written_shape *shape = take_shape(in);
	bool given = in->wanted == EVERY_FACT || record == in->wanted;

	if (shape) {
		in->influence_count += shape->count;
		if (in->influence_count > INFLUENCES_MAX)
			refuse(in, "more than %d influences in one block", INFLUENCES_MAX);
	}
	if (shape && !in->bytes.bad) {
		if (given) {
			give(in, shape, out);
		} else {
			take_values(in, shape, NULL);
			take_scores(in, shape, NULL);
		}
		take_check(in);
	}
	if (in->bytes.bad)
		refuse(in, "malformed or cut short before byte %td of the block",
		    in->bytes.next - in->start);
	return given;
}

bool
conclusion_block_read(struct text body, uint32_t objects, uint64_t record, struct arena *arena,
    struct conclusion **conclusions, uint32_t *count, struct error *err)
{
	struct conclusions_reading in = {.bytes = reader_of(body),
	    .wanted = record,
	    .arena = arena,
	    .err = err,
	    .objects = objects};
	bool every = record == EVERY_FACT;

	in.start = in.bytes.next;
	*count = 0;
	if (!objects || objects > CONCLUSIONS_MAX || objects > body.size)
		return error_set(
		    err, ERROR_DAMAGED, "%u conclusions in %zu bytes", objects, body.size);
	*conclusions = arena_get(arena, (every ? objects : 1) * sizeof(struct conclusion));
	for (; in.object < objects && !in.bytes.bad; in.object++) {
		if (take_object(&in, *conclusions + *count) && !in.bytes.bad)
			++*count;
		if (!every && (*count || in.record > record))
			break;
	}
	if (every && !in.bytes.bad && reader_left(&in.bytes))
		refuse(&in, "%zu bytes behind the last one", reader_left(&in.bytes));
	memory_free(in.shapes);
	return !in.bytes.bad;
}
