/* SPDX-License-Identifier: Apache-2.0 */
/* The list of mistakes that `check` says all at once. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/suggest.h"
#include "base/yaml.h"

static void PRINTF_LIKE(5, 0) add(struct yaml_problems *problems, const char *file, uint32_t line,
    uint32_t column, const char *format, va_list args)
{
	struct error sentence = {0};
	struct yaml_problem *problem;

	if (vsnprintf(sentence.text, sizeof(sentence.text), format, args) >=
	    (int)sizeof(sentence.text))
		memcpy(sentence.text + sizeof(sentence.text) - 4, "...", 4);
	memory_grow(
	    &problems->items, &problems->capacity, problems->count + 1, sizeof(*problems->items));
	problem = &problems->items[problems->count++];
	*problem =
	    (struct yaml_problem){memory_text(file), line, column, memory_text(sentence.text)};
}

void
yaml_problem_add(struct yaml_problems *problems, const char *file, const struct yaml_node *at,
    const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(problems, file, at ? at->line : 0, at ? at->column : 0, format, args);
	va_end(args);
}

void
yaml_problem_add_at(struct yaml_problems *problems, const char *file, uint32_t line,
    uint32_t column, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(problems, file, line, column, format, args);
	va_end(args);
}

/* Reads "number:" at *p; 0 and *p unmoved if there is none. */
static uint32_t
take_number(const char **p)
{
	char *end;
	unsigned long number;

	if (**p < '0' || **p > '9')
		return 0;
	number = strtoul(*p, &end, 10);
	if (*end != ':' || number > UINT32_MAX)
		return 0;
	*p = end + 1;
	return (uint32_t)number;
}

void
yaml_problem_add_error(struct yaml_problems *problems, const char *file, const struct error *err)
{
	size_t size = strlen(file);
	const char *sentence = err->text;
	uint32_t line = 0, column = 0;

	if (strncmp(sentence, file, size) == 0 && sentence[size] == ':') {
		sentence += size + 1;
		line = take_number(&sentence);
		column = line ? take_number(&sentence) : 0;
		sentence += *sentence == ' ';
	}
	yaml_problem_add_at(problems, file, line, column, "%s", sentence);
}

static int
problem_order(const void *a, const void *b)
{
	const struct yaml_problem *x = a, *y = b;
	int order = strcmp(x->file, y->file);

	if (order)
		return order;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	if (x->column != y->column)
		return x->column < y->column ? -1 : 1;
	return strcmp(x->sentence, y->sentence);
}

void
yaml_problems_sort(struct yaml_problems *problems, size_t from)
{
	if (problems->count > from)
		qsort(problems->items + from, problems->count - from, sizeof(*problems->items),
		    problem_order);
}

void
yaml_problems_fini(struct yaml_problems *problems)
{
	size_t i;

	for (i = 0; i < problems->count; i++) {
		memory_free(problems->items[i].file);
		memory_free(problems->items[i].sentence);
	}
	memory_free(problems->items);
	*problems = (struct yaml_problems){0};
}

const char *
yaml_problem_text(const struct yaml_problem *problem, char *out, size_t out_bytes)
{
	if (problem->line && problem->column)
		snprintf(out, out_bytes, "%s:%u:%u: %s", problem->file, problem->line,
		    problem->column, problem->sentence);
	else if (problem->line)
		snprintf(
		    out, out_bytes, "%s:%u: %s", problem->file, problem->line, problem->sentence);
	else
		snprintf(out, out_bytes, "%s: %s", problem->file, problem->sentence);
	return out;
}

bool
yaml_problems_check(const struct yaml_problems *problems, struct error *err)
{
	char first[sizeof(err->text)];

	if (!problems->count)
		return true;
	yaml_problem_text(&problems->items[0], first, sizeof(first));
	if (problems->count == 1)
		return error_set(err, ERROR_USAGE, "%s", first);
	return error_set(err, ERROR_USAGE, "%s (and %zu more)", first, problems->count - 1);
}

/* Nothing is near: says what is known, as far as it fits. */
static void
add_unknown(struct yaml_problems *problems, const char *file, const struct yaml_member *member,
    const char *const *known)
{
	char list[400] = "", shown[64];
	size_t used = 0;

	for (; *known && used + strlen(*known) + 8 < sizeof(list); known++)
		used += (size_t)snprintf(
		    list + used, sizeof(list) - used, "%s`%s`", used ? ", " : "", *known);
	yaml_problem_add_at(problems, file, member->line, member->column,
	    "`%s` is not known here: remove it, or use one of %s%s",
	    text_show(member->key, 40, shown, sizeof(shown)), list, *known ? ", …" : "");
}

static void
check_key(const char *file, const struct yaml_member *member, const char *const *known,
    struct yaml_problems *problems)
{
	struct suggestion suggestion;
	const char *const *name;
	struct text best;
	char shown[64];

	/* Nearly every key is known; distances are dear. */
	for (name = known; *name; name++)
		if (text_is(member->key, *name))
			return;
	suggestion_init(&suggestion, member->key);
	for (name = known; *name; name++)
		suggestion_try(&suggestion, text_of(*name));
	best = suggestion_best(&suggestion);
	if (best.data)
		yaml_problem_add_at(problems, file, member->line, member->column,
		    "`%s` is not known here: did you mean `%.*s`?",
		    text_show(member->key, 40, shown, sizeof(shown)), TEXT_PRINT(best));
	else
		add_unknown(problems, file, member, known);
}

void
yaml_check_keys(const char *file, const struct yaml_node *map, const char *const *known,
    struct yaml_problems *problems)
{
	size_t i;

	for (i = 0; map && map->kind == YAML_MAP && i < map->count; i++)
		check_key(file, &map->members[i], known, problems);
}
