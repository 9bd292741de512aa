/* What runs: an asset as a vendor's export or a state file shows it, in the same canonical shape as code's resources. */
#ifndef BL_CORE_MODEL_ASSET_H
#define BL_CORE_MODEL_ASSET_H

#include "core/base/diag.h"
#include "core/base/value.h"

typedef struct bl_asset {
	bl_str id;       /* the cloud's own id, as written there */
	bl_str type;     /* canonical, in the schema's spelling where it knows the type */
	bl_str name;
	bl_str scope;    /* subscription + resource group id, account/region, project: what the name is unique in; lower case */
	bl_str location;
	const bl_value *tags; /* a map, or NULL */
	const bl_value *body; /* canonical shape; NULL when the snapshot holds none */
	bl_str snapshot;      /* the file it was read from */
	bl_str seen_at;       /* RFC 3339, or empty */
} bl_asset;

/* One line of a Terraform state: this address is that asset. */
typedef struct bl_state_entry {
	bl_str address;      /* with module path and instance key */
	bl_str type, id;     /* native type and cloud id (or arn, self_link) */
	bl_str lineage, file;
	bool id_in_other_attribute; /* the id came from arn or self_link */
} bl_state_entry;

typedef struct bl_snapshot {
	bl_str file;
	bl_str format; /* "azure-resource-graph", "terraform-state" */
	bool partial;  /* truncated or one page of several: nothing may be called missing */
	BL_VEC(bl_asset *) assets;
	BL_VEC(bl_state_entry) states;
	bl_diag_list diags;
	bl_arena arena;
} bl_snapshot;

#endif
