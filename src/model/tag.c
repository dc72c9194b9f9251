/* SPDX-License-Identifier: Apache-2.0 */
#include "model/tag.h"

void
tag_trace_text(const struct trace_class *trace, const struct lineage *lineage, struct buffer *out)
{
	size_t start = out->size;
	uint32_t i;

	buffer_add_format(out, "epoch=%u;features=", trace->epoch);
	for (i = 0; i < trace->feature_count && out->size - start <= TAG_TRACE_BYTES_MAX; i++)
		buffer_add_format(out, "%s%.*s", i ? "," : "",
		    TEXT_PRINT(lineage->features[trace->features[i]].name));
	buffer_add_text(out, TEXT(";models="));
	for (i = 0; i < trace->model_count && out->size - start <= TAG_TRACE_BYTES_MAX; i++)
		buffer_add_format(out, "%s%.*s", i ? "," : "",
		    TEXT_PRINT(lineage->models[trace->models[i]].name));
	if (out->size - start <= TAG_TRACE_BYTES_MAX)
		return;
	out->size = start;
	buffer_add_format(out, "epoch=%u;features=#%u;models=#%u", trace->epoch,
	    trace->feature_count, trace->model_count);
}
