/* SPDX-License-Identifier: Apache-2.0 */
/* What the format cannot hold is escaped; numbers read back to the same. */
#include "exposition.h"

#include <math.h>
#include <string.h>

#include "base/digest.h"
#include "base/json_print.h"

const char *
metric_kind_name(enum metric_kind kind)
{
	static const char *const names[] = {"counter", "gauge", "histogram"};

	return names[kind];
}

/* A backslash, a line feed and, in labels, a quote. */
static void
add_escaped(const char *text, bool quotes, struct buffer *out)
{
	for (; *text; text++) {
		if (*text == '\n') {
			buffer_add_text(out, TEXT("\\n"));
			continue;
		}
		if (*text == '\\' || (quotes && *text == '"'))
			buffer_add_byte(out, '\\');
		buffer_add_byte(out, (uint8_t)*text);
	}
}

void
exposition_head(const char *name, enum metric_kind kind, const char *help, struct buffer *out)
{
	buffer_add_format(out, "# HELP %s ", name);
	add_escaped(help, false, out);
	buffer_add_format(out, "\n# TYPE %s %s\n", name, metric_kind_name(kind));
}

/* Names of files may hold any bytes. One that is cut is told from its like by a digest of all of it. */
static void
add_label_value(const char *value, struct buffer *out)
{
	char shown[EXPOSITION_LABEL_BYTES * 4 + 16];
	struct text text = text_of(value);

	text_show(text, EXPOSITION_LABEL_BYTES, shown, sizeof(shown));
	add_escaped(shown, true, out);
	if (text.size > EXPOSITION_LABEL_BYTES)
		buffer_add_format(out, "%016llx", (unsigned long long)digest_identity(text));
}

static void
add_labels(const struct sample_label *labels, struct buffer *out)
{
	size_t i;

	for (i = 0; labels && labels[i].name; i++) {
		buffer_add_format(out, "%c%s=\"", i ? ',' : '{', labels[i].name);
		add_label_value(labels[i].value, out);
		buffer_add_byte(out, '"');
	}
	if (i)
		buffer_add_byte(out, '}');
}

static void
add_value(double value, struct buffer *out)
{
	if (isnan(value))
		buffer_add_text(out, TEXT("NaN"));
	else if (isinf(value))
		buffer_add_text(out, value > 0 ? TEXT("+Inf") : TEXT("-Inf"));
	else
		json_print_number(value, out);
}

void
exposition_sample(const char *name, const char *suffix, const struct sample_label *labels,
    double value, struct buffer *out)
{
	buffer_add_format(out, "%s%s", name, suffix);
	add_labels(labels, out);
	buffer_add_byte(out, ' ');
	add_value(value, out);
	buffer_add_byte(out, '\n');
}

bool
exposition_name_good(const char *name)
{
	const char *p;

	for (p = name; *p; p++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789", *p))
			return false;
	return *name && (*name < '0' || *name > '9');
}
