/* SPDX-License-Identifier: Apache-2.0 */
#include "cells.h"

#include <stdarg.h>
#include <stdio.h>

bool
row_problem_set(struct row_problem *problem, const char *reason, const char *format, ...)
{
	va_list args;

	problem->reason = reason;
	va_start(args, format);
	vsnprintf(problem->detail, sizeof(problem->detail), format, args);
	va_end(args);
	return false;
}
