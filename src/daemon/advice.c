/* SPDX-License-Identifier: Apache-2.0 */
/* One sentence, behind the others. */
#include "advice.h"

#include <string.h>

bool
advice_add(struct error *err)
{
	static const char advice[] = "; mend that and start again: nothing is lost, what was not "
				     "committed is read again";
	size_t size = strlen(err->text);

	if (err->kind == ERROR_IO && !strstr(err->text, "start again") &&
	    size + sizeof(advice) <= sizeof(err->text))
		memcpy(err->text + size, advice, sizeof(advice));
	return false;
}
