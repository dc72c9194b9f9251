/* SPDX-License-Identifier: Apache-2.0 */
/* The files beside the events. Private to simulate. */
#ifndef DYETRACE_SIMULATE_FOLDER_H
#define DYETRACE_SIMULATE_FOLDER_H

#include "base/buffer.h"
#include "base/error.h"

/* Takes the buffer's bytes. */
MUST_USE bool
folder_write(const char *folder, const char *name, struct buffer *bytes, struct error *err);
/* The company's features and models. */
MUST_USE bool folder_write_lineage(const char *folder, struct error *err);
/* dataset: of a log that names none in its events; NULL: each event names its own. */
MUST_USE bool
folder_write_settings(const char *folder, bool company, const char *dataset, struct error *err);

#endif
