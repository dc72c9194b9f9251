/* SPDX-License-Identifier: Apache-2.0 */
#include "address.h"

#include "model/reason.h"

static const struct message_header *
find_header(const struct message *message, struct text name)
{
	size_t i;

	for (i = message->header_count; i-- > 0;)
		if (text_equal(message->headers[i].name, name))
			return &message->headers[i];
	return NULL;
}

const struct message_header *
address_header(const struct message *message, const char *name)
{
	return find_header(message, text_of(name));
}

/* "crm.case" of "crm.case/3" */
static struct text
topic_of(struct text name)
{
	size_t size = name.size;

	while (size && name.data[size - 1] >= '0' && name.data[size - 1] <= '9')
		size--;
	if (size > 1 && size < name.size && name.data[size - 1] == '/')
		name.size = size - 1;
	return name;
}

static bool
not_text(const struct address *address, bool nul, struct row_problem *problem)
{
	const char *what = nul ? "a NUL in text" : "bytes that are not UTF-8";
	char shown[NAME_SHOWN_BYTES];

	if (address->kind == ADDRESS_KEY)
		return row_problem_set(problem, nul ? REASON_NUL : REASON_UTF8,
		    "$key: %s; a key that is framed for a schema registry is not read", what);
	return row_problem_set(problem, nul ? REASON_NUL : REASON_UTF8, "header %s: %s",
	    text_show(address->header, NAME_SHOWN, shown, sizeof(shown)), what);
}

static bool
fill_text(
    const struct address *address, struct text text, struct cell *cell, struct row_problem *problem)
{
	bool nul = text.size && memchr(text.data, '\0', text.size);

	if (nul || !text_is_utf8(text))
		return not_text(address, nul, problem);
	*cell = (struct cell){.kind = CELL_TEXT, .text = text};
	return true;
}

static bool
fill_header(const struct address *address, const struct message *message, struct cell *cell,
    struct row_problem *problem)
{
	const struct message_header *header = find_header(message, address->header);

	if (!header)
		return true;
	if (header->value.data)
		return fill_text(address, header->value, cell, problem);
	cell->kind = CELL_NULL;
	return true;
}

bool
address_fill(const struct address *address, const struct message *message, struct cell *cells,
    struct row_problem *problem)
{
	struct cell *cell = &cells[address->cell];

	cell->kind = CELL_ABSENT;
	switch (address->kind) {
	case ADDRESS_KEY:
		return !message->key.data || fill_text(address, message->key, cell, problem);
	case ADDRESS_TIMESTAMP:
		if (message->source_time_ms != TIME_NONE)
			*cell =
			    (struct cell){.kind = CELL_TIME, .integer = message->source_time_ms};
		return true;
	case ADDRESS_TOPIC:
		*cell = (struct cell){
		    .kind = CELL_TEXT, .text = topic_of(text_of(message->partition->name))};
		return true;
	case ADDRESS_HEADER:
		return fill_header(address, message, cell, problem);
	}
	return true;
}
