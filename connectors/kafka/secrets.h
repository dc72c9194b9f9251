/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets are named in the settings, never written there:
 *
 *   ${file:PATH}   what a file holds, its last line end left out; relative to the settings' folder
 *   ${env:NAME}    what an environment variable holds
 *
 * References may stand within other text ("reader:${file:secrets/registry}"). No
 * sentence made here shows what a reference stands for.
 */
#ifndef DYETRACE_KAFKA_SECRETS_H
#define DYETRACE_KAFKA_SECRETS_H

#include "base/error.h"
#include "base/text.h"

#define SECRET_BYTES_MAX ((size_t)64 << 10)

/* Whether there is a reference in it. */
bool secret_is_reference(struct text written);
/* Whether its references are well written; looks at nothing that they name. ERROR_USAGE */
MUST_USE bool secret_check(struct text written, struct error *err);
/*
 * value: gives, NUL-terminated; ended by secret_free(). Text without a reference is itself.
 *
 * ERROR_USAGE, _MISSING, _LIMIT, _IO
 */
MUST_USE bool
secret_resolve(const char *folder, struct text written, char **value, struct error *err);
/* Overwrites before it frees. Accepts NULL. */
void secret_free(char *value);

#endif
