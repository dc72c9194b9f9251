/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One part of an event in a mapping: who, where, on what. Where its text comes
 * from, what is put in its place, and what holds when there is none.
 */
#ifndef DYETRACE_DECODE_PART_H
#define DYETRACE_DECODE_PART_H

#include "cells.h"

/* Longer texts of id, actor and entity go to quarantine; names have their own bound. */
#define PART_BYTES_MAX 4096

#define NO_CELL UINT32_MAX

enum part_kind {
	PART_NONE,     /* not mapped: always absent */
	PART_FIELD,    /* what one field holds */
	PART_VALUE,    /* a constant */
	PART_TEMPLATE, /* text with fields in it; absent if one of them is */
};

struct template_piece {
	struct text literal; /* then the cell, unless NO_CELL */
	uint32_t cell;
};

struct part_pair {
	struct text from, to;
};

struct part {
	enum part_kind kind;
	const char *name;  /* "team" */
	uint32_t cell;     /* of a field */
	struct text value; /* constant */
	struct template_piece *pieces;
	size_t piece_count;
	struct part_pair *pairs; /* `map`, ascending by from; what is not in it stays as it is */
	size_t pair_count;
	struct text fallback; /* `default`; absent: none */
	bool hash;            /* `keep: hash` */
};

/*
 * The part's text in one record, absent if it has none; `hash` is the caller's
 * to do. paths: of wanted, for the problem's detail.
 */
bool part_text(const struct part *part, const struct row *row, const struct text *paths,
    struct text *text, struct row_problem *problem);

#endif
