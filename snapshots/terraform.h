/* Inside snapshots/ only: what Terraform's states, plans and `show -json` share. */
#ifndef BL_SNAPSHOTS_TERRAFORM_H
#define BL_SNAPSHOTS_TERRAFORM_H

#include "snapshots/read.h"

/*
 * Notes that address is what attributes show: a binding, and an asset where the id is a cloud's own and names one thing. False when they
 * have no id. Terraform keeps secrets in plain text: ids, names, locations and tags are all that is taken.
 */
bool bl_terraform_bind(bl_snapshot_reader *r, bl_binding_from from, bl_str address, bl_str type, const bl_value *attributes);

#endif
