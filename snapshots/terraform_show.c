/*
 * `terraform show -json` of a state and of a plan: which address is which asset, in a plan before it is applied. Values are Terraform's and may be secrets:
 * ids, names, locations and tags are all that is taken.
 */
#include "snapshots/terraform.h"

/* "[]*" steps into modules of modules. A plan says of each resource in its state how it changes, so the state adds nothing. */
static const char *const paths[] = {"resource_changes[]", "values.root_module.child_modules[]*.resources[]", "!configuration", "!outputs",
	"!planned_values", "!prior_state", "!relevant_attributes", "!resource_drift", "!values.outputs", NULL};
enum { CHANGES };

static bool is_managed(const bl_value *v)
{
	return bl_value_is_string(bl_value_getz(v, "mode"), "managed");
}

/* What the change starts from. */
static bool add_change(bl_snapshot_reader *r, const bl_value *row)
{
	const bl_value *before = bl_value_getz(bl_value_getz(row, "change"), "before");
	bl_str address = bl_snapshot_text(row, "address"), type = bl_snapshot_text(row, "type");
	if (!address.n || !type.n || !bl_value_getz(row, "change"))
		return false;
	if (is_managed(row) && bl_value_is(before, BL_MAP) && !bl_snapshot_text(row, "deposed").n)
		bl_terraform_bind(r, BL_FROM_PLAN, address, type, before);
	return true;
}

static bool add_resource(bl_snapshot_reader *r, const bl_value *row)
{
	bl_str address = bl_snapshot_text(row, "address"), type = bl_snapshot_text(row, "type");
	const bl_value *values = bl_value_getz(row, "values");
	if (!address.n || !type.n || !bl_value_is(values, BL_MAP))
		return false;
	if (is_managed(row) && !bl_snapshot_text(row, "deposed_key").n)
		bl_terraform_bind(r, BL_FROM_STATE, address, type, values);
	return true;
}

static bool on_row(bl_snapshot_reader *r, void *state, size_t path, const bl_value *row, uint64_t offset)
{
	(void)state;
	(void)offset;
	return path == CHANGES ? add_change(r, row) : add_resource(r, row);
}

static bool on_object(bl_snapshot_reader *r, void *state, const bl_value *v, uint64_t offset)
{
	(void)r;
	(void)state;
	(void)offset;
	return bl_snapshot_text(v, "format_version").n && bl_snapshot_text(v, "terraform_version").n;
}

const bl_snapshot_format bl_terraform_show_format = {
	.name = "terraform-show",
	.paths = paths,
	.row = on_row,
	.object = on_object,
	.torso = true,
};
