/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract of an outlet: where alerts and tags go (webhook, Kafka topic,
 * mail, SIEM). Delivery is through the outbox: at least once, each with an id
 * that does not change between tries; a slow outlet never slows the route.
 */
#ifndef DYETRACE_MODEL_OUTLET_H
#define DYETRACE_MODEL_OUTLET_H

#include "base/yaml.h"

struct outlet;

struct outlet_message {
	const char *id;   /* the same on every try */
	const char *kind; /* "alert", "tag", "influence" */
	struct text body; /* JSON */
	int64_t time_ms;  /* event time it speaks of */
};

enum delivery {
	DELIVERY_DONE,
	DELIVERY_LATER, /* try again: the outlet is slow, busy or away */
	DELIVERY_NEVER, /* it will never take this one: dead letter */
};

struct outlet_type {
	const char *name;
	const char *summary;
	void (*check)(const char *settings_file, const struct yaml_node *settings,
	    struct yaml_problems *problems);
	bool (*open)(const struct yaml_node *settings, struct outlet **outlet, struct error *err);
	/* Own thread; may block up to timeout_ms. err says why for LATER and NEVER. */
	enum delivery (*deliver)(struct outlet *outlet, const struct outlet_message *message,
	    int64_t timeout_ms, struct error *err);
	void (*close)(struct outlet *outlet);
};

#endif
