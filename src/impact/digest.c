/* SPDX-License-Identifier: Apache-2.0 */
/* What a state holds, as one number; keys count in no order. */
#include "inside.h"

#include "base/digest.h"

static uint64_t
digest_of(struct buffer *bytes)
{
	uint64_t digest = digest_identity(buffer_text(bytes));

	bytes->size = 0;
	return digest;
}

static void
add_number(struct buffer *bytes, double number)
{
	buffer_add(bytes, &number, sizeof(number));
}

static void
add_value(struct buffer *bytes, const struct impact_value *value)
{
	uint32_t i;

	add_number(bytes, value->value);
	buffer_add_byte(bytes, value->estimated);
	buffer_add_byte(bytes, value->exact);
	add_number(bytes, value->total);
	add_number(bytes, value->remainder);
	add_number(bytes, value->error_bound);
	for (i = 0; i < value->origin_count; i++) {
		buffer_add_u32(bytes, value->origins[i].actor);
		add_number(bytes, value->origins[i].weight);
	}
}

static uint64_t
digest_feature(struct impact *impact, const struct plan_feature *feature, struct buffer *bytes)
{
	const struct image *image = impact->image;
	place group = impact->plan->groups[feature->group].piece, row, block;
	uint32_t slot, slots = groups_slots(image, group);
	struct impact_value value;
	uint64_t sum = 0;

	for (slot = 0; slot < slots; slot++) {
		row = groups_at(image, group, slot);
		block = row_block(image, row, feature->layer);
		if (!block)
			continue;
		value = (struct impact_value){0};
		impact_whose(impact, feature, block, &value);
		buffer_add_u32(bytes, feature->index);
		buffer_add_u64(bytes, ((const struct row *)image_at(image, row))->hash);
		add_value(bytes, &value);
		sum += digest_of(bytes);
	}
	return sum;
}

uint64_t
impact_digest(struct impact *impact)
{
	const struct state *state = state_read(impact);
	struct buffer bytes = {0};
	uint64_t sum = 0;
	uint32_t i;

	for (i = 0; i < impact->plan->feature_count; i++) {
		sum += digest_feature(impact, &impact->plan->features[i], &bytes);
		add_number(&bytes, impact_scale(impact, i));
		sum += digest_of(&bytes) * (i + 1);
	}
	buffer_add_u64(&bytes, (uint64_t)state->clock_ms);
	buffer_add_u64(&bytes, state->keys);
	buffer_add_u64(&bytes, state->panes);
	sum += digest_of(&bytes);
	buffer_fini(&bytes);
	return sum;
}
