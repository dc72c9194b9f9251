/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the compiler is told about functions: that a result must be looked at,
 * and that a format string is one; and about branches, which way they go.
 */
#ifndef DYETRACE_BASE_COMPILER_H
#define DYETRACE_BASE_COMPILER_H

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(text, first) __attribute__((__format__(__printf__, text, first)))

/* Which way a branch mostly goes, where that is known and the place is hot. */
#define LIKELY(condition) __builtin_expect(!!(condition), 1)
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)

#define ARRAY_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
