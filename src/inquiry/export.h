/* SPDX-License-Identifier: Apache-2.0 */
/* What the two kinds of export share. Private to inquiry. */
#ifndef INQUIRY_EXPORT_H
#define INQUIRY_EXPORT_H

#include "line.h"
#include "private.h"

struct exporting {
	struct inquiry *inquiry;
	const struct inquiry_export *what;
	struct line line;
	struct lineage *lineage; /* of the records under way; NULL: none */
	uint32_t epoch;
	bool stopped; /* who takes the lines had enough */
};

void export_begin(struct exporting *exporting);
/* Gives the line. False: an error of who takes it. */
MUST_USE bool export_end(struct exporting *exporting, struct error *err);
/* Whether a time is between from and to. */
bool export_covers(const struct inquiry_export *what, int64_t time_ms);
/* Whether anything but all was asked for. */
bool export_is_narrow(const struct inquiry_export *what);

MUST_USE bool export_events(struct exporting *exporting, struct error *err);
MUST_USE bool export_influences(struct exporting *exporting, struct error *err);

#endif
