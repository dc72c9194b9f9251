/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of the company's work. */
#include "kinds.h"

#include <stdio.h>
#include <string.h>

#include "base/compiler.h"

const struct kind_row kinds[] = {
    {"helpdesk.ticket", "servicedesk", "ticket", "phone|email|web|chat", 0.28,
	{{"state", FIELD_STEP, "New|Active|Awaiting user|Resolved|Closed", 0, 0, 1, 0.55},
	    {"priority", FIELD_CATEGORY, "3 - Moderate|4 - Low|2 - High|1 - Critical", 0, 0, 1,
		0.12},
	    {"impact", FIELD_CATEGORY, "2 - Medium|3 - Low|1 - High", 0, 0, 1, 0.06},
	    {"category", FIELD_CATEGORY,
		"Network|Access|Mail|Workplace|Printing|ERP|Storage|Telephony|VPN|Database", 0, 0,
		1, 0.05},
	    {"assignment_group", FIELD_CATEGORY, "Desk|Clients|Servers|Apps|Security|Field", 0, 0,
		0.4, 0.3},
	    {"reassignments", FIELD_COUNT, "", 0, 0, 0, 0.15},
	    {"effort_minutes", FIELD_NUMBER, "", 14, 0.9, 0, 0.5}}},
    {"crm.order", "crm", "order", "shop|phone|partner", 0.42,
	{{"status", FIELD_STEP, "draft|confirmed|packed|shipped|invoiced", 0, 0, 1, 0.6},
	    {"amount", FIELD_NUMBER, "", 180, 1.1, 1, 0.12},
	    {"discount_percent", FIELD_NUMBER, "", 6, 0.8, 0.5, 0.12},
	    {"payment_terms", FIELD_CATEGORY, "30 days|14 days|prepaid|60 days", 0, 0, 1, 0.03},
	    {"region", FIELD_CATEGORY, "North|West|South|East|Export", 0, 0, 1, 0.01},
	    {"segment", FIELD_CATEGORY, "retail|trade|public|key account", 0, 0, 0.8, 0.02}}},
    {"pricing.item", "pricing", "item", "desk|upload", 0.12,
	{{"price", FIELD_NUMBER, "", 34, 1.2, 1, 0.7}, {"cost", FIELD_NUMBER, "", 21, 1.2, 1, 0.3},
	    {"margin_class", FIELD_CATEGORY, "B|A|C|D", 0, 0, 1, 0.15},
	    {"promo", FIELD_CATEGORY, "none|weekly|clearance", 0, 0, 0.4, 0.2}}},
    {"labelling.image", "labelstudio", "image", "web|batch", 0.7,
	{{"label", FIELD_CATEGORY, "intact|scratch|dent|crack|missing part|wrong colour|unclear", 0,
	     0, 1, 0.6},
	    {"confidence", FIELD_NUMBER, "", 0.82, 0.18, 1, 0.5},
	    {"difficulty", FIELD_CATEGORY, "easy|medium|hard", 0, 0, 0.6, 0.1},
	    {"stage", FIELD_STEP, "labelled|reviewed|accepted", 0, 0, 1, 0.7}}},
    {"permits.application", "permits", "permit", "web|counter|post", 0.3,
	{{"stage", FIELD_STEP, "received|complete|assessed|decided|archived", 0, 0, 1, 0.7},
	    {"category", FIELD_CATEGORY, "building|event|parking|environment|monument", 0, 0, 1,
		0.05},
	    {"zone", FIELD_CATEGORY, "centre|east|harbour|west|villages", 0, 0, 1, 0.03},
	    {"fee", FIELD_NUMBER, "", 240, 0.9, 0.7, 0.2},
	    {"decision", FIELD_CATEGORY, "granted|granted with conditions|refused|withdrawn", 0, 0,
		0, 0.25}}},
    {"claims.claim", "claims", "claim", "phone|web|broker", 0.3,
	{{"stage", FIELD_STEP, "reported|checked|decided|paid", 0, 0, 1, 0.6},
	    {"amount", FIELD_NUMBER, "", 900, 1.3, 1, 0.25},
	    {"severity", FIELD_CATEGORY, "minor|moderate|severe|total", 0, 0, 1, 0.15},
	    {"fraud_check", FIELD_CATEGORY, "clear|look again|suspicious", 0, 0, 0.3, 0.25},
	    {"payout", FIELD_NUMBER, "", 640, 1.2, 0, 0.3}}},
    {"logistics.shipment", "wms", "shipment", "scanner|desk", 0.35,
	{{"status", FIELD_STEP, "planned|loaded|in transit|delivered", 0, 0, 1, 0.75},
	    {"weight_kg", FIELD_NUMBER, "", 42, 1.4, 1, 0.06},
	    {"carrier", FIELD_CATEGORY, "own fleet|RapidPost|NordCargo|Bahnfracht", 0, 0, 1, 0.08},
	    {"service_class", FIELD_CATEGORY, "standard|express|bulky", 0, 0, 1, 0.04},
	    {"delay_days", FIELD_NUMBER, "", 1.2, 0.9, 0, 0.2}}},
};
const uint32_t kind_count = ARRAY_COUNT(kinds);

const struct department_row departments[] = {
    {"Service Desk", 0, "North|South|Night|Clients|Servers", 0.24, 13},
    {"Sales", 1, "Retail|Trade|Export|Key Accounts", 0.2, 11},
    {"Pricing", 2, "Assortment|Campaigns", 0.07, 14},
    {"Data Labelling", 3, "Line A|Line B|Review", 0.13, 17},
    {"Permits", 4, "Intake|Assessment|Counter", 0.12, 8},
    {"Claims", 5, "Motor|Home|Special", 0.12, 9},
    {"Logistics", 6, "Planning|Dock East|Dock West", 0.12, 15},
};
const uint32_t department_count = ARRAY_COUNT(departments);

uint32_t
word_count(const char *words)
{
	uint32_t count = *words ? 1 : 0;

	for (; *words; words++)
		count += *words == '|';
	return count;
}

const char *
word_at(const char *words, uint32_t n, char out[64])
{
	size_t size;

	for (; n && (words = strchr(words, '|')); n--)
		words++;
	if (!words)
		words = "";
	size = strcspn(words, "|");
	snprintf(out, 64, "%.*s", (int)(size < 63 ? size : 63), words);
	return out;
}
