/* SPDX-License-Identifier: Apache-2.0 */
#include "decoding.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

static struct keys *
test_keys(void)
{
	char folder[] = "/tmp/dyetrace-decode-XXXXXX", path[64];
	struct keys *keys = NULL;
	struct error err = {0};

	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/key", folder);
	if (!keys_create(path, &err) || !keys_open(path, &keys, &err))
		fail_msg("%s", err.text);
	unlink(path);
	rmdir(folder);
	return keys;
}

static void
open_decoder(struct decoding *decoding, const struct decoder_options *limits)
{
	struct decoder_options options = limits ? *limits : (struct decoder_options){0};
	struct error err = {0};

	options.settings_file = "dyetrace.yaml";
	options.source = "test";
	options.format = decoding->format;
	options.mapping = decoding->settings->root;
	options.names = decoding->names;
	options.keys = decoding->keys;
	if (!options.changes_max)
		options.changes_max = 512;
	if (!options.wide_entities_max)
		options.wide_entities_max = 1000;
	if (!decoder_open(&options, &decoding->decoder, &err))
		fail_msg("%s", err.text);
}

void
decoding_open(struct decoding *decoding, enum message_format format, const char *mapping,
    const struct decoder_options *limits)
{
	struct error err = {0};

	*decoding =
	    (struct decoding){.format = format, .names = symbols_open(), .keys = test_keys()};
	if (!yaml_parse("dyetrace.yaml", text_of(mapping), &decoding->settings, &err))
		fail_msg("%s", err.text);
	open_decoder(decoding, limits);
	decoding->schema = (struct message_schema){.id = 1, .format = format, .delimiter = ','};
	batch_init(&decoding->batch, 20000, (size_t)64 << 20);
}

void
decoding_reopen(struct decoding *decoding, const struct decoder_options *limits)
{
	decoder_close(decoding->decoder);
	open_decoder(decoding, limits);
}

void
decoding_close(struct decoding *decoding)
{
	decoder_close(decoding->decoder);
	decoding_reset(decoding);
	batch_fini(&decoding->batch);
	memory_free(decoding->partition.name);
	yaml_close(decoding->settings);
	keys_close(decoding->keys);
	symbols_close(decoding->names);
	buffer_fini(&decoding->shown);
}

void
decoding_header(struct decoding *decoding, struct text header)
{
	decoding->schema.id++;
	decoding->schema.text = header;
}

void
decoding_add(struct decoding *decoding, struct text payload)
{
	struct message *message = batch_add(&decoding->batch);
	/* From the heap, so that a sanitizer sees a read behind it. */
	char *copy = malloc(payload.size ? payload.size : 1);

	assert_non_null(copy);
	if (payload.size)
		memcpy(copy, payload.data, payload.size);
	message->format = decoding->format;
	message->partition = &decoding->partition;
	message->offset = (int64_t)decoding->batch.count - 1;
	message->payload = (struct text){copy, payload.size};
	message->schema = decoding->format == FORMAT_JSON ? NULL : &decoding->schema;
}

static void
add_header(struct decoding *decoding, struct message *message, struct text line)
{
	const char *colon = memchr(line.data, ':', line.size);
	struct message_header *header = &decoding->headers[message->header_count++];

	assert_true(message->header_count <= ARRAY_COUNT(decoding->headers));
	header->name = (struct text){line.data, colon ? (size_t)(colon - line.data) : line.size};
	header->value = TEXT_NONE;
	if (colon)
		header->value = (struct text){colon + 2, line.size - header->name.size - 2};
	message->headers = decoding->headers;
}

static void
set_topic(struct decoding *decoding, struct text name)
{
	memory_free(decoding->partition.name);
	decoding->partition.name = memory_text_n(name.data, name.size);
}

static void
add_aside(struct decoding *decoding, struct message *message, struct text line)
{
	if (line.size >= 4 && memcmp(line.data, "key=", 4) == 0)
		message->key = (struct text){line.data + 4, line.size - 4};
	else if (line.size > 5 && memcmp(line.data, "time=", 5) == 0)
		message->source_time_ms = strtoll(line.data + 5, NULL, 10);
	else if (line.size > 6 && memcmp(line.data, "topic=", 6) == 0)
		set_topic(decoding, (struct text){line.data + 6, line.size - 6});
	else
		add_header(decoding, message, line);
}

void
decoding_add_beside(struct decoding *decoding, const char *aside, struct text payload)
{
	const char *end;

	decoding_add(decoding, payload);
	for (; *aside; aside = end + (*end != '\0')) {
		end = aside + strcspn(aside, "\n");
		if (end > aside)
			add_aside(decoding, &decoding->batch.messages[decoding->batch.count - 1],
			    (struct text){aside, (size_t)(end - aside)});
	}
}

void
decoding_run(struct decoding *decoding)
{
	decoder_batch(decoding->decoder, &decoding->batch);
}

void
decoding_reset(struct decoding *decoding)
{
	size_t i;

	for (i = 0; i < decoding->batch.count; i++)
		if (decoding->batch.messages[i].kind == MESSAGE_PAYLOAD)
			free((char *)decoding->batch.messages[i].payload.data);
	batch_reset(&decoding->batch);
}

static void
show_value(struct buffer *out, const struct value *value)
{
	switch (value->kind) {
	case VALUE_NULL:
		buffer_add_format(out, "null");
		break;
	case VALUE_BOOLEAN:
		buffer_add_format(out, value->boolean ? "true" : "false");
		break;
	case VALUE_LONG:
		buffer_add_format(out, "%" PRId64, value->integer);
		break;
	case VALUE_DOUBLE:
		buffer_add_format(out, "%gd", value->number);
		break;
	case VALUE_TEXT:
		buffer_add_format(out, "'%.*s'", TEXT_PRINT(value->text));
		break;
	case VALUE_HASHED:
		buffer_add_format(out, "#%u", value->hashed.size);
	}
}

static void
show_text(struct buffer *out, const char *name, struct text text)
{
	if (text.data)
		buffer_add_format(out, " %s=%.*s", name, TEXT_PRINT(text));
}

static void
show_event(struct decoding *decoding, const struct event *event)
{
	struct buffer *out = &decoding->shown;
	const struct symbols *names = decoding->names;
	char time[TIMESTAMP_TEXT_BYTES];
	uint32_t i;

	buffer_add_format(out, "%s %.*s", timestamp_text(event->time_ms, time),
	    TEXT_PRINT(symbols_text(names, event->dataset)));
	show_text(out, "id", event->id);
	show_text(out, "actor", event->actor);
	show_text(out, "team", symbols_text(names, event->team));
	show_text(out, "system", symbols_text(names, event->system));
	show_text(out, "channel", symbols_text(names, event->channel));
	show_text(out, "entity", event->entity);
	show_text(out, "op", symbols_text(names, event->op));
	buffer_add_format(out, " [");
	for (i = 0; i < event->change_count; i++) {
		buffer_add_format(out, "%s%.*s ", i ? ", " : "",
		    TEXT_PRINT(symbols_text(names, event->changes[i].field)));
		show_value(out, &event->changes[i].old_value);
		buffer_add_format(out, " -> ");
		show_value(out, &event->changes[i].new_value);
	}
	buffer_add_format(out, "]");
}

const char *
decoding_show(struct decoding *decoding, size_t i)
{
	static const char *const names[] = {"", "quarantined", "filtered", "gap"};
	const struct outcome *outcome = &decoding->batch.outcomes[i];

	decoding->shown.size = 0;
	if (outcome->disposition == DISPOSITION_RECORDED)
		show_event(decoding, &decoding->batch.events[i]);
	else
		buffer_add_format(&decoding->shown, "%s: %s: %.*s", names[outcome->disposition],
		    outcome->reason, TEXT_PRINT(outcome->detail));
	buffer_add_byte(&decoding->shown, '\0');
	return (const char *)decoding->shown.data;
}

const char *
decoding_one(struct decoding *decoding, struct text payload)
{
	decoding_reset(decoding);
	decoding_add(decoding, payload);
	decoding_run(decoding);
	return decoding_show(decoding, 0);
}

const char *
decoding_one_beside(struct decoding *decoding, const char *aside, struct text payload)
{
	decoding_reset(decoding);
	decoding_add_beside(decoding, aside, payload);
	decoding_run(decoding);
	return decoding_show(decoding, 0);
}
