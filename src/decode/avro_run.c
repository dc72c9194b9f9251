/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop that runs a plan. It is one function, so that the place in the bytes
 * and the place in the program stay in registers; what a step does is a
 * function of its own, inline where it is done often.
 */
#include "avro_union.h"
#include "model/reason.h"

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

/* The change that was read is whole: goes on to the next one. */
static inline struct avro_piece
change_end(struct avro_reading *reading, const uint8_t *p, const uint8_t *end)
{
	struct cell_change *change = avro_change_of(reading);
	struct loop_frame *frame = &reading->frame[-1];

	if (UNLIKELY(reading->field.kind != CELL_TEXT || change->old_value.kind == CELL_OTHER ||
		change->new_value.kind == CELL_OTHER))
		return avro_stop(reading, REASON_CHANGES,
		    "a change is not field, old, new: a name and two single values");
	change->field = reading->field.text;
	reading->bases[BASE_CHANGE] = (char *)(change + 1);
	if (!frame->left)
		return avro_list_on(reading, p, end);
	avro_change_begin(reading, frame);
	return (struct avro_piece){p, 0};
}

static COLD struct avro_piece
fixed_text(struct avro_reading *reading, const struct plan_step *step, const uint8_t *p,
    const uint8_t *end)
{
	return fill_text(reading, step, avro_bytes(p, end, step->a), end);
}

struct avro_piece
avro_run(struct avro_reading *reading, const uint8_t *p, const uint8_t *end,
    const struct plan_step **step_at, const uint8_t **p_at)
{
	const struct plan_step *step = reading->plan->steps, *next;
	struct avro_piece piece;

	for (;;) {
		next = step->after;
		switch ((enum plan_op)step->op) {
		case PLAN_END:
			if (LIKELY(p == end))
				return (struct avro_piece){p, 0};
			piece = avro_wrong(AVRO_FAULT_TRAILING);
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
			piece = skip_text_or_null(step, p, end);
			break;
		case PLAN_SKIP_TEXT_LIST:
			piece = skip_text_list(p, end, step->a);
			break;
		case PLAN_WALK:
			piece = avro_pass(reading, step->a, p, end);
			break;
		case PLAN_NULL_OR:
			fill_null(reading, step);
			/* fall through */
		case PLAN_NULLABLE:
			piece = nullable(reading, step, p, end, &next);
			break;
		case PLAN_UNION:
			piece = any_union(reading, step, p, end, &next);
			break;
		case PLAN_MAP:
			piece = avro_map_begin(reading, step, p, end);
			next = reading->step;
			break;
		case PLAN_MAP_NEXT:
			piece = avro_map_on(reading, p, end);
			next = reading->step;
			break;
		case PLAN_LIST:
			piece = avro_list_begin(reading, step, p, end);
			next = reading->step;
			break;
		case PLAN_LIST_NEXT:
			piece = change_end(reading, p, end);
			next = reading->step;
			break;
		case PLAN_NULL:
			fill_null(reading, step);
			piece = (struct avro_piece){p, 0};
			break;
		case PLAN_BOOLEAN:
			piece = fill_boolean(reading, step, avro_boolean(p, end));
			break;
		case PLAN_INT:
			piece = fill_integer(reading, step, avro_int(p, end));
			break;
		case PLAN_LONG:
			piece = fill_integer(reading, step, avro_long_wide(p, end));
			break;
		case PLAN_FLOAT:
			piece = fill_float(reading, step, avro_bytes(p, end, 4));
			break;
		case PLAN_DOUBLE:
			piece = fill_double(reading, step, avro_bytes(p, end, 8));
			break;
		case PLAN_TEXT:
			piece = fill_text(reading, step, avro_text(p, end), end);
			break;
		case PLAN_TEXT_OR_NULL:
			piece = text_or_null(reading, step, p, end);
			break;
		case PLAN_ONE_OF:
			piece = one_of_plain(reading, step, p, end);
			break;
		case PLAN_ONE_OF_WORDS:
			piece = one_of_words(reading, step, p, end);
			break;
		case PLAN_FIXED:
			piece = fixed_text(reading, step, p, end);
			break;
		case PLAN_SYMBOL:
			piece = fill_symbol(
			    reading, step, avro_index(p, end, step->a, AVRO_FAULT_SYMBOL));
			break;
		case PLAN_TIME:
			piece = fill_time(reading, step, avro_long_wide(p, end));
			break;
		case PLAN_DATE:
			piece = fill_date(reading, step, avro_int(p, end));
			break;
		case PLAN_DECIMAL:
			piece = avro_fill_decimal(reading, step, avro_text(p, end));
			break;
		case PLAN_DECIMAL_FIXED:
			piece = avro_fill_decimal(reading, step, avro_bytes(p, end, step->a));
			break;
		case PLAN_UUID_FIXED:
			piece = avro_fill_uuid(reading, step, avro_bytes(p, end, 16));
			break;
		case PLAN_OTHER:
			avro_cell_of(reading, step)->kind = CELL_OTHER;
			piece = (struct avro_piece){p, 0};
			break;
		case PLAN_REFUSE_LIST:
			piece = avro_stop(reading, REASON_CHANGES, "not an array");
			break;
		default:
			__builtin_unreachable();
		}
		if (UNLIKELY(!piece.next))
			break;
		p = piece.next;
		step = next;
	}
	*step_at = step;
	*p_at = p;
	return piece;
}
