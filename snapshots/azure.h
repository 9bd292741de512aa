/* Inside snapshots/ only: what Azure's formats share. */
#ifndef BL_SNAPSHOTS_AZURE_H
#define BL_SNAPSHOTS_AZURE_H

#include "snapshots/read.h"

/* Adds the child resources that parent shows among its properties; body may be one that is not kept, then the children have none. */
void bl_azure_children(bl_snapshot_reader *r, const bl_asset *parent, const bl_value *body);

#endif
