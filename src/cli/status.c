/* SPDX-License-Identifier: Apache-2.0 */
/* Kinds of errors as exit statuses. Mistakes in settings arrive here as ERROR_USAGE. */
#include "cli/status.h"

static const struct {
	const char *name;
	enum status status;
} kinds[] = {
    [ERROR_NONE] = {"none", STATUS_ENVIRONMENT},
    [ERROR_USAGE] = {"usage", STATUS_USAGE},
    [ERROR_MALFORMED] = {"malformed", STATUS_ENVIRONMENT},
    [ERROR_MISSING] = {"missing", STATUS_ENVIRONMENT},
    [ERROR_LIMIT] = {"limit", STATUS_ENVIRONMENT},
    [ERROR_BUSY] = {"busy", STATUS_ENVIRONMENT},
    [ERROR_REFUSED] = {"refused", STATUS_ENVIRONMENT},
    [ERROR_IO] = {"io", STATUS_ENVIRONMENT},
    [ERROR_DAMAGED] = {"damaged", STATUS_DAMAGED},
};

enum status
status_of(const struct error *err)
{
	return (unsigned)err->kind < ARRAY_COUNT(kinds) ? kinds[err->kind].status
							: STATUS_ENVIRONMENT;
}

const char *
status_kind_name(enum error_kind kind)
{
	return (unsigned)kind < ARRAY_COUNT(kinds) ? kinds[kind].name : "unknown";
}
