/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What commands that ask a store share: opening it with the words of the call,
 * and taking pieces out of the documents that inquiry gives.
 */
#ifndef DYETRACE_CLI_ANSWER_H
#define DYETRACE_CLI_ANSWER_H

#include <jansson.h>

#include "cli/place.h"
#include "inquiry/inquiry.h"
#include "progress.h"

/* Caller's storage; ended by question_fini(). */
struct question {
	struct place place;
	struct settings settings; /* the place's, with -s and the keys that go with it */
	struct inquiry *inquiry;
	struct progress progress;
};

/* The settings alone, for commands that do not ask a store. */
MUST_USE bool question_settings(
    struct question *question, const struct call *call, enum place_need need, struct error *err);
/* And the store opened for reading. */
MUST_USE bool question_open(struct question *question, const struct call *call, struct error *err);
void question_fini(struct question *question);
/* An inquiry_progress that draws question->progress. */
void question_progress(void *question, int64_t done, int64_t total);

/* Members of documents; "" and 0 for null. */
const char *member_text(const json_t *document, const char *key);
int64_t member_long(const json_t *document, const char *key);
bool member_true(const json_t *document, const char *key);
/* "1 234 567" with thin groups: numbers for people. Returns out. */
const char *grouped(int64_t number, char out[32]);
/* "12.3 MB". Returns out. */
const char *size_text(int64_t bytes, char out[32]);

#endif
