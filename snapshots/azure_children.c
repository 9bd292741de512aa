/* Resource Graph has no rows for many child resources, but their parents show them. */
#include "snapshots/azure.h"

typedef struct child {
	const char *parent; /* type */
	const char *list;   /* property of the parent */
	const char *type;   /* the last part of the child's type, and of its id */
	bool flat;          /* an element is the child's properties, with its name among them */
} child;

/* Alphabetical. */
static const child children[] = {
	{"Microsoft.Compute/virtualMachines", "resources", "extensions", false},
	{"Microsoft.ContainerService/managedClusters", "agentPoolProfiles", "agentPools", true},
	{"Microsoft.Network/expressRouteCircuits", "authorizations", "authorizations", false},
	{"Microsoft.Network/expressRouteCircuits", "peerings", "peerings", false},
	{"Microsoft.Network/firewallPolicies", "ruleCollectionGroups", "ruleCollectionGroups", false},
	{"Microsoft.Network/loadBalancers", "backendAddressPools", "backendAddressPools", false},
	{"Microsoft.Network/loadBalancers", "inboundNatRules", "inboundNatRules", false},
	{"Microsoft.Network/networkSecurityGroups", "securityRules", "securityRules", false},
	{"Microsoft.Network/routeTables", "routes", "routes", false},
	{"Microsoft.Network/virtualNetworks", "subnets", "subnets", false},
	{"Microsoft.Network/virtualNetworks", "virtualNetworkPeerings", "virtualNetworkPeerings", false},
};

/* {name, properties: {the rest}} of a flat element. */
static const bl_value *nested(bl_arena *arena, const bl_value *element)
{
	bl_items top = {0}, properties = {0};
	for (uint32_t i = 0; i < element->n; i++)
		bl_vec_push(arena, bl_str_eqz(element->map[i].key, "name") ? &top : &properties, element->map[i]);
	bl_items_put(arena, &top, BL_STR("properties"), BL_NOWHERE, bl_items_value(arena, BL_NOWHERE, &properties));
	return bl_items_value(arena, BL_NOWHERE, &top);
}

static void add(bl_snapshot_reader *r, const bl_asset *parent, const child *c, const bl_value *element, bool kept)
{
	bl_arena *arena = &r->out->arena;
	bl_str name = bl_snapshot_text(element, "name"), id = bl_snapshot_text(element, "id");
	/* an id of somewhere else is a reference */
	if (id.n && !bl_str_startsi(id, parent->id))
		return;
	if (!name.n)
		name = bl_str_slice(id, (size_t)(bl_str_rfind_char(id, '/') + 1), id.n);
	if (!name.n)
		return;
	if (id.n && !kept)
		id = bl_keep_str(&r->keeper, id);
	else if (!id.n)
		id = bl_str_fmt(arena, BL_FMT "/%s/" BL_FMT, BL_ARG(parent->id), c->type, BL_ARG(name));
	bl_str type = bl_str_fmt(r->scratch, "%s/%s", c->parent, c->type);
	bl_asset *asset = bl_snapshot_add(r, id, type);
	asset->name = bl_keep_str(&r->keeper, name);
	asset->part_of = parent->id;
	asset->location = parent->location;
	asset->seen_at = parent->seen_at;
	if (kept && c->flat)
		asset->body = nested(arena, element);
	else if (kept && bl_value_is(bl_value_getz(element, "properties"), BL_MAP))
		asset->body = element;
}

void bl_azure_children(bl_snapshot_reader *r, const bl_asset *parent, const bl_value *body)
{
	for (size_t i = 0; i < sizeof children / sizeof *children; i++) {
		const child *c = &children[i];
		if (!bl_str_eqiz(parent->type, c->parent))
			continue;
		const bl_value *properties = bl_value_geti(body, BL_STR("properties"));
		const bl_value *list = bl_value_geti(properties ? properties : body, bl_str_of(c->list));
		for (uint32_t k = 0; bl_value_is(list, BL_LIST) && k < list->n; k++)
			if (bl_value_is(list->list[k], BL_MAP))
				add(r, parent, c, list->list[k], parent->body != NULL);
	}
}
