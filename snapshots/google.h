/* Inside snapshots/ only: Google Cloud's names of resources. */
#ifndef BL_SNAPSHOTS_GOOGLE_H
#define BL_SNAPSHOTS_GOOGLE_H

#include "snapshots/read.h"

/*
 * The full resource name of a thing of a canonical type ("compute.googleapis.com/Instance"), "//compute.googleapis.com/projects/...", from
 * what exports and Terraform give: itself, a relative name, a self link. What cannot be one stays as it is. In arena, or id's own.
 */
bl_str bl_google_full_name(bl_arena *arena, bl_str type, bl_str id);
/* The project that a name stands in, else project; lower case, kept. */
bl_str bl_google_scope(bl_snapshot_reader *r, bl_str name, bl_str project);

#endif
