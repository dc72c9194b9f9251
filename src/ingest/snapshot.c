/* SPDX-License-Identifier: Apache-2.0 */
/* Few pages at a time: a block that comes meanwhile waits for a millisecond. */
#include "snapshot.h"

#include "base/image_file.h"

#define PAGES_PER_STEP 16

void
snapshot_init(struct snapshot *snapshot, struct image *image, struct image_file *file)
{
	*snapshot = (struct snapshot){.image = image, .file = file};
	snapshot->content = memory_get(IMAGE_PAGE_BYTES);
}

void
snapshot_fini(struct snapshot *snapshot)
{
	buffer_fini(&snapshot->header);
	memory_wipe(snapshot->content, IMAGE_PAGE_BYTES);
}

void
snapshot_begin(struct snapshot *snapshot, uint64_t record, uint64_t sequence, struct text header)
{
	snapshot->phase = SNAPSHOT_PAGES;
	snapshot->record = record;
	snapshot->sequence = sequence;
	snapshot->header.size = 0;
	buffer_add_text(&snapshot->header, header);
}

bool
snapshot_can_go_on(const struct snapshot *snapshot, uint64_t records, uint64_t sequence)
{
	return snapshot->phase == SNAPSHOT_PAGES ||
	    (snapshot->phase == SNAPSHOT_WHOLE && records >= snapshot->record &&
		sequence >= snapshot->sequence);
}

static bool
write_pages(struct snapshot *snapshot, struct error *err)
{
	size_t page, count;

	for (count = 0; count < PAGES_PER_STEP; count++) {
		if (!image_snapshot_next(snapshot->image, &page, snapshot->content)) {
			snapshot->phase = SNAPSHOT_WHOLE;
			return true;
		}
		if (!image_file_page(snapshot->file, page, snapshot->content, err))
			return error_within(err, "state");
	}
	return true;
}

bool
snapshot_step(struct snapshot *snapshot, bool *ended, struct error *err)
{
	*ended = false;
	if (snapshot->phase == SNAPSHOT_PAGES)
		return write_pages(snapshot, err);
	if (!image_file_end(snapshot->file, image_snapshot_pages(snapshot->image),
		buffer_text(&snapshot->header), err))
		return error_within(err, "state");
	snapshot->phase = SNAPSHOT_NONE;
	*ended = true;
	return true;
}
