/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Snapshots of an image on disk: FOLDER/pages and FOLDER/snapshot. The format and
 * the rule that makes one valid stand in image_file.c.
 *
 * Each page has two slots in `pages`; a snapshot writes the changed pages into the
 * slots that the snapshot before does not use, syncs, and then replaces
 * `snapshot` (rename, synced folder), which names the slot and digest of each page. So the
 * last whole snapshot is there whatever happens. Pages are encrypted: a state holds
 * texts of fields.
 */
#ifndef DYETRACE_BASE_IMAGE_FILE_H
#define DYETRACE_BASE_IMAGE_FILE_H

#include "base/buffer.h"
#include "base/image.h"
#include "base/keys.h"

struct image_file;

/* gives: ended by image_file_close(). The folder is made if it is missing. keys: borrowed. */
MUST_USE bool image_file_open(
    const char *folder, const struct keys *keys, struct image_file **file, struct error *err);
void image_file_close(struct image_file *file);
/*
 * Loads the last whole snapshot into an image that was just opened, and appends what
 * image_file_end() was told of it to header. *found = false: there is none, or what
 * is there is damaged, altered or of another key; why says so in a sentence (empty: there is none).
 * Never trusts a byte. ERROR_IO
 */
MUST_USE bool image_file_load(struct image_file *file, struct image *image, struct buffer *header,
    bool *found, struct error *why, struct error *err);
/* There is none any more: removes it, durably. ERROR_IO */
MUST_USE bool image_file_forget(struct image_file *file, struct error *err);
/* One page of the snapshot under way. After a failure: image_snapshot_failed(), and all pages anew. */
MUST_USE bool image_file_page(struct image_file *file, size_t page,
    const uint8_t content[IMAGE_PAGE_BYTES], struct error *err);
/* The snapshot is whole: pages in all, and a few bytes that say what it is of. Durable when it returns. */
MUST_USE bool
image_file_end(struct image_file *file, size_t pages, struct text header, struct error *err);

#endif
