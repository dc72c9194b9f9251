/* SPDX-License-Identifier: Apache-2.0 */
/* From /proc/self and the folder's entries. */
#include "process.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "store/store.h"

static double
open_fds(void)
{
	DIR *folder = opendir("/proc/self/fd");
	double count = 0;

	if (!folder)
		return (double)NAN;
	while (readdir(folder))
		count++;
	closedir(folder);
	return count - 3; /* `.`, `..`, and the folder itself */
}

/* Since 1970: when the machine booted, and how long after that this process began. */
static double
started(unsigned long long ticks)
{
	struct timespec now, up;

	clock_gettime(CLOCK_REALTIME, &now);
	clock_gettime(CLOCK_BOOTTIME, &up);
	return (double)(now.tv_sec - up.tv_sec) + (double)(now.tv_nsec - up.tv_nsec) / 1e9 +
	    (double)ticks / (double)sysconf(_SC_CLK_TCK);
}

/* Fields 22 to 24 of stat(5), behind the name in parentheses. */
static void
read_stat(struct process_figures *figures)
{
	FILE *file = fopen("/proc/self/stat", "re");
	char line[1024] = "", *rest;
	unsigned long long ticks, size;
	long pages;

	figures->started_s = figures->resident_bytes = figures->virtual_bytes = (double)NAN;
	if (!file)
		return;
	if (fgets(line, sizeof(line), file) && (rest = strrchr(line, ')')) &&
	    sscanf(rest + 1,
		" %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu "
		"%llu %ld",
		&ticks, &size, &pages) == 3) {
		figures->started_s = started(ticks);
		figures->virtual_bytes = (double)size;
		figures->resident_bytes = (double)pages * (double)sysconf(_SC_PAGESIZE);
	}
	fclose(file);
}

void
process_read(struct process_figures *figures)
{
	struct rusage usage;
	struct rlimit limit;

	*figures = (struct process_figures){.max_fds = (double)NAN, .cpu_seconds = (double)NAN};
	if (getrusage(RUSAGE_SELF, &usage) == 0)
		figures->cpu_seconds = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
		    (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
		figures->max_fds = (double)limit.rlim_cur;
	figures->open_fds = open_fds();
	read_stat(figures);
}

static int64_t
file_bytes(const char *folder, const char *name)
{
	char *path = store_path(folder, name);
	struct stat status;
	int64_t bytes = stat(path, &status) == 0 && S_ISREG(status.st_mode) ? status.st_size : 0;

	memory_free(path);
	return bytes;
}

static int64_t
folder_bytes(const char *store, const char *name)
{
	char *path = store_path(store, name);
	DIR *folder = opendir(path);
	const struct dirent *entry;
	int64_t bytes = 0;

	while (folder && (entry = readdir(folder)))
		bytes += file_bytes(path, entry->d_name);
	if (folder)
		closedir(folder);
	memory_free(path);
	return bytes;
}

void
store_sizes_read(const char *store, struct store_sizes *sizes)
{
	struct statvfs disk;

	*sizes = (struct store_sizes){
	    .facts_bytes = folder_bytes(store, STORE_FACTS),
	    .conclusions_bytes = folder_bytes(store, STORE_CONCLUSIONS),
	    .state_bytes = folder_bytes(store, STORE_STATE),
	    .catalog_bytes =
		file_bytes(store, STORE_CATALOG) + file_bytes(store, STORE_CATALOG "-wal"),
	    .free_bytes = -1,
	};
	if (statvfs(store, &disk) == 0)
		sizes->free_bytes = (int64_t)(disk.f_bavail * disk.f_frsize);
}
