/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A figure that a type of source or publisher gives of itself (measure()), for the
 * manual. Names say what, unit and kind in Prometheus's words:
 * "registry_errors_total", "queue_bytes".
 */
#ifndef DYETRACE_MODEL_FIGURE_H
#define DYETRACE_MODEL_FIGURE_H

struct figure_help {
	const char *name;
	const char *help; /* a sentence */
};

#endif
