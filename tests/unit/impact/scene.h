/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The organ on a stage: a lineage from YAML, traced as in the route, and events of
 * few words.
 */
#ifndef DYETRACE_TESTS_IMPACT_SCENE_H
#define DYETRACE_TESTS_IMPACT_SCENE_H

#include "impact/impact.h"
#include "lineage/classes.h"

#define HAPPENING_CHANGES 6

/* One event. NULL: absent. */
struct happening {
	int64_t time_ms, offset;
	const char *partition; /* NULL: "p" */
	uint32_t incarnation;  /* 0: the first */
	const char *entity, *team, *system, *channel, *op;
	uint32_t actor;      /* first 32 bits */
	const char *dataset; /* NULL: "d" */
	uint32_t change_count;
	struct {
		const char *field;
		struct value value;
	} changes[HAPPENING_CHANGES];
};

struct scene {
	struct image *image;
	struct keys *keys;
	bool keys_borrowed;
	struct symbols *names;
	struct tracer *tracer;
	struct impact *impact;
	struct arena arena; /* of the event in hand */
	uint32_t epoch;
	uint64_t record, keys_max;
};

void scene_begin(struct scene *scene, const char *yaml, uint64_t keys_max);
/* With the keys of another scene, which ends later. */
void scene_begin_as(struct scene *scene, const struct scene *other, const char *yaml);
void scene_end(struct scene *scene);
/* An epoch begins. yaml NULL: no lineage. */
const struct lineage *scene_lineage(struct scene *scene, const char *yaml);
/* The influences live until the next event. */
struct influences scene_event(struct scene *scene, const struct happening *happening);
void scene_release(struct scene *scene, const char *partition, uint32_t incarnation);
/* Writes all pages down, and goes on with a new process that reads them. */
void scene_restart(struct scene *scene);
uint32_t scene_feature(const struct scene *scene, const char *name);           /* its index */
double scene_value(struct scene *scene, const char *feature, const char *key); /* key NULL: null */
/* A digest of all pages in use. */
uint64_t scene_digest(const struct scene *scene);

static inline struct value
text_value(const char *text)
{
	return (struct value){VALUE_TEXT, .text = text_of(text)};
}

static inline struct value
long_value(int64_t integer)
{
	return (struct value){VALUE_LONG, .integer = integer};
}

static inline struct value
double_value(double number)
{
	return (struct value){VALUE_DOUBLE, .number = number};
}

#endif
