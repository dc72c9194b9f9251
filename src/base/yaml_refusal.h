/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why bytes are no YAML, in words that say what to do: what libyaml reports,
 * translated; and what must be seen before libyaml looks at the bytes.
 */
#ifndef DYETRACE_BASE_YAML_REFUSAL_H
#define DYETRACE_BASE_YAML_REFUSAL_H

#include <yaml.h>

#include "base/error.h"
#include "base/text.h"

/* ERROR_MALFORMED with file:line:column, the sentence and the remedy, from a parser that has failed. */
void yaml_refusal(const yaml_parser_t *parser, const char *file, struct error *err);

/* Tabs in front of a line, control characters, bytes that are no UTF-8. ERROR_MALFORMED. */
MUST_USE bool yaml_refuse_bytes(const char *file, struct text bytes, struct error *err);

#endif
