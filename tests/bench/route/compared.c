/* SPDX-License-Identifier: Apache-2.0 */
#include "compared.h"

#include <math.h>
#include <stdio.h>

#include "bench_route.h"
#include "catalog/movement.h"

#define NEAR 1e-6

struct compared {
	struct catalog *catalog;
	double worst;
	uint32_t equal, different;
};

static bool
add_day(void *context, const struct catalog_movement_day *day)
{
	*(double *)context += day->total;
	return true;
}

static double
of_catalog(struct catalog *catalog, enum movement_kind kind, struct text name)
{
	struct error err = {0};
	uint32_t subject;
	double sum = 0;
	bool found;

	if (!catalog_subject(catalog, kind, name, &subject, &found, &err))
		bench_fail(&err);
	if (found &&
	    !catalog_movement_days(
		catalog, subject, INT64_MIN, INT64_MAX, false, add_day, &sum, &err))
		bench_fail(&err);
	return sum;
}

static void
compare(struct compared *compared, enum movement_kind kind, struct text name, double peer)
{
	double ours = of_catalog(compared->catalog, kind, name);
	double difference = fabs(ours - peer) / fmax(fmax(ours, peer), 1e-300);

	compared->worst = fmax(compared->worst, difference);
	if (difference <= NEAR) {
		compared->equal++;
		return;
	}
	compared->different++;
	fprintf(stderr, "bench_route: %.*s moved by %.17g, the peer says %.17g\n", (int)name.size,
	    name.data, ours, peer);
}

bool
compared_magnitudes(const char *folder, const struct lineage *lineage, const double *magnitudes)
{
	struct compared compared = {0};
	struct error err = {0};
	char path[4096];
	uint32_t i;

	snprintf(path, sizeof(path), "%s/dyetrace-store/catalog.db", folder);
	if (!catalog_open(path, CATALOG_READ, &compared.catalog, &err))
		bench_fail(&err);
	for (i = 0; i < lineage->feature_count; i++)
		compare(&compared, MOVEMENT_FEATURE, lineage->features[i].name, magnitudes[i]);
	for (i = 0; i < lineage->model_count; i++)
		compare(&compared, MOVEMENT_MODEL, lineage->models[i].name,
		    magnitudes[lineage->feature_count + i]);
	catalog_close(compared.catalog);
	printf("{\"bench\":\"route_same_sums\",\"equal\":%u,\"different\":%u,"
	       "\"greatest_difference\":%.2g}\n",
	    compared.equal, compared.different, compared.worst);
	return !compared.different;
}
