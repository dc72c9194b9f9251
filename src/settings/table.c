/* SPDX-License-Identifier: Apache-2.0 */
/* The rows. Order is the order of the template and of the manual page. */
#include "settings/table.h"

#include <stdio.h>

static const char *const deflates[] = {"auto", "isal", "zlib", NULL};
static const char *const payload_digests[] = {"xxh3", "sha256", NULL};
static const char *const log_formats[] = {"auto", "logfmt", "json", NULL};
static const char *const log_levels[] = {"error", "warn", "info", "debug", NULL};

#define MEMBER(name) offsetof(struct settings, name)
#define SECOND ((int64_t)1000)
#define HOUR (3600 * SECOND)
#define DAY (24 * HOUR)
#define KILO ((int64_t)1 << 10)
#define MEGA ((int64_t)1 << 20)
#define GIGA ((int64_t)1 << 30)

const struct setting settings_table[] = {
    {"store", SETTING_PATH, MEMBER(store), "dyetrace-store",
	.help = "The folder of the ledger, the catalog and the encrypted side tables. One tracker "
		"writes to "
		"one store."},
    {"keys", SETTING_PATH, MEMBER(keys), "dyetrace.key",
	.help = "The key file, mode 0600, kept outside the store. Whoever has the store alone can "
		"verify it "
		"but reads neither texts nor names. Back it up apart: without it nobody can read "
		"them again."},
    {"lineage", SETTING_PATH, MEMBER(lineage), NULL, .example = "lineage.yaml",
	.help =
	    "Which fields feed which features and models. Without it events are recorded but reach "
	    "nothing."},
    {"org-chart", SETTING_PATH, MEMBER(org_chart), NULL, .example = "org-chart.csv",
	.help = "Who belonged to which team, when. Without it the team is the one that the event "
		"itself "
		"names."},
    {"batch", SETTING_GROUP,
	.help = "How much travels the route together. Results do not depend on it."},
    {"batch.records", SETTING_COUNT, MEMBER(batch_records), "4096", 1, 1000000,
	.help = "Records in one batch at most."},
    {"batch.bytes", SETTING_BYTES, MEMBER(batch_bytes), "8M", 64 * KILO, GIGA,
	.help = "Bytes of payload after which a batch is full."},
    {"commit", SETTING_GROUP,
	.help = "When what was written becomes durable, whichever comes first."},
    {"commit.blocks", SETTING_COUNT, MEMBER(commit_blocks), "64", 1, 4096,
	.help = "Blocks of up to 1,024 records in one commit."},
    {"commit.every", SETTING_DURATION, MEMBER(commit_every_ms), "200ms", 1, HOUR,
	.help = "The longest that a finished block waits for its commit."},
    {"ledger", SETTING_GROUP, .help = "How the record is kept."},
    {"ledger.segment", SETTING_BYTES, MEMBER(segment_bytes), "256M", 64 * KILO, 64 * GIGA,
	.help = "A segment file is sealed, and the next begun, at this size."},
    {"ledger.deflate", SETTING_CHOICE, MEMBER(deflate), "auto", .words = deflates,
	.help = "What compresses blocks: isal is five times faster, zlib is everywhere, auto takes "
		"isal "
		"where it is built in. The format is the same."},
    {"ledger.payload-digest", SETTING_CHOICE, MEMBER(payload_digest), "xxh3",
	.words = payload_digests, .facts = true,
	.help = "What a record keeps of the bytes it was made from. xxh3: 8 bytes, which find "
		"accidents. sha256: 32 bytes that do not compress, also of filtered records; then "
		"a proof shows whoever has the original line, without its line end, that it is "
		"the one."},
    {"limits", SETTING_GROUP,
	.help = "Bounds of memory. What a bound drops is counted; `run` says it at its end, "
		"`status` while it runs."},
    {"limits.record", SETTING_BYTES, MEMBER(record_bytes_max), "16M", KILO, GIGA, .facts = true,
	.help = "A longer record is quarantined."},
    {"limits.changes", SETTING_COUNT, MEMBER(changes_max), "512", 1, 65535, .facts = true,
	.help = "An event with more changed fields is quarantined."},
    {"limits.actors", SETTING_COUNT, MEMBER(actors_max), "10M", 1000, 1000000000, .facts = true,
	.help = "People and service accounts that get a pseudonym; further ones are tagged unknown "
		"and counted."},
    {"limits.wide-entities", SETTING_COUNT, MEMBER(wide_entities_max), "2M", 1000, 1000000000,
	.facts = true,
	.help = "Entities whose last row is remembered, for mappings with `changes: {wide: ...}`; "
		"the one "
		"touched longest ago is forgotten first."},
    {"limits.feature-keys", SETTING_COUNT, MEMBER(feature_keys_max), "10M", 1000, 1000000000,
	.facts = true,
	.help = "Keys of features that have a value, of all features together; an event of a "
		"further key moves nothing and says so."},
    {"impact", SETTING_GROUP, .help = "How far each event moves features and models."},
    {"impact.idle", SETTING_DURATION, MEMBER(impact_idle_ms), "1m", SECOND, 366 * DAY,
	.help = "While sources are followed: a partition that gave no event for so long, and lies "
		"behind another one, holds windows open no longer, until it gives one again. Each "
		"time is recorded."},
    {"checkpoint", SETTING_GROUP, .help = "Signed statements of the ledger's roots."},
    {"checkpoint.every", SETTING_DURATION, MEMBER(checkpoint_every_ms), "1h", SECOND, 366 * DAY,
	.help = "How often one is signed while the tracker runs; another one when it ends."},
    {"state", SETTING_GROUP, .help = "What features remember, written down while it changes."},
    {"state.snapshot-records", SETTING_COUNT, MEMBER(snapshot_records), "1M", 1, 1000000000,
	.help = "A snapshot after so many records, and one at a clean end: after a crash no more "
		"than these are redone from the ledger. Results do not depend on it."},
    {"http", SETTING_GROUP, .help = "Metrics for Prometheus and health, over HTTP."},
    {"http.listen", SETTING_ADDRESS, MEMBER(http_listen), "127.0.0.1:9464", .live = true,
	.help =
	    "Where /metrics, /livez and /readyz are answered while sources are followed; not with "
	    "--until-end. Whoever reaches it reads names of topics and files, never of people."},
    {"log", SETTING_GROUP, .help = "Lines for the operator, on standard error."},
    {"log.format", SETTING_CHOICE, MEMBER(log_format), "auto", .words = log_formats, .live = true,
	.help = "auto: lines for people on a terminal, else logfmt."},
    {"log.level", SETTING_CHOICE, MEMBER(log_level), "info", .words = log_levels, .live = true,
	.help = "Lines of this level and graver ones."},
    {"log.repeat", SETTING_DURATION, MEMBER(log_repeat_ms), "1m", 0, DAY, .live = true,
	.help = "A line that comes again is said once in this time, with how often it came; 0: "
		"each time."},
    {"sources", SETTING_SOURCES, .facts = true,
	.help = "Where events come from. Each source has a name, a type, and a mapping that says "
		"where the "
		"parts of an event are. Nothing is guessed."},
    {"publish", SETTING_PUBLISH, .example = "[]",
	.help =
	    "Where the tags of recorded events leave to: a list of publishers, each with a name "
	    "and a type, see dyetrace.yaml(5)."},
    {NULL},
};

/* Read by sources.c (name, type, format), by the source's type, and by decode (mapping). */
const struct setting settings_source_table[] = {
    {"name", SETTING_SOURCE, .example = "tickets",
	.help = "Small letters, digits and `-`; unique. It is part of every recorded position: do "
		"not change it later."},
    {"type", SETTING_SOURCE, .example = "file", .help = "What kind of source it is."},
    {"path", SETTING_SOURCE, .example = "events/*.jsonl",
	.help = "Of type file: a path, a pattern, a list of them, or \"-\" for standard input; "
		"relative to this file."},
    {"format", SETTING_SOURCE, .example = "jsonl",
	.help = "How a record is written: jsonl, csv or avro."},
    {"compression", SETTING_SOURCE, .example = "auto",
	.help = "Of type file: auto (by the first bytes), none or gzip."},
    {"csv", SETTING_SOURCE, .example = "", .help = "Of format csv."},
    {"csv.delimiter", SETTING_SOURCE, .example = "", .help = "One character; \",\" if not set."},
    {"csv.header", SETTING_SOURCE, .example = "",
	.help = "true: the first row names the columns (the default); false: they are called 1, 2, "
		"3 and so on."},
    {"csv.lines", SETTING_SOURCE, .example = "",
	.help = "How many lines one quoted row may span; 1000 if not set. A longer one has a quote "
		"that was never closed, and is quarantined."},
    {"mapping", SETTING_SOURCE,
	.help = "Where the parts of an event are. Each part is a field's name, or {field: NAME}, "
		"{value: CONSTANT} or "
		"{template: \"incident/{number}\"}; with `default:` for records without it, `map:` "
		"{from: to} to "
		"rename values, and for id and entity `keep: hash` when they must not be kept "
		"readable. Fields inside "
		"fields are named with dots: payload.after.priority. What lies beside a record of "
		"Kafka is named $key, $timestamp, $topic and $header.NAME."},
    {"mapping.envelope", SETTING_SOURCE, .example = "",
	.help =
	    "What the records are wrapped in. debezium: change events of tables, with paths "
	    "such as after.updated_by and source.txId; time, dataset and op need not be said, "
	    "and snapshots, heartbeats and the like are left out. cloudevents: CloudEvents in "
	    "Kafka's binary or structured mode, with paths such as type, subject and data.user; "
	    "time and id need not be said."},
    {"mapping.dataset", SETTING_SOURCE, .example = "{value: helpdesk.ticket}",
	.help = "What the record belongs to; lineage names the same. Needed."},
    {"mapping.id", SETTING_SOURCE, .example = "id",
	.help = "The source's own name of the event, to ask for it later."},
    {"mapping.time", SETTING_SOURCE, .example = "{field: time, format: iso8601, zone: UTC}",
	.help = "When it happened. format: iso8601, unix-s, unix-ms, unix-us or a pattern such as "
		"\"%d/%m/%Y %H:%M\"; "
		"zone: for times that name none. Needed."},
    {"mapping.actor", SETTING_SOURCE, .example = "actor",
	.help = "The person or service account that acted. It is replaced by a pseudonym before "
		"anything is written."},
    {"mapping.team", SETTING_SOURCE, .example = "team",
	.help = "The team that the event itself names; the org chart has the last word."},
    {"mapping.system", SETTING_SOURCE, .example = "system",
	.help = "The application it was entered in."},
    {"mapping.channel", SETTING_SOURCE, .example = "channel",
	.help = "How it came in: phone, mail, web."},
    {"mapping.entity", SETTING_SOURCE, .example = "entity",
	.help = "The thing touched: a ticket, an order, a case."},
    {"mapping.op", SETTING_SOURCE, .example = "op",
	.help = "What was done, in the source's words."},
    {"mapping.changes", SETTING_SOURCE, .example = "{list: changes}",
	.help =
	    "Which fields changed. {list: NAME}: a list of [field, old, new]. {wide: [a, b], "
	    "empty: absent}: columns "
	    "compared with the entity's last row (wide: all, except: [c] takes every other "
	    "column). {new: [a, b], "
	    "old-prefix: \"before.\"}: columns that hold new values, and where the old ones are. "
	    "With envelope: debezium, {columns: [a, b]}: what differs between the rows before and "
	    "after (columns: all, except: [c] takes every column)."},
    {"mapping.where", SETTING_SOURCE, .example = "",
	.help = "Conditions [{field: NAME, is: [VALUE, ...]}, ...]; a record that does not meet "
		"all of them is "
		"counted as filtered."},
    {NULL},
};

/* Read by publishers.c (name, type, from) and by the publisher's type. */
const struct setting settings_publisher_table[] = {
    {"name", SETTING_PUBLISHER, .example = "provenance",
	.help = "Small letters, digits and `-`; unique. How far it came is noted under this name."},
    {"type", SETTING_PUBLISHER, .example = "kafka", .help = "What kind of publisher it is."},
    {"from", SETTING_PUBLISHER, .example = "start",
	.help = "Where it begins the first time: `start`, all that the ledger has, or `now`."},
    {"bootstrap.servers", SETTING_PUBLISHER,
	.help = "Of type kafka, as `kafka`, `schema.registry.url` and `schema.registry`: as of a "
		"source of that type. Without a registry values are JSON."},
    {"provenance", SETTING_PUBLISHER,
	.help = "Of type kafka: {topic: NAME, events: 1024}; where events come from and what they "
		"reach, at most so many in one message."},
    {"copy", SETTING_PUBLISHER,
	.help = "Of type kafka: {topic: \"${topic}.tagged\", sources: [NAME], group.id: dyetrace, "
		"transactional: false}; the sources' records with dye-* headers."},
    {"influence", SETTING_PUBLISHER,
	.help =
	    "Of type kafka: {topic: NAME, features: all}; how far each event moved the features "
	    "named."},
    {"movement", SETTING_PUBLISHER,
	.help = "Of type kafka: {topic: NAME}; movement added up by feature and hour."},
    {NULL},
};

const char *
setting_name(const struct setting *setting)
{
	const char *dot = strrchr(setting->path, '.');

	return dot ? dot + 1 : setting->path;
}

int
setting_depth(const struct setting *setting)
{
	const char *p;
	int depth = 0;

	for (p = setting->path; *p; p++)
		depth += *p == '.';
	return depth;
}
