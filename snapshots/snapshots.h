/* Stage 3': vendors' exports -> assets. Files are recognised by content and streamed. */
#ifndef BL_SNAPSHOTS_SNAPSHOTS_H
#define BL_SNAPSHOTS_SNAPSHOTS_H

#include "core/model/asset.h"
#include "core/model/schema.h"

/*
 * Reads one file into snapshot (zeroed before). A truncated file keeps what was read, sets partial and adds an error diagnostic with the
 * byte offset. BL_FAILED when it cannot be opened or is of no known format.
 */
bl_status bl_snapshot_read(const bl_schema *schema, const char *path, bl_snapshot *out, bl_error *error);
void bl_snapshot_done(bl_snapshot *snapshot);

#endif
