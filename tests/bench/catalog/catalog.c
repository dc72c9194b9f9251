/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The catalog against SQLite with a row an event and three indexes.
 *
 *   bench_catalog                             both sides, small
 *   bench_catalog write RECORDS               what a commit costs an event
 *   bench_catalog read SETTINGS PEER LOOKUPS [BENCH]
 *                                             questions to the store of those settings;
 *                                             PEER: the peer's file, made if missing
 *
 * A store of 20 million: several `dyetrace simulate`, `dyetrace run --until-end`.
 */
#include "catalog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench_route.h"

static void
small(const char *folder)
{
	char peer[128], *path = make_store(folder, 300, 30);
	struct settings *settings = bench_settings(path);

	snprintf(peer, sizeof(peer), "%s/peer.db", folder);
	make_peer(settings, peer);
	read_side(settings, peer, 1000, NULL);
	settings_close(settings);
	free(path);
}

int
main(int argc, char **argv)
{
	char folder[] = "/tmp/bench-catalog-XXXXXX", command[64];
	struct settings *settings;

	if (!mkdtemp(folder))
		return 1;
	if (argc >= 5 && strcmp(argv[1], "read") == 0) {
		settings = bench_settings(argv[2]);
		if (access(argv[3], F_OK) != 0)
			make_peer(settings, argv[3]);
		read_side(settings, argv[3], (size_t)atoll(argv[4]), argv[5]);
		settings_close(settings);
	} else if (argc >= 3 && strcmp(argv[1], "write") == 0) {
		write_side(folder, (uint64_t)atoll(argv[2]));
	} else {
		write_side(folder, 1000000);
		small(folder);
	}
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	return system(command) != 0;
}
