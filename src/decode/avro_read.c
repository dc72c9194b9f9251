/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a plan over the bytes of one record. The bytes may be hostile: every
 * step stays within them, time is proportional to them, and the stack is one
 * frame for each map or list on a wanted path.
 */
#include "avro_plan.h"

#include <assert.h>
#include <stdio.h>

#include "base/memory.h"
#include "model/reason.h"

#define FRAMES_MAX (PLAN_SEGMENTS_MAX + 2)

/* Kept out of the loop, whose registers are for the place in the bytes. */
#define COLD __attribute__((noinline))

struct frame {
	uint32_t pc;              /* of the PLAN_MAP or PLAN_LIST */
	uint64_t left;            /* items of the block */
	const uint8_t *block_end; /* where the block says it ends, or NULL */
	uint64_t seen;            /* keys of the map that were met */
};

/* The state of one reading, where it is more than a place in bytes and program. */
struct reading {
	struct plan *plan;
	struct row *row;
	char *bases[BASE_COUNT];
	struct cell field; /* of the change that is being read */
	struct frame frames[FRAMES_MAX], *frame;
	uint32_t pc; /* where a map or list goes on */
	/* Why it stopped, where it is not what the bytes are: */
	const char *reason, *what;
	const uint8_t *at; /* NULL: where the step began */
};

static COLD struct avro_piece
stop(struct reading *reading, const char *reason, const char *what)
{
	reading->reason = reason;
	reading->what = what;
	return avro_wrong(AVRO_FAULT_NONE);
}

/* The place of what is wrong, where that is not the step's own. */
static struct avro_piece
at_place(struct reading *reading, const uint8_t *p, struct avro_piece piece)
{
	if (!piece.next)
		reading->at = p;
	return piece;
}

static inline struct cell *
cell_of(const struct reading *reading, const struct plan_step *step)
{
	return (struct cell *)(reading->bases[step->base] + step->offset);
}

typedef int8_t sixteen __attribute__((vector_size(16)));

static inline sixteen
load_16(const uint8_t *p)
{
	sixteen bytes;

	memcpy(&bytes, p, 16);
	return bytes;
}

static inline bool
all_set(sixteen bytes)
{
	uint64_t halves[2];

	memcpy(halves, &bytes, 16);
	return (halves[0] & halves[1]) == UINT64_MAX;
}

/* As a signed number a byte of ASCII that is not NUL is above 0. */
static inline bool
is_plain_long(const uint8_t *p, size_t size)
{
	const sixteen zero = {0};
	sixteen good = load_16(p + size - 16) > zero;
	size_t at;

	for (at = 0; at + 16 < size; at += 16)
		good &= load_16(p + at) > zero;
	return all_set(good);
}

/* Whether all bytes are ASCII and none is NUL: what most texts are. Reads 16
 * bytes at once where the record has them, so that a short text needs no
 * branch by its size. */
static inline bool
is_plain(const uint8_t *p, size_t size, const uint8_t *end)
{
	const sixteen zero = {0}, place = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

	if (size > 16)
		return is_plain_long(p, size);
	if (end - p >= 16)
		return all_set((load_16(p) > zero) | (place >= (int8_t)size + zero));
	while (size && (int8_t)p[size - 1] > 0)
		size--;
	return !size;
}

static COLD struct avro_piece
check_text(struct reading *reading, struct text text, struct avro_piece piece)
{
	if (!text_is_utf8(text))
		return stop(reading, REASON_UTF8, "bytes that are not UTF-8");
	if (memchr(text.data, 0, text.size))
		return stop(reading, REASON_NUL, "a NUL in text");
	return piece;
}

static inline struct avro_piece
read_text(struct reading *reading, const struct plan_step *step, struct avro_piece piece,
    const uint8_t *end)
{
	struct cell *cell = cell_of(reading, step);

	if (!piece.next)
		return piece;
	cell->kind = CELL_TEXT;
	cell->text = (struct text){(const char *)piece.next - piece.value, (size_t)piece.value};
	if (is_plain(piece.next - piece.value, (size_t)piece.value, end))
		return piece;
	return check_text(reading, cell->text, piece);
}

static COLD struct avro_piece
read_fixed(struct reading *reading, const struct plan_step *step, struct avro_piece piece,
    const uint8_t *end)
{
	return read_text(reading, step, piece, end);
}

static inline struct avro_piece
read_boolean(struct reading *reading, const struct plan_step *step, struct avro_piece piece)
{
	struct cell *cell = cell_of(reading, step);

	cell->kind = CELL_BOOLEAN;
	cell->boolean = piece.value;
	return piece;
}

static inline struct avro_piece
read_integer(struct reading *reading, const struct plan_step *step, struct avro_piece piece)
{
	struct cell *cell = cell_of(reading, step);

	cell->kind = CELL_LONG;
	cell->integer = piece.value;
	return piece;
}

static inline struct avro_piece
read_number(struct reading *reading, const struct plan_step *step, struct avro_piece piece)
{
	struct cell *cell = cell_of(reading, step);
	uint64_t bits;
	uint32_t half;
	float single;

	if (!piece.next)
		return piece;
	cell->kind = CELL_DOUBLE;
	if (piece.value == 8) {
		bits = avro_little(piece.next - 8, 8);
		memcpy(&cell->number, &bits, 8);
	} else {
		half = (uint32_t)avro_little(piece.next - 4, 4);
		memcpy(&single, &half, 4);
		cell->number = (double)single;
	}
	return piece;
}

static inline struct avro_piece
read_symbol(struct reading *reading, const struct plan_step *step, struct avro_piece piece)
{
	struct cell *cell = cell_of(reading, step);

	if (!piece.next)
		return piece;
	cell->kind = CELL_TEXT;
	cell->text = reading->plan->nodes[step->b]->symbols[piece.value];
	return piece;
}

/* Finer than a millisecond is cut towards the past, not rounded. */
static inline struct avro_piece
read_time(struct reading *reading, const struct plan_step *step, struct avro_piece piece)
{
	struct cell *cell = cell_of(reading, step);
	int64_t units = step->a;

	cell->kind = CELL_TIME;
	if (step->op == PLAN_DATE)
		cell->integer = piece.value * 86400000;
	else if (units == 1)
		cell->integer = piece.value;
	else
		cell->integer = piece.value / units - (piece.value % units < 0);
	return piece;
}

static COLD struct avro_piece
read_decimal(struct reading *reading, const struct plan_step *step, struct avro_piece piece)
{
	struct text bytes;

	if (!piece.next)
		return piece;
	bytes = (struct text){(const char *)piece.next - piece.value, (size_t)piece.value};
	if (!avro_decimal_cell(bytes, step->b, reading->row->arena, cell_of(reading, step)))
		return stop(
		    reading, REASON_NUMBER, "a decimal of no bytes, or of more than can be read");
	return piece;
}

static COLD struct avro_piece
read_uuid(struct reading *reading, const struct plan_step *step, struct avro_piece piece)
{
	if (piece.next)
		avro_uuid_cell(piece.next - 16, reading->row->arena, cell_of(reading, step));
	return piece;
}

static inline struct avro_piece
read_branch(struct reading *reading, const struct plan_step *step, enum plan_op op,
    const uint8_t *p, const uint8_t *end)
{
	switch (op) {
	case PLAN_TEXT:
		return read_text(reading, step, avro_text(p, end), end);
	case PLAN_LONG:
		return read_integer(reading, step, avro_long(p, end));
	case PLAN_DOUBLE:
		return read_number(reading, step, avro_bytes(p, end, 8));
	case PLAN_INT:
		return read_integer(reading, step, avro_int(p, end));
	case PLAN_FLOAT:
		return read_number(reading, step, avro_bytes(p, end, 4));
	case PLAN_BOOLEAN:
		return read_boolean(reading, step, avro_boolean(p, end));
	default:
		cell_of(reading, step)->kind = CELL_NULL;
		return (struct avro_piece){p, 0};
	}
}

static inline struct avro_piece
read_one_of(
    struct reading *reading, const struct plan_step *step, const uint8_t *p, const uint8_t *end)
{
	struct avro_piece branch = avro_index(p, end, step->a, AVRO_FAULT_BRANCH), piece;

	if (!branch.next)
		return branch;
	piece = read_branch(reading, step,
	    (enum plan_op)reading->plan->targets[step->b + branch.value], branch.next, end);
	return piece.next ? piece : at_place(reading, branch.next, piece);
}

static COLD struct avro_piece
run_walk(struct reading *reading, uint32_t number, const uint8_t *p, const uint8_t *end)
{
	struct avro_spot spot;
	const uint8_t *next = avro_walk_run(reading->plan->walk, number, p, end, &spot);

	if (next)
		return (struct avro_piece){next, 0};
	reading->at = spot.at;
	return avro_wrong(spot.fault);
}

static COLD struct avro_piece
skip_text_list(const uint8_t *p, const uint8_t *end, uint32_t texts)
{
	const uint8_t *block_end;
	struct avro_piece piece;
	int64_t left;

	for (;; p = piece.next) {
		piece = avro_block(p, end, texts, &block_end);
		if (!piece.next || !piece.value)
			return piece;
		left = piece.value * texts;
		if (block_end)
			piece.next = block_end;
		else
			for (; left && piece.next; left--)
				piece = avro_text(piece.next, end);
		if (!piece.next)
			return piece;
	}
}

static void
push(struct reading *reading, uint32_t pc)
{
	assert(reading->frame < reading->frames + FRAMES_MAX);
	*reading->frame++ = (struct frame){.pc = pc};
}

/* Begins the next block of the map or list in the top frame; value is 0 behind the last. */
static struct avro_piece
next_block(struct reading *reading, const uint8_t *p, const uint8_t *end)
{
	struct frame *frame = &reading->frame[-1];
	const struct plan_step *step = &reading->plan->steps[frame->pc];
	struct avro_piece piece;

	if (frame->block_end && frame->block_end != p)
		return avro_wrong(AVRO_FAULT_BLOCK);
	piece = avro_block(p, end, reading->plan->loops[step->b].min_bytes, &frame->block_end);
	if (piece.next)
		frame->left = (uint64_t)piece.value;
	return piece;
}

/* The wanted key of that name; NULL if it is not wanted. */
static const struct plan_key *
key_find(const struct plan *plan, const struct plan_loop *loop, struct text name)
{
	uint32_t i;

	for (i = loop->first; i < loop->first + loop->count; i++)
		if (text_equal(plan->keys[i].name, name))
			return &plan->keys[i];
	return NULL;
}

/* Goes on in the map of the top frame to its next wanted key, or behind it. */
static COLD struct avro_piece
map_on(struct reading *reading, const uint8_t *p, const uint8_t *end)
{
	const struct plan *plan = reading->plan;
	struct frame *frame = &reading->frame[-1];
	const struct plan_step *step = &plan->steps[frame->pc];
	const struct plan_loop *loop = &plan->loops[step->b];
	struct avro_piece piece;
	const struct plan_key *key;
	uint64_t bit;

	for (;; p = piece.next) {
		if (!frame->left) {
			piece = next_block(reading, p, end);
			if (piece.next && !piece.value) {
				reading->frame--;
				reading->pc = step->a;
			}
			if (!piece.next || !piece.value)
				return at_place(reading, p, piece);
			p = piece.next;
		}
		frame->left--;
		piece = avro_text(p, end);
		if (!piece.next)
			return at_place(reading, p, piece);
		key = key_find(plan, loop,
		    (struct text){(const char *)piece.next - piece.value, (size_t)piece.value});
		if (key)
			break;
		piece = run_walk(reading, loop->walk, piece.next, end);
		if (!piece.next)
			return piece;
	}
	bit = (uint64_t)1 << (key - &plan->keys[loop->first]);
	if (frame->seen & bit)
		return stop(reading, REASON_AVRO, "a map with one key twice");
	frame->seen |= bit;
	reading->pc = key->pc;
	return piece;
}

/* Begins the change that the row has place for already. */
static inline void
change_begin(struct reading *reading, struct frame *frame)
{
	struct cell_change *change = &reading->plan->changes[reading->row->change_count];

	frame->left--;
	change->old_value.kind = CELL_NULL;
	change->new_value.kind = CELL_NULL;
	reading->field.kind = CELL_ABSENT;
	reading->bases[BASE_CHANGE] = (char *)change;
	reading->pc = frame->pc + 1;
}

/* Goes on in the list of the top frame to its next block, or behind it. */
static COLD struct avro_piece
list_on(struct reading *reading, const uint8_t *p, const uint8_t *end)
{
	struct plan *plan = reading->plan;
	struct frame *frame = &reading->frame[-1];
	size_t before = reading->row->change_count;
	struct avro_piece piece = next_block(reading, p, end);

	if (!piece.next)
		return piece;
	if (!piece.value) {
		reading->pc = plan->steps[frame->pc].a;
		reading->frame--;
		return piece;
	}
	if (frame->left > plan->changes_max - before)
		return stop(reading, REASON_TOO_MANY, "more changes than are allowed");
	memory_grow(
	    &plan->changes, &plan->change_capacity, before + frame->left, sizeof(*plan->changes));
	change_begin(reading, frame);
	return piece;
}

/* The change that was read is whole: goes on to the next one. */
static inline struct avro_piece
change_end(struct reading *reading, const uint8_t *p, const uint8_t *end)
{
	struct cell_change *change = &reading->plan->changes[reading->row->change_count];
	struct frame *frame = &reading->frame[-1];

	if (reading->field.kind != CELL_TEXT || change->old_value.kind == CELL_OTHER ||
	    change->new_value.kind == CELL_OTHER)
		return stop(reading, REASON_CHANGES,
		    "a change is not field, old, new: a name and two single values");
	change->field = reading->field.text;
	reading->row->change_count++;
	if (!frame->left)
		return list_on(reading, p, end);
	change_begin(reading, frame);
	return (struct avro_piece){p, 0};
}

/* One loop rather than many functions: the place in the bytes stays in a
 * register. Gives where it stopped in *pc_at, *p_at. */
static struct avro_piece
run(struct reading *reading, const uint8_t *p, const uint8_t *end, uint32_t *pc_at,
    const uint8_t **p_at)
{
	const struct plan *plan = reading->plan;
	const struct plan_step *step;
	struct avro_piece piece = {p, 0};
	uint32_t pc = 0, next = 0;

	for (; piece.next; pc = next) {
		p = piece.next;
		step = &plan->steps[pc];
		next = step->next;
		switch ((enum plan_op)step->op) {
		case PLAN_END:
			if (p == end)
				return piece;
			piece = avro_wrong(AVRO_FAULT_TRAILING);
			next = pc;
			break;
		case PLAN_SKIP_BYTES:
			piece = avro_bytes(p, end, step->a);
			break;
		case PLAN_SKIP_LONGS:
			piece = avro_longs(p, end, step->a);
			break;
		case PLAN_SKIP_INTS:
			piece = avro_ints(p, end, step->a);
			break;
		case PLAN_SKIP_TEXTS:
			piece = avro_texts(p, end, step->a);
			break;
		case PLAN_SKIP_BOOLEAN:
			piece = avro_boolean(p, end);
			break;
		case PLAN_SKIP_SYMBOL:
			piece = avro_index(p, end, step->a, AVRO_FAULT_SYMBOL);
			break;
		case PLAN_SKIP_TEXT_OR_NULL:
			piece = avro_index(p, end, 2, AVRO_FAULT_BRANCH);
			if (piece.next && piece.value != step->b)
				piece = avro_text(piece.next, end);
			break;
		case PLAN_SKIP_TEXT_LIST:
			piece = skip_text_list(p, end, step->a);
			break;
		case PLAN_WALK:
			piece = run_walk(reading, step->a, p, end);
			break;
		case PLAN_NULL_OR:
			cell_of(reading, step)->kind = CELL_NULL;
			/* fall through */
		case PLAN_NULLABLE:
			piece = avro_index(p, end, 2, AVRO_FAULT_BRANCH);
			if (piece.next && piece.value == step->b)
				next = step->a;
			break;
		case PLAN_UNION:
			piece = avro_index(p, end, step->a, AVRO_FAULT_BRANCH);
			if (piece.next)
				next = plan->targets[step->b + piece.value];
			break;
		case PLAN_MAP:
			push(reading, pc);
			/* fall through */
		case PLAN_MAP_NEXT:
			piece = map_on(reading, p, end);
			next = reading->pc;
			break;
		case PLAN_LIST:
			push(reading, pc);
			reading->row->has_changes = true;
			piece = list_on(reading, p, end);
			next = reading->pc;
			break;
		case PLAN_LIST_NEXT:
			piece = change_end(reading, p, end);
			next = reading->pc;
			break;
		case PLAN_NULL:
			cell_of(reading, step)->kind = CELL_NULL;
			break;
		case PLAN_BOOLEAN:
			piece = read_boolean(reading, step, avro_boolean(p, end));
			break;
		case PLAN_INT:
			piece = read_integer(reading, step, avro_int(p, end));
			break;
		case PLAN_LONG:
			piece = read_integer(reading, step, avro_long(p, end));
			break;
		case PLAN_FLOAT:
			piece = read_number(reading, step, avro_bytes(p, end, 4));
			break;
		case PLAN_DOUBLE:
			piece = read_number(reading, step, avro_bytes(p, end, 8));
			break;
		case PLAN_TEXT_OR_NULL:
			piece = avro_index(p, end, 2, AVRO_FAULT_BRANCH);
			if (!piece.next)
				break;
			if (piece.value == step->b) {
				cell_of(reading, step)->kind = CELL_NULL;
				break;
			}
			p = piece.next;
			/* fall through */
		case PLAN_TEXT:
			piece = read_text(reading, step, avro_text(p, end), end);
			break;
		case PLAN_ONE_OF:
			piece = read_one_of(reading, step, p, end);
			break;
		case PLAN_FIXED:
			piece = read_fixed(reading, step, avro_bytes(p, end, step->a), end);
			break;
		case PLAN_SYMBOL:
			piece = read_symbol(
			    reading, step, avro_index(p, end, step->a, AVRO_FAULT_SYMBOL));
			break;
		case PLAN_TIME:
			piece = read_time(reading, step, avro_long(p, end));
			break;
		case PLAN_DATE:
			piece = read_time(reading, step, avro_int(p, end));
			break;
		case PLAN_DECIMAL:
			piece = read_decimal(reading, step, avro_text(p, end));
			break;
		case PLAN_DECIMAL_FIXED:
			piece = read_decimal(reading, step, avro_bytes(p, end, step->a));
			break;
		case PLAN_UUID_FIXED:
			piece = read_uuid(reading, step, avro_bytes(p, end, 16));
			break;
		case PLAN_OTHER:
			cell_of(reading, step)->kind = CELL_OTHER;
			break;
		case PLAN_REFUSE_LIST:
			piece = stop(reading, REASON_CHANGES, "not an array");
			break;
		}
		*pc_at = pc;
	}
	*p_at = p;
	return piece;
}

/* A step may pass over many values in a row: finds the one that is wrong. */
static uint32_t
wrong_piece(const struct plan *plan, uint32_t pc, const uint8_t **p, const uint8_t *end)
{
	const struct plan_step *step = &plan->steps[pc];
	struct avro_piece piece = {NULL, 0};
	uint32_t first = plan->step_pieces[pc], i;

	for (i = 0; i < step->a; i++) {
		if (step->op == PLAN_SKIP_LONGS)
			piece = avro_long(*p, end);
		else if (step->op == PLAN_SKIP_INTS)
			piece = avro_int(*p, end);
		else if (step->op == PLAN_SKIP_TEXTS)
			piece = avro_text(*p, end);
		else
			return first;
		if (!piece.next)
			return first + i;
		*p = piece.next;
	}
	return first;
}

/* "field payload.after.priority: ", nothing for the record itself. */
static void
show_place(const struct plan *plan, uint32_t place, char *out, size_t room)
{
	struct text names[PLAN_SEGMENTS_MAX * 2];
	size_t depth = 0, used = 0;

	out[0] = '\0';
	if (place)
		used = (size_t)snprintf(out, room, "field ");
	for (; place && depth < ARRAY_COUNT(names); place = plan->places[place].up)
		names[depth++] = plan->places[place].name;
	while (depth-- > 0 && used + 16 < room)
		used += (size_t)snprintf(out + used, room - used, "%.*s%s",
		    (int)(names[depth].size < 48 ? names[depth].size : 48), names[depth].data,
		    depth ? "." : ": ");
}

/* What was wrong, and where: never a value. */
static void
explain(const struct reading *reading, struct avro_piece piece, uint32_t pc, const uint8_t *p,
    struct text payload, struct row_problem *problem)
{
	const struct plan *plan = reading->plan;
	const uint8_t *begin = (const uint8_t *)payload.data, *end = begin + payload.size;
	uint32_t place = plan->pieces[wrong_piece(plan, pc, &p, end)];
	char where[160];

	show_place(plan, place, where, sizeof(where));
	if (reading->at)
		p = reading->at;
	row_problem_set(problem, reading->reason ? reading->reason : REASON_AVRO,
	    "%s%s (byte %zu of %zu)", where,
	    reading->what ? reading->what : avro_fault_sentence((enum avro_fault)piece.value),
	    (size_t)(p - begin) + 1, payload.size);
}

/* What the plan's slots hold is the rest of the row, where all of them always hold something. */
static void
set_rest(struct plan *plan, struct row *row)
{
	size_t i;

	row->rest = plan->rest_varies ? plan->rest : plan->slots;
	row->rest_count = plan->rest_varies ? 0 : plan->slot_count;
	for (i = 0; plan->rest_varies && i < plan->slot_count; i++)
		if (plan->slots[i].cell.kind != CELL_ABSENT)
			plan->rest[row->rest_count++] = plan->slots[i];
}

bool
avro_plan_read(struct plan *plan, struct text payload, struct row *row, struct row_problem *problem)
{
	const uint8_t *begin = (const uint8_t *)payload.data, *p_at = begin;
	struct reading reading;
	struct avro_piece piece;
	uint32_t pc_at = 0;
	size_t i;

	reading.plan = plan;
	reading.row = row;
	reading.bases[BASE_CELLS] = (char *)row->cells;
	reading.bases[BASE_REST] = (char *)plan->slots;
	reading.bases[BASE_CHANGE] = NULL;
	reading.bases[BASE_FIELD] = (char *)&reading.field;
	reading.frame = reading.frames;
	reading.reason = reading.what = NULL;
	reading.at = NULL;
	for (i = 0; plan->rest_varies && i < plan->slot_count; i++)
		plan->slots[i].cell.kind = CELL_ABSENT;
	row->has_changes = false;
	row->change_count = 0;
	piece = run(&reading, begin, begin + payload.size, &pc_at, &p_at);
	if (!piece.next) {
		explain(&reading, piece, pc_at, p_at, payload, problem);
		return false;
	}
	row->changes = plan->changes;
	set_rest(plan, row);
	if (row->rest_count > ROW_REST_MAX)
		return row_problem_set(problem, REASON_TOO_MANY,
		    "more than %d fields beside those mapped", ROW_REST_MAX);
	return true;
}
