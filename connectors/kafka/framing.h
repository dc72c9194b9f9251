/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the records of one source are written: frame.h with the registry that the
 * source's settings name.
 */
#ifndef DYETRACE_KAFKA_FRAMING_H
#define DYETRACE_KAFKA_FRAMING_H

#include "frame.h"
#include "model/source.h"
#include "settings.h"

struct kafka_framing {
	struct registry *registry; /* NULL: the settings name none */
	struct frames *frames;
	enum frame_format format;
	/* Of messages that come back from quarantine. */
	struct frame_topic again_topic;
	struct arena again_arena;
	int64_t again_vain_ms; /* when the registry did not answer last; 0: it did */
};

/*
 * framing is ended by kafka_framing_close(), whatever is returned.
 *
 * ERROR_USAGE, _MISSING, _IO, _MALFORMED  of the registry's settings, or of the file of `schema`
 */
MUST_USE bool kafka_framing_open(const struct source_options *options,
    const struct kafka_settings *settings, struct kafka_framing *framing, struct error *err);
void kafka_framing_close(struct kafka_framing *framing);

/* The registry's settings alone, for `doctor`: settings is ended by registry_settings_fini(), whatever is returned. */
MUST_USE bool kafka_registry_settings(const struct source_options *options,
    struct registry_settings *settings, bool *has, struct error *err);

/*
 * A message from quarantine, read as one that comes now. Waits some seconds for a schema that
 * is not known yet. What is set in it holds until kafka_framing_forget().
 */
void kafka_framing_again(struct kafka_framing *framing, struct message *message);
void kafka_framing_forget(struct kafka_framing *framing);

#endif
