/* SPDX-License-Identifier: Apache-2.0 */
/* Scalars that are moments and spans. */
#include "base/timestamp.h"
#include "base/yaml.h"

static bool
check_scalar(const char *file, const struct yaml_node *node, const char *what,
    struct yaml_problems *problems)
{
	if (node->kind == YAML_SCALAR && !yaml_is_null(node))
		return true;
	yaml_problem_add(problems, file, node, "%s is expected", what);
	return false;
}

bool
yaml_duration(
    const char *file, const struct yaml_node *node, int64_t *ms, struct yaml_problems *problems)
{
	static const char what[] = "a duration such as 200ms, 90s, 15m, 36h, 7d or 2w";
	struct error err = {0};
	char shown[64];

	if (!node || !check_scalar(file, node, what, problems))
		return false;
	if (duration_parse(node->text, ms, &err))
		return true;
	yaml_problem_add(problems, file, node, "`%s` stands where %s is expected",
	    text_show(node->text, 40, shown, sizeof(shown)), what);
	return false;
}

bool
yaml_time(const char *file, const struct yaml_node *node, int64_t *time_ms,
    struct yaml_problems *problems)
{
	static const struct timestamp_rule rule = {.format = TIMESTAMP_ISO8601};
	static const char what[] = "a time such as 2016-02-29 or 2016-02-29T01:23:00Z";
	struct error err = {0};
	char shown[64];

	if (!node || !check_scalar(file, node, what, problems))
		return false;
	if (timestamp_parse(node->text, &rule, time_ms, &err))
		return true;
	yaml_problem_add(problems, file, node, "`%s` stands where %s is expected: %s",
	    text_show(node->text, 40, shown, sizeof(shown)), what, err.text);
	return false;
}
