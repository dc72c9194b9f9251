/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a fuzz target over every file of the folders named: the saved corpus as
 * a test of any build. Fails when a folder holds nothing.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
replay(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes;
	long size;

	if (!file || fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) < 0)
		return 1;
	rewind(file);
	/* Exactly as long as the input, so that a read past it is seen. */
	bytes = malloc(size ? (size_t)size : 1);
	if (!bytes || fread(bytes, 1, (size_t)size, file) != (size_t)size)
		return 1;
	fclose(file);
	LLVMFuzzerTestOneInput(bytes, (size_t)size);
	free(bytes);
	return 0;
}

int
main(int argc, char **argv)
{
	int count = 0, bad = 0, i;

	for (i = 1; i < argc; i++) {
		DIR *folder = opendir(argv[i]);
		struct dirent *entry;

		while (folder && (entry = readdir(folder))) {
			char path[4096];

			if (entry->d_name[0] == '.')
				continue;
			snprintf(path, sizeof(path), "%s/%s", argv[i], entry->d_name);
			bad += replay(path);
			count++;
		}
		if (folder)
			closedir(folder);
	}
	printf("%d inputs replayed, %d unreadable\n", count, bad);
	return bad || !count;
}
