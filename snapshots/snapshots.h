/* Stage 3': vendors' exports -> assets. Files are recognised by content and streamed. */
#ifndef BL_SNAPSHOTS_SNAPSHOTS_H
#define BL_SNAPSHOTS_SNAPSHOTS_H

#include "core/model/asset.h"
#include "core/model/schema.h"

/*
 * Reads one file, or one layout of images (a folder), into snapshot (zeroed before); "-" is standard input. gzip is unpacked. A truncated or malformed file keeps what could be
 * read, sets partial and adds an error diagnostic with the byte offset. BL_FAILED when it cannot be opened or is of no known format; snapshot is
 * then empty, but for partial: the file ends before it could be told what it is.
 */
bl_status bl_snapshot_read(const bl_schema *schema, const char *path, bl_snapshot *out, bl_error *error);
/* The files that a path given as a snapshot stands for: itself; of a folder that is no layout of images, all below it, sorted. Strings live in arena, or are path. */
bl_status bl_snapshot_files(bl_arena *arena, const char *path, const char *const **files, size_t *n, bl_error *error);
void bl_snapshot_done(bl_snapshot *snapshot);

/*
 * After all are read: what one asset is in several files becomes one (the body from the one that says most, the newest seen_at), and the ids that
 * bindings give become the assets' where exports have several spellings of one. The snapshots share memory afterwards.
 */
void bl_snapshot_join(bl_snapshot *const *snapshots, size_t n);

#endif
