/* What runs: an asset as a vendor's export or a state file shows it, in the same canonical shape as code's resources. */
#ifndef BL_CORE_MODEL_ASSET_H
#define BL_CORE_MODEL_ASSET_H

#include "core/base/diag.h"
#include "core/base/value.h"
#include "core/model/image.h"

typedef struct bl_asset {
	bl_str id;       /* the cloud's own id, as written there */
	bl_str short_id; /* another id that exports know it by: what a stack calls its physical id where id is an ARN; or empty */
	bl_str type;     /* canonical, in the schema's spelling where it knows the type */
	bl_str name;
	bl_str scope;    /* subscription + resource group id, account/region, project: what the name is unique in; lower case */
	bl_str location;
	const bl_value *tags; /* a map, or NULL */
	const bl_value *body; /* canonical shape; NULL when the snapshot holds none */
	bl_str snapshot;      /* the file it was read from */
	bl_str seen_at;       /* RFC 3339, or empty */
	bl_str part_of;       /* the id of the asset among whose properties it was seen, when it has no row of its own; or empty */
} bl_asset;

typedef enum bl_binding_from {
	BL_FROM_STATE,      /* Terraform's state */
	BL_FROM_PLAN,       /* a plan: the id before the change */
	BL_FROM_STACK,      /* a CloudFormation stack's or an Azure deployment stack's resources */
	BL_FROM_DEPLOYMENT  /* Azure's history of deployments and their operations */
} bl_binding_from;

/* One line of an export that says: this name in code is that asset. */
typedef struct bl_binding {
	bl_binding_from from;
	bl_str address; /* state and plan: with module path and instance key; stack: the logical id; empty where the export knows ids alone */
	bl_str type, id; /* the type as the export writes it; the cloud's id (or arn, self_link) */
	bl_str owner;    /* the state's lineage; the stack's or deployment's name */
	bl_str scope;    /* where the owner stands: a resource group's or subscription's id, account and region; may be empty */
	bl_str file;
	bool id_in_other_attribute; /* the id came from arn or self_link */
} bl_binding;

typedef struct bl_snapshot {
	bl_str file;
	bl_str format; /* "azure-resource-graph", "terraform-state", ...: a row of the table in snapshots */
	bool partial;  /* truncated or one page of several: nothing may be called missing */
	BL_VEC(bl_asset *) assets;
	BL_VEC(bl_binding) bindings;
	BL_VEC(bl_image *) images;
	BL_VEC(bl_provenance) provenances;
	bl_diag_list diags;
	bl_arena arena;
} bl_snapshot;

#endif
