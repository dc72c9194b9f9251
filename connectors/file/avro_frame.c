/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of records that cannot be framed: BROKEN with a sentence, or a GAP. */
#include <stdarg.h>
#include <stdio.h>

#include "avro_container_inside.h"
#include "model/reason.h"

struct text
container_detail(struct avro_container *container, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(container->detail, sizeof(container->detail), format, args);
	va_end(args);
	return text_of(container->detail);
}

void
container_broken(struct avro_container *container, const uint8_t *bytes, size_t size,
    const char *reason, struct avro_frame *frame)
{
	frame->kind = MESSAGE_BROKEN;
	frame->reason = reason;
	frame->payload =
	    (struct text){(const char *)bytes, size < AVRO_KEPT_BYTES ? size : AVRO_KEPT_BYTES};
	frame->detail = text_of(container->detail);
}

void
container_take_gap(struct avro_container *container, struct avro_frame *frame)
{
	*frame = (struct avro_frame){.kind = MESSAGE_GAP, .reason = REASON_AVRO_BLOCK};
	frame->detail = container_detail(
	    container, "%lld records of a damaged block", (long long)container->gap);
	container_place(container, container->gap, frame);
	container->gap = 0;
}
