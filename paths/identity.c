/* Who may act as whom, and what that identity is allowed: managed identities, role assignments, access policies of key vaults. */
#include "paths/edges.h"

#include "core/reason/azure_id.h"
#include "core/reason/rbac.h"

#define USER_IDENTITY "Microsoft.ManagedIdentity/userAssignedIdentities"

enum { MAX_TARGETS = 200 };

/* What a role on a group or a subscription also reaches, thing by thing. Alphabetical. */
static const char *const data_types[] = {"Microsoft.KeyVault/vaults", "Microsoft.Storage/storageAccounts"};

static bool is_user_identity(bl_str type)
{
	return bl_str_eqiz(type, USER_IDENTITY) || bl_str_eqz(type, "azurerm_user_assigned_identity");
}

static bool is_group(bl_str type)
{
	return bl_str_eqiz(type, "Microsoft.Resources/resourceGroups") || bl_str_eqz(type, "azurerm_resource_group");
}

static bool is_subscription(bl_str type)
{
	return bl_str_eqiz(type, "Microsoft.Resources/subscriptions") || bl_str_eqz(type, "azurerm_subscription");
}

/* The identity block in canonical or, for types without a canonical shape, in Terraform's form. */
static const bl_value *identity_of(const bl_edges *e, uint32_t node)
{
	const bl_resource *r = bl_graph_node(e->graph, node)->resource;
	const bl_value *v = bl_value_geti(bl_graph_body(e->graph, node), BL_STR("identity"));
	if (bl_value_is(v, BL_MAP))
		return v;
	v = r ? bl_value_at_path(r->native, BL_STR("identity.0")) : NULL;
	return bl_value_is(v, BL_MAP) ? v : NULL;
}

static bl_tri has_system_identity(const bl_value *identity)
{
	const bl_value *type = bl_value_geti(identity, BL_STR("type"));
	if (!identity || !type || type->kind == BL_NULL)
		return BL_NO;
	if (type->kind == BL_STRING)
		return bl_tri_of(bl_str_findi(type->string, BL_STR("SystemAssigned"), 0) >= 0);
	return BL_MAYBE;
}

static uint32_t system_identity(bl_edges *e, uint32_t node)
{
	bl_arena *arena = bl_graph_arena(e->graph);
	const bl_node *owner = bl_graph_node(e->graph, node);
	return bl_graph_add_node(e->graph,
		(bl_node){.kind = BL_NODE_IDENTITY, .id = bl_str_cat(arena, BL_STR("identity:"), owner->id),
			.name = bl_str_cat(arena, BL_STR("identity of "), owner->name), .span = owner->span});
}

static void add_principal(bl_edges *e, const bl_value *id, uint32_t identity)
{
	if (bl_value_is(id, BL_STRING) && id->string.n)
		bl_map_put(e->arena, &e->by_principal, id->string, (void *)(uintptr_t)(identity + 1));
}

static void authenticates(bl_edges *e, uint32_t node, uint32_t identity, bl_tri sure, const bl_value *v, const char *what)
{
	bl_graph_add_edge(e->graph,
		(bl_edge){.kind = BL_EDGE_AUTHENTICATES, .from = node, .to = identity, .sure = bl_tri_and(sure, bl_edges_deployed(e, node)),
			.span = bl_edges_line(e, node, v, NULL, BL_STR("")), .detail = bl_str_of(what),
			.why = bl_str_fmt(bl_graph_arena(e->graph), BL_FMT " has a %s identity", BL_ARG(bl_edges_name(e, node)), what)});
}

static void user_identities(bl_edges *e, uint32_t node, const bl_value *identity)
{
	const bl_value *ids = bl_value_geti(identity, BL_STR("userAssignedIdentities"));
	const bl_edge *const *edges;
	/* edges are added while these are read: a sealed layer's lists stay as they are */
	size_t n = bl_graph_out(e->graph, node, &edges);
	BL_VEC(uint32_t) seen = {0};
	for (size_t i = 0; i < n; i++)
		if (edges[i]->kind == BL_EDGE_REFERS && is_user_identity(bl_graph_type(e->graph, edges[i]->to)))
			bl_vec_push(e->arena, &seen, edges[i]->to);
	for (uint32_t i = 0; bl_value_is(ids, BL_MAP) && i < ids->n; i++) {
		bl_value id = {.kind = BL_STRING, .string = ids->map[i].key};
		int64_t to = bl_graph_target(e->graph, node, &id);
		bool known = to < 0;
		for (size_t k = 0; k < seen.n && !known; k++)
			known = seen.items[k] == (uint32_t)to;
		if (!known)
			bl_vec_push(e->arena, &seen, (uint32_t)to);
	}
	for (size_t i = 0; i < seen.n; i++)
		authenticates(e, node, seen.items[i], BL_YES, identity, "user-assigned");
}

static void identities(bl_edges *e, uint32_t node)
{
	const bl_value *identity = identity_of(e, node), *body = bl_graph_body(e->graph, node);
	if (is_user_identity(bl_graph_type(e->graph, node)))
		add_principal(e, bl_edges_get(body, "principalId"), node);
	if (!identity)
		return;
	bl_tri system = has_system_identity(identity);
	if (system != BL_NO) {
		uint32_t to = system_identity(e, node);
		authenticates(e, node, to, system, identity, "system-assigned");
		add_principal(e, bl_value_geti(identity, BL_STR("principalId")), to);
	}
	const bl_value *type = bl_value_geti(identity, BL_STR("type"));
	if (bl_str_findi(bl_value_text(type), BL_STR("UserAssigned"), 0) >= 0 || bl_value_is(type, BL_UNKNOWN))
		user_identities(e, node, identity);
}

/* Whose principal id is v? -1 when that is not known here. */
static int64_t principal(bl_edges *e, uint32_t from, const bl_value *v)
{
	if (bl_value_is(v, BL_STRING)) {
		int64_t known = (int64_t)(uintptr_t)bl_map_get(&e->by_principal, v->string) - 1;
		if (known >= 0)
			return known;
	}
	int64_t to = v ? bl_graph_target(e->graph, from, v) : -1;
	if (to < 0 || is_user_identity(bl_graph_type(e->graph, (uint32_t)to)))
		return to;
	return has_system_identity(identity_of(e, (uint32_t)to)) != BL_NO ? (int64_t)system_identity(e, (uint32_t)to) : -1;
}

/* A grant: identity may use role. */
typedef struct grant {
	uint32_t identity, by; /* by: the node that says so */
	bl_str role;
	const bl_value *v; /* the value that says so */
	bl_tri sure;
} grant;

static void permit(bl_edges *e, const grant *g, uint32_t to, bl_tri sure)
{
	bl_arena *arena = bl_graph_arena(e->graph);
	sure = bl_tri_and(bl_tri_and(sure, g->sure), bl_edges_deployed(e, g->by));
	if (sure == BL_NO || to == g->identity)
		return;
	bl_graph_add_edge(e->graph,
		(bl_edge){.kind = BL_EDGE_PERMITS, .from = g->identity, .to = to, .sure = sure,
			.span = bl_edges_line(e, g->by, NULL, NULL, BL_STR("")), .detail = bl_str_dup(arena, g->role),
			.why = bl_str_fmt(arena, BL_FMT " gives it '" BL_FMT "' on " BL_FMT, BL_ARG(bl_edges_name(e, g->by)),
				BL_ARG(g->role), BL_ARG(bl_edges_name(e, to)))});
}

/* On a vault that works with access policies, roles reach no secrets. */
static bl_tri effective_on(const bl_edges *e, uint32_t to, unsigned powers)
{
	if (!bl_str_eqiz(bl_graph_type(e->graph, to), "Microsoft.KeyVault/vaults") || (powers & (BL_RBAC_ADMIN | BL_RBAC_MANAGE)))
		return BL_YES;
	return bl_edges_true(bl_edges_get(bl_graph_body(e->graph, to), "enableRbacAuthorization"), BL_MAYBE);
}

/* Everything with data in an asset scope, by the ids' beginnings. */
static void permit_below_id(bl_edges *e, const grant *g, bl_str scope, unsigned powers)
{
	size_t count = 0;
	for (size_t t = 0; t < sizeof data_types / sizeof *data_types; t++) {
		const uint32_t *nodes;
		size_t n = bl_graph_of_type(e->graph, bl_str_of(data_types[t]), &nodes);
		for (size_t i = 0; i < n && count < MAX_TARGETS; i++) {
			const bl_asset *asset = bl_graph_node(e->graph, nodes[i])->asset;
			if (!asset || !bl_str_startsi(asset->id, scope) || asset->id.n == scope.n || asset->id.p[scope.n] != '/')
				continue;
			count++;
			permit(e, g, nodes[i], effective_on(e, nodes[i], powers));
		}
	}
}

/* Everything with data in the configuration that names the group; without a group, all of it. */
static void permit_in_code(bl_edges *e, const grant *g, int64_t group, unsigned powers)
{
	const bl_root *root = bl_graph_node(e->graph, g->by)->resource->root;
	size_t count = 0;
	for (size_t t = 0; t < sizeof data_types / sizeof *data_types; t++) {
		const uint32_t *nodes;
		size_t n = bl_graph_of_type(e->graph, bl_str_of(data_types[t]), &nodes);
		for (size_t i = 0; i < n && count < MAX_TARGETS; i++) {
			const bl_resource *r = bl_graph_node(e->graph, nodes[i])->resource;
			if (!r || r->root != root || r->existing)
				continue;
			const bl_value *name = bl_value_getz(r->native, "resource_group_name");
			if (group >= 0 && bl_graph_target(e->graph, nodes[i], name) != group)
				continue;
			count++;
			permit(e, g, nodes[i], effective_on(e, nodes[i], powers));
		}
	}
}

static uint32_t scope_node(bl_edges *e, bl_str id, bl_str name, bl_span span)
{
	bl_arena *arena = bl_graph_arena(e->graph);
	return bl_graph_add_node(e->graph,
		(bl_node){.kind = BL_NODE_SCOPE, .id = bl_str_cat(arena, BL_STR("scope:"), id), .name = bl_str_dup(arena, name), .span = span});
}

/* A scope given as text. */
static void grant_on_id(bl_edges *e, const grant *g, bl_str id, unsigned powers)
{
	bl_azure_id parts;
	if (bl_str_ends(id, BL_STR("/")))
		id.n--;
	if (!bl_azure_id_parse(e->arena, id, &parts))
		return;
	int64_t asset = bl_graph_find_asset(e->graph, id);
	if (!is_group(parts.type) && !is_subscription(parts.type)) {
		if (asset >= 0)
			permit(e, g, (uint32_t)asset, effective_on(e, (uint32_t)asset, powers));
		return;
	}
	bl_str name = bl_str_fmt(e->arena, "%s " BL_FMT, is_group(parts.type) ? "resource group" : "subscription", BL_ARG(parts.last));
	uint32_t to = asset >= 0 ? (uint32_t)asset : scope_node(e, bl_str_lower(e->arena, id), name, BL_NOWHERE);
	permit(e, g, to, BL_YES);
	permit_below_id(e, g, id, powers);
}

static void grant_on(bl_edges *e, const grant *g, const bl_value *scope, unsigned powers)
{
	const bl_node *by = bl_graph_node(e->graph, g->by);
	int64_t to = scope ? bl_graph_target(e->graph, g->by, scope) : -1;
	if (to >= 0 && bl_graph_node(e->graph, (uint32_t)to)->resource) {
		permit(e, g, (uint32_t)to, effective_on(e, (uint32_t)to, powers));
		bl_str type = bl_graph_type(e->graph, (uint32_t)to);
		if (is_group(type) || is_subscription(type))
			permit_in_code(e, g, is_group(type) ? to : -1, powers);
		return;
	}
	if (bl_value_is(scope, BL_STRING)) {
		grant_on_id(e, g, scope->string, powers);
		return;
	}
	/* Bicep and ARM: without a scope of its own the assignment is on what the template is deployed into */
	const bl_resource *r = by->resource;
	if (!scope && r && (r->language == BL_LANG_BICEP || r->language == BL_LANG_ARM)) {
		bl_str id = bl_str_fmt(e->arena, "deployment:" BL_FMT ":" BL_FMT, BL_ARG(r->root->repo), BL_ARG(r->root->name));
		bl_str name = bl_str_fmt(e->arena, "the scope that " BL_FMT " is deployed into", BL_ARG(r->root->name));
		permit(e, g, scope_node(e, id, name, by->span), BL_YES);
		permit_in_code(e, g, -1, powers);
	}
}

static bl_str role_text(const bl_value *name, const bl_value *id)
{
	const bl_rbac_role *role;
	if (bl_value_is(name, BL_STRING))
		return name->string;
	bl_str text = bl_value_is(id, BL_UNKNOWN) ? id->unknown->suffix : bl_value_text(id);
	role = bl_rbac_find(text);
	if (role)
		return bl_str_of(role->name);
	return text.n ? text : BL_STR("a role that is not known");
}

/* For assets without a written scope the id says it. */
static const bl_value *asset_scope(bl_edges *e, const bl_node *node)
{
	bl_azure_id parts;
	if (!node->asset || !bl_azure_id_parse(e->arena, node->asset->id, &parts))
		return NULL;
	return bl_value_string(e->arena, BL_NOWHERE, parts.parent);
}

static void role_assignment(bl_edges *e, uint32_t node)
{
	const bl_node *n = bl_graph_node(e->graph, node);
	const bl_value *body = bl_graph_body(e->graph, node), *native = n->resource ? n->resource->native : NULL;
	const bl_value *who = bl_edges_get(body, "principalId"), *id = bl_edges_get(body, "roleDefinitionId");
	const bl_value *scope = bl_edges_get(body, "scope");
	if (!who)
		who = bl_value_getz(native, "principal_id");
	if (!id)
		id = bl_value_getz(native, "role_definition_id");
	if (!scope)
		scope = bl_value_getz(native, "scope");
	if (!scope)
		scope = asset_scope(e, n);
	int64_t identity = principal(e, node, who);
	if (identity < 0)
		return;
	grant g = {(uint32_t)identity, node, role_text(bl_value_getz(native, "role_definition_name"), id), id, BL_YES};
	const bl_rbac_role *role = bl_rbac_find(g.role);
	grant_on(e, &g, scope, role ? role->powers : 0);
}

/* Lists of permissions that let secrets, keys or certificates out. */
static bl_tri reads_secrets(const bl_value *permissions)
{
	static const char *const kinds[] = {"secrets", "keys", "certificates"};
	static const char *const words[] = {"all", "backup", "decrypt", "get"};
	bl_tri any = bl_value_is(permissions, BL_UNKNOWN) ? BL_MAYBE : BL_NO;
	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
		const bl_value *list = bl_value_geti(permissions, bl_str_of(kinds[k]));
		if (bl_value_is(list, BL_UNKNOWN) || (list && list->open))
			any = bl_tri_or(any, BL_MAYBE);
		for (uint32_t i = 0; bl_value_is(list, BL_LIST) && i < list->n; i++)
			for (size_t w = 0; w < sizeof words / sizeof *words; w++)
				any = bl_tri_or(any, bl_edges_is(list->list[i], words[w], NULL));
	}
	return any;
}

static void access_policies(bl_edges *e, uint32_t vault)
{
	const bl_value *body = bl_graph_body(e->graph, vault);
	const bl_value *list = bl_edges_get(body, "accessPolicies");
	bl_tri by_roles = bl_edges_true(bl_edges_get(body, "enableRbacAuthorization"), BL_MAYBE);
	for (uint32_t i = 0; bl_value_is(list, BL_LIST) && i < list->n; i++) {
		int64_t identity = principal(e, vault, bl_value_geti(list->list[i], BL_STR("objectId")));
		bl_tri reads = reads_secrets(bl_value_geti(list->list[i], BL_STR("permissions")));
		if (identity < 0 || reads == BL_NO)
			continue;
		grant g = {(uint32_t)identity, vault, BL_STR("access policy"), list->list[i], bl_tri_and(reads, bl_tri_not(by_roles))};
		permit(e, &g, vault, BL_YES);
	}
}

void bl_identity_edges(bl_edges *e)
{
	static const char *const assignments[] = {"Microsoft.Authorization/roleAssignments", "azurerm_role_assignment"};
	const uint32_t *nodes;
	size_t size = bl_graph_size(e->graph), n;
	for (uint32_t i = 0; i < size; i++) {
		const bl_resource *r = bl_graph_node(e->graph, i)->resource;
		if (!r || (!r->is_module && r->condition != BL_NO))
			identities(e, i);
	}
	/* a canonical type's list holds the native type's resources, too: each is judged once */
	bool *judged = bl_new_n(e->arena, bool, size);
	for (size_t t = 0; t < sizeof assignments / sizeof *assignments; t++) {
		n = bl_graph_of_type(e->graph, bl_str_of(assignments[t]), &nodes);
		for (size_t i = 0; i < n; i++) {
			if (!judged[nodes[i]])
				role_assignment(e, nodes[i]);
			judged[nodes[i]] = true;
		}
	}
	n = bl_graph_of_type(e->graph, BL_STR("Microsoft.KeyVault/vaults"), &nodes);
	for (size_t i = 0; i < n; i++)
		access_policies(e, nodes[i]);
}
