/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small ledger on disk with its catalog: three partitions whose times jump about,
 * two epochs, released partitions, and numbers, texts and nulls that change. The same
 * seed gives the same records.
 */
#ifndef DYETRACE_TESTS_MADE_LEDGER_H
#define DYETRACE_TESTS_MADE_LEDGER_H

#include "catalog/catalog.h"
#include "ledger/segment.h"

#define MADE_RECORDS 3000

struct made_ledger {
	char folder[64], catalog_path[96], facts[96];
	struct keys *keys;
	struct symbols *names; /* of whoever reads */
	struct catalog *catalog;
	struct ledger_reader *reader;
	/* All records as block_read() gives them. */
	struct arena arena;
	struct record records[MADE_RECORDS];
	uint32_t count;
};

/* Ends the program where it cannot be made. */
void made_ledger_init(struct made_ledger *made, uint64_t seed);
void made_ledger_fini(struct made_ledger *made);

#endif
