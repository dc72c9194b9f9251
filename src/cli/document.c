/* SPDX-License-Identifier: Apache-2.0 */
/* jansson keeps the order of keys; numbers are printed so that they read back. */
#include "cli/document.h"

#include "base/json_print.h"
#include "base/memory.h"
#include "base/timestamp.h"

void
document_print(json_t *document, const struct screen *screen)
{
	struct buffer text = {0};

	json_print(document, 2, &text);
	buffer_add_byte(&text, '\n');
	fwrite(text.data, 1, text.size, screen->file);
	buffer_fini(&text);
	json_decref(document);
}

json_t *
document_text(struct text text)
{
	json_t *string;
	size_t bytes;
	char *shown;

	if (!text.data)
		return json_null();
	string = json_stringn(text.data, text.size);
	if (string)
		return string;
	bytes = text.size * 4 + 16;
	shown = memory_get(bytes);
	string = json_string(text_show(text, text.size, shown, bytes));
	memory_free(shown);
	return string;
}

json_t *
document_time(int64_t time_ms)
{
	char shown[TIMESTAMP_TEXT_BYTES];

	return time_ms == TIME_NONE ? json_null() : json_string(timestamp_text(time_ms, shown));
}
