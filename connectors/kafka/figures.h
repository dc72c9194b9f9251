/* SPDX-License-Identifier: Apache-2.0 */
/* What the source gives of itself, in words: one row for each figure of its measure(). */
#ifndef DYETRACE_KAFKA_FIGURES_H
#define DYETRACE_KAFKA_FIGURES_H

#include "model/figure.h"

extern const struct figure_help kafka_figures[]; /* ended by a name NULL */

#endif
