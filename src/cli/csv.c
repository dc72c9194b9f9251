/* SPDX-License-Identifier: Apache-2.0 */
#include "csv.h"

#include <stdbool.h>
#include <string.h>

void
csv_text(FILE *file, const char *text)
{
	bool guard = *text && strchr("=+-@\t\r", *text);

	if (!guard && !strpbrk(text, ",\"\r\n")) {
		fputs(text, file);
		return;
	}
	fputs(guard ? "\"'" : "\"", file);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', file);
		fputc(*text, file);
	}
	fputc('"', file);
}
