/* SPDX-License-Identifier: Apache-2.0 */
/* Settings and lineage of the simulated company: ready for `dyetrace run`. */
#include "folder.h"

#include "base/file.h"

bool
folder_write(const char *folder, const char *name, struct buffer *bytes, struct error *err)
{
	char *path = file_join(folder, name);
	bool done = file_replace(path, buffer_text(bytes), 0644, err);

	memory_free(path);
	buffer_fini(bytes);
	return done;
}

/* A feature as a row; the encoding of categories follows the business's own order. */
struct feature_row {
	const char *name, *dataset, *field, *encode, *key, *aggregate, *extra, *window;
};

#define WEEK "{size: 7d, pane: 1d, lateness: 1h}"
#define MONTH "{size: 28d, pane: 1d, lateness: 1h}"
#define PRIORITY "{\"1 - Critical\": 4, \"2 - High\": 3, \"3 - Moderate\": 2, \"4 - Low\": 1}"
#define IMPACT "{\"1 - High\": 3, \"2 - Medium\": 2, \"3 - Low\": 1}"
#define SEVERITY "{minor: 1, moderate: 2, severe: 3, total: 4}"

static const struct feature_row features[] = {
    {"ticket_priority", "helpdesk.ticket", "priority", PRIORITY, "entity", "last", NULL, NULL},
    {"ticket_impact", "helpdesk.ticket", "impact", IMPACT, "entity", "last", NULL, NULL},
    {"team_critical_share", "helpdesk.ticket", "priority", NULL, "team", "share",
	"value: \"1 - Critical\"", WEEK},
    {"ticket_reassignments", "helpdesk.ticket", "reassignments", "numeric", "entity", "max", NULL,
	NULL},
    {"team_effort_minutes", "helpdesk.ticket", "effort_minutes", "numeric", "team", "mean", NULL,
	WEEK},
    {"group_backlog", "helpdesk.ticket", "assignment_group", NULL, "none", "distinct", NULL, WEEK},
    {"order_amount", "crm.order", "amount", "numeric", "entity", "last", NULL, NULL},
    {"team_order_amount", "crm.order", "amount", "numeric", "team", "mean", NULL, MONTH},
    {"order_discount", "crm.order", "discount_percent", "numeric", "entity", "last", NULL, NULL},
    {"channel_discount", "crm.order", "discount_percent", "numeric", "channel", "mean", NULL, WEEK},
    {"prepaid_share", "crm.order", "payment_terms", NULL, "none", "share", "value: prepaid", MONTH},
    {"item_price", "pricing.item", "price", "numeric", "entity", "last", NULL, NULL},
    {"item_cost", "pricing.item", "cost", "numeric", "entity", "last", NULL, NULL},
    {"price_level", "pricing.item", "price", "numeric", "none", "mean", NULL, WEEK},
    {"clearance_share", "pricing.item", "promo", NULL, "none", "share", "value: clearance", WEEK},
    {"defect_share", "labelling.image", "label", NULL, "none", "share", "value: crack", WEEK},
    {"annotator_confidence", "labelling.image", "confidence", "numeric", "actor", "mean", NULL,
	MONTH},
    {"labels_per_day", "labelling.image", "label", NULL, "none", "rate", NULL, WEEK},
    {"permit_fee", "permits.application", "fee", "numeric", "entity", "last", NULL, NULL},
    {"refusal_share", "permits.application", "decision", NULL, "team", "share", "value: refused",
	MONTH},
    {"claim_amount", "claims.claim", "amount", "numeric", "entity", "last", NULL, NULL},
    {"claim_severity", "claims.claim", "severity", SEVERITY, "entity", "last", NULL, NULL},
    {"suspicious_share", "claims.claim", "fraud_check", NULL, "team", "share", "value: suspicious",
	MONTH},
    {"claim_payout", "claims.claim", "payout", "numeric", "none", "sum", NULL, WEEK},
    {"shipment_weight", "logistics.shipment", "weight_kg", "numeric", "entity", "last", NULL, NULL},
    {"carrier_delay", "logistics.shipment", "delay_days", "numeric", "none", "mean", NULL, WEEK},
    {"express_share", "logistics.shipment", "service_class", NULL, "none", "share",
	"value: express", WEEK},
};

static const char models[] =
    "models:\n"
    "  - name: sla_breach\n"
    "    version: \"2026.1\"\n"
    "    kind: logistic\n"
    "    intercept: -3.1\n"
    "    inputs:\n"
    "      - {feature: ticket_priority, weight: 0.9}\n"
    "      - {feature: ticket_impact, weight: 0.4}\n"
    "      - {feature: ticket_reassignments, weight: 0.35}\n"
    "      - {feature: team_critical_share, weight: 2.2}\n"
    "      - {feature: team_effort_minutes, weight: 0.02}\n"
    "    unit: log-odds\n"
    "    trained: [{version: \"2026.1\", cut: 2026-02-01}, {version: \"2026.2\", cut: "
    "2026-03-01}]\n"
    "    scored: {every: 1h, from: 2026-01-05}\n"
    "  - name: order_value\n"
    "    version: \"7\"\n"
    "    kind: linear\n"
    "    intercept: 12.5\n"
    "    inputs:\n"
    "      - {feature: order_amount, weight: 0.82}\n"
    "      - {feature: team_order_amount, weight: 0.11}\n"
    "      - {feature: order_discount, weight: -3.4}\n"
    "      - {feature: channel_discount, weight: -1.2}\n"
    "      - {feature: prepaid_share, weight: 40}\n"
    "    unit: EUR\n"
    "    value-per-unit: 1\n"
    "    currency: EUR\n"
    "    trained: [{version: \"7\", cut: 2026-02-15}]\n"
    "    scored: {every: 1d, from: 2026-01-06}\n"
    "  - name: price_advice\n"
    "    version: \"3.2\"\n"
    "    kind: linear\n"
    "    intercept: 0\n"
    "    inputs:\n"
    "      - {feature: item_cost, weight: 1.15}\n"
    "      - {feature: item_price, weight: 0.2}\n"
    "      - {feature: price_level, weight: 0.1}\n"
    "      - {feature: clearance_share, weight: -8}\n"
    "    unit: EUR\n"
    "    trained: [{version: \"3.2\", cut: 2026-03-15}]\n"
    "  - name: defect_vision\n"
    "    version: \"19\"\n"
    "    kind: opaque\n"
    "    inputs:\n"
    "      - {feature: defect_share, sensitivity: 0.31, source: mean |SHAP| on the validation set, "
    "date: 2026-01-20}\n"
    "      - {feature: annotator_confidence, sensitivity: 0.12, source: mean |SHAP| on the "
    "validation set, date: 2026-01-20}\n"
    "      - {feature: labels_per_day}\n"
    "    trained: [{version: \"19\", cut: 2026-02-10}, {version: \"20\", cut: 2026-03-10}]\n"
    "  - name: claim_fraud\n"
    "    version: \"5\"\n"
    "    kind: logistic\n"
    "    intercept: -4\n"
    "    inputs:\n"
    "      - {feature: claim_amount, weight: 0.0004}\n"
    "      - {feature: claim_severity, weight: 0.5}\n"
    "      - {feature: suspicious_share, weight: 3}\n"
    "      - {feature: claim_payout, weight: 0.000001}\n"
    "    unit: log-odds\n"
    "    trained: [{version: \"5\", cut: 2026-02-20}]\n"
    "    scored: {topic: claims.scored}\n"
    "  - name: delivery_time\n"
    "    version: \"2\"\n"
    "    kind: linear\n"
    "    intercept: 1.4\n"
    "    inputs:\n"
    "      - {feature: shipment_weight, weight: 0.003}\n"
    "      - {feature: carrier_delay, weight: 0.9}\n"
    "      - {feature: express_share, weight: -0.7}\n"
    "    unit: days\n"
    "    trained: [{version: \"2\", cut: 2026-02-01}]\n";

bool
folder_write_lineage(const char *folder, struct error *err)
{
	struct buffer out = {0};
	const char *last = "";
	size_t i;

	buffer_add_format(
	    &out, "# What the simulated company's inputs feed.\nversion: 1\ndatasets:\n");
	for (i = 0; i < ARRAY_COUNT(features); i++) {
		if (strcmp(features[i].dataset, last) != 0)
			buffer_add_format(&out, "  - name: %s\n", features[i].dataset);
		last = features[i].dataset;
	}
	buffer_add_format(&out, "features:\n");
	for (i = 0; i < ARRAY_COUNT(features); i++) {
		const struct feature_row *row = &features[i];

		buffer_add_format(&out, "  - name: %s\n    dataset: %s\n    field: %s\n", row->name,
		    row->dataset, row->field);
		if (row->encode)
			buffer_add_format(&out, "    encode: %s\n", row->encode);
		buffer_add_format(
		    &out, "    key: %s\n    aggregate: %s\n", row->key, row->aggregate);
		if (row->extra)
			buffer_add_format(&out, "    %s\n", row->extra);
		if (row->window)
			buffer_add_format(&out, "    window: %s\n", row->window);
	}
	buffer_add(&out, models, sizeof(models) - 1);
	return folder_write(folder, "lineage.yaml", &out, err);
}

bool
folder_write_settings(const char *folder, bool company, const char *dataset, struct error *err)
{
	struct buffer out = {0};

	buffer_add_format(&out,
	    "# A simulated log: `dyetrace run --until-end` in this folder reads it.\nstore: "
	    "dyetrace-store\nkeys: dyetrace.key\n");
	if (company)
		buffer_add_format(&out, "lineage: lineage.yaml\norg-chart: org-chart.csv\n");
	buffer_add_format(&out,
	    "sources:\n  - name: company\n    type: file\n    path: events.jsonl\n    format: "
	    "jsonl\n    mapping:\n");
	if (dataset)
		buffer_add_format(&out, "      dataset: {value: \"%s\"}\n", dataset);
	else
		buffer_add_format(&out, "      dataset: dataset\n");
	buffer_add_format(&out,
	    "      id: id\n      time: {field: time, format: iso8601, zone: UTC}\n      actor: "
	    "actor\n"
	    "      team: team\n      system: system\n      channel: channel\n      entity: "
	    "entity\n      op: op\n"
	    "      changes: {list: changes}\n");
	return folder_write(folder, "dyetrace.yaml", &out, err);
}
