/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of movement share.
 *
 * In the image: the root, a list of names (subjects and words, movement_names.c), the
 * layout (which subject has which column of the rows), 16 places of open days by
 * day % 16 (movement_days.c), and a queue of what ended and waits for
 * movement_rows() (movement_rows.c). Beside it, made anew by each process: who has which number,
 * what changed since the last call, and the rows of the event at hand.
 */
#ifndef IMPACT_MOVEMENT_INSIDE_H
#define IMPACT_MOVEMENT_INSIDE_H

#include <float.h>
#include <math.h>
#include <string.h>

#include "movement.h"

#include "base/buffer.h"
#include "base/hyperloglog.h"
#include "base/spread.h"
#include "movement_table.h"

#define MOVEMENT_VERSION 1u
#define MOVEMENT_DAYS 16
#define MOVEMENT_DAY_MS 86400000
#define MOVEMENT_HOUR_MS 3600000
#define MOVEMENT_WORDS 65536u
#define MOVEMENT_HOUR_BYTES ((size_t)32 << 20)     /* of rows by hour, of all open days */
#define MOVEMENT_ACTORS 65536u                     /* rows of actors of all open days */
#define MOVEMENT_ACTOR_BYTES ((size_t)24 << 20)    /* the same */
#define MOVEMENT_CARRIED 2048u                     /* actors of a subject, from part to part */
#define MOVEMENT_WAITING_BYTES ((size_t)512 << 20) /* of what ended */
#define NO_COLUMN UINT32_MAX

/* --- in the image ---------------------------------------------------------------------- */

struct movement_root {
	uint32_t version;
	uint32_t subject_count, word_count; /* the greatest numbers */
	place names_first, names_last;
	place layout;
	uint32_t columns, column_room; /* used; what rows have */
	place waiting_first, waiting_last;
	uint32_t hour_rows, actor_rows; /* of all open days */
	uint64_t waiting_bytes;
	int64_t first_day; /* the oldest open day */
	uint64_t started;  /* first_day is known */
	place days[MOVEMENT_DAYS];
};

enum movement_name_kind { /* enum movement_kind, then: */
	NAME_WORD = 2
};

/* The number follows from the order. */
struct movement_name {
	place next;
	uint32_t kind, size, unused;
	/* of features; in force from record on */
	double scale;
	uint64_t record;
	int64_t day;
	uint64_t unused_2;
	char text[];
};

/* What the parts of a day that are closed leave of one subject. */
struct movement_carry {
	place list; /* of struct movement_carried */
	uint32_t count;
	/* of those that were not among the heaviest */
	uint64_t dropped;
	double total, squares;
	place seen; /* struct hyperloglog */
};

struct movement_carried {
	struct movement_cell cell;
	uint64_t actor;
};

struct movement_scaled {
	double scale;
	uint32_t subject, unused;
};

/* A day, or one of its parts that is closed: that has actors alone. */
struct movement_day {
	int64_t day;
	uint32_t part;
	uint8_t is_part, ended;
	place next; /* of what waits */
	/* of what waits: its own, of so many columns */
	place layout;
	uint32_t columns;
	uint32_t scale_count;
	uint64_t bytes;
	uint64_t record; /* at which it ended */
	place scales;    /* of struct movement_scaled */
	place spreads;   /* [column room]: of struct spread, 0: no value yet */
	place carries;   /* [column room], 0: no part is closed */
	uint32_t carry_room;
	struct movement_table hours, actors;
};

/* At most +-DBL_MAX. */
static inline double
movement_sum(double a, double b)
{
	double sum = a + b;

	return UNLIKELY(isinf(sum)) ? copysign(DBL_MAX, sum) : sum;
}
static inline void
cell_join(struct movement_cell *into, const struct movement_cell *cell)
{
	into->magnitude = movement_sum(into->magnitude, cell->magnitude);
	into->moved = movement_sum(into->moved, cell->moved);
	into->count += cell->count;
}

/* Keys of a day's rows by hour. Expiry stands in one row, beside all four. */
#define BY_NONE MOVEMENT_BY_COUNT
static inline uint64_t
hour_key(uint32_t hour, uint32_t by, uint32_t word)
{
	return (uint64_t)hour << 40 | (uint64_t)by << 36 | word;
}
static inline uint32_t
key_hour(uint64_t key)
{
	return (uint32_t)(key >> 40);
}
static inline uint32_t
key_by(uint64_t key)
{
	return (uint32_t)(key >> 36) & 15;
}

/* --- beside it ------------------------------------------------------------------------- */

struct movement_move { /* as it was added */
	uint32_t column, field;
	double moved;
};

struct movement_net { /* of all moves of a subject */
	uint32_t column;
	double moved;
};

/* The event at hand; nothing of it is in the image before it ends. */
struct movement_event {
	int64_t time_ms;
	uint32_t names[3], actor;
	struct movement_day *day; /* NULL: not looked for yet */
	uint32_t hour;
	bool is_huge; /* sums may have to stop at DBL_MAX */
	size_t move_count, move_capacity;
	struct movement_move *moves;
	uint32_t net_count;
	struct movement_net *nets; /* [column room] */
	uint32_t *net_of;          /* [column] */
};

/* What changed of an open day since it was given. */
struct movement_marks {
	uint64_t events;
	uint8_t buckets[MOVEMENT_BUCKETS]; /* of actors */
	uint8_t *columns;                  /* [column room] */
	uint16_t (*hints)[SPREAD_HINTS];   /* [column room], of the spreads */
};

/* Rows by hour that were found last. */
#define HOUR_CACHE 256
struct movement_hour_found {
	uint64_t key; /* of the row, and of its day; 0: none */
	struct movement_row *row;
};

struct movement {
	struct image *image;
	place root_at;
	struct movement_root *root;
	struct symbols *names, *subjects; /* subjects: of a letter for the kind, then the name */
	uint32_t *columns;                /* [subject], NO_COLUMN */
	place *subject_names;             /* [subject] */
	size_t subject_capacity, room;    /* room: of columns */
	uint32_t *words;                  /* [symbol] number + 1; 0: not asked yet */
	size_t word_capacity;
	place given; /* the last name that was given to a sink */
	uint32_t words_given, subjects_given;
	int64_t day_ends_ms; /* of the clock: when the oldest open day ends */
	struct movement_event event;
	struct movement_marks marks[MOVEMENT_DAYS];
	struct movement_hour_found found[HOUR_CACHE];
	struct movement_counts counts;
	struct buffer cells, actors; /* of a row that is given */
};

static inline struct movement_root *
movement_root(struct movement *movement)
{
	return image_touch(movement->image, movement->root_at);
}

/* Rows of open days are elsewhere, or gone. */
static inline void
forget_found(struct movement *movement)
{
	memset(movement->found, 0, sizeof(movement->found));
}
/* All of open days counts as changed. */
void marks_all(struct movement *movement);

/* --- names ----------------------------------------------------------------------------- */

/* Takes up the names that the image has. ERROR_DAMAGED */
MUST_USE bool names_open(struct movement *movement, struct error *err);
void names_close(struct movement *movement);
/* The word of a symbol, made on first sight; MOVEMENT_UNKNOWN for none and beyond the bound. */
uint32_t name_word(struct movement *movement, uint32_t symbol);
void names_give(struct movement *movement, const struct movement_sink *sink);
static inline struct movement_name *
name_of_subject(const struct movement *movement, uint32_t subject)
{
	return image_at(movement->image, movement->subject_names[subject]);
}

/* --- the layout: columns of subjects -------------------------------------------------- */

/* Reads the layout of the image. ERROR_DAMAGED */
MUST_USE bool layout_open(struct movement *movement, struct error *err);
void layout_close(struct movement *movement);
/* Makes a column for a subject, amid an event. Columns that are there stay. */
uint32_t layout_add(struct movement *movement, uint32_t subject);
/* A copy for what waits, which later layouts leave as it is. */
place layout_copy(struct movement *movement);

/* --- days ------------------------------------------------------------------------------- */

static inline int64_t
day_of(int64_t time_ms)
{
	return time_ms / MOVEMENT_DAY_MS - (time_ms % MOVEMENT_DAY_MS < 0);
}
static inline unsigned
day_slot(int64_t day)
{
	return (uint64_t)day % MOVEMENT_DAYS;
}
static inline struct movement_day *
day_at(const struct movement *movement, place at)
{
	return image_at(movement->image, at);
}
/* NULL: nothing was counted in it yet. For times that are open. */
static inline const struct movement_day *
day_find(const struct movement *movement, int64_t time_ms)
{
	place at = movement->root->days[day_slot(day_of(time_ms))];

	return at ? day_at(movement, at) : NULL;
}
/* The open day in which a time counts, made if need be, touched; and the hour. */
struct movement_day *day_open(struct movement *movement, int64_t time_ms, uint32_t *hour);
static inline struct movement_marks *
day_marks(struct movement *movement, const struct movement_day *day)
{
	return &movement->marks[day_slot(day->day)];
}
/* The row of an hour and word, or of its unknown where the bound is reached; touched. */
struct movement_cell *day_hour_row(
    struct movement *movement, struct movement_day *day, uint32_t hour, uint32_t by, uint32_t word);
struct movement_cell *
day_actor_row(struct movement *movement, struct movement_day *day, uint32_t actor);
/* Its spread of a column, touched. */
struct spread *day_spread(struct movement *movement, struct movement_day *day, uint32_t column);
void day_end(struct movement *movement, place at, uint64_t record);
/* The first clock, or a later one: from now on the days open are those of it. */
void days_start(struct movement *movement, int64_t clock_ms);
/* Gives back all of a day or part, its own piece too. */
void day_drop(struct movement *movement, place at);

/* --- what ended and waits ---------------------------------------------------------------- */

void waiting_add(struct movement *movement, place at);
/* The oldest leaves the queue, and its memory is free. */
void waiting_drop(struct movement *movement);

/* --- parts (movement_parts.c) ---------------------------------------------------------- */

/* Even bits of a number that is random already, but for 0 and what somebody chose. */
static inline uint64_t
actor_hash(uint64_t actor)
{
	uint64_t mixed = (actor + 1) * UINT64_C(0x9e3779b97f4a7c15);

	mixed = (mixed ^ mixed >> 32) * UINT64_C(0xd6e8feb86659fd93);
	return mixed ^ mixed >> 32;
}

/* The actors of the greatest open day become a part. */
void parts_close_greatest(struct movement *movement);
void carries_drop(struct movement *movement, struct movement_day *day);
static inline struct movement_carry *
day_carries(const struct movement *movement, const struct movement_day *day)
{
	return day->carries ? image_at(movement->image, day->carries) : NULL;
}

/* All actors of some columns of a day, of its parts that are closed and of its table. */
#define HEAVIEST_COLUMNS 32
struct movement_heaviest { /* of one column */
	uint32_t count, limit;
	struct movement_carried *items; /* a heap, the lightest first */
	double least;                   /* its magnitude, once there is no more room; 0 before */
	/* of all */
	uint64_t actors;
	double total, squares;
	/* of those that found no room */
	uint64_t left_out;
	double left_total, left_squares;
	struct hyperloglog *seen; /* may be NULL */
};
/* Fills heaviest[0..count) for columns first and on; those that find no room are added to seen. */
void heaviest_find(const struct movement *movement, const struct movement_day *day, uint32_t first,
    uint32_t count, struct movement_heaviest *heaviest);
/* In order: the heaviest first, equal ones by number. */
void heaviest_sort(struct movement_heaviest *heaviest);

#endif
