/* SPDX-License-Identifier: Apache-2.0 */
/* `dyetrace version` */
#include "cli/commands.h"
#include "cli/document.h"

static bool
version_run(struct call *call, struct error *err)
{
	json_t *document;

	if (!call->json) {
		fprintf(call->out.file, "%s %s\n", call->program->name, call->program->version);
		return true;
	}
	document = json_object();
	json_object_set_new(document, "name", json_string(call->program->name));
	json_object_set_new(document, "version", json_string(call->program->version));
	document_print(document, &call->out);
	return true;
}

const struct command command_version = {
    .name = "version",
    .summary = "which dyetrace this is",
    .usage = "",
    .description = "Prints the program's name and version.",
    .common = COMMON_JSON,
    .run = version_run,
};
