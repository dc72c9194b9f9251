/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked for, checked; and the lines that both kinds of export give. */
#include "export.h"

void
export_begin(struct exporting *exporting)
{
	exporting->line.text.size = 0;
	exporting->line.comma = false;
	line_open(&exporting->line, NULL, '{');
}

bool
export_end(struct exporting *exporting, struct error *err)
{
	struct error why = {0};

	line_close(&exporting->line, '}');
	buffer_add_byte(&exporting->line.text, '\n');
	if (exporting->what->line(
		exporting->what->context, buffer_text(&exporting->line.text), &why))
		return true;
	exporting->stopped = true;
	return why.kind == ERROR_NONE || error_set(err, why.kind, "%s", why.text);
}

bool
export_covers(const struct inquiry_export *what, int64_t time_ms)
{
	return time_ms >= what->from_ms && time_ms < what->to_ms;
}

bool
export_is_narrow(const struct inquiry_export *what)
{
	return what->feature.data || what->model.data || what->from_ms > TIME_MIN ||
	    what->to_ms <= TIME_MAX;
}

bool
inquiry_export(struct inquiry *inquiry, const struct inquiry_export *what, struct error *err)
{
	struct exporting exporting = {.inquiry = inquiry, .what = what};
	bool good = inquiry_check_names(inquiry, what->feature, what->model, err);

	if (good && what->influences && !inquiry->keys)
		good = error_set(err, ERROR_REFUSED,
		    "influences are computed from texts, which the key file opens: %s",
		    inquiry->keys_error.text);
	if (good)
		good = what->influences ? export_influences(&exporting, err)
					: export_events(&exporting, err);
	buffer_fini(&exporting.line.text);
	return good;
}
