/* SPDX-License-Identifier: Apache-2.0 */
/* A folder of its own with a key file and room for an identity table. */
#ifndef DYETRACE_TESTS_ORIGIN_FIXTURE_H
#define DYETRACE_TESTS_ORIGIN_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/keys.h"
#include "origin/identity.h"

struct fixture {
	char folder[64], keys_path[96], path[96];
	struct keys *keys;
};

static inline int
fixture_open(void **state)
{
	struct fixture *fixture = memory_get(sizeof(*fixture));
	struct error err = {0};

	strcpy(fixture->folder, "/tmp/dyetrace-origin-XXXXXX");
	if (!mkdtemp(fixture->folder))
		return 1;
	snprintf(
	    fixture->keys_path, sizeof(fixture->keys_path), "%s/dyetrace.key", fixture->folder);
	snprintf(fixture->path, sizeof(fixture->path), "%s/identity.db", fixture->folder);
	if (!keys_create(fixture->keys_path, &err) ||
	    !keys_open(fixture->keys_path, &fixture->keys, &err)) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	*state = fixture;
	return 0;
}

static inline int
fixture_close(void **state)
{
	static const char *const endings[] = {"", "-wal", "-shm", "-copy"};
	struct fixture *fixture = *state;
	char path[128];
	size_t i;

	keys_close(fixture->keys);
	for (i = 0; i < sizeof(endings) / sizeof(*endings); i++) {
		snprintf(path, sizeof(path), "%s%s", fixture->path, endings[i]);
		unlink(path);
	}
	unlink(fixture->keys_path);
	rmdir(fixture->folder);
	memory_free(fixture);
	return 0;
}

static inline struct identity *
fixture_identity(const struct fixture *fixture, uint32_t actors_max)
{
	struct identity_options options = {
	    .path = fixture->path, .keys = fixture->keys, .actors_max = actors_max, .create = true};
	struct identity *identity = NULL;
	struct error err = {0};

	if (!identity_open(&options, &identity, &err))
		fail_msg("%s", err.text);
	return identity;
}

static inline struct identity_entry *
fixture_actor(struct identity *identity, const char *name)
{
	struct identity_entry *entry = NULL;
	struct error err = {0};

	if (!identity_find_or_add(identity, text_of(name), &entry, &err))
		fail_msg("%s", err.text);
	return entry;
}

#endif
