/* SPDX-License-Identifier: Apache-2.0 */
/* In the order in which measure() gives them; docs/metrics.md has the same rows. */
#include "figures.h"

#include <stddef.h>

const struct figure_help kafka_figures[] = {
    {"prefetched_records", "Records that were fetched ahead and wait in the client's queue."},
    {"broker_away", "1 while no broker answers, else 0."},
    {"looks_total", "Looks at topics, partitions and their ends."},
    {"failed_looks_total", "Looks that no broker answered."},
    {"compared_positions_total",
	"Positions read again, to see whether a log is still the one that was read."},
    {"group_commits_total", "Progress hints given to the consumer group."},
    {"failed_group_commits_total", "Progress hints that the group did not take."},
    {"jumps_looked_at_again_total",
	"Jumps of the client behind a seek that turned out to be none: it was sought again."},
    {"repositions_total", "Seeks to the store's own position."},
    {"incarnations_total", "Logs found to be another one than was read: topics made anew or cut."},
    {"dropped_stale_records_total",
	"Records from before a seek that the client still gave: they are read at their place."},
    {"partitions_waiting_for_schema",
	"Partitions that wait for a schema that the registry does not know or cannot say."},
    {"registry_requests_total", "Requests to the schema registry."},
    {"registry_errors_total", "Requests that the schema registry did not answer as it should."},
    {"registry_unknown_total", "Numbers of schemas that the registry does not know."},
    {"registry_schemas", "Schemas known, in memory and on disk."},
    {"registry_away", "1 while the schema registry does not answer, else 0."},
    {"fetch_kicks_total", "Times that a client asleep on a full queue was woken."},
    {NULL, NULL},
};
