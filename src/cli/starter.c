/* SPDX-License-Identifier: Apache-2.0 */
/* The company's files. Tickets are rows here and JSON lines in the file. */
#include "starter.h"

#include "settings/settings.h"

const char starter_event[] = "T-1004/3";

static const char org_chart[] =
    "person,team,manager,kind,valid_from,valid_to\n"
    "ines.fontaine,service-desk,,human,2025-01-01,\n"
    "anna.keller,service-desk,ines.fontaine,human,2025-01-01,\n"
    "tomas.novak,service-desk,ines.fontaine,human,2025-06-01,\n"
    "lena.braun,service-desk,ines.fontaine,human,2025-01-01,2026-03-04\n"
    "lena.braun,network,paul.okafor,human,2026-03-04,\n"
    "paul.okafor,network,,human,2025-01-01,\n"
    "mei.tanaka,network,paul.okafor,human,2025-09-15,\n"
    "omar.haddad,billing,,human,2025-01-01,\n"
    "monitoring,network,paul.okafor,service,2025-01-01,\n";

static const char lineage[] =
    "# Which fields feed which features, and which features feed which models.\n"
    "version: 1\n"
    "datasets:\n"
    "  - name: helpdesk.ticket\n"
    "    fields:\n"
    "      - {name: priority, type: category}\n"
    "      - {name: category, type: category}\n"
    "      - {name: assigned_team, type: category}\n"
    "      - {name: state, type: category}\n"
    "      - {name: minutes_spent, type: number}\n"
    "features:\n"
    "  # How urgent the ticket is, as people rated it.\n"
    "  - name: ticket_priority\n"
    "    dataset: helpdesk.ticket\n"
    "    field: priority\n"
    "    encode: {\"1 - critical\": 4, \"2 - high\": 3, \"3 - moderate\": 2, \"4 - low\": 1}\n"
    "    other: error-count\n"
    "    key: entity\n"
    "    aggregate: last\n"
    "  # How much of what a team takes in by phone it rates high.\n"
    "  - name: team_phone_priority\n"
    "    dataset: helpdesk.ticket\n"
    "    field: priority\n"
    "    encode: {\"1 - critical\": 4, \"2 - high\": 3, \"3 - moderate\": 2, \"4 - low\": 1}\n"
    "    other: error-count\n"
    "    filter: [{field: channel, is: [phone]}]\n"
    "    key: team\n"
    "    aggregate: mean\n"
    "    window: {size: 7d, pane: 1d, lateness: 1h}\n"
    "  # How often a ticket changes hands.\n"
    "  - name: ticket_handovers\n"
    "    dataset: helpdesk.ticket\n"
    "    field: assigned_team\n"
    "    key: entity\n"
    "    aggregate: count\n"
    "  # Work booked on a ticket.\n"
    "  - name: ticket_minutes\n"
    "    dataset: helpdesk.ticket\n"
    "    field: minutes_spent\n"
    "    encode: numeric\n"
    "    key: entity\n"
    "    aggregate: max\n"
    "models:\n"
    "  - name: sla_breach\n"
    "    version: \"2026.2\"\n"
    "    kind: logistic\n"
    "    intercept: -2.1\n"
    "    inputs:\n"
    "      - {feature: ticket_priority, weight: 0.6}\n"
    "      - {feature: team_phone_priority, weight: 0.3}\n"
    "      - {feature: ticket_handovers, weight: 0.4}\n"
    "    unit: log-odds\n"
    "    trained: [{version: \"2026.2\", cut: 2026-03-05}]\n"
    "    scored: {every: 1h, from: 2026-03-01}\n"
    "  - name: effort_estimate\n"
    "    version: \"7\"\n"
    "    kind: linear\n"
    "    intercept: 12\n"
    "    inputs:\n"
    "      - {feature: ticket_minutes, weight: 0.9}\n"
    "      - {feature: ticket_priority, weight: 6.5}\n"
    "    unit: minutes\n"
    "    value-per-unit: 0.75\n"
    "    currency: EUR\n"
    "    trained: [{version: \"7\", cut: 2026-03-07}]\n"
    "    scored: {every: 1d, from: 2026-03-01}\n";

#define CHANGES_MAX 3

/* Values are JSON: "\"2 - high\"", "35", "null". */
struct ticket_change {
	const char *field, *old_value, *new_value;
};

struct ticket_event {
	int ticket, step;
	const char *time, *actor, *team, *channel, *op;
	struct ticket_change changes[CHANGES_MAX];
};

#define NONE "null"
#define CRITICAL "\"1 - critical\""
#define HIGH "\"2 - high\""
#define MODERATE "\"3 - moderate\""
#define LOW "\"4 - low\""
#define DESK "\"service-desk\""
#define NETWORK "\"network\""
#define BILLING "\"billing\""

static const struct ticket_event tickets[] = {
    {1001, 1, "2026-03-02T08:12:00Z", "anna.keller", "service-desk", "phone", "create",
	{{"priority", NONE, MODERATE}, {"category", NONE, "\"printer\""},
	    {"assigned_team", NONE, DESK}}},
    {1002, 1, "2026-03-02T08:31:00Z", "tomas.novak", "service-desk", "mail", "create",
	{{"priority", NONE, LOW}, {"category", NONE, "\"account\""},
	    {"assigned_team", NONE, DESK}}},
    {1001, 2, "2026-03-02T08:40:00Z", "anna.keller", "service-desk", "phone", "update",
	{{"minutes_spent", NONE, "25"}, {"state", NONE, "\"resolved\""}}},
    {1003, 1, "2026-03-02T09:05:00Z", "monitoring", "network", "api", "create",
	{{"priority", NONE, HIGH}, {"category", NONE, "\"network\""},
	    {"assigned_team", NONE, NETWORK}}},
    {1003, 2, "2026-03-02T09:20:00Z", "mei.tanaka", "network", "web", "update",
	{{"priority", HIGH, CRITICAL}, {"minutes_spent", NONE, "15"}}},
    {1004, 1, "2026-03-02T10:02:00Z", "lena.braun", "service-desk", "phone", "create",
	{{"priority", NONE, MODERATE}, {"category", NONE, "\"network\""},
	    {"assigned_team", NONE, DESK}}},
    {1004, 2, "2026-03-02T10:15:00Z", "lena.braun", "service-desk", "phone", "update",
	{{"assigned_team", DESK, NETWORK}}},
    {1004, 3, "2026-03-02T11:48:00Z", "mei.tanaka", "network", "phone", "update",
	{{"priority", MODERATE, HIGH}, {"minutes_spent", NONE, "60"}}},
    {1003, 3, "2026-03-02T12:30:00Z", "mei.tanaka", "network", "web", "update",
	{{"minutes_spent", "15", "140"}, {"state", NONE, "\"resolved\""}}},
    {1005, 1, "2026-03-03T07:58:00Z", "tomas.novak", "service-desk", "phone", "create",
	{{"priority", NONE, HIGH}, {"category", NONE, "\"invoice\""},
	    {"assigned_team", NONE, BILLING}}},
    {1002, 2, "2026-03-03T08:25:00Z", "tomas.novak", "service-desk", "mail", "update",
	{{"minutes_spent", NONE, "10"}, {"state", NONE, "\"resolved\""}}},
    {1005, 2, "2026-03-03T09:10:00Z", "omar.haddad", "billing", "web", "update",
	{{"priority", HIGH, LOW}, {"minutes_spent", NONE, "20"}}},
    {1004, 4, "2026-03-03T09:30:00Z", "paul.okafor", "network", "web", "update",
	{{"assigned_team", NETWORK, DESK}}},
    {1004, 5, "2026-03-03T09:41:00Z", "anna.keller", "service-desk", "phone", "update",
	{{"assigned_team", DESK, NETWORK}, {"priority", HIGH, CRITICAL}}},
    {1006, 1, "2026-03-03T13:15:00Z", "anna.keller", "service-desk", "web", "create",
	{{"priority", NONE, LOW}, {"category", NONE, "\"account\""},
	    {"assigned_team", NONE, DESK}}},
    {1006, 2, "2026-03-03T13:22:00Z", "anna.keller", "service-desk", "web", "update",
	{{"minutes_spent", NONE, "5"}, {"state", NONE, "\"resolved\""}}},
    {1007, 1, "2026-03-04T08:03:00Z", "lena.braun", "service-desk", "phone", "create",
	{{"priority", NONE, HIGH}, {"category", NONE, "\"network\""},
	    {"assigned_team", NONE, NETWORK}}},
    {1004, 6, "2026-03-04T08:50:00Z", "paul.okafor", "network", "web", "update",
	{{"minutes_spent", "60", "310"}, {"state", NONE, "\"resolved\""}}},
    {1007, 2, "2026-03-04T09:35:00Z", "lena.braun", "network", "web", "update",
	{{"minutes_spent", NONE, "45"}}},
    {1008, 1, "2026-03-04T10:20:00Z", "monitoring", "network", "api", "create",
	{{"priority", NONE, CRITICAL}, {"category", NONE, "\"network\""},
	    {"assigned_team", NONE, NETWORK}}},
    {1008, 2, "2026-03-04T10:21:00Z", "monitoring", "network", "api", "update",
	{{"priority", CRITICAL, HIGH}}},
    {1008, 3, "2026-03-04T11:02:00Z", "mei.tanaka", "network", "web", "update",
	{{"minutes_spent", NONE, "40"}, {"state", NONE, "\"resolved\""}}},
    {1007, 3, "2026-03-05T08:30:00Z", "lena.braun", "network", "web", "update",
	{{"minutes_spent", "45", "120"}, {"state", NONE, "\"resolved\""}}},
    {1005, 3, "2026-03-05T09:45:00Z", "omar.haddad", "billing", "web", "update",
	{{"minutes_spent", "20", "35"}, {"state", NONE, "\"resolved\""}}},
    {1009, 1, "2026-03-05T14:11:00Z", "tomas.novak", "service-desk", "mail", "create",
	{{"priority", NONE, MODERATE}, {"category", NONE, "\"printer\""},
	    {"assigned_team", NONE, DESK}}},
    {1010, 1, "2026-03-06T09:00:00Z", "agency.temp7", "service-desk", "phone", "create",
	{{"priority", NONE, CRITICAL}, {"category", NONE, "\"account\""},
	    {"assigned_team", NONE, DESK}}},
    {1010, 2, "2026-03-06T09:30:00Z", "ines.fontaine", "service-desk", "web", "update",
	{{"priority", CRITICAL, LOW}}},
    {1009, 2, "2026-03-06T10:18:00Z", "anna.keller", "service-desk", "mail", "update",
	{{"minutes_spent", NONE, "30"}, {"state", NONE, "\"resolved\""}}},
};

static void
print_ticket(const struct ticket_event *event, struct buffer *out)
{
	size_t i;

	buffer_add_format(out,
	    "{\"id\":\"T-%d/"
	    "%d\",\"time\":\"%s\",\"actor\":\"%s\",\"team\":\"%s\",\"system\":\"helpdesk\","
	    "\"channel\":\"%s\",\"entity\":\"ticket/T-%d\",\"op\":\"%s\",\"changes\":[",
	    event->ticket, event->step, event->time, event->actor, event->team, event->channel,
	    event->ticket, event->op);
	for (i = 0; i < CHANGES_MAX && event->changes[i].field; i++)
		buffer_add_format(out, "%s[\"%s\",%s,%s]", i ? "," : "", event->changes[i].field,
		    event->changes[i].old_value, event->changes[i].new_value);
	buffer_add_text(out, TEXT("]}\n"));
}

static void
print_events(struct buffer *out)
{
	size_t i;

	for (i = 0; i < ARRAY_COUNT(tickets); i++)
		print_ticket(&tickets[i], out);
}

static void
print_org_chart(struct buffer *out)
{
	buffer_add_text(out, text_of(org_chart));
}

static void
print_lineage(struct buffer *out)
{
	buffer_add_text(out, text_of(lineage));
}

const struct starter_file starter_files[] = {
    {"dyetrace.yaml", "every setting, explained", settings_template},
    {"org-chart.csv", "who belongs to which team, since when", print_org_chart},
    {"lineage.yaml", "which fields feed which features and models", print_lineage},
    {"events/tickets.jsonl", "a week of a help desk's tickets", print_events},
    {NULL},
};
