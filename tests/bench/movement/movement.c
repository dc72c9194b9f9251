/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Movement added up, written and read.
 *
 *   bench_movement                          all, small
 *   bench_movement add EVENTS ACTORS EVENTS_A_DAY
 *   bench_movement write EVENTS ACTORS      against SQLite
 *   bench_movement read FILE DAYS ACTORS QUESTIONS
 */
#include "sides.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t
number(char **argv, int at)
{
	return (uint32_t)strtoul(argv[at], NULL, 10);
}

static void
all_small(const char *folder)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/read.db", folder);
	add_side(folder, 1000000, 28750, 222000);
	write_side(folder, 50000, 3200);
	read_side(path, 20, 3000, 100);
}

int
main(int argc, char **argv)
{
	char folder[] = "/tmp/bench-movement-XXXXXX", command[64];

	if (!mkdtemp(folder))
		return 1;
	if (argc == 5 && strcmp(argv[1], "add") == 0)
		add_side(folder, number(argv, 2), number(argv, 3), number(argv, 4));
	else if (argc == 4 && strcmp(argv[1], "write") == 0)
		write_side(folder, number(argv, 2), number(argv, 3));
	else if (argc == 6 && strcmp(argv[1], "read") == 0)
		read_side(argv[2], number(argv, 3), number(argv, 4), number(argv, 5));
	else
		all_small(folder);
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	return system(command) != 0;
}
