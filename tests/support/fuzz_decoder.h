/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For fuzz targets: a decoder of a mapping's text that lives as long as the
 * process, and a look at every byte of what it gives.
 */
#ifndef DYETRACE_TESTS_FUZZ_DECODER_H
#define DYETRACE_TESTS_FUZZ_DECODER_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "decode/decoder.h"
#include "model/reason.h"

static inline void
fuzz_must(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "broken promise: %s\n", what);
	abort();
}

static inline struct keys *
fuzz_keys(void)
{
	char path[64];
	struct keys *keys = NULL;
	struct error err = {0};

	snprintf(path, sizeof(path), "/tmp/dyetrace-fuzz-%ld.key", (long)getpid());
	unlink(path);
	fuzz_must(keys_create(path, &err) && keys_open(path, &keys, &err), err.text);
	unlink(path);
	return keys;
}

static inline struct decoder *
fuzz_decoder(
    enum message_format format, const char *mapping, struct symbols *names, const struct keys *keys)
{
	struct yaml_document *document;
	struct decoder_options options = {.settings_file = "fuzz",
	    .source = "fuzz",
	    .format = format,
	    .names = names,
	    .keys = keys,
	    .changes_max = 16,
	    .wide_entities_max = 50,
	    .names_max = 1000};
	struct decoder *decoder = NULL;
	struct error err = {0};

	fuzz_must(yaml_parse("fuzz", text_of(mapping), &document, &err), err.text);
	options.mapping = document->root;
	fuzz_must(decoder_open(&options, &decoder, &err), err.text);
	yaml_close(document);
	return decoder;
}

static inline void
fuzz_check_text(struct text text)
{
	fuzz_must(text_is_utf8(text), "texts are UTF-8");
	fuzz_must(!text.size || !memchr(text.data, '\0', text.size), "texts hold no NUL");
}

static inline void
fuzz_check_event(const struct event *event)
{
	uint32_t i, j;

	fuzz_must(event->time_ms >= TIME_MIN && event->time_ms <= TIME_MAX, "times are in range");
	fuzz_must(event->dataset != SYMBOL_NONE, "an event has a dataset");
	fuzz_check_text(event->id);
	fuzz_check_text(event->actor);
	fuzz_check_text(event->entity);
	fuzz_must(event->change_count <= 16, "changes are bounded");
	for (i = 0; i < event->change_count; i++) {
		fuzz_must(event->changes[i].field != SYMBOL_NONE, "a change has a field");
		for (j = 0; j < i; j++)
			fuzz_must(
			    event->changes[i].field != event->changes[j].field, "no field twice");
		if (event->changes[i].new_value.kind == VALUE_TEXT)
			fuzz_check_text(event->changes[i].new_value.text);
		if (event->changes[i].old_value.kind == VALUE_TEXT)
			fuzz_check_text(event->changes[i].old_value.text);
	}
}

static inline void
fuzz_check_outcomes(const struct batch *batch)
{
	size_t i;

	for (i = 0; i < batch->count; i++) {
		const struct outcome *outcome = &batch->outcomes[i];

		if (outcome->disposition == DISPOSITION_RECORDED) {
			fuzz_check_event(&batch->events[i]);
			continue;
		}
		fuzz_must(outcome->reason && reason_find(text_of(outcome->reason)),
		    "a reason of the table");
		fuzz_check_text(outcome->detail);
	}
}

/* One message of its own memory, which ends where the bytes end. */
static inline void
fuzz_decode(struct decoder *decoder, struct batch *batch, enum message_format format,
    const struct message_schema *schema, struct text payload)
{
	struct message *message;

	batch_reset(batch);
	message = batch_add(batch);
	message->format = format;
	message->schema = schema;
	message->payload = payload;
	decoder_batch(decoder, batch);
	fuzz_check_outcomes(batch);
}

#endif
