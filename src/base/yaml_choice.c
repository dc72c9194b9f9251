/* SPDX-License-Identifier: Apache-2.0 */
/* A scalar that is one of a few words. */
#include "base/suggest.h"
#include "base/yaml.h"

static void
refuse(const char *file, const struct yaml_node *node, const char *key, const char *said,
    struct text word, struct text best, struct yaml_problems *problems)
{
	char shown[64];

	text_show(word, 40, shown, sizeof(shown));
	if (best.data)
		yaml_problem_add(problems, file, node, "%s is %s, not '%s': did you mean '%.*s'?",
		    key, said, shown, TEXT_PRINT(best));
	else
		yaml_problem_add(problems, file, node, "%s is %s, not '%s'", key, said, shown);
}

bool
yaml_choice(const char *file, const struct yaml_node *node, const char *key,
    const char *const *words, const char *said, int *chosen, struct yaml_problems *problems)
{
	struct suggestion nearest;
	struct text word;
	int i;

	if (!yaml_text(file, node, &word, problems))
		return false;
	suggestion_init(&nearest, word);
	for (i = 0; words[i]; i++) {
		if (text_is(word, words[i])) {
			*chosen = i;
			return true;
		}
		suggestion_try(&nearest, text_of(words[i]));
	}
	refuse(file, node, key, said, word, suggestion_best(&nearest), problems);
	return false;
}
