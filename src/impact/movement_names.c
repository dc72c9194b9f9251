/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Subjects and words: one list in the image, in the order of first use, each kind
 * numbered from 1. A process finds them by its own symbols.
 */
#include "movement_inside.h"

#include <string.h>

#include "base/memory.h"

#define NAME_BYTES_MAX ((size_t)1 << 24)

static struct movement_name *
name_at(const struct movement *movement, place at)
{
	return image_at(movement->image, at);
}

static struct text
name_text(const struct movement_name *name)
{
	return (struct text){name->text, name->size};
}

/* --- finding -------------------------------------------------------------------------- */

/* The symbol of a subject: symbols count from 1 in the order of first use, as subjects do. */
static uint32_t
subject_symbol(struct movement *movement, enum movement_kind kind, struct text name)
{
	struct buffer key = {0};
	uint32_t symbol;

	buffer_add_byte(&key, kind == MOVEMENT_FEATURE ? 'f' : 'm');
	buffer_add_text(&key, name);
	symbol = symbols_add(movement->subjects, buffer_text(&key));
	buffer_fini(&key);
	return symbol;
}

static void
keep_subject(struct movement *movement, uint32_t subject, place at)
{
	size_t old = movement->subject_capacity;

	if (subject >= old) {
		memory_grow(&movement->subject_names, &movement->subject_capacity, subject + 1,
		    sizeof(*movement->subject_names));
		movement->columns = memory_resize(
		    movement->columns, movement->subject_capacity * sizeof(*movement->columns));
		for (; old < movement->subject_capacity; old++) {
			movement->columns[old] = NO_COLUMN;
			movement->subject_names[old] = 0;
		}
	}
	movement->subject_names[subject] = at;
}

static void
keep_word(struct movement *movement, uint32_t symbol, uint32_t word)
{
	size_t old = movement->word_capacity;

	if (symbol >= old) {
		memory_grow(&movement->words, &movement->word_capacity, symbol + 1,
		    sizeof(*movement->words));
		memset(movement->words + old, 0,
		    (movement->word_capacity - old) * sizeof(*movement->words));
	}
	movement->words[symbol] = word + 1;
}

/* --- making --------------------------------------------------------------------------- */

static place
add_name(struct movement *movement, uint32_t kind, struct text text)
{
	struct movement_root *root = movement_root(movement);
	place at = image_get(movement->image, sizeof(struct movement_name) + text.size);
	struct movement_name *name = name_at(movement, at);

	name->kind = kind;
	name->size = (uint32_t)text.size;
	if (text.size)
		memcpy(name->text, text.data, text.size);
	if (root->names_last)
		((struct movement_name *)image_touch(movement->image, root->names_last))->next = at;
	else
		root->names_first = at;
	root->names_last = at;
	return at;
}

uint32_t
movement_subject(struct movement *movement, enum movement_kind kind, struct text name)
{
	uint32_t subject = subject_symbol(movement, kind, name);

	if (subject > movement->root->subject_count) {
		keep_subject(movement, subject, add_name(movement, kind, name));
		movement_root(movement)->subject_count = subject;
	}
	return subject;
}

uint32_t
name_word(struct movement *movement, uint32_t symbol)
{
	uint32_t word = MOVEMENT_UNKNOWN;

	if (symbol < movement->word_capacity && movement->words[symbol])
		return movement->words[symbol] - 1;
	if (symbol == SYMBOL_NONE)
		return MOVEMENT_UNKNOWN;
	if (movement->root->word_count == MOVEMENT_WORDS) {
		movement->counts.words_beyond++;
		return MOVEMENT_UNKNOWN;
	}
	add_name(movement, NAME_WORD, symbols_text(movement->names, symbol));
	word = ++movement_root(movement)->word_count;
	keep_word(movement, symbol, word);
	return word;
}

/* --- opening -------------------------------------------------------------------------- */

static bool
take_up(struct movement *movement, place at, uint32_t *subjects, uint32_t *words)
{
	const struct movement_name *name = name_at(movement, at);

	if (name->kind > NAME_WORD || name->size > NAME_BYTES_MAX)
		return false;
	if (name->kind == NAME_WORD) {
		keep_word(movement, symbols_add(movement->names, name_text(name)), ++*words);
		return true;
	}
	++*subjects;
	if (subject_symbol(movement, (enum movement_kind)name->kind, name_text(name)) != *subjects)
		return false;
	keep_subject(movement, *subjects, at);
	return true;
}

bool
names_open(struct movement *movement, struct error *err)
{
	const struct movement_root *root = movement->root;
	uint32_t subjects = 0, words = 0;
	place at;

	movement->subjects = symbols_open();
	keep_subject(movement, 0, 0);
	for (at = root->names_first; at; at = name_at(movement, at)->next)
		if (!take_up(movement, at, &subjects, &words))
			return error_set(
			    err, ERROR_DAMAGED, "movement: name %u is none", subjects + words);
	if (subjects != root->subject_count || words != root->word_count)
		return error_set(err, ERROR_DAMAGED,
		    "movement: %u subjects and %u words, %u and %u are said to be there", subjects,
		    words, root->subject_count, root->word_count);
	return true;
}

void
names_close(struct movement *movement)
{
	symbols_close(movement->subjects);
	memory_free(movement->subject_names);
	memory_free(movement->columns);
	memory_free(movement->words);
}

/* --- giving --------------------------------------------------------------------------- */

void
names_give(struct movement *movement, const struct movement_sink *sink)
{
	const struct movement_name *name;
	place at = movement->given ? name_at(movement, movement->given)->next
				   : movement->root->names_first;

	for (; at; at = name->next) {
		name = name_at(movement, at);
		movement->given = at;
		if (name->kind == NAME_WORD)
			sink->word(sink->context, ++movement->words_given, name_text(name));
		else
			sink->subject(sink->context, ++movement->subjects_given,
			    (enum movement_kind)name->kind, name_text(name));
	}
}

double
movement_scale(const struct movement *movement, uint32_t subject)
{
	return name_of_subject(movement, subject)->scale;
}
