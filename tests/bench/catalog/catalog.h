/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DYETRACE_BENCH_CATALOG_H
#define DYETRACE_BENCH_CATALOG_H

#include "base/error.h"
#include "settings/settings.h"

/* Ends the program with the sentence unless good. */
void well(bool good, const struct error *err);

/* A simulated company in folder, recorded. gives: the path of its settings */
char *make_store(const char *folder, int people, int days);
/* The store's events as rows of the peer, with its three indexes. */
void make_peer(const struct settings *settings, const char *path);

/* What a commit costs an event, as the store grows to that many records. */
void write_side(const char *folder, uint64_t records);
/* Questions for single events of a store, random over all of it. only: part of a bench's name; NULL: all */
void read_side(const struct settings *settings, const char *peer, size_t lookups, const char *only);

#endif
