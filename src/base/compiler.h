/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the compiler is told about functions: that a result must be looked at,
 * and that a format string is one.
 */
#ifndef DYETRACE_BASE_COMPILER_H
#define DYETRACE_BASE_COMPILER_H

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(text, first) __attribute__((__format__(__printf__, text, first)))

#define ARRAY_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
