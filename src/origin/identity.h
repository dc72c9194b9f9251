/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The identity table: which pseudonym stands for whom. STORE/identity.db,
 * SQLite, one row an actor; the name is sealed (base/keys.h), and found by a
 * keyed digest of it, so that the file alone says nothing. A name met for the
 * first time gets 128 random bits; they never change, until the person is
 * erased: then nothing leads from the ledger to the name, or back.
 *
 * Actors met since the start also stand in memory: at most 110 bytes each for
 * names of up to 40 bytes. What finds rows takes up to 12 bytes for each row, met or
 * not; SQLite's cache apart. One thread uses it.
 */
#ifndef DYETRACE_ORIGIN_IDENTITY_H
#define DYETRACE_ORIGIN_IDENTITY_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/keys.h"
#include "model/origin.h"

/* A longer name is no name: the event's actor is unknown, and that is counted. */
#define ACTOR_NAME_BYTES_MAX 1024

struct identity;

struct identity_options {
	const char *path;        /* STORE/identity.db */
	const struct keys *keys; /* borrowed until close */
	uint32_t actors_max;     /* limits.actors */
	bool create;             /* make it if it is not there: only while the ledger is empty */
};

/*
 * One actor as the program knows it while it runs; stays where it is until
 * erased. Packed: with a name of up to 30 bytes it is one line of the cache.
 */
struct identity_entry {
	struct pseudonym pseudonym;
	uint32_t number;             /* from 1, in the order of first sight; never given twice */
	uint32_t team;               /* the resolver's, like all below but the name */
	uint32_t from_tick, to_tick; /* while team, kind and standing hold; empty: ask the chart */
	uint16_t name_size : 11, kind : 2, standing : 2;
	char name[];
};

/*
 * gives: ended by identity_close(), which forgets what was not committed
 *
 * ERROR_MISSING  not there, and not to be created
 * ERROR_REFUSED  it belongs to another key file, or a newer program wrote it
 * ERROR_BUSY     another process is writing it
 * ERROR_DAMAGED  its bytes are not what was written
 * ERROR_IO
 */
MUST_USE bool identity_open(
    const struct identity_options *options, struct identity **identity, struct error *err);
void identity_close(struct identity *identity);

/*
 * The actor of that name, made on first sight; *entry is NULL where there can
 * be none: an absent, empty or overlong name, or one more than actors_max
 * (identity_counts() says how often). A new actor is durable after
 * identity_commit(), which comes before the block that names it.
 *
 * ERROR_DAMAGED, ERROR_IO: nothing of this table may be used any more
 */
MUST_USE bool identity_find_or_add(
    struct identity *identity, struct text name, struct identity_entry **entry, struct error *err);
/* One durable transaction; free when nobody is new. The same failures. */
MUST_USE bool identity_commit(struct identity *identity, struct error *err);

/* What a pseudonym stands for. */
enum identity_state {
	IDENTITY_NONE, /* nobody, ever */
	IDENTITY_KNOWN,
	IDENTITY_ERASED, /* somebody whose name was erased */
};
/* The pseudonym that starts with these 32 bits (as shown to people). ERROR_DAMAGED, ERROR_IO. */
MUST_USE bool identity_find_short(struct identity *identity, uint32_t short_bits,
    struct pseudonym *pseudonym, enum identity_state *state, struct error *err);
/* Shows who it is: appends the name where *state is KNOWN. Only for erasing and for approved reveals. */
MUST_USE bool identity_name(struct identity *identity, const struct pseudonym *pseudonym,
    struct buffer *name, enum identity_state *state, struct error *err);

/*
 * Deletes the row for good: overwritten in the file and gone from its log. The
 * same name met later is a new actor. pseudonym: the one it had (for the note
 * in the ledger); all zero if there was no such actor. Commits.
 */
MUST_USE bool identity_erase(
    struct identity *identity, struct text name, struct pseudonym *pseudonym, struct error *err);

/*
 * Seals every row with the newest vault key, 4,096 a transaction, and tells
 * progress (may be NULL) after each how many rows of how many it has looked at.
 * Killed in the middle it is called again; rows that are done are passed over.
 * Only when it returned true may keys_vault_forget() follow. Commits.
 */
MUST_USE bool identity_rotate(struct identity *identity,
    void (*progress)(void *context, int64_t done, int64_t total), void *context, struct error *err);

/* Reads all of it: structure, and that every row unseals as the one it claims to be. */
MUST_USE bool identity_check(struct identity *identity, struct error *err);

struct identity_counts {
	uint64_t actors;      /* rows, those not committed included */
	uint32_t last_number; /* the greatest ever given */
	uint64_t in_memory;   /* met since the start */
	size_t bytes;         /* that memory */
	uint64_t beyond_max;  /* events whose actor was refused by actors_max */
	uint64_t too_long;    /* events whose actor's name was too long */
};
void identity_counts(const struct identity *identity, struct identity_counts *counts);

#endif
