/* SPDX-License-Identifier: Apache-2.0 */
/* One document there, one back. */
#include "request.h"

#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "daemon/daemon.h"

/* Every request may be made again after a failure of the disk. */
static const char *
advice(enum error_kind kind, const char *sentence)
{
	return kind == ERROR_IO && !strstr(sentence, "again")
	    ? "; mend that and do it again: what is done stays done"
	    : "";
}

static json_t *
read_answer(const struct buffer *bytes, struct error *err)
{
	json_error_t why;
	json_t *answer = json_loadb((char *)bytes->data, bytes->size, JSON_REJECT_DUPLICATES, &why);

	if (!answer) {
		error_set(err, ERROR_IO, "the tracker's answer is not JSON: %s", why.text);
	} else if (!member_true(answer, "ok")) {
		enum error_kind kind = (enum error_kind)member_long(answer, "kind");
		const char *sentence = member_text(answer, "error");

		error_set(err, kind, "%s%s", sentence, advice(kind, sentence));
		json_decref(answer);
		answer = NULL;
	}
	return answer;
}

json_t *
request_do(const struct call *call, json_t *request, struct error *err)
{
	struct question question;
	struct buffer bytes = {0};
	json_t *answer = NULL;
	char *text = json_dumps(request, JSON_COMPACT);

	json_decref(request);
	if (question_settings(&question, call, PLACE_SETTINGS_NEEDED, err)) {
		if (daemon_ask(&question.settings, text_of(text), &bytes, err))
			answer = read_answer(&bytes, err);
		question_fini(&question);
	}
	free(text);
	buffer_fini(&bytes);
	return answer;
}
