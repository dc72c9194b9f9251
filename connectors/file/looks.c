/* SPDX-License-Identifier: Apache-2.0 */
/* One table of first bytes; none of them can begin JSON lines or a CSV header. */
#include "looks.h"

#include "base/compiler.h"

static const struct look {
	struct text magic;
	const char *name, *remedy;
} looks[] = {
    {TEXT("\x1f\x8b\x08"), "gzip", "set `compression: auto`"},
    {TEXT("Obj\x01"), "an Avro container", "set `format: avro`"},
    {TEXT("PK\x03\x04"), "a zip archive", "unpack it and name the file inside"},
    {TEXT("PAR1\x15"), "Parquet", "export it as Avro, CSV or JSON lines"},
    {TEXT("ORC\n"), "ORC", "export it as Avro, CSV or JSON lines"},
    {TEXT("SQLite format 3\0"), "an SQLite database",
	"export the table as CSV: sqlite3 -header -csv FILE 'select * from …'"},
    {TEXT("\x28\xb5\x2f\xfd"), "zstd",
	"unpack it: zstd -d, or pipe it: zstd -dc FILE | dyetrace run, with `path: \"-\"`"},
    {TEXT("\xfd"
	  "7zXZ\0"),
	"xz", "unpack it: xz -d, or pipe it: xz -dc FILE | dyetrace run, with `path: \"-\"`"},
    {TEXT("BZh91AY&SY"), "bzip2",
	"unpack it: bzip2 -d, or pipe it: bzip2 -dc FILE | dyetrace run, with `path: \"-\"`"},
    {TEXT("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "an old office document", "export the sheet as CSV"},
    {TEXT("%PDF-"), "PDF", "export its data as CSV or JSON lines"},
    {TEXT("\x7f"
	  "ELF"),
	"a program", "name the file that holds the events"},
    {TEXT("\x89PNG\r\n"), "a picture", "name the file that holds the events"},
    {TEXT("\xff\xfe"), "UTF-16 text", "convert it: iconv -f UTF-16 -t UTF-8"},
    {TEXT("\xfe\xff"), "UTF-16 text", "convert it: iconv -f UTF-16 -t UTF-8"},
};

static bool
starts_with(struct text head, struct text magic)
{
	return head.size >= magic.size && memcmp(head.data, magic.data, magic.size) == 0;
}

bool
looks_gzip(struct text head)
{
	return starts_with(head, looks[0].magic);
}

bool
looks_gzip_begun(struct text head)
{
	return head.size < 3 && memcmp(head.data, looks[0].magic.data, head.size) == 0;
}

bool
looks_text_check(struct text head, const char *wanted, struct error *err)
{
	size_t i;

	for (i = 0; i < ARRAY_COUNT(looks); i++)
		if (starts_with(head, looks[i].magic))
			return error_set(err, ERROR_MALFORMED,
			    "is no text, as `format: %s` needs: it looks like %s: %s", wanted,
			    looks[i].name, looks[i].remedy);
	if (head.size && memchr(head.data, '\0', head.size) && !memchr(head.data, '\n', head.size))
		return error_set(err, ERROR_MALFORMED,
		    "is no text, as `format: %s` needs: its first %zu bytes hold NUL and no line "
		    "end: "
		    "correct `path` or `format`",
		    wanted, head.size);
	return true;
}
