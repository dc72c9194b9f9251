/* SPDX-License-Identifier: Apache-2.0 */
#include "framing.h"

#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/timestamp.h"
#include "model/reason.h"
#include "secrets.h"

#define SCHEMA_BYTES_MAX ((size_t)4 << 20)
#define AGAIN_WAIT_MS 5000
#define AGAIN_POLL_US 10000
#define AGAIN_VAIN_MS 30000 /* so long nobody waits for a registry that did not answer */

static bool
resolve(void *context, struct text written, char **value, struct error *err)
{
	const struct source_options *options = context;

	return secret_resolve(options->folder, written, value, err);
}

bool
kafka_registry_settings(const struct source_options *options, struct registry_settings *settings,
    bool *has, struct error *err)
{
	const struct yaml_node *url = yaml_find(options->settings, "schema.registry.url");
	const struct registry_secrets secrets = {(void *)options, resolve};

	*has = url != NULL;
	registry_settings_init(settings);
	if (!url)
		return true;
	return registry_settings_read(url, yaml_find(options->settings, "schema.registry"),
		   options->folder, &secrets, settings, err) ||
	    error_within(err, "schema.registry");
}

static bool
open_registry(
    const struct source_options *options, struct kafka_framing *framing, struct error *err)
{
	struct registry_settings settings;
	char *cache = options->store ? file_join(options->store, "schemas") : NULL;
	bool has, good = kafka_registry_settings(options, &settings, &has, err);

	if (good && has)
		good = registry_open(&settings, cache, &framing->registry, err);
	registry_settings_fini(&settings);
	memory_free(cache);
	return good;
}

static bool
open_frames(const struct source_options *options, const struct kafka_settings *settings,
    struct kafka_framing *framing, struct error *err)
{
	struct buffer bare = {0};
	char *path;
	bool good = true;

	if (settings->schema) {
		path = file_join(options->folder, settings->schema);
		good = file_read(path, SCHEMA_BYTES_MAX, &bare, err) &&
		    (frames_open(framing->registry, buffer_text(&bare), &framing->frames, err) ||
			error_within(err, "%s", path));
		memory_free(path);
	} else {
		good = frames_open(framing->registry, TEXT_NONE, &framing->frames, err);
	}
	buffer_fini(&bare);
	return good;
}

static const enum frame_format formats[] = {
    [KAFKA_FORMAT_AUTO] = FRAME_AUTO,
    [KAFKA_FORMAT_AVRO] = FRAME_AVRO,
    [KAFKA_FORMAT_JSON] = FRAME_JSON,
};

bool
kafka_framing_open(const struct source_options *options, const struct kafka_settings *settings,
    struct kafka_framing *framing, struct error *err)
{
	*framing = (struct kafka_framing){.format = formats[settings->format]};
	framing->again_topic.format = framing->format;
	arena_init(&framing->again_arena);
	return open_registry(options, framing, err) && open_frames(options, settings, framing, err);
}

void
kafka_framing_close(struct kafka_framing *framing)
{
	frames_close(framing->frames);
	registry_close(framing->registry);
	arena_fini(&framing->again_arena);
	*framing = (struct kafka_framing){0};
}

static enum frame_answer
read_waiting(struct kafka_framing *framing, struct message *message, int64_t wait_ms)
{
	int64_t deadline = monotonic_ms() + wait_ms;
	enum frame_answer answer;

	for (;;) {
		answer = frame_read(
		    framing->frames, &framing->again_topic, message, &framing->again_arena);
		if (answer != FRAME_WAIT || monotonic_ms() >= deadline)
			return answer;
		usleep(AGAIN_POLL_US);
	}
}

void
kafka_framing_again(struct kafka_framing *framing, struct message *message)
{
	bool vain =
	    framing->again_vain_ms && monotonic_ms() - framing->again_vain_ms < AGAIN_VAIN_MS;

	if (!message->payload.data)
		return;
	message->kind = MESSAGE_PAYLOAD;
	message->framing = 0;
	message->schema = NULL;
	if (read_waiting(framing, message, vain ? 0 : AGAIN_WAIT_MS) != FRAME_WAIT) {
		framing->again_vain_ms = 0;
		return;
	}
	framing->again_vain_ms = monotonic_ms();
	message->kind = MESSAGE_BROKEN;
	message->reason = REASON_SCHEMA_UNKNOWN;
	message->detail = TEXT("the schema registry does not answer");
}

void
kafka_framing_forget(struct kafka_framing *framing)
{
	arena_reset(&framing->again_arena);
}
