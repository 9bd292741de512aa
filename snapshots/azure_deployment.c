/*
 * What Azure's deployments say they have made: az deployment ... show and list, az deployment operation ... list, az stack ... show and list, and the REST
 * service's forms of them. Parameters and outputs may be secrets: they are not taken.
 */
#include "snapshots/azure.h"

#include "core/reason/azure_id.h"

enum { BARE, VALUE, RESOURCES };

static const char *const paths[] = {"[]", "value[]", "resources[]", NULL};

typedef struct deployments {
	size_t first; /* bindings before the stack being read */
	bool stack;   /* its resources were among them */
} deployments;

static bl_str id_of(const bl_value *v)
{
	return bl_snapshot_text(v, "id");
}

static bool is_of(bl_snapshot_reader *r, bl_str id, const char *type, bl_azure_id *parts)
{
	return bl_azure_id_parse(r->scratch, id, parts) && bl_str_eqiz(parts->type, type);
}

static void bind(bl_snapshot_reader *r, bl_binding_from from, bl_str address, bl_str id, const bl_azure_id *owner)
{
	bl_azure_id parts;
	if (!bl_azure_id_parse(r->scratch, id, &parts))
		return;
	bl_binding *binding = bl_snapshot_bind(r, from, address, bl_snapshot_type(r, id, parts.type), id);
	if (owner) {
		binding->owner = bl_keep_str(&r->keeper, owner->last);
		binding->scope = bl_keep_str(&r->keeper, owner->scope);
	}
}

static void bind_all(bl_snapshot_reader *r, bl_binding_from from, const bl_value *list, const bl_azure_id *owner)
{
	for (uint32_t i = 0; bl_value_is(list, BL_LIST) && i < list->n; i++)
		bind(r, from, BL_STR(""), id_of(list->list[i]), owner);
}

static const bl_value *member(const bl_value *v, const char *key)
{
	const bl_value *inner = bl_value_getz(bl_value_getz(v, "properties"), key);
	return inner ? inner : bl_value_getz(v, key);
}

/* The deployment that an operation belongs to: what stands before /operations/. */
static bool add_operation(bl_snapshot_reader *r, const bl_value *v)
{
	bl_azure_id operation, owner;
	const bl_value *target = member(v, "targetResource");
	if (!is_of(r, id_of(v), "Microsoft.Resources/deployments/operations", &operation) ||
		!bl_azure_id_parse(r->scratch, operation.parent, &owner))
		return false;
	/* the evaluation of outputs has no target, and what is only read is not made */
	if (bl_str_eqz(bl_value_text(member(v, "provisioningOperation")), "Read"))
		return true;
	bind(r, BL_FROM_DEPLOYMENT, bl_snapshot_text(target, "symbolicName"), id_of(target), &owner);
	return true;
}

static bool add_deployment(bl_snapshot_reader *r, const bl_value *v)
{
	bl_azure_id owner;
	const bl_value *made = member(v, "outputResources");
	if (!is_of(r, id_of(v), "Microsoft.Resources/deployments", &owner) || !bl_value_is(bl_value_getz(v, "properties"), BL_MAP))
		return false;
	bind_all(r, BL_FROM_DEPLOYMENT, made, &owner);
	return true;
}

static bool add_stack(bl_snapshot_reader *r, deployments *d, const bl_value *v)
{
	bl_azure_id owner;
	if (!is_of(r, id_of(v), "Microsoft.Resources/deploymentStacks", &owner))
		return false;
	/* of a stack alone the resources came as rows, without its name */
	for (; d->stack && d->first < r->out->bindings.n; d->first++) {
		r->out->bindings.items[d->first].owner = bl_keep_str(&r->keeper, owner.last);
		r->out->bindings.items[d->first].scope = bl_keep_str(&r->keeper, owner.scope);
	}
	d->stack = false;
	bind_all(r, BL_FROM_STACK, member(v, "resources"), &owner);
	return true;
}

static bool on_row(bl_snapshot_reader *r, void *state, size_t path, const bl_value *row, uint64_t offset)
{
	deployments *d = state;
	(void)offset;
	if (!bl_value_is(row, BL_MAP))
		return false;
	if (path != RESOURCES)
		return add_operation(r, row) || add_stack(r, d, row) || add_deployment(r, row);
	if (!bl_azure_id_is(id_of(row)) || !bl_value_getz(row, "status"))
		return false;
	if (!d->stack)
		d->first = r->out->bindings.n;
	d->stack = true;
	bind(r, BL_FROM_STACK, BL_STR(""), id_of(row), NULL);
	return true;
}

static bool on_object(bl_snapshot_reader *r, void *state, const bl_value *v, uint64_t offset)
{
	(void)offset;
	return add_operation(r, v) || add_stack(r, state, v) || add_deployment(r, v);
}

const bl_snapshot_format bl_azure_deployment_format = {
	.name = "azure-deployment",
	.paths = paths,
	.state = sizeof(deployments),
	.row = on_row,
	.object = on_object,
};
