/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fault.h"
#include "cli/cli.h"
#include "program.h"

int
main(int argc, char **argv)
{
	static const struct program program = {
	    "dyetrace", DYETRACE_VERSION, program_commands, program_sources, program_publishers};

	fault_init();
	return cli_main(&program, argc, argv);
}
