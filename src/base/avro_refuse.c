/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with a schema, and where in its text: as a JSON path. */
#include "avro_build.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/buffer.h"

const char *
avro_shown(struct text word, char out[AVRO_SHOWN_BYTES])
{
	return text_show(word, 48, out, AVRO_SHOWN_BYTES);
}

/* Writes "$.fields[3].type" for a node of the document, walking down to it. */
static void
show_path(const struct json_document *json, uint32_t target, struct buffer *path)
{
	uint32_t at = 0, inside, i;
	char shown[AVRO_SHOWN_BYTES];

	buffer_add_byte(path, '$');
	while (at != target) {
		bool object = json->nodes[at].kind == NODE_OBJECT;

		inside = at + 1;
		for (i = 0; json->nodes[inside + object].next <= target; i++)
			inside = json->nodes[inside + object].next;
		if (object)
			buffer_add_format(path, ".%s", avro_shown(json->nodes[inside].text, shown));
		else
			buffer_add_format(path, "[%u]", i);
		at = inside + object;
	}
}

bool
avro_refuse(struct avro_build *build, uint32_t at, enum error_kind kind, const char *format, ...)
{
	struct buffer path = {0};
	char sentence[512];
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	show_path(build->json, at, &path);
	error_set(build->err, kind, "%.*s: %s", (int)path.size, (char *)path.data, sentence);
	buffer_fini(&path);
	return false;
}
